"""Files in BinHex 4.0 (RFC 1741), AppleSingle (RFC 1740) and yEnc 1.3, as programs for the Macintosh and for news
groups wrote them.

Whole or not at all: without the right check sums and sizes the answer is None, and the file is named instead.
Linear, bounded, never raises.
"""

import binascii
import re
import struct
import zlib
from dataclasses import dataclass, field

from service.reading.charsets import decode
from service.reading.found import safe_name
from service.reading.limits import CONTAINERS

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_BINHEX = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
_TO_BASE64 = bytes.maketrans(_BINHEX, _BASE64)
_HEXED = re.compile(rb"\(This file must be converted with BinHex[^\r\n]{0,80}\s{1,20}:([^:]+):")
_REPEAT = 0x90
_ESCAPES = 2_000_000  # in one file: each costs memory
_YBEGIN = re.compile(rb"=ybegin [^\r\n]{0,100}?\bsize=(\d{1,12})[^\r\n]{0,100}? name=([^\r\n]{1,300})\r?\n")
_YPART = re.compile(rb"=ypart begin=1 end=(\d{1,12})[^\r\n]{0,50}\r?\n")
_YEND = re.compile(rb"^=yend [^\r\n]{0,200}", re.MULTILINE)
_YSUM = re.compile(rb"\bp?crc32=([0-9A-Fa-f]{8})\b")
_APPLE_SINGLE, _DATA, _REAL_NAME = b"\0\5\x16\0\0", 1, 3
_SHIFTED = bytes((byte - 42) & 255 for byte in range(256))


@dataclass(frozen=True, slots=True)
class OldFile:
    """A file that was taken out whole, and where its code ends."""

    name: str
    content: bytes = field(repr=False)
    end: int


def from_old_code(body: bytes) -> OldFile | None:
    """The file that some bytes begin with in one of these codes; None when there is none, or when it is not whole."""
    return _from_binhex(body) or _from_yenc(body) or _from_apple_single(body)


def _from_binhex(body: bytes) -> OldFile | None:
    found = _HEXED.match(body)
    if found is None:
        return None
    packed = found[1].translate(_TO_BASE64, b" \t\r\n")
    try:
        plain = _repeated(binascii.a2b_base64(packed + b"=" * (-len(packed) % 4)))
        head = 1 + plain[0] + 21
        size = struct.unpack(">I", plain[head - 10 : head - 6])[0]
        sums = struct.unpack(">H", plain[head - 2 : head])[0], struct.unpack(">H", plain[head + size :][:2])[0]
    except (binascii.Error, struct.error, IndexError, OverflowError):
        return None
    content = plain[head : head + size]
    if (binascii.crc_hqx(plain[: head - 2], 0), binascii.crc_hqx(content, 0)) != sums:
        return None
    return OldFile(safe_name(decode(plain[1 : 1 + plain[0]])), content, found.end())


def _repeated(packed: bytes) -> bytes:
    """Runs written out again: a byte, 0x90, how often; 0x90 before a zero is itself. Raises OverflowError."""
    if packed.count(_REPEAT) > _ESCAPES:
        raise OverflowError
    first, *others = packed.split(bytes([_REPEAT]))
    out = bytearray(first)
    for piece in others:
        count = piece[0] if piece else 0
        out += bytes([_REPEAT]) if count == 0 else out[-1:] * (count - 1)
        out += piece[1:]
        if len(out) > CONTAINERS.member_bytes:
            raise OverflowError
    return bytes(out)


def _from_yenc(body: bytes) -> OldFile | None:
    begin = _YBEGIN.match(body)
    end = _YEND.search(body, begin.end()) if begin else None
    if begin is None or end is None:
        return None
    size, start = int(begin[1]), begin.end()
    if part := _YPART.match(body, start):
        if int(part[1]) != size:
            return None  # the rest of it came in other mails
        start = part.end()
    if body.count(b"=", start, end.start()) > _ESCAPES:
        return None
    first, *escaped = body[start : end.start()].translate(None, b"\r\n").split(b"=")
    content = (first + b"".join(bytes([(p[0] - 64) & 255]) + p[1:] for p in escaped if p)).translate(_SHIFTED)
    told = _YSUM.search(end[0])
    if len(content) != size or (told and int(told[1], 16) != zlib.crc32(content)):
        return None
    return OldFile(safe_name(decode(begin[2])), content, end.end())


def _from_apple_single(body: bytes) -> OldFile | None:
    if not body.startswith(_APPLE_SINGLE):
        return None
    try:
        count = struct.unpack(">H", body[24:26])[0]
        entries = [struct.unpack(">III", body[26 + 12 * n : 38 + 12 * n]) for n in range(count)]
    except struct.error:
        return None
    parts = {kind: body[start : start + size] for kind, start, size in entries if start + size <= len(body)}
    if not parts.get(_DATA):
        return None
    return OldFile(safe_name(decode(parts.get(_REAL_NAME, b""))), parts[_DATA], len(body))
