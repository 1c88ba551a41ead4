"""Archives as people's programs write them."""

import io
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping


def zipped(files: Mapping[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def zipped_with_raw_name(raw: bytes, content: bytes) -> bytes:
    """One member whose name is these bytes, without the UTF-8 flag."""
    placeholder = b"x" * len(raw)
    return zipped({placeholder.decode(): content}).replace(placeholder, raw)


def encrypted(content: bytes) -> bytes:
    """The archive with the encryption flag set on every member."""
    out = bytearray(content)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = out.find(mark)
        while at >= 0:
            flags = struct.unpack_from("<H", out, at + offset)[0]
            struct.pack_into("<H", out, at + offset, flags | 1)
            at = out.find(mark, at + 4)
    return bytes(out)


def tarred(files: Mapping[bytes, bytes], mode: str = "w") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode, encoding="utf-8", errors="surrogateescape") as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name.decode("utf-8", "surrogateescape"))
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return out.getvalue()


def rar4(files: Mapping[str, bytes]) -> bytes:
    """Stored, with names as Chinese Windows writes them (RAR 4 technical note)."""

    def block(kind: int, flags: int, rest: bytes) -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head

    out = b"Rar!\x1a\x07\x00" + block(0x73, 0, b"\0" * 6)
    for name, content in files.items():
        raw = name.encode("gb18030")
        sizes = struct.pack("<II", len(content), len(content))
        rest = sizes + struct.pack("<BIIBBHI", 2, zlib.crc32(content), 0x50740000, 20, 0x30, len(raw), 0x20) + raw
        out += block(0x74, 0x8000, rest) + content
    return out + block(0x7B, 0x4000, b"")


def rar5(files: Mapping[str, bytes]) -> bytes:
    """Stored (RAR 5.0 archive format)."""

    def number(value: int) -> bytes:
        low, rest = value & 0x7F, value >> 7
        return bytes([low | 0x80]) + number(rest) if rest else bytes([low])

    def block(head: bytes) -> bytes:
        sized = number(len(head)) + head
        return struct.pack("<I", zlib.crc32(sized)) + sized

    out = b"Rar!\x1a\x07\x01\x00" + block(number(1) + number(0) + number(0))
    for name, content in files.items():
        raw, size = name.encode(), number(len(content))
        crc = struct.pack("<I", zlib.crc32(content))
        told = number(4) + size + number(0o100644) + crc + number(0) + number(1) + number(len(raw)) + raw
        out += block(number(2) + number(2) + size + told) + content
    return out + block(number(5) + number(0) + number(0))


def locked_zip(name: str, content: bytes, password: bytes) -> bytes:
    """One stored member under the traditional PKWARE encryption (APPNOTE 6.1)."""
    keys = [0x12345678, 0x23456789, 0x34567890]

    def crc(old: int, byte: int) -> int:
        return zlib.crc32(bytes([byte]), old ^ 0xFFFFFFFF) ^ 0xFFFFFFFF

    def update(byte: int) -> None:
        keys[0] = crc(keys[0], byte)
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = crc(keys[2], keys[1] >> 24)

    def encrypt(byte: int) -> int:
        mixed = (keys[2] | 2) & 0xFFFF
        update(byte)
        return byte ^ ((mixed * (mixed ^ 1)) >> 8 & 0xFF)

    for byte in password:
        update(byte)
    plain = b"\0" * 11 + bytes([zlib.crc32(content) >> 24 & 0xFF]) + content
    hidden = bytes(map(encrypt, plain))
    stored = bytearray(zipped({name: b"#" * len(hidden)}, zipfile.ZIP_STORED).replace(b"#" * len(hidden), hidden))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = stored.find(mark)
        flags = struct.unpack_from("<H", stored, at + offset)[0]
        struct.pack_into("<H", stored, at + offset, flags | 1)
        struct.pack_into("<I", stored, at + offset + 8, zlib.crc32(content))
        struct.pack_into("<I", stored, at + offset + 16, len(content))
    return bytes(stored)


def tnef(name: bytes, content: bytes, code_page: int = 936) -> bytes:
    """A winmail.dat with one file, its name in the code page of Chinese Windows (MS-OXTNEF)."""
    return _tnef(code_page) + _tnef_attribute(2, 0x00018010, name + b"\0") + _tnef_attribute(2, 0x0006800F, content)


