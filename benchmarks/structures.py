"""Files broken by their own structure: records, objects, streams and headers that are whole but say something else.

What is packed is unpacked first and packed again, and checksums are made good, so that a reader gets as far as to the
part that is wrong. `broken` gives None for what has no structure that is known here.
"""

import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from random import Random

import olefile

Break = Callable[[bytes, Random], bytes]
_NUMBERS = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0xFFFFFFFF)
_INTEGERS = (b"0", b"1", b"-1", b"65536", b"2147483647", b"4294967296", b"99999999999999999999", b"0.0000001")
_LARGEST = 8 << 20  # bytes of what is unpacked


def broken(content: bytes, rng: Random, bytewise: Break) -> bytes | None:
    """The file with something inside broken; bytewise breaks what has no further structure."""
    for mark, breaks in _KINDS:
        if content.startswith(mark):
            try:
                return breaks(content, rng, bytewise)
            except (ValueError, IndexError, KeyError, struct.error, OSError, EOFError, zipfile.BadZipFile, zlib.error):
                return None
    return None


def _zip(content: bytes, rng: Random, bytewise: Break) -> bytes:
    """A zip that is sound, with members that are not, down to the members of members."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = set(rng.sample(names, min(len(names), rng.randint(1, 3))))
        for name in names:
            member = old.read(name)[:_LARGEST]
            if name in chosen:
                if rng.random() < 0.1:
                    continue
                member = _member(name, member, rng, bytewise)
            new.writestr(name, member)
    return out.getvalue()


def _member(name: str, content: bytes, rng: Random, bytewise: Break) -> bytes:
    inside = _records12(content, rng, bytewise) if name.endswith(".bin") else broken(content, rng, bytewise)
    if inside is not None and rng.random() < 0.8:
        return inside
    return _markup(content, rng, bytewise) if rng.random() < 0.6 else bytewise(content, rng)


def _markup(content: bytes, rng: Random, bytewise: Break) -> bytes:
    """Elements doubled, dropped, nested or renamed; attributes with other values."""
    pieces = content.split(b"<")
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(pieces))
        match rng.randrange(6):
            case 0:
                pieces[at:at] = pieces[at : at + rng.randint(1, 30)] * rng.choice((1, 2, 50))
            case 1:
                del pieces[at : at + rng.randint(1, 8)]
            case 2:
                pieces[at] = bytewise(pieces[at], rng) if pieces[at] else b"x>"
            case 3:
                other = rng.randrange(len(pieces))
                pieces[at], pieces[other] = pieces[other], pieces[at]
            case 4:
                number = str(rng.choice((-1, 0, 1, 99, 16385, 1048577, 4294967296, 10**30))).encode()
                pieces[at] = b'"'.join(
                    number if n % 2 and rng.random() < 0.5 else p for n, p in enumerate(pieces[at].split(b'"'))
                )
            case 5:
                pieces[at:at] = [pieces[at].split(b">")[0] + b">"] * rng.choice((3, 300))
        if not pieces:
            return b""
    return b"<".join(pieces)


Records = list[tuple[int, bytes]]


def _shuffled(records: Records, rng: Random, bytewise: Break, numbers: tuple[int, ...]) -> Records:
    """Records dropped, doubled, moved, renumbered, emptied, or with another body."""
    for _ in range(rng.choice((1, 1, 2, 8))):
        at = rng.randrange(len(records))
        number, body = records[at]
        match rng.randrange(7):
            case 0:
                del records[at]
            case 1:
                records[at:at] = records[at : at + rng.randint(1, 20)] * rng.choice((1, 2, 40))
            case 2:
                other = rng.randrange(len(records))
                records[at], records[other] = records[other], records[at]
            case 3:
                records[at] = rng.choice((*numbers, rng.choice(records)[0])), body
            case 4:
                records[at] = number, body[: rng.randrange(len(body) + 1)]
            case _:
                records[at] = number, _with_number(body, rng) if rng.random() < 0.6 else bytewise(body, rng)
        if not records:
            return [(number, body)]
    return records


def _with_number(body: bytes, rng: Random) -> bytes:
    """One aligned number of a body set to an extreme."""
    size = rng.choice((1, 2, 4))
    if len(body) < size:
        return body + b"\xff"
    at = rng.randrange(0, len(body) - size + 1, size)
    value = rng.choice(_NUMBERS) & ((1 << 8 * size) - 1)
    return body[:at] + value.to_bytes(size, "little") + body[at + size :]


def _records12(content: bytes, rng: Random, bytewise: Break) -> bytes | None:
    """The parts of an .xlsb ([MS-XLSB] 2.1.4): number and length in bytes of seven bits."""
    records: Records = []
    at = 0
    while at < len(content):
        number, at = content[at] | (content[at + 1] << 8 if content[at] & 0x80 else 0), at + 1 + (content[at] >> 7)
        size, shift = 0, 0
        while True:
            size |= (content[at] & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if not content[at - 1] & 0x80:
                break
        records.append((number, content[at : at + size]))
        at += size
    if not records:
        return None
    return b"".join(map(_record12, _shuffled(records, rng, bytewise, (0, 7, 19, 145, 146, 156, 0x1A7))))


def _record12(record: tuple[int, bytes]) -> bytes:
    number, body = record
    name = bytes([number & 0xFF]) + (bytes([number >> 8 & 0xFF]) if number & 0x80 else b"")
    size, left = bytearray(), len(body)
    while left > 0x7F:
        size.append(left & 0x7F | 0x80)
        left >>= 7
    size.append(left)
    return name + bytes(size) + body


def _compound(content: bytes, rng: Random, bytewise: Break) -> bytes:
    """One stream of an OLE2 file, in the room that it has."""
    file = io.BytesIO(content)
    with olefile.OleFileIO(file, write_mode=True) as ole:
        name = rng.choice(ole.listdir())
        stream = ole.openstream(name).read()
        records = name[-1] in {"Workbook", "Book"} and rng.random() < 0.8
        new = _biff(stream, rng, bytewise) if records else _with_number(bytewise(stream, rng), rng)
        ole.write_stream(name, new[: len(stream)].ljust(len(stream), b"\0"))
        return file.getvalue()


def _biff(stream: bytes, rng: Random, bytewise: Break) -> bytes:
    records: Records = []
    at = 0
    while at + 4 <= len(stream):
        number, size = struct.unpack_from("<HH", stream, at)
        if not number:
            break  # what fills up the last sector
        records.append((number, stream[at + 4 : at + 4 + size]))
        at += 4 + size
    known = (0x3C, 0x85, 0xFC, 0xFD, 0x203, 0x204, 0x208, 0x27E, 0xBD, 0xE5, 0x1B6, 0x5D, 0x809, 0x0A)
    broken_records = _shuffled(records, rng, bytewise, known)
    return b"".join(struct.pack("<HH", number & 0xFFFF, len(body) & 0xFFFF) + body for number, body in broken_records)


def _pdf(content: bytes, rng: Random, bytewise: Break) -> bytes:
    """Objects dropped, doubled or exchanged, numbers and references changed, streams that inflate to something else."""
    if rng.random() < 0.4:
        return _pdf_stream(content, rng, bytewise)
    pieces = re.split(rb"(?=\b\d+ 0 obj\b)", content)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(pieces))
        match rng.randrange(5):
            case 0:
                del pieces[at]
            case 1:
                pieces.insert(at, rng.choice(pieces))
            case 2:
                pieces[at] = re.sub(rb"^\d+", b"%d" % rng.randint(0, len(pieces)), pieces[at])
            case _:
                pieces[at] = _dictionary(pieces[at], len(pieces), rng)
        if not pieces:
            return content[:20]
    return b"".join(pieces)


def _dictionary(piece: bytes, objects: int, rng: Random) -> bytes:
    """A few words of an object before its stream: numbers, references and names of their own kind."""
    head, mark, stream = piece.partition(b"stream")
    words = re.split(rb"(\d+ 0 R|/\w+|-?\d+(?:\.\d+)?)", head)
    for at in rng.sample(range(1, len(words), 2), min(len(words) // 2, rng.randint(1, 3))):
        if words[at].endswith(b"R"):
            words[at] = b"%d 0 R" % rng.randint(0, objects)
        elif words[at].startswith(b"/"):
            words[at] = rng.choice([w for w in words[1::2] if w.startswith(b"/")])
        else:
            words[at] = rng.choice(_INTEGERS)
    return b"".join(words) + mark + stream


def _pdf_stream(pdf: bytes, rng: Random, bytewise: Break) -> bytes:
    starts = [match.end() for match in re.finditer(rb"(?<!end)stream\r?\n", pdf)]
    start = rng.choice(starts)
    end = pdf.index(b"endstream", start)
    inside = zlib.decompressobj().decompress(pdf[start:end], _LARGEST)
    words = re.split(rb"(?<=[ \n])", inside)
    if rng.random() < 0.5 and len(words) > 10:
        for _ in range(rng.randint(1, 10)):
            words[rng.randrange(len(words))] = rng.choice(
                (rng.choice(words), rng.choice(_INTEGERS) + b" ", b"q ", b"Q ")
            )
        return pdf[:start] + zlib.compress(b"".join(words)) + pdf[end:]
    return pdf[:start] + zlib.compress(bytewise(inside, rng)) + pdf[end:]


def _tnef(content: bytes, rng: Random, bytewise: Break) -> bytes:
    """Attributes of a winmail.dat ([MS-OXTNEF] 2.1.3), with sums that are right."""
    records: Records = []
    at = 6
    while at + 9 <= len(content):
        name, size = int.from_bytes(content[at : at + 5], "little"), *struct.unpack_from("<I", content, at + 5)
        records.append((name, content[at + 9 : at + 9 + size]))
        at += 11 + size
    out = content[:6]
    for name, body in _shuffled(records, rng, bytewise, (0x069005 << 8, 0x00069003 << 8 | 1, 0x0006800F << 8 | 2)):
        size = len(body) if rng.random() < 0.98 else rng.choice(_NUMBERS)
        out += (name & (1 << 40) - 1).to_bytes(5, "little") + struct.pack("<I", size) + body
        out += struct.pack("<H", sum(body) & 0xFFFF)
    return out


def _gzip(content: bytes, rng: Random, bytewise: Break) -> bytes:
    inside = gzip.decompress(content)[:_LARGEST]
    return gzip.compress(_tar(inside, rng, bytewise), mtime=0)


def _tar(content: bytes, rng: Random, bytewise: Break) -> bytes:
    """A header with another field and the right sum; or a member broken by its own structure."""
    heads = [at for at in range(0, len(content), 512) if content[at + 257 : at + 262] == b"ustar"]
    at = rng.choice(heads)
    head, field = bytearray(content[at : at + 512]), rng.choice(((0, 100), (124, 12), (156, 1), (157, 100), (345, 155)))
    spoilt = bytewise(bytes(head[field[0] : sum(field)]), rng)[: field[1]].ljust(field[1], b"\0")
    head[field[0] : sum(field)] = spoilt
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return content[:at] + bytes(head) + content[at + 512 :]


def _rar5(content: bytes, rng: Random, bytewise: Break) -> bytes:
    """One header block (CRC, size, header) with another number inside and the right CRC."""
    at = content.index(b"Rar!\x1a\x07\x01\x00") + 8
    blocks: list[tuple[int, int]] = []
    while at + 5 < len(content) and content[at + 4] < 0x80:
        blocks.append((at, content[at + 4]))
        if len(blocks) > 1:
            break
        at += 5 + content[at + 4]
    start, size = rng.choice(blocks)
    header = _with_number(content[start + 5 : start + 5 + size], rng) if rng.random() < 0.7 else None
    header = header or bytewise(content[start + 5 : start + 5 + size], rng)[:0x7F]
    block = bytes([len(header)]) + header
    return content[:start] + struct.pack("<I", zlib.crc32(block)) + block + content[start + 5 + size :]


def _rar4(content: bytes, rng: Random, _: Break) -> bytes:
    """One block's header with another number and the right CRC."""
    at, blocks = 7, []
    while at + 7 <= len(content):
        _, _, flags, size = struct.unpack_from("<HBHH", content, at)
        if size < 7:
            break
        blocks.append((at, size))
        at += size + (struct.unpack_from("<I", content, at + 7)[0] if flags & 0x8000 else 0)
    start, size = rng.choice(blocks)
    header = _with_number(content[start + 2 : start + size], rng)
    return content[:start] + struct.pack("<H", zlib.crc32(header) & 0xFFFF) + header + content[start + size :]


