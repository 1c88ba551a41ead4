"""The smallest Word 97 document: a compound file with the text in two pieces, the second stored first."""

import struct

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def a_doc(text: str, pictures: bytes = b"", encrypted: bool = False) -> bytes:
    """A .doc that says text; what is pasted into it stands in its data stream."""
    text = text.replace("\n", "\r")
    half = len(text) // 2
    header = bytearray(0x600)
    late, early = text[half:].encode("utf-16-le"), text[:half].encode("utf-16-le")
    plan = struct.pack("<3I", 0, half, len(text))
    plan += struct.pack("<HIHHIH", 0, len(header) + len(late), 0, 0, len(header), 0)
    table = b"\x01\x02\0\0\0" + b"\x02" + struct.pack("<I", len(plan)) + plan
    struct.pack_into("<H", header, 0x0A, 0x0200 | 0x0100 * encrypted)
    struct.pack_into("<I", header, 0x4C, len(text))
    struct.pack_into("<II", header, 0x01A2, 0, len(table))
    return _compound({"Data": pictures, "1Table": table, "WordDocument": bytes(header) + late + early})


def _compound(streams: dict[str, bytes]) -> bytes:
    """A compound file; every stream is long enough to stand in sectors of its own ([MS-CFB])."""
    body, chains, entries = b"", [], [_entry("Root Entry", 5, _END, 0, child=1)]
    for place, (name, written) in enumerate(streams.items(), 2):
        content = written.ljust(4096, b"\0")
        after = place if place <= len(streams) else _FREE
        entries.append(_entry(name, 2, len(body) // _SECTOR, len(content), right=after))
        chains.append(-(-len(content) // _SECTOR))
        body += content.ljust(chains[-1] * _SECTOR, b"\0")
    directory = len(body) // _SECTOR
    body += b"".join(entries)
    links = [link for length in (*chains, len(entries) // 4) for link in _chain(length)]
    links = [at + 1 if link is None else link for at, link in enumerate(links)]
    fats = -(-(len(links) + 1) // 128)
    links += [_FAT] * fats
    links += [_FREE] * (-len(links) % 128)
    where = [directory + len(entries) // 4 + number for number in range(fats)]
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, fats, directory, 0, 4096, _END, 0, _END, 0)
    head += struct.pack(f"<{fats}I", *where).ljust(436, b"\xff")
    return head + body + struct.pack(f"<{len(links)}I", *links)


def _chain(length: int) -> list[int | None]:
    """Each sector leads to the next; the last ends the chain."""
    return [*[None] * (length - 1), _END]


def _entry(name: str, kind: int, start: int, size: int, right: int = _FREE, child: int = _FREE) -> bytes:
    coded = (name + "\0").encode("utf-16-le")
    head = coded.ljust(64, b"\0") + struct.pack("<HBB3I", len(coded), kind, 1, _FREE, right, child)
    return head.ljust(116, b"\0") + struct.pack("<IQ", start, size)
