"""Zip archives (APPNOTE 6.3), read as a stream into memory. Names as Chinese systems write them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Sequence
from lzma import LZMAError

from service.domain.submission import Problem
from service.reading.containers.broken_zips import Rescue, open_broken_zip
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
from service.reading.limits import CONTAINERS

_IS_ENCRYPTED = 0x1
_NAME_IS_UTF8 = 0x800
_UNICODE_PATH = 0x7075
_CHUNK = 256 * 1024
_NO_NUMBER = 1000  # of volumes: not told (zip64), or nonsense
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    LZMAError,
    OSError,
    EOFError,
    ValueError,
    struct.error,
    RuntimeError,
    IndexError,
)


def open_zip(content: bytes, budget: Budget) -> Opened:
    """The members within the budget; of a broken archive those that are whole. Never raises."""
    if content.count(b"PK\x01\x02") > CONTAINERS.directory_entries:
        return Opened((), Problem.REFUSED, f"压缩包内文件超过{CONTAINERS.directory_entries}个，未展开")
    if (volume := _volume(content)) > 1:
        return _open_last_volume(content, volume, budget)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive, Rescue(content), budget)
    except _BROKEN:
        return open_broken_zip(content, budget)


def _open_last_volume(content: bytes, volume: int, budget: Budget) -> Opened:
    """The members when all are here, whatever the archive says of itself; else none, and which volumes lack."""
    trial = budget.attempt()
    opened = open_broken_zip(content, trial)
    if opened.problem is not None:
        return Opened((), Problem.UNSUPPORTED, f"分卷zip压缩包的最后一卷（共{volume}卷），本邮件缺前面的分卷")
    budget.settle(trial)
    return opened


def _volume(content: bytes) -> int:
    """Which volume of a split archive this is by its end record (4.3.16); 1 for a whole one."""
    at = content.rfind(b"PK\x05\x06")
    number = struct.unpack_from("<H", content, at + 4)[0] if 0 <= at <= len(content) - 6 else 0
    return int(number) + 1 if number < _NO_NUMBER else 1


def _read(archive: zipfile.ZipFile, rescue: Rescue, budget: Budget) -> Opened:
    members: list[Member] = []
    wanted = [info for info in archive.infolist() if _is_wanted(info)]
    locked = [info for info in wanted if info.flag_bits & _IS_ENCRYPTED]
    free = [info for info in wanted if not info.flag_bits & _IS_ENCRYPTED]
    for number, info in enumerate(free):
        try:
            budget.take_member()
            members.append(_member(archive, info, rescue, budget))
        except Refused as refusal:
            return refused(members, refusal, _names(free[number:]))
    if locked:
        return Opened(tuple(members), Problem.ENCRYPTED, f"压缩包已加密，有{len(locked)}个文件无法读取")
    return Opened(tuple(members))


def _is_wanted(info: zipfile.ZipInfo) -> bool:
    folders, name = place_of(_name_of(info))
    return bool(name) and not info.is_dir() and not is_decoration(folders, name)


def _names(infos: Sequence[zipfile.ZipInfo]) -> list[str]:
    return [place_of(_name_of(info))[1] for info in infos]


def _name_of(info: zipfile.ZipInfo) -> str:
    """The name as its sender saw it. Without the UTF-8 flag zipfile has read the raw bytes as cp437."""
    if info.flag_bits & _NAME_IS_UTF8:
        return info.orig_filename
    try:
        raw = info.orig_filename.encode("cp437")
    except UnicodeEncodeError:
        return info.orig_filename
    return _name_beside(raw, info.extra) or decode_name(raw)


def _name_beside(raw: bytes, extra: bytes) -> str | None:
    """The name in UTF-8 that stands beside the raw one (4.6.9), unless somebody has changed the raw one since."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<HH", extra, at)
        field = extra[at + 4 : at + 4 + size]
        if kind == _UNICODE_PATH and len(field) > 5 and struct.unpack_from("<I", field, 1)[0] == zlib.crc32(raw):
            return field[5:].decode("utf-8", "replace")
        at += 4 + size
    return None


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, rescue: Rescue, budget: Budget) -> Member:
    """One member; what is wrong with it alone stays its own problem. Raises Refused."""
    folders, name = place_of(_name_of(info))
    content: bytes | None
    try:
        content = _stream(archive, info, budget)
    except NotImplementedError:
        note = "压缩方式不受支持，请用普通zip格式重新压缩"
        return Member(folders, name, b"", Problem.UNSUPPORTED, note, info.file_size)
    except _BROKEN:  # zipfile also refuses a name that is not written alike in both places
        content = rescue.data(info.header_offset, info.CRC, budget)
    if content is None:
        return Member(folders, name, b"", Problem.DAMAGED, "压缩包内的此文件已损坏", info.file_size)
    budget.take(len(content))
    return Member(folders, name, content)


def _stream(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> bytes:
    """Unpacks until a limit is passed; declared sizes are not believed. Raises Refused."""
    out = bytearray()
    with archive.open(info) as member:
        while chunk := member.read(_CHUNK):
            out += chunk
            budget.check(len(out), max(1, info.compress_size))
    return bytes(out)
