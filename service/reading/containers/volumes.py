"""Archives sent in several volumes, as several files: 材料.part1.rar, 材料.zip.001, 材料.z01 with 材料.zip.

Volumes that lie side by side (in one mail, in one folder of an archive) are brought together under the first of them.
Of which volumes lack, it is told exactly: the others may be on their way in another mail.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from service.reading import sniff
from service.reading.found import Found

_SCHEMES = (
    ("rar", re.compile(r"(?P<stem>.+)\.part0*(?P<number>\d{1,4})\.rar", re.IGNORECASE), 0),
    ("r00", re.compile(r"(?P<stem>.+)\.r(?P<number>\d{2})", re.IGNORECASE), 2),
    ("z01", re.compile(r"(?P<stem>.+)\.z(?P<number>\d{2})", re.IGNORECASE), 0),
    ("001", re.compile(r"(?P<stem>.+)\.(?P<number>\d{3})", re.IGNORECASE), 0),
)
_STARTS = (b"PK\x03\x04", b"PK\x07\x08", b"Rar!", b"7z\xbc\xaf")
_WHOLE = {"r00": ".rar", "z01": ".zip"}  # the volume that bears the archive's plain name


@dataclass(frozen=True, slots=True)
class Volumes:
    """The volumes of one archive that are there, by number; scheme tells how they are named."""

    scheme: str
    parts: tuple[tuple[int, bytes], ...]
    missing: tuple[int, ...]

    def joined(self) -> bytes:
        """The volumes as one file, for schemes that only cut it into pieces."""
        return b"".join(content for _, content in self.parts)

    def named(self) -> list[tuple[str, bytes]]:
        """The volumes under names by which a program finds them."""
        if self.scheme == "r00":
            return [("archive.rar" if n == 1 else f"archive.r{n - 2:02}", content) for n, content in self.parts]
        return [(f"archive.part{n}.rar", content) for n, content in self.parts]

    def told(self) -> str:
        """Which volumes are there, and which lack, in Chinese."""
        there = "、".join(str(n) for n, _ in self.parts)
        lack = f"，缺第{'、'.join(map(str, self.missing))}卷" if self.missing else ""
        return f"分卷压缩包，本邮件有第{there}卷{lack}"


def brought_together(files: Sequence[Found]) -> list[Found]:
    """The files in their order; the first volume of an archive bears all of them, the others are only named."""
    bearers: dict[int, Volumes] = {}
    borne: set[int] = set()
    for scheme, members in _sets(files):
        places = [place for _, place in sorted(members.items())]
        parts = tuple((number, files[place].content) for number, place in sorted(members.items()))
        missing = tuple(n for n in range(1, max(members)) if n not in members)
        first = min(places)
        bearers[first] = Volumes(scheme, parts, missing)
        borne |= set(places) - {first}
    return [_told(found, place, bearers, borne) for place, found in enumerate(files)]


def _told(found: Found, place: int, bearers: dict[int, Volumes], borne: set[int]) -> Found:
    if place in bearers:
        return replace(found, volumes=bearers[place])
    return replace(found, is_container=True) if place in borne else found


def _sets(files: Sequence[Found]) -> Iterator[tuple[str, dict[int, int]]]:
    """Scheme, and place of every volume by its number."""
    names = {(f.path, f.name.lower()): place for place, f in enumerate(files) if f.content and f.problem is None}
    sets: dict[tuple[str, str, str], dict[int, int]] = {}
    for (folder, name), place in names.items():
        for scheme, pattern, first in _SCHEMES:
            if found := pattern.fullmatch(name):
                sets.setdefault((folder, scheme, found["stem"]), {}).setdefault(int(found["number"]) + first, place)
                break
    for (folder, scheme, stem), members in sets.items():
        whole = names.get((folder, stem + _WHOLE[scheme])) if scheme in _WHOLE else None
        if whole is not None:
            members[1 if scheme == "r00" else max(members) + 1] = whole
        if _is_archive(files, scheme, members):
            yield scheme, members


def _is_archive(files: Sequence[Found], scheme: str, members: dict[int, int]) -> bool:
    """Not every name that ends in a number is a volume: scans are numbered too."""
    if 0 in members:
        return False
    if scheme != "001":
        return True
    if 1 in members:
        return files[members[1]].content.startswith(_STARTS)
    return all(sniff.media_type(files[place].content) == sniff.UNKNOWN for place in members.values())
