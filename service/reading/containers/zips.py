"""Zip archives (APPNOTE 6.3), read as a stream into memory. Names as Chinese systems write them."""

import io
import struct
import zipfile
import zlib
from lzma import LZMAError

from service.domain.submission import Problem
from service.reading.containers.members import Budget, Member, Opened, Refused, decode_name, is_decoration, place_of
from service.reading.limits import CONTAINERS

_IS_ENCRYPTED = 0x1
_NAME_IS_UTF8 = 0x800
_CHUNK = 256 * 1024
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
    """The members within the budget. Never raises."""
    if content.count(b"PK\x01\x02") > CONTAINERS.directory_entries:
        return Opened((), Problem.REFUSED, f"压缩包内文件超过{CONTAINERS.directory_entries}个，未展开")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _read(archive, budget)
    except _BROKEN:
        return Opened((), Problem.DAMAGED, "压缩包已损坏，无法打开")


def _read(archive: zipfile.ZipFile, budget: Budget) -> Opened:
    members: list[Member] = []
    locked = 0
    for info in archive.infolist():
        folders, name = place_of(_name_of(info))
        if info.is_dir() or not name or is_decoration(folders, name):
            continue
        if info.flag_bits & _IS_ENCRYPTED:
            locked += 1
            continue
        try:
            budget.take_member()
            members.append(_member(archive, info, budget))
        except Refused as refusal:
            return Opened(tuple(members), Problem.REFUSED, str(refusal))
    if locked:
        return Opened(tuple(members), Problem.ENCRYPTED, f"压缩包已加密，有{locked}个文件无法读取")
    return Opened(tuple(members))


def _name_of(info: zipfile.ZipInfo) -> str:
    """The name as its sender saw it. Without the UTF-8 flag zipfile has read the raw bytes as cp437."""
    if info.flag_bits & _NAME_IS_UTF8:
        return info.orig_filename
    try:
        return decode_name(info.orig_filename.encode("cp437"))
    except UnicodeEncodeError:
        return info.orig_filename


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> Member:
    """One member; what is wrong with it alone stays its own problem. Raises Refused."""
    folders, name = place_of(_name_of(info))
    try:
        content = _stream(archive, info, budget)
    except NotImplementedError:
        note = "压缩方式不受支持，请用普通zip格式重新压缩"
        return Member(folders, name, b"", Problem.UNSUPPORTED, note, info.file_size)
    except _BROKEN:
        return Member(folders, name, b"", Problem.DAMAGED, "压缩包内的此文件已损坏", info.file_size)
    budget.take(len(content))
    return Member(folders, name, content)


def _stream(archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: Budget) -> bytes:
    """Unpacks until a limit is passed; declared sizes are not believed. Raises Refused."""
    out = bytearray()
    room = budget.room()
    with archive.open(info) as member:
        while chunk := member.read(_CHUNK):
            out += chunk
            if len(out) > room:
                budget.take(len(out))
            if len(out) > CONTAINERS.ratio_floor and len(out) > CONTAINERS.ratio * max(1, info.compress_size):
                raise Refused("压缩比异常，疑似压缩炸弹，未读取")
    return bytes(out)
