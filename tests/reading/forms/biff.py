"""Binary workbooks (.xls, BIFF8 in OLE2) written by hand: no library that we use writes them any more."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Run = tuple[str, str]  # letters, and how: "", "strike" or a font's name
Value = str | float | bool | Sequence[Run]
_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SHEET_STREAM = 4096  # a smaller stream would lie in the mini stream


@dataclass(frozen=True, slots=True)
class Drawn:
    """An object over a cell (from 1), across parts 0 to 1 of its width: a check box, a radio button, a text box."""

    cell: tuple[int, int]
    left: float
    checked: int | None = None  # 2: neither; None: nothing to check
    text: str = ""
    kind: int = 0x0B


@dataclass(frozen=True, slots=True)
class OldSheet:
    """One sheet: cells and merges count from 1; a merge is (top, left, bottom, right)."""

    name: str
    cells: Mapping[tuple[int, int], Value]
    merges: Sequence[tuple[int, int, int, int]] = ()
    hidden: bool = False
    drawn: Sequence[Drawn] = ()


def old_workbook(*sheets: OldSheet) -> bytes:
    """A .xls file with these sheets."""
    return compound("Workbook", _stream(sheets))


def sheet_stream(name: str, cells: Mapping[tuple[int, int], Value]) -> bytes:
    """The Workbook stream of a file with one sheet."""
    return _stream([OldSheet(name, cells)])


def compound(name: str, content: bytes) -> bytes:
    """An OLE2 file with one stream ([MS-CFB])."""
    content = content.ljust(_SHEET_STREAM, b"\0")
    count = -(-len(content) // _SECTOR)
    fats = next(n for n in range(1, 100) if n * 128 >= count + 1 + n)
    chain = [*range(1, count), _END, _END, *[_FAT] * fats]
    table = struct.pack(f"<{fats * 128}I", *chain, *[_FREE] * (fats * 128 - len(chain)))
    head = struct.pack(
        "<8s16s5H6x6I", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, 0, fats, count, 0, 4096, _END
    )
    places = [*range(count + 1, count + 1 + fats), *[_FREE] * (109 - fats)]
    head += struct.pack("<3I109I", 0, _END, 0, *places)
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry(name, 2, _FREE, 0, len(content))
    return head + content.ljust(count * _SECTOR, b"\0") + directory.ljust(_SECTOR, b"\0") + table


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    head = struct.pack("<64sHBB3I", raw, len(raw) + 2, kind, 1, _FREE, _FREE, child)
    return head + bytes(36) + struct.pack("<IQ", start, size)


def _record(number: int, body: bytes) -> bytes:
    return struct.pack("<HH", number, len(body)) + body


def _stream(sheets: Sequence[OldSheet]) -> bytes:
    fonts: list[str] = ["", "", "", ""]
    strings: list[Value] = []
    bodies = [_sheet(sheet, strings) for sheet in sheets]
    table = _strings(strings, fonts)
    xf = b"".join(_record(0xE0, struct.pack("<3H14x", 0, 0, 0xFFF5 if i < 15 else 1)) for i in range(16))
    front = _record(0x809, struct.pack("<4H8x", 0x600, 5, 0, 0)) + b"".join(map(_font, fonts)) + xf
    length = len(front) + sum(len(_bound(sheet, 0)) for sheet in sheets) + len(table) + 4
    bounds = b""
    for sheet, body in zip(sheets, bodies, strict=True):
        bounds += _bound(sheet, length)
        length += len(body)
    return front + bounds + table + _record(0x0A, b"") + b"".join(bodies)


def _font(name: str) -> bytes:
    struck = 8 if name == "strike" else 0
    letters = "宋体" if name in ("", "strike") else name
    return _record(0x31, struct.pack("<5H4x2B", 220, struck, 8, 400, 0, len(letters), 1) + letters.encode("utf-16-le"))


def _bound(sheet: OldSheet, place: int) -> bytes:
    return _record(
        0x85, struct.pack("<I4B", place, int(sheet.hidden), 0, len(sheet.name), 1) + sheet.name.encode("utf-16-le")
    )


def _strings(strings: Sequence[Value], fonts: list[str]) -> bytes:
    body = struct.pack("<2I", len(strings), len(strings))
    pieces = [body, *(_string(one, fonts) for one in strings)]
    records, number = [], 0xFC
    for piece in pieces:  # a string that does not fit begins the next record
        if records and len(records[-1]) + len(piece) <= 8000:
            records[-1] += piece
        else:
            records.append(piece)
    out = b""
    for record in records:
        out += _record(number, record)
        number = 0x3C
    return out


def _string(value: Value, fonts: list[str]) -> bytes:
    runs: Sequence[Run] = [(value, "")] if isinstance(value, str) else value  # type: ignore[list-item, assignment]
    text, marks, before = "", b"", ""
    for letters, how in runs:
        if how != before:
            if how and how not in fonts:
                fonts.append(how)
            index = fonts.index(how)
            marks += struct.pack("<2H", len(text), index + (index > 3))  # the font numbered 4 never exists
        text, before = text + letters, how
    flags, count = (9, struct.pack("<H", len(marks) // 4)) if marks else (1, b"")
    return struct.pack("<HB", len(text), flags) + count + text.encode("utf-16-le") + marks


def _sheet(sheet: OldSheet, strings: list[Value]) -> bytes:
    out = _record(0x809, struct.pack("<4H8x", 0x600, 0x10, 0, 0))
    bottom, right = max((r for r, _ in sheet.cells), default=0), max((c for _, c in sheet.cells), default=0)
    out += _record(0x200, struct.pack("<2I3H", 0, bottom, 0, right, 0))
    for (row, column), value in sorted(sheet.cells.items(), key=lambda one: one[0]):
        place = struct.pack("<3H", row - 1, column - 1, 15)
        if isinstance(value, bool):
            out += _record(0x205, place + struct.pack("<2B", value, 0))
        elif isinstance(value, int | float):
            out += _record(0x203, place + struct.pack("<d", value))
        else:
            strings.append(value)
            out += _record(0xFD, place + struct.pack("<I", len(strings) - 1))
    areas = b"".join(struct.pack("<4H", a - 1, c - 1, b - 1, d - 1) for a, b, c, d in sheet.merges)
    out += b"".join(_object(number, one) for number, one in enumerate(sheet.drawn, 1))
    return out + _record(0xE5, struct.pack("<H", len(sheet.merges)) + areas) + _record(0x0A, b"")


def _object(number: int, drawn: Drawn) -> bytes:
    row, column, x = drawn.cell[0] - 1, drawn.cell[1] - 1, int(drawn.left * 1024)
    place = struct.pack("<9H", 0, column, x, row, 60, column, x + 50, row, 200)
    shape = struct.pack("<HHI", 0x0F, 0xF004, 8 + len(place) + 8) + struct.pack("<HHI", 0, 0xF010, len(place)) + place
    parts = struct.pack("<HHHHH12x", 0x15, 18, drawn.kind, number, 0x11)
    if drawn.checked is not None:
        parts += struct.pack("<HH12x", 0x0A, 12) + struct.pack("<HHHHHH", 0x12, 8, drawn.checked, 0, 0, 2)
    out = _record(0xEC, shape + struct.pack("<HHI", 0, 0xF011, 0)) + _record(0x5D, parts + bytes(4))
    if drawn.text:
        out += _record(0xEC, struct.pack("<HHI", 0, 0xF00D, 0))
        out += _record(0x1B6, struct.pack("<HH6xHH4x", 0x212, 0, len(drawn.text), 16))
        out += _record(0x3C, b"\1" + drawn.text.encode("utf-16-le")) + _record(0x3C, bytes(16))
    return out
