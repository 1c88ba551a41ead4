"""Archives that libarchive cannot do, through The Unarchiver (unar, LGPL) where it is installed, a program of its own.

Solid and encrypted RAR, RAR in several volumes, ARJ. Nothing is unpacked to disk: all files come as one stream, which
is cut by the sizes that the listing told; where the two disagree, or the program reports any trouble, nothing is taken.
"""

import json
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from service.domain.submission import Problem
from service.reading import programs
from service.reading.containers.members import Budget, Member, Opened, Refused, is_decoration, place_of, refused
from service.reading.limits import CONTAINERS
from service.reading.programs import Allowed, ProgramTooSlow

_SECONDS: Final = 30.0  # of one run, and after which no further password is tried
_CPU_SECONDS: Final = 15
_LISTING: Final = 16 << 20  # bytes
_CHARSETS: Final = ("utf-8", "gb18030")  # of names that do not tell theirs: those that are not UTF-8 are Chinese
_UNDECODED: Final = re.compile("%[0-9a-f]{2}")  # how a byte is shown that its charset does not have
_LOCKED: Final = Opened((), Problem.ENCRYPTED, "压缩包已加密，无法读取")


class _NotForLackOfAPassword(Exception):
    """It cannot be had whole, and no password would help."""


def is_there() -> bool:
    """Whether this machine has the program."""
    return programs.find("unar") is not None and programs.find("lsar") is not None


def open_by_unar(parts: Sequence[tuple[str, bytes]], budget: Budget, passwords: Sequence[str] = ()) -> Opened | None:
    """The members within the budget; None when they could not be had whole. Never raises.

    parts: the volumes with names that tell their order, the first one first; passwords: tried one after the other.
    """
    if not is_there():
        return None
    locked = False
    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        place = Path(folder)
        for name, content in parts:
            (place / name).write_bytes(content)
        started = time.monotonic()
        for password in ("", *passwords):
            if time.monotonic() - started > _SECONDS:
                break
            try:
                opened = _try(place, parts[0][0], password, budget)
            except _NotForLackOfAPassword:
                return None
            if opened is not None and opened.problem is not Problem.ENCRYPTED:
                return opened
            locked = locked or opened is not None
    return _LOCKED if locked else None


def _try(place: Path, name: str, password: str, budget: Budget) -> Opened | None:
    try:
        entries = _listed(place, name, password, _CHARSETS[0])
        if entries is not None and any(_UNDECODED.search(_path(entry)) for entry in entries):
            entries = _listed(place, name, password, _CHARSETS[1])
        if entries is None:
            return None
        _admit(entries, budget)
        stream = _unpacked(place, name, password, budget.total)
    except Refused as refusal:
        return refused((), refusal)
    except (ProgramTooSlow, OSError):
        return None
    return _taken(entries, stream, budget)


def _taken(entries: Sequence[dict[str, Any]], stream: bytes | None, budget: Budget) -> Opened | None:
    for taken in (entries, [e for e in entries if not e.get("XADIsLink")]):  # whether links are printed differs
        if stream is not None and sum(map(_size, taken)) == len(stream):
            return _cut(taken, stream, budget)
    if not any(e.get("XADIsEncrypted") for e in entries):
        raise _NotForLackOfAPassword
    return _LOCKED


def _listed(place: Path, name: str, password: str, charset: str) -> list[dict[str, Any]] | None:
    allowed = Allowed(_SECONDS, _CPU_SECONDS, _LISTING)
    ended = programs.run([_program("lsar"), "-j", "-e", charset, "-p", password, name], place, allowed)
    try:
        listing = json.loads(ended.printed)
        entries = [e for e in listing["lsarContents"] if not e.get("XADIsDirectory")]
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
    return entries if entries and ended.code == 0 else None


def _unpacked(place: Path, name: str, password: str, most: int) -> bytes | None:
    """All files one after the other; None on any trouble."""
    command = [_program("unar"), "-q", "-o", "-", "-p", password, name]
    ended = programs.run(command, place, Allowed(_SECONDS, _CPU_SECONDS, most + 1))
    return ended.printed if ended.code == 0 else None


def _program(name: str) -> str:
    return programs.find(name) or name


def _path(entry: dict[str, Any]) -> str:
    return str(entry.get("XADFileName", ""))


def _size(entry: dict[str, Any]) -> int:
    size = entry.get("XADFileSize", 0)
    return size if isinstance(size, int) and size > 0 else 0


def _admit(entries: Sequence[dict[str, Any]], budget: Budget) -> None:
    """Raises Refused before anything is unpacked that the budget does not allow."""
    if any(_size(entry) > CONTAINERS.member_bytes for entry in entries):
        raise Refused(f"压缩包内单个文件超过{CONTAINERS.member_bytes >> 20}MB，未读取")
    if sum(map(_size, entries)) > budget.total:
        raise Refused(f"解压后总量超过{CONTAINERS.total_bytes >> 20}MB，未读取")


def _cut(entries: Sequence[dict[str, Any]], stream: bytes, budget: Budget) -> Opened:
    members: list[Member] = []
    at = 0
    try:
        for entry in entries:
            content = stream[at : at + _size(entry)]
            at += len(content)
            folders, name = place_of(_path(entry))
            if name and not entry.get("XADIsLink") and not is_decoration(folders, name):
                budget.take_member()
                budget.take(len(content))
                members.append(Member(folders, name, content))
    except Refused as refusal:
        return refused(members, refusal)
    return Opened(tuple(members))
