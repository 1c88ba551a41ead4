"""Binary workbooks (.xlsb, [MS-XLSB]) written by hand: no library that we use writes them."""

import struct
from collections.abc import Mapping, Sequence

from tests.reading.forms.packages import package, relations

Value = str | float | bool
_BEGIN_SHEET, _END_SHEET, _BEGIN_BOOK, _END_BOOK = 129, 130, 131, 132
_BEGIN_SHEETS, _END_SHEETS, _SHEET = 143, 144, 156
_MERGE, _BEGIN_MERGES, _END_MERGES = 176, 177, 178
_BEGIN_DATA, _END_DATA, _SIZE, _ROW, _BOOLEAN, _REAL, _STRING = 145, 146, 148, 0, 4, 5, 6


def binary_workbook(
    sheets: Mapping[str, Mapping[tuple[int, int], Value]],
    hidden: Sequence[str] = (),
    more: Mapping[str, bytes] | None = None,
    merges: Sequence[tuple[int, int, int, int]] = (),
) -> bytes:
    """A .xlsb file; cells count from 1; merges, in every sheet, are (top, left, bottom, right)."""
    bundle = b"".join(
        _record(_SHEET, struct.pack("<II", int(name in hidden), n) + _text(f"rId{n}") + _text(name))
        for n, name in enumerate(sheets, 1)
    )
    book = _record(_BEGIN_BOOK) + _record(_BEGIN_SHEETS) + bundle + _record(_END_SHEETS) + _record(_END_BOOK)
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override '
        'PartName="/xl/workbook.bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>',
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.bin")),
        "xl/workbook.bin": book,
        "xl/_rels/workbook.bin.rels": relations(
            *((f"rId{n}", "worksheet", f"worksheets/sheet{n}.bin") for n in range(1, len(sheets) + 1))
        ),
    }
    parts |= {f"xl/worksheets/sheet{n}.bin": _sheet(cells, merges) for n, cells in enumerate(sheets.values(), 1)}
    return package(parts | dict(more or {}))


def _sheet(cells: Mapping[tuple[int, int], Value], merges: Sequence[tuple[int, int, int, int]]) -> bytes:
    rows, columns = {row for row, _ in cells}, {column for _, column in cells}
    size = struct.pack("<4I", min(rows) - 1, max(rows) - 1, min(columns) - 1, max(columns) - 1)
    data = b""
    for row in sorted(rows):
        data += _record(_ROW, struct.pack("<IIHHBI", row - 1, 0, 300, 0, 0, 0))
        data += b"".join(_cell(column, cells[row, column]) for column in sorted(columns) if (row, column) in cells)
    parts = (
        _record(_BEGIN_SHEET),
        _record(_SIZE, size),
        _record(_BEGIN_DATA),
        data,
        _record(_END_DATA),
        _record(_BEGIN_MERGES, struct.pack("<I", len(merges))) if merges else b"",
        *(_record(_MERGE, struct.pack("<4I", a - 1, c - 1, b - 1, d - 1)) for a, b, c, d in merges),
        _record(_END_MERGES) if merges else b"",
        _record(_END_SHEET),
    )
    return b"".join(parts)


def _cell(column: int, value: Value) -> bytes:
    place = struct.pack("<II", column - 1, 0)
    if isinstance(value, bool):
        return _record(_BOOLEAN, place + bytes([value]))
    if isinstance(value, str):
        return _record(_STRING, place + _text(value))
    return _record(_REAL, place + struct.pack("<d", value))


def _text(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack("<I", len(raw) // 2) + raw


def _record(kind: int, content: bytes = b"") -> bytes:
    """Kind and length in seven bits a byte, the lowest first."""
    return _sevens(kind) + _sevens(len(content)) + content


def _sevens(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)
