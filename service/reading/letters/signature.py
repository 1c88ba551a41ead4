"""Signer and date from the foot of a letter. Two readings that disagree make a field unsure, not a guess."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rapidfuzz.distance import Levenshtein

from service.reading.letters.dates import Dated, find_date
from service.reading.letters.model import Line
from service.reading.letters.names import Directory, unit_name
from service.reading.letters.text import bare, chinese, clean

_SHORT = 14  # characters beside a date: more, and it stands in a sentence
_FOOT = 8  # lines at the end of a letter without a date that may hold the signer
_ABOVE = 4  # lines above the date that may hold the signer
_SURE_CHARACTER = 0.75  # a digit less certain than this is not relied on
_SURE_NAME = 0.8  # and a character of a name that neither directory nor letterhead knows
_ALIKE = 0.6  # a shaky signature this near to the letterhead is the letterhead's unit
_OTHER_DATES = re.compile(r"截止|日前|前报送|于.{0,20}日|自.{0,20}日|月.{0,6}日至")


@dataclass(frozen=True, slots=True)
class Signature:
    signer: str | None = None
    day: date | None = None
    candidates: tuple[str, ...] = ()  # best first, the signer among them
    signer_sure: float = 0.0
    date_sure: float = 0.0
    lines: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class _Named:
    """A name that could be the signer: every way it was read, and how sure the best one is."""

    readings: tuple[str, ...]
    sure: float
    lines: tuple[Line, ...]

    @property
    def is_text(self) -> bool:
        """True when nothing was recognised: the characters are those of the file."""
        return not any(line.sure for line in self.lines)


def read_signature(pages: Sequence[Sequence[Line]], heads: Sequence[str], directory: Directory) -> Signature:
    """Signer and date from the lines below the salutation, page by page; heads: the units of the letterhead."""
    signed_pages = [(lines, place) for lines in pages if (place := _date_line(lines)) is not None]
    tried = [_signed_and_dated(lines, place, heads, directory) for lines, place in signed_pages]
    found = next((one for one in tried if one.signer and one.day), next((one for one in tried if one.signer), None))
    if found is None and tried:
        found = tried[-1]
    if found is not None:
        return found
    last = next((list(lines) for lines in reversed(pages) if lines), [])
    return _concluded(_signed(reversed(last[-_FOOT:]), directory), heads, directory, None, None, 0.0)


def _signed_and_dated(lines: Sequence[Line], place: int, heads: Sequence[str], directory: Directory) -> Signature:
    dated, sure = _date_of(lines[place], directory.usual_years)
    return _concluded(_signed(_above(lines, place), directory), heads, directory, lines[place], dated, sure)


def _concluded(
    signed: _Named | None, heads: Sequence[str], directory: Directory, at: Line | None, dated: date | None, sure: float
) -> Signature:
    signer, signer_sure = _signer(signed, heads, directory)
    readings = signed.readings if signed else ()
    names = [name for name in (signer, *readings, *heads) if name]
    lines = (*(signed.lines if signed else ()), *((at,) if at else ()))
    return Signature(signer, dated, tuple(dict.fromkeys(names)), signer_sure, sure, lines)


def _date_line(lines: Sequence[Line]) -> int | None:
    """The last line that is a date, or a name and a date, and no sentence."""
    for place in range(len(lines) - 1, -1, -1):
        readings = (lines[place].text, *(words.text for words in lines[place].other))
        if any(_is_date_line(reading) for reading in readings):
            return place
    return None


def _is_date_line(text: str) -> bool:
    plain = clean(text).replace(" ", "")
    found = find_date(plain)
    if found is None or _OTHER_DATES.search(plain[found.start - 2 if found.start > 2 else 0 :]):
        return False
    before, after = plain[: found.start], plain[found.end :]
    if chinese(after) > 2 or re.search(r"[，。；]", before):
        return False
    return chinese(before) <= _SHORT or before.endswith((" ", "）", ")")) or len(before) < 30


def _date_of(line: Line, usual_years: frozenset[int]) -> tuple[date | None, float]:
    """The date that the readings of a line agree on, else the surer one's, else none."""
    found = [
        (dated, _certainty(text, sure, dated, usual_years))
        for text, sure in _readings(line)
        if (dated := find_date(text)) is not None
    ]
    if not found:
        return None, 0.0
    days = {dated.day for dated, _ in found}
    best, sure = max(found, key=lambda pair: pair[1])
    if len(days) == 1:
        sure = min(1.0, sure + 0.1 * (len(found) - 1))
        return (best.day, sure) if sure >= _SURE_CHARACTER * 0.8 else (None, 0.0)
    next_best = max(certain for dated, certain in found if dated.day != best.day)
    return (best.day, sure * 0.8) if sure >= 0.9 and next_best < 0.7 else (None, 0.0)


