"""RAR, 7z and what few people use still, and zips under a known password: through the system's libarchive, as a
stream into memory; what it cannot do, through `unar`.

What neither can do is named, never called damaged.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from service.domain.submission import Problem
from service.reading import sniff
from service.reading.containers.members import (
    Budget,
    Member,
    Opened,
    Refused,
    decode_name,
    is_decoration,
    place_of,
    refused,
)
from service.reading.containers.unar import open_by_unar

_FORMATS: Final = {
    sniff.RAR: ("rar5", "rar"), sniff.SEVEN_ZIP: ("7zip",), sniff.ZIP: ("zip",), sniff.CAB: ("cab",),
    sniff.LHA: ("lha",), sniff.ISO: ("iso9660",), sniff.CPIO: ("cpio",), sniff.ARJ: (),
}  # fmt: skip
_NAMES: Final = {
    sniff.RAR: "rar", sniff.SEVEN_ZIP: "7z", sniff.ZIP: "zip", sniff.CAB: "cab", sniff.LHA: "lzh", sniff.ISO: "iso",
    sniff.CPIO: "cpio", sniff.ARJ: "arj",
}  # fmt: skip
_CHECKED: Final = frozenset({sniff.SEVEN_ZIP, sniff.ZIP})
"""Kinds of which libarchive knows so much that what it calls damaged is damaged."""
_LOCKED: Final = re.compile(r"ncrypt|[Pp]assphrase|[Cc]rypto")
_ENDED: Final = re.compile(rb"\x03\x05[\x00-\x07][\x00\x01]")  # RAR 5's end block, whose lack libarchive does not mind
_TAIL: Final = 64  # bytes
_REFERENCE: Final = "压缩包内没有这个文件的内容，只指向包内另一个相同的文件"
_BROKEN: Final = re.compile(r"[Tt]runcated|CRC|[Cc]hecksum|[Dd]amaged|[Cc]orrupt|[Uu]nexpected end")


def open_archive(content: bytes, kind: str, budget: Budget, passwords: Sequence[str] = ()) -> Opened:
    """The members of an archive within the budget. Never raises.

    passwords: tried one after the other where the archive is locked.
    """
    if kind in sniff.BEGINNINGS:
        content = content[max(0, sniff.archive_start(content, kind)) :]
    opened = _by_libarchive(content, kind, budget, passwords)
    is_locked = opened.problem is Problem.ENCRYPTED
    if opened.problem is not Problem.UNSUPPORTED and not (is_locked and passwords):
        return opened
    trial = budget.attempt()
    second = open_by_unar([(f"archive.{_NAMES[kind]}", content)], trial, passwords)
    if second is None or (is_locked and second.problem is not None):
        return opened
    budget.settle(trial)
    return second


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


def _by_libarchive(content: bytes, kind: str, budget: Budget, passwords: Sequence[str]) -> Opened:
    """Tried with every password; what an attempt that failed has unpacked does not count."""
    best, spent = Opened((), Problem.UNSUPPORTED, _unsupported(kind)), budget
    for password in (None, *passwords):
        for name in _FORMATS[kind]:
            trial = budget.attempt()
            opened = _open(content, name, kind, trial, password)
            if opened.problem is not Problem.UNSUPPORTED or opened.members:
                best, spent = opened, trial
            if opened.problem is None or opened.members:
                break
        if best.problem is not Problem.ENCRYPTED:
            break
    budget.settle(spent)
    return best


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
        return refused(members, refusal)
    except (libarchive.ArchiveError, ValueError, OSError, EOFError) as error:
        return Opened(tuple(members), *_trouble(str(error), kind, bool(members)))
    if name == "rar5" and not _ENDED.search(content[-_TAIL:]):
        if not members:
            return Opened((), Problem.UNSUPPORTED, _unsupported(kind))
        return Opened(tuple(members), Problem.DAMAGED, "压缩包不完整，未能全部读取")
    return Opened(tuple(members))


def _members(archive: Any, packed: int, budget: Budget) -> Iterator[Member]:
    contents: dict[str, bytes] = {}  # by path: a hard link stands for what was there before
    for entry in archive:
        path = _name_of(entry.pathname)
        folders, name = place_of(path)
        if not (entry.isreg or entry.islnk) or not name or is_decoration(folders, name):
            continue
        budget.take_member()
        content = _stream(entry, packed, budget)
        if entry.size is not None and len(content) != entry.size and not entry.islnk:
            raise EOFError  # a packing method that libarchive does not know gives nothing, and no error
        if entry.islnk and not content:
            content = contents.get(_name_of(entry.linkpath), b"")
            budget.take(len(content))
        if not content and entry.size is None:
            yield Member(folders, name, b"", Problem.UNSUPPORTED, _REFERENCE)
            continue
        contents[path] = content
        yield Member(folders, name, content)


def _name_of(name: str | bytes | None) -> str:
    return decode_name(name) if isinstance(name, bytes) else name or ""


def _stream(entry: Any, packed: int, budget: Budget) -> bytes:
    """Unpacks until a limit is passed; declared sizes are not believed. Raises Refused."""
    out = bytearray()
    for block in entry.get_blocks():
        out += block
        budget.check(len(out), max(1, packed))
    budget.take(len(out))
    return bytes(out)


def _trouble(message: str, kind: str, partly: bool) -> tuple[Problem, str]:
    """What an error of libarchive's means to its sender."""
    if _LOCKED.search(message):
        return Problem.ENCRYPTED, "压缩包已加密，无法读取"
    if _BROKEN.search(message) and kind in _CHECKED:
        return Problem.DAMAGED, "压缩包已损坏，未能全部读取" if partly else "压缩包已损坏，无法打开"
    return Problem.UNSUPPORTED, _unsupported(kind)


def unfiltered(content: bytes, budget: Budget) -> bytes:
    """What one packed stream holds (zstd, compress, lzip; gzip with something behind it). Raises Refused, OSError."""
    libarchive = _library()
    if libarchive is None:
        raise OSError
    out = bytearray()
    try:
        with libarchive.memory_reader(content, format_name="raw", filter_name="all") as archive:
            for entry in archive:
                out += _stream(entry, len(content), budget.attempt())
    except libarchive.ArchiveError as error:
        raise OSError from error
    return bytes(out)
