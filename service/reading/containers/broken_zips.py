"""Zips without a readable directory: cut short in sending, or with their end overwritten.

Every member stands behind a header of its own (APPNOTE 4.3.7). Those that are whole, by their check sum, are taken.
"""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from service.domain.submission import Problem
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

_HEADER: Final = b"PK\x03\x04"
_LENGTH: Final = 30
_IS_ENCRYPTED, _SIZES_FOLLOW = 0x1, 0x8
_STORED, _DEFLATED = 0, 8
_MOST_HEADERS: Final = 5_000
_CHUNK: Final = 64 * 1024
_BROKEN: Final = "压缩包已损坏，无法打开"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One local header: where its data begin, and what it claims."""

    name: str
    start: int
    at: int
    method: int
    flags: int
    crc: int
    packed: int


class Rescue:
    """Finds single members of a sound archive where its directory and their own headers disagree."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def data(self, start: int, crc: int, budget: Budget) -> bytes | None:
        """The bytes with this check sum, whose header the directory places at start. Raises Refused."""
        for entry in (self._by_start.get(start), self._by_crc.get(crc)):
            data = _data(self._content, replace(entry, crc=crc), budget) if entry else None
            if data is not None and zlib.crc32(data) == crc:
                return data
        return None

    @cached_property
    def _entries(self) -> tuple[_Entry, ...]:
        return tuple(_entries(self._content))

    @cached_property
    def _by_start(self) -> dict[int, _Entry]:
        return {entry.start: entry for entry in self._entries}

    @cached_property
    def _by_crc(self) -> dict[int, _Entry]:
        return {entry.crc: entry for entry in self._entries if entry.crc}


def open_broken_zip(content: bytes, budget: Budget) -> Opened:
    """The whole members within the budget, under a problem unless all are whole. Never raises."""
    members: list[Member] = []
    whole = 0
    try:
        for entry in _entries(content):
            folders, name = place_of(entry.name)
            data = _data(content, entry, budget)
            whole += data is not None
            if data is None or not name or entry.name.endswith("/") or is_decoration(folders, name):
                continue
            budget.take_member()
            budget.take(len(data))
            members.append(Member(folders, name, data))
    except Refused as refusal:
        return refused(members, refusal)
    if not members:
        return Opened((), Problem.DAMAGED, _BROKEN)
    if whole == _count(content):
        return Opened(tuple(members))
    return Opened(tuple(members), Problem.DAMAGED, f"压缩包不完整，只读出其中完整的{len(members)}个文件")


def _count(content: bytes) -> int:
    """How many members there are by the end record (4.3.16); -1 without one."""
    at = content.rfind(b"PK\x05\x06")
    return int(struct.unpack_from("<H", content, at + 10)[0]) if 0 <= at <= len(content) - 12 else -1


def _entries(content: bytes) -> Iterator[_Entry]:
    at = content.find(_HEADER)
    for _ in range(_MOST_HEADERS):
        if at < 0 or at + _LENGTH > len(content):
            return
        flags, method = struct.unpack_from("<HH", content, at + 6)
        crc, packed, _, name, extra = struct.unpack_from("<IIIHH", content, at + 14)
        start = at + _LENGTH + name + extra
        yield _Entry(decode_name(content[at + _LENGTH : at + _LENGTH + name]), at, start, method, flags, crc, packed)
        at = content.find(_HEADER, start if flags & _SIZES_FOLLOW else start + packed)


def _data(content: bytes, entry: _Entry, budget: Budget) -> bytes | None:
    """A member's bytes, None when they are not whole or cannot be told. Raises Refused."""
    if entry.flags & _IS_ENCRYPTED:
        return None
    if entry.method == _STORED and not entry.flags & _SIZES_FOLLOW:
        data = content[entry.at : entry.at + entry.packed]
        return data if zlib.crc32(data) == entry.crc else None
    return _inflated(content, entry, budget) if entry.method == _DEFLATED else None


def _inflated(content: bytes, entry: _Entry, budget: Budget) -> bytes | None:
    stream, out, at = zlib.decompressobj(-15), bytearray(), entry.at
    try:
        while not stream.eof and at < len(content):
            out += stream.decompress(content[at : at + _CHUNK])
            at += _CHUNK
            budget.check(len(out), at - entry.at)
    except zlib.error:
        return None
    if not stream.eof:
        return None
    end = min(at, len(content)) - len(stream.unused_data)
    crc = entry.crc if not entry.flags & _SIZES_FOLLOW else _crc_at(content, end)
    return bytes(out) if zlib.crc32(out) == crc else None


def _crc_at(content: bytes, at: int) -> int:
    """The check sum of a data descriptor (4.3.9), which may begin with a mark; -1 when it is cut off."""
    at += 4 if content[at : at + 4] == b"PK\x07\x08" else 0
    return int(struct.unpack_from("<I", content, at)[0]) if len(content) >= at + 4 else -1