def _readings(line: Line) -> list[tuple[str, tuple[float, ...]]]:
    return [(line.text, line.sure), *((words.text, words.sure) for words in line.other)]


def _certainty(text: str, sure: tuple[float, ...], dated: Dated, usual_years: frozenset[int]) -> float:
    """Of the least certain character of a date. The year vouches for itself when it is a usual one."""
    usual = dated.day.year in usual_years
    certainty = min(_aligned(text, sure)[dated.year_end if usual else dated.start : dated.end], default=1.0)
    return certainty * (0.5 if not usual and sure else 0.95 if dated.guessed else 1.0)


def _aligned(text: str, sure: tuple[float, ...]) -> list[float]:
    """Certainties of the characters that `clean` keeps."""
    if not sure or len(sure) != len(text):
        return [min(sure, default=1.0)] * len(text)
    return [certain for char, certain in zip(text, sure, strict=True) if not char.isspace()]


def _above(lines: Sequence[Line], place: int) -> Iterator[Line]:
    """The date's own line (a name may stand before the date), then what stands above it, nearest first."""
    return itertools.islice(reversed(lines[: place + 1]), _ABOVE + 1)


def _signed(lines: Iterator[Line], directory: Directory) -> _Named | None:
    """The nearest line that names a unit, joined with the one above when a long name is broken in two."""
    below: Line | None = None
    for line in lines:
        readings = tuple(_before_date(text) for text, _ in _readings(line))
        named = tuple(reading for reading in readings if directory.names_unit(reading))
        if named:
            return _joined(named, line, lines, directory)
        below = line if below is None else below
    return None


def _joined(named: tuple[str, ...], line: Line, above: Iterator[Line], directory: Directory) -> _Named:
    names = tuple(dict.fromkeys(unit_name(reading) for reading in named))
    sure = max(min(certain, default=1.0) for text, certain in _readings(line) if unit_name(_before_date(text)) in names)
    upper = next(above, None)
    if upper is not None and _continues(upper, line, names[0], directory):
        names = tuple(unit_name(upper.text) + name for name in names)
        sure = min(sure, min(upper.sure, default=1.0))
        return _Named(names, sure, (upper, line))
    return _Named(names, sure, (line,))


def _continues(upper: Line, line: Line, name: str, directory: Directory) -> bool:
    """True when a signature's upper line is the beginning of the name, not a unit or a sentence of its own."""
    start = unit_name(upper.text)
    if directory.knows(name) or directory.names_unit(upper.text) or not 3 <= chinese(start) <= 24:
        return False
    if re.search(r"[，。；：:《》？]|附件|此致|敬礼|特此|函报|联系", clean(upper.text)):
        return False
    if upper.box is None or line.box is None:
        return directory.knows(start + name)
    close = line.box.top - upper.box.bottom < 1.2 * line.box.height
    same_place = upper.box.left < line.box.right and line.box.left < upper.box.right
    return close and same_place and upper.box.left > 0.25


def _before_date(text: str) -> str:
    plain = clean(text)
    found = find_date(plain)
    return plain.replace(" ", "")[: found.start] if found else plain


def _signer(signed: _Named | None, heads: Sequence[str], directory: Directory) -> tuple[str | None, float]:
    """The signature as read; where it is shaky, what directory and letterhead say for one of its readings."""
    if signed is None:
        head = heads[0] if len(heads) == 1 else None
        return head, 0.6 if head else 0.0
    known = directory.chosen(signed.readings)
    if known is not None:
        return known, max(signed.sure, 0.9)
    for head, reading in itertools.product(heads, signed.readings):
        if _same_unit(head, reading):
            return reading, max(signed.sure, 0.9)
    if signed.is_text:
        return signed.readings[0], 0.9
    alike = next((head for head in heads for reading in signed.readings if _alike(head, reading)), None)
    if alike is not None:  # the letterhead is large and no seal lies over it: the signature was misread
        return alike, 0.7
    if len(signed.readings) == 1 and signed.sure >= _SURE_NAME:
        return signed.readings[0], signed.sure * 0.9
    return None, 0.0


def _alike(head: str, reading: str) -> bool:
    return Levenshtein.normalized_similarity(bare(head), bare(reading)) >= _ALIKE


def _same_unit(head: str, reading: str) -> bool:
    """Equal, or one is the other with its province in front."""
    short, long = sorted((bare(head), bare(reading)), key=len)
    return long.endswith(short) and len(short) >= 5 and len(short) >= len(long) / 2