def _png(content: bytes, rng: Random, bytewise: Break) -> bytes:
    """Chunks with other content and the right CRC."""
    records: Records = []
    at = 8
    while at + 12 <= len(content):
        size = struct.unpack_from(">I", content, at)[0]
        records.append((int.from_bytes(content[at + 4 : at + 8], "big"), content[at + 8 : at + 8 + size]))
        at += 12 + size
    out = content[:8]
    for kind, body in _shuffled(
        records, rng, bytewise, tuple(map(_four, (b"IDAT", b"PLTE", b"tRNS", b"iCCP", b"eXIf")))
    ):
        named = kind.to_bytes(4, "big") + body
        out += struct.pack(">I", len(body)) + named + struct.pack(">I", zlib.crc32(named))
    return out


def _four(name: bytes) -> int:
    return int.from_bytes(name, "big")


def _tiff(content: bytes, rng: Random, _: Break) -> bytes:
    """An entry of the first directory with another tag, type, count or value."""
    at = struct.unpack_from("<I", content, 4)[0]
    count = struct.unpack_from("<H", content, at)[0]
    entry = at + 2 + 12 * rng.randrange(count)
    return content[:entry] + _with_number(content[entry : entry + 12], rng) + content[entry + 12 :]


def _jpeg(content: bytes, rng: Random, _: Break) -> bytes:
    """A number in one of the segments before the picture itself."""
    at, segments = 2, []
    while content[at] == 0xFF and content[at + 1] != 0xDA:
        size = struct.unpack_from(">H", content, at + 2)[0]
        segments.append((at + 2, size))
        at += 2 + size
    start, size = rng.choice(segments)
    return content[:start] + _with_number(content[start : start + size], rng) + content[start + size :]


_KINDS: tuple[tuple[bytes, Callable[[bytes, Random, Break], bytes]], ...] = (
    (b"PK\x03\x04", _zip),
    (b"%PDF", _pdf),
    (olefile.MAGIC, _compound),
    (b"\x78\x9f\x3e\x22", _tnef),
    (b"\x1f\x8b", _gzip),
    (b"Rar!\x1a\x07\x01\x00", _rar5),
    (b"Rar!\x1a\x07\x00", _rar4),
    (b"\x89PNG", _png),
    (b"II*\0", _tiff),
    (b"\xff\xd8\xff", _jpeg),
)
