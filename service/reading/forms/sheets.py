"""The cells of one worksheet part (ECMA-376 part 1, 18.3).

The declared dimension is never believed, a cell far away costs nothing, and a sheet of a million formatted
but empty rows is read piece by piece and left early.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from service.reading.forms.grid import PLAIN, CellDetail, Merge, Position, column_number
from service.reading.forms.limits import (
    MAX_CELL_TEXT,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_MERGES,
    MAX_ROWS,
    STREAMED_FROM_BYTES,
)
from service.reading.forms.numbers import shown
from service.reading.forms.package import Element, FileDamaged, descendants, parse_xml
from service.reading.forms.strings import SharedStrings, read_string, unescaped
from service.reading.forms.styles import Styles
from service.reading.forms.symbols import as_marks

_REFERENCE: Final = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})(?::\$?([A-Za-z]{1,3})\$?(\d{1,7}))?$")
_MERGE_BYTES: Final = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Za-z0-9:$]+)[\"']")
_CUT_ROWS: Final = f"只读取前{MAX_ROWS}行、前{MAX_COLUMNS}列"


@dataclass(slots=True)
class SheetContent:
    """What a worksheet part holds, before controls and drawings are laid over it."""

    cells: dict[Position, str] = field(default_factory=dict)
    details: dict[Position, CellDetail] = field(default_factory=dict)
    merges: tuple[Merge, ...] = ()
    hidden_rows: set[int] = field(default_factory=set)
    cut: str = ""
    root: Element | None = None  # the parsed part, None when it was read piece by piece


class SheetReader:
    """Reads worksheet parts of one workbook."""

    def __init__(self, strings: SharedStrings, styles: Styles, *, since_1904: bool) -> None:
        self._strings = strings
        self._styles = styles
        self._since_1904 = since_1904

    def read(self, content: bytes) -> SheetContent:
        """The cells of a part. Raises FileDamaged when it is no XML."""
        sheet = SheetContent()
        if len(content) > STREAMED_FROM_BYTES:
            self._read_piecewise(content, sheet)
            sheet.merges = _merges(m.decode("ascii") for m in _MERGE_BYTES.findall(content))
            return sheet
        sheet.root = root = parse_xml(content)
        data = next(root.iterchildren("{*}sheetData"), None)
        if data is not None:
            self._read_rows(data, sheet)
        sheet.merges = _merges(m.get("ref", "") for m in descendants(root, "mergeCell"))
        return sheet

    def _read_rows(self, data: Element, sheet: SheetContent) -> None:
        number = 0
        for row in data:
            number = _row_number(row, number)
            if number > MAX_ROWS or len(sheet.cells) > MAX_CELLS:
                sheet.cut = sheet.cut or (_CUT_ROWS if len(row) else "")
                continue
            self._read_row(row, number, sheet)

    def _read_piecewise(self, content: bytes, sheet: SheetContent) -> None:
        parser = etree.XMLPullParser(
            events=("end",), tag=("{*}row", "{*}c"), resolve_entities=False, no_network=True, load_dtd=False
        )
        number = seen = 0
        try:
            for start in range(0, len(content), 1 << 16):
                parser.feed(content[start : start + (1 << 16)])
                for event in parser.read_events():
                    element: Element = event[1]
                    seen += 1
                    if not element.tag.endswith("}row"):
                        continue
                    number = _row_number(element, number)
                    if number <= MAX_ROWS:
                        self._read_row(element, number, sheet)
                    element.clear()
                if number > MAX_ROWS or seen > MAX_CELLS:
                    sheet.cut = _CUT_ROWS
                    return
        except etree.XMLSyntaxError as error:
            raise FileDamaged("工作表内容已损坏，无法解析") from error

    def _read_row(self, row: Element, number: int, sheet: SheetContent) -> None:
        if row.get("hidden") in {"1", "true"}:
            sheet.hidden_rows.add(number)
        column = 0
        cells, strings, fonts = sheet.cells, self._strings.texts, self._styles.fonts
        for cell in row:
            reference = cell.get("r")
            column = column_number(reference.rstrip("0123456789")) if reference else column + 1
            if len(cell) == 0 or not 0 < column <= MAX_COLUMNS:
                continue
            kind, style = cell.get("t"), cell.get("s")
            if kind == "inlineStr" and style not in fonts and len(item := cell[0]) == 1:
                text, detail = read_string(item)
                if text and not text.isspace():
                    cells[number, column] = text
                    if detail is not None:
                        sheet.details[number, column] = detail
                continue
            if kind == "s" and style not in fonts:
                index = _index(cell)
                if 0 <= index < len(strings) and strings[index].strip():
                    cells[number, column] = strings[index]
                    if index in self._strings.details:
                        sheet.details[number, column] = self._strings.details[index]
                continue
            self._read_cell(cell, (number, column), sheet)

    def _read_cell(self, cell: Element, place: Position, sheet: SheetContent) -> None:
        text, detail = self._value(cell)
        font = self._styles.fonts.get(cell.get("s", "0"))
        if font is not None and detail is None:
            text = as_marks(text, font.font) if font.font else text
            detail = CellDetail(struck=((0, len(text)),)) if font.struck and text else None
        if text.strip():
            sheet.cells[place] = text[:MAX_CELL_TEXT]
            if detail is not None:
                sheet.details[place] = detail

    def _value(self, cell: Element) -> tuple[str, CellDetail | None]:
        kind = cell.get("t", "n")
        if kind == "inlineStr":
            item = cell[-1]
            return read_string(item) if item.tag.endswith("}is") else ("", None)
        raw = _raw_value(cell)
        if kind == "s":
            index = _index(cell)
            known = 0 <= index < len(self._strings.texts)
            return (self._strings.texts[index], self._strings.details.get(index)) if known else ("", None)
        if kind == "b":
            checked = raw.strip() in {"1", "true", "TRUE"}
            return ("TRUE" if checked else "FALSE"), replace(PLAIN, boolean=checked)
        if kind == "e":
            return raw, replace(PLAIN, error=True)
        if kind in {"str", "d"}:
            return unescaped(raw), None
        return self._number(raw, cell.get("s")), None

    def _number(self, raw: str, style: str | None) -> str:
        if raw.isascii() and raw.isdigit() and not self._styles.code(style):
            return raw
        return shown(raw, self._styles.code(style), since_1904=self._since_1904)


def _row_number(row: Element, previous: int) -> int:
    stated = row.get("r")
    return int(stated) if stated and stated.isascii() and stated.isdigit() and len(stated) < 9 else previous + 1


def _raw_value(cell: Element) -> str:
    value = cell[-1] if cell[-1].tag.endswith("}v") else next(cell.iterchildren("{*}v"), None)
    return (value.text or "") if value is not None else ""


def _index(cell: Element) -> int:
    raw = _raw_value(cell)
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 9 else -1


def _merges(references: Iterable[str]) -> tuple[Merge, ...]:
    merges = []
    for reference in references:
        merge = merge_of(reference)
        if merge is not None:
            merges.append(merge)
        if len(merges) >= MAX_MERGES:
            break
    return tuple(merges)


def merge_of(reference: str) -> Merge | None:
    """ "A1:B2" as a merge clipped to what is read; None for one cell or nonsense."""
    found = _REFERENCE.match(reference)
    if found is None or found.group(3) is None:
        return None
    left, right = sorted((column_number(found.group(1)), column_number(found.group(3))))
    top, bottom = sorted((int(found.group(2)), int(found.group(4))))
    if left < 1 or top < 1 or left > MAX_COLUMNS or top > MAX_ROWS:
        return None
    merge = Merge(top, left, min(bottom, MAX_ROWS), min(right, MAX_COLUMNS))
    return None if (merge.top, merge.left) == (merge.bottom, merge.right) else merge
