"""tar archives, and single files under gzip, bzip2, xz and the like, read as a stream into memory."""

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from contextlib import suppress
from typing import BinaryIO, cast

from service.domain.submission import Problem
from service.reading import sniff
from service.reading.containers.archives import unfiltered
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

_CHUNK = 256 * 1024
_BROKEN = (
    tarfile.TarError, OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, RecursionError, IndexError, KeyError,
)  # fmt: skip
_SUFFIXES = {
    ".gz": "", ".bz2": "", ".xz": "", ".z": "", ".zst": "", ".lz": "", ".lzma": "", ".tgz": ".tar", ".tbz": ".tar",
    ".tbz2": ".tar", ".txz": ".tar", ".taz": ".tar",
}  # fmt: skip
_OPENERS = {sniff.GZIP: gzip.GzipFile, sniff.BZIP2: bz2.BZ2File, sniff.XZ: lzma.LZMAFile, sniff.LZMA: lzma.LZMAFile}
_NEEDS_LIBRARY = "压缩文件，本系统无法打开，请改用zip格式"


def open_tar(packed: bytes, budget: Budget) -> Opened:
    """The files of a tar archive; symbolic links and devices are left out. Never raises."""
    members: list[Member] = []
    try:
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:", errors="surrogateescape") as archive:
            for info in archive:
                folders, name = place_of(decode_name(info.name.encode("utf-8", "surrogateescape")))
                if not (info.isreg() or info.islnk()) or not name or is_decoration(folders, name):
                    continue
                budget.take_member()
                budget.check(info.size)
                part = archive.extractfile(info)
                content = part.read(budget.room() + 1) if part else b""
                budget.take(len(content))
                members.append(Member(folders, name, content))
    except Refused as refusal:
        return refused(members, refusal)
    except _BROKEN:
        return Opened(tuple(members), Problem.DAMAGED, "压缩包已损坏，未能全部读取")
    return Opened(tuple(members))


def open_packed(content: bytes, name: str, kind: str, budget: Budget) -> Opened:
    """What one packed stream holds: the members of a tar, or a single file. Never raises."""
    try:
        inside = _unpack(content, kind, budget)
    except Refused as refusal:
        return refused((), refusal)
    except _BROKEN:
        if kind in _OPENERS:
            return Opened((), Problem.DAMAGED, "压缩文件已损坏，无法打开")
        return Opened((), Problem.UNSUPPORTED, _NEEDS_LIBRARY)
    if sniff.media_type(inside) == sniff.TAR:
        return open_tar(inside, budget)
    try:
        budget.take_member()
        budget.take(len(inside))
    except Refused as refusal:
        return refused((), refusal)
    return Opened((Member((), _inner_name(name), inside),))


def _unpack(content: bytes, kind: str, budget: Budget) -> bytes:
    """The unpacked stream within the budget. Raises Refused, and what the unpackers raise."""
    if kind in _OPENERS:
        with suppress(*_BROKEN):
            return _by_standard_library(content, kind, budget)
    return unfiltered(content, budget)


def _by_standard_library(content: bytes, kind: str, budget: Budget) -> bytes:
    out = bytearray()
    source = io.BytesIO(content)
    stream = gzip.GzipFile(fileobj=source) if kind == sniff.GZIP else _OPENERS[kind](source)
    with cast(BinaryIO, stream) as packed:
        while chunk := packed.read(_CHUNK):
            out += chunk
            budget.check_total(len(out), len(content))
    return bytes(out)


def _inner_name(name: str) -> str:
    lower = name.lower()
    fitting = ((s, ending) for s, ending in _SUFFIXES.items() if lower.endswith(s) and len(name) > len(s))
    return next((name[: -len(s)] + ending for s, ending in fitting), name)
