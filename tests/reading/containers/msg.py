"""An Outlook .msg as bytes: a compound file (MS-CFB) of small streams, laid out as MS-OXMSG says."""

import struct
from collections.abc import Iterator, Mapping

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR, _SMALL = 512, 64
_TEXT, _BINARY, _NUMBER = 0x001F, 0x0102, 0x0003

Tree = Mapping[str, "bytes | Tree"]


def outlook_mail(subject: str, body: str, files: "Mapping[str, bytes | Tree]") -> bytes:
    """A .msg with these files, or mails from `mail_inside`; all texts in UTF-16."""
    return compound(_mail(subject, body, files, bytes(32)))


def mail_inside(subject: str, body: str, files: "Mapping[str, bytes | Tree]") -> "Tree":
    """A mail as it lies inside another .msg."""
    return _mail(subject, body, files, bytes(24))


def _mail(subject: str, body: str, files: "Mapping[str, bytes | Tree]", head: bytes) -> "Tree":
    tree: dict[str, bytes | Tree] = dict(_properties({0x001A: "IPM.Note", 0x0037: subject, 0x1000: body}, head))
    for number, (name, content) in enumerate(files.items()):
        is_file = isinstance(content, bytes)
        values: dict[int, str | bytes | int] = {0x3707: name, 0x3701: content, 0x3705: 1} if is_file else {0x3001: name, 0x3705: 5}  # type: ignore[dict-item]  # fmt: skip
        inside: dict[str, bytes | Tree] = {} if is_file else {"__substg1.0_3701000D": content}
        tree[f"__attach_version1.0_#{number:08X}"] = dict(_properties(values, bytes(8))) | inside
    listed = bytearray(tree["__properties_version1.0"])  # type: ignore[arg-type]
    struct.pack_into("<4I", listed, 8, 0, len(files), 0, len(files))
    return tree | {"__properties_version1.0": bytes(listed)}


def _properties(values: Mapping[int, str | bytes | int], head: bytes) -> Iterator[tuple[str, bytes]]:
    """The streams of an object: one for each text or file, and the list of all."""
    listed = head
    for number, value in values.items():
        if isinstance(value, int):
            listed += struct.pack("<IIQ", number << 16 | _NUMBER, 6, value)
            continue
        kind, content = (_TEXT, value.encode("utf-16-le")) if isinstance(value, str) else (_BINARY, value)
        listed += struct.pack("<4I", number << 16 | kind, 6, len(content) + 2 * (kind == _TEXT), 0)
        yield f"__substg1.0_{number:04X}{kind:04X}", content
    yield "__properties_version1.0", listed


def compound(tree: Tree) -> bytes:
    """A compound file whose streams are all under 4,096 bytes, and so lie in the small stream."""
    small, chains, entries = b"", [], [b""]

    def add(name: str, value: "bytes | Tree", right: int) -> int:
        nonlocal small
        place = len(entries)
        entries.append(b"")
        if isinstance(value, bytes):
            assert len(value) < 4096
            start = len(small) // _SMALL
            chains.extend(_chain(start, -(-len(value) // _SMALL)))
            small += value.ljust(-(-len(value) // _SMALL) * _SMALL, b"\0")
            entries[place] = _entry(name, 2, right, _FREE, start if value else _END, len(value))
        else:
            entries[place] = _entry(name, 1, right, add_all(value), 0, 0)
        return place

    def add_all(level: Tree) -> int:
        """Siblings as a list that leans to the right: readers do not mind that the tree is not balanced."""
        right = _FREE
        for name, value in reversed(level.items()):
            right = add(name, value, right)
        return right

    child = add_all(tree)
    links: list[int] = []
    body = b""
    starts = []
    entries[0] = _entry("Root Entry", 5, _FREE, child, 0, len(small))
    for part in (small, b"".join(struct.pack("<I", link) for link in chains), b"".join(entries)):
        fill = b"\xff" if part and len(starts) == 1 else b"\0"
        whole = part.ljust(-(-len(part) // _SECTOR) * _SECTOR, fill)
        starts.append(len(links))
        links += _chain(len(links), len(whole) // _SECTOR)
        body += whole
    fats = -(-(len(links) + 1) // 128)
    table = [*links, *[_FAT] * fats]
    table += [_FREE] * (-len(table) % 128)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    small_sectors = (starts[2] - starts[1]) or 0
    head += struct.pack("<9I", 0, fats, starts[2], 0, 4096, starts[1], small_sectors, _END, 0)
    where = [len(links) + number for number in range(fats)]
    return head + struct.pack(f"<{fats}I", *where).ljust(436, b"\xff") + body + struct.pack(f"<{len(table)}I", *table)


def _chain(start: int, length: int) -> list[int]:
    return [*range(start + 1, start + length), _END] if length else []


def _entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
    coded = (name + "\0").encode("utf-16-le")
    head = coded.ljust(64, b"\0") + struct.pack("<HBB3I", len(coded), kind, 1, _FREE, right, child)
    return head.ljust(116, b"\0") + struct.pack("<IQ", start, size)