def tnef_with_a_mail(name: bytes, mail: bytes) -> bytes:
    """A winmail.dat with a mail in it, which is a winmail.dat of its own (MS-OXTNEF section 2.1.3.3.15)."""
    size = 16 + len(mail)
    attributes = struct.pack("<I", 2)
    attributes += struct.pack("<HHII", 0x001E, 0x3704, 1, len(name) + 1) + (name + b"\0").ljust(
        -(-(len(name) + 1) // 4) * 4, b"\0"
    )
    inside = bytes.fromhex("0703020000000000c000000000000046") + mail
    attributes += struct.pack("<HHII", 0x000D, 0x3701, 1, size) + inside.ljust(-(-size // 4) * 4, b"\0")
    return _tnef(936) + _tnef_attribute(2, 0x00069005, attributes)


def _tnef(code_page: int) -> bytes:
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += _tnef_attribute(1, 0x00089006, struct.pack("<I", 0x00010000))  # attTnefVersion
    out += _tnef_attribute(1, 0x00069007, struct.pack("<II", code_page, 0))  # attOemCodepage
    return out + _tnef_attribute(2, 0x00069002, b"\1\0" + b"\0" * 12)  # attAttachRendData begins a file


def _tnef_attribute(level: int, kind: int, data: bytes) -> bytes:
    return struct.pack("<BII", level, kind, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def rar4_volumes(name: str, content: bytes, count: int) -> list[bytes]:
    """One stored file over several RAR 4 volumes (technical note: split-before and split-after flags)."""

    def block(kind: int, flags: int, rest: bytes) -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head

    size, raw, volumes = -(-len(content) // count), name.encode("gb18030"), []
    for number in range(count):
        piece, last = content[number * size : (number + 1) * size], number == count - 1
        crc = zlib.crc32(content if last else piece)
        told = struct.pack("<II", len(piece), len(content))
        rest = told + struct.pack("<BIIBBHI", 2, crc, 0x50740000, 20, 0x30, len(raw), 0x20) + raw
        out = b"Rar!\x1a\x07\x00" + block(0x73, 0x0011 | (0x0100 if number == 0 else 0), b"\0" * 6)
        out += block(0x74, 0x8000 | (number > 0) | (not last) << 1, rest) + piece
        volumes.append(out + block(0x7B, 0x4000 | (not last), b""))
    return volumes


def cabinet(files: Mapping[str, bytes]) -> bytes:
    """Stored, in one folder (MS-CAB)."""
    data = b"".join(files.values())
    entries, at = b"", 0
    for name, content in files.items():
        entries += struct.pack("<IIHHHH", len(content), at, 0, 0x5074, 0, 0x20) + name.encode("gb18030") + b"\0"
        at += len(content)
    first = 36 + 8
    start = first + len(entries)
    size = start + 8 + len(data)
    head = b"MSCF\0\0\0\0" + struct.pack("<IIIIBBHHHHH", size, 0, first, 0, 3, 1, 1, len(files), 0, 0, 0)
    return head + struct.pack("<IHH", start, 1, 0) + entries + struct.pack("<IHH", 0, len(data), len(data)) + data


def lzh(files: Mapping[str, bytes], method: bytes = b"-lh0-") -> bytes:
    """Stored (-lh0-), with headers of level 0."""
    out = b""
    for name, content in files.items():
        raw = name.encode("gb18030")
        rest = method + struct.pack("<IIIBBB", len(content), len(content), 0x50740000, 0x20, 0, len(raw)) + raw
        rest += struct.pack("<H", _crc16(content))
        out += bytes([len(rest), sum(rest) & 0xFF]) + rest + content
    return out + b"\0"


def arj(files: Mapping[str, bytes], charset: str = "gb18030") -> bytes:
    """Stored (ARJ technical note)."""

    def header(first: bytes, name: bytes) -> bytes:
        basic = first + name + b"\0\0"
        return b"\x60\xea" + struct.pack("<H", len(basic)) + basic + struct.pack("<IH", zlib.crc32(basic), 0)

    out = header(struct.pack("<10B", 30, 11, 1, 0, 0, 0, 2, 0, 0, 0) + bytes(20), b"a.arj")
    for name, content in files.items():
        sizes = struct.pack("<IIII", 0x50740000, len(content), len(content), zlib.crc32(content))
        first = struct.pack("<8B", 30, 11, 1, 0, 0, 0, 0, 0) + sizes + struct.pack("<HHH", 0, 0x20, 0)
        out += header(first, name.encode(charset)) + content
    return out + b"\x60\xea\0\0"


def _crc16(content: bytes) -> int:
    crc = 0
    for byte in content:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def written_by_libarchive(files: Mapping[str, bytes], form: str, packing: str | None = None) -> bytes:
    import libarchive

    out = bytearray()
    with libarchive.custom_writer(lambda block: out.extend(bytes(block)) or len(block), form, packing) as archive:
        for name, content in files.items():
            archive.add_file_from_memory(name, len(content), content)
    return bytes(out)
