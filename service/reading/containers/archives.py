"""RAR and 7z archives, and zips under a known password, through the system's libarchive, read as a stream into memory.

What libarchive cannot do (solid RAR 4, several volumes, encrypted RAR and 7z) is named, never called damaged.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from service.domain.submission import Problem
from service.reading import sniff
from service.reading.containers.members import Budget, Member, Opened, Refused, decode_name, is_decoration, place_of
from service.reading.limits import CONTAINERS

_FORMATS = {sniff.RAR: ("rar5", "rar"), sniff.SEVEN_ZIP: ("7zip",), sniff.ZIP: ("zip",)}
_NAMES = {sniff.RAR: "rar", sniff.SEVEN_ZIP: "7z", sniff.ZIP: "zip"}
_LOCKED = re.compile(r"ncrypt|[Pp]assphrase|[Cc]rypto")
_ENDED = re.compile(rb"\x03\x05[\x00-\x07][\x00\x01]")  # RAR 5's end block, whose lack libarchive does not mind
_TAIL = 64  # bytes
_BROKEN = re.compile(r"[Tt]runcated|CRC|[Cc]hecksum|[Dd]amaged|[Cc]orrupt|[Uu]nexpected end")


def open_archive(content: bytes, kind: str, budget: Budget, passwords: Sequence[str] = ()) -> Opened:
    """The members of an archive within the budget. Never raises.

    passwords: tried one after the other; none: the archive is opened without.
    """
    best = Opened((), Problem.UNSUPPORTED, _unsupported(kind))
    for password in passwords or (None,):
        for name in _FORMATS[kind]:
            opened = _open(content, name, kind, budget, password)
            if opened.problem is None or opened.members:
                return opened
            best = opened if opened.problem is not Problem.UNSUPPORTED else best
    return best


def can_open(kind: str) -> bool:
    """Whether this machine can open archives of a kind."""
    return kind == sniff.ZIP or _library() is not None


def _library() -> Any:
    """libarchive's binding; None without the system's library."""
    try:
        import libarchive
    except Exception:  # the binding loads the library when it is imported, and fails in its own ways without
        return None
    return libarchive


def _unsupported(kind: str) -> str:
    return f"{_NAMES[kind]}压缩包，本系统无法打开，请改用zip格式"


def _open(content: bytes, name: str, kind: str, budget: Budget, password: str | None) -> Opened:
    libarchive = _library()
    if libarchive is None:
        return Opened((), Problem.UNSUPPORTED, _unsupported(kind))
    members: list[Member] = []
    try:
        with libarchive.memory_reader(content, format_name=name, passphrase=password) as archive:
            for member in _members(archive, len(content), budget):
                members.append(member)
    except Refused as refusal:
        return Opened(tuple(members), Problem.REFUSED, str(refusal))
    except (libarchive.ArchiveError, ValueError, OSError, EOFError) as error:
        return Opened(tuple(members), *_trouble(str(error), kind, bool(members)))
    if name == "rar5" and not _ENDED.search(content[-_TAIL:]):
        if not members:
            return Opened((), Problem.UNSUPPORTED, _unsupported(kind))
        return Opened(tuple(members), Problem.DAMAGED, "压缩包不完整，未能全部读取")
    return Opened(tuple(members))


def _members(archive: Any, packed: int, budget: Budget) -> Iterator[Member]:
    for entry in archive:
        folders, name = place_of(_name_of(entry.pathname))
        if not entry.isreg or not name or is_decoration(folders, name):
            continue
        budget.take_member()
        yield Member(folders, name, _stream(entry, packed, budget))


def _name_of(name: str | bytes | None) -> str:
    return decode_name(name) if isinstance(name, bytes) else name or ""


def _stream(entry: Any, packed: int, budget: Budget) -> bytes:
    """Unpacks until a limit is passed; declared sizes are not believed. Raises Refused."""
    out, room = bytearray(), budget.room()
    for block in entry.get_blocks():
        out += block
        if len(out) > room:
            break
        if len(out) > CONTAINERS.ratio_floor and len(out) > CONTAINERS.ratio * max(1, packed):
            raise Refused("压缩比异常，疑似压缩炸弹，未读取")
    budget.take(len(out))
    return bytes(out)


def _trouble(message: str, kind: str, partly: bool) -> tuple[Problem, str]:
    """What an error of libarchive's means to its sender."""
    if _LOCKED.search(message):
        return Problem.ENCRYPTED, "压缩包已加密，无法读取"
    if _BROKEN.search(message) and kind != sniff.RAR:
        return Problem.DAMAGED, "压缩包已损坏，未能全部读取" if partly else "压缩包已损坏，无法打开"
    return Problem.UNSUPPORTED, _unsupported(kind)
