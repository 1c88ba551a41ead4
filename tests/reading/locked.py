"""Files under a password, as office programs write them."""

import hashlib
import io
import struct
from collections.abc import Iterator


def locked_package(content: bytes, password: str) -> bytes:
    """An .xlsx or .docx under agile encryption ([MS-OFFCRYPTO] 2.3.4.10)."""
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(password, out)
    return out.getvalue()


def locked_workbook(stream: bytes, password: str) -> bytes:
    """The Workbook stream of a .xls under 40-bit RC4 ([MS-XLS] 2.2.10; [MS-OFFCRYPTO] 2.3.6)."""
    salt, verifier = bytes(range(16)), bytes(range(16, 32))
    cipher = _Rc4Blocks(password, salt)
    proof = cipher.hide(0, verifier + hashlib.md5(verifier).digest())
    first = 4 + struct.unpack_from("<H", stream, 2)[0]
    file_pass = struct.pack("<HHHHH", 0x2F, 54, 1, 1, 1) + salt + proof
    whole = bytearray(stream[:first] + file_pass + stream[first:])
    _shift_places(whole, len(file_pass))
    at = 0
    while at + 4 <= len(whole):
        kind, size = struct.unpack_from("<HH", whole, at)
        if kind not in (0x809, 0x2F):
            clear = 4 if kind == 0x85 else 0  # where a sheet begins stays readable
            body = cipher.hide(at + 4, bytes(whole[at + 4 : at + 4 + size]))
            whole[at + 4 + clear : at + 4 + size] = body[clear:]
        at += 4 + size
    rest = -len(whole) % 4
    return (
        bytes(whole) + struct.pack("<HH", 0, rest) + b"\0" * rest
    )  # the end of the file's last sector in whole records


def _shift_places(stream: bytearray, by: int) -> None:
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == 0x85:
            struct.pack_into("<I", stream, at + 4, struct.unpack_from("<I", stream, at + 4)[0] + by)
        at += 4 + size


class _Rc4Blocks:
    """RC4 with a fresh key for every 1024 bytes of the stream."""

    def __init__(self, password: str, salt: bytes) -> None:
        first = hashlib.md5(password.encode("utf-16-le")).digest()[:5]
        self._base = hashlib.md5((first + salt) * 16).digest()[:5]

    def hide(self, at: int, plain: bytes) -> bytes:
        return bytes(b ^ self._key_byte(at + n) for n, b in enumerate(plain))

    def _key_byte(self, place: int) -> int:
        block, within = divmod(place, 1024)
        if getattr(self, "_block", None) != block:
            key = hashlib.md5(self._base + struct.pack("<I", block)).digest()
            self._block, self._bytes = block, [b for b, _ in zip(rc4(key), range(1024), strict=False)]
        return self._bytes[within]


def rc4(key: bytes) -> Iterator[int]:
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) & 255
        box[i], box[j] = box[j], box[i]
    i = j = 0
    while True:
        i = (i + 1) & 255
        j = (j + box[i]) & 255
        box[i], box[j] = box[j], box[i]
        yield box[(box[i] + box[j]) & 255]
