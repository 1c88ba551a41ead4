"""tar archives, and single files under gzip, bzip2 or xz, by the standard library, read as a stream into memory."""

import bz2
import gzip
import io
import lzma
import tarfile
import zlib
from typing import BinaryIO, cast

from service.domain.submission import Problem
from service.reading import sniff
from service.reading.containers.members import Budget, Member, Opened, Refused, decode_name, is_decoration, place_of
from service.reading.limits import CONTAINERS

_CHUNK = 256 * 1024
_BROKEN = (tarfile.TarError, OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, RecursionError, IndexError)
_SUFFIXES = (".gz", ".bz2", ".xz", ".z")


def open_tar(content: bytes, budget: Budget) -> Opened:
    """The regular files of a tar archive; links and devices are left out. Never raises."""
    members: list[Member] = []
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:", errors="surrogateescape") as archive:
            for info in archive:
                folders, name = place_of(decode_name(info.name.encode("utf-8", "surrogateescape")))
                if not info.isreg() or not name or is_decoration(folders, name):
                    continue
                budget.take_member()
                budget.take(info.size)
                part = archive.extractfile(info)
                members.append(Member(folders, name, part.read() if part else b""))
    except Refused as refusal:
        return Opened(tuple(members), Problem.REFUSED, str(refusal))
    except _BROKEN:
        return Opened(tuple(members), Problem.DAMAGED, "压缩包已损坏，未能全部读取")
    return Opened(tuple(members))


def open_packed(content: bytes, name: str, kind: str, budget: Budget) -> Opened:
    """What one gzip, bzip2 or xz stream holds: the members of a tar, or a single file. Never raises."""
    try:
        inside = _unpack(content, kind, budget)
    except Refused as refusal:
        return Opened((), Problem.REFUSED, str(refusal))
    except _BROKEN:
        return Opened((), Problem.DAMAGED, "压缩文件已损坏，无法打开")
    if sniff.media_type(inside) == sniff.TAR:
        return open_tar(inside, budget)
    try:
        budget.take_member()
        budget.take(len(inside))
    except Refused as refusal:
        return Opened((), Problem.REFUSED, str(refusal))
    return Opened((Member((), _inner_name(name), inside),))


def _unpack(content: bytes, kind: str, budget: Budget) -> bytes:
    """The unpacked stream within the budget. Raises Refused."""
    openers = {sniff.GZIP: gzip.GzipFile, sniff.BZIP2: bz2.BZ2File, sniff.XZ: lzma.LZMAFile}
    out = bytearray()
    source = io.BytesIO(content)
    stream = gzip.GzipFile(fileobj=source) if kind == sniff.GZIP else openers[kind](source)
    with cast(BinaryIO, stream) as packed:
        while chunk := packed.read(_CHUNK):
            out += chunk
            if len(out) > budget.total:
                raise Refused(f"解压后总量超过{CONTAINERS.total_bytes >> 20}MB，未读取")
            if len(out) > CONTAINERS.ratio_floor and len(out) > CONTAINERS.ratio * len(content):
                raise Refused("压缩比异常，疑似压缩炸弹，未读取")
    return bytes(out)


def _inner_name(name: str) -> str:
    lower = name.lower()
    return next((name[: -len(s)] for s in _SUFFIXES if lower.endswith(s) and len(name) > len(s)), name)
