"""Reads two single-document kinds of spreadsheet XML: Excel 2003 XML and OpenDocument (.ods, .odt)."""

from collections.abc import Iterator
from typing import Final

from service.reading.forms.grid import Grid, Merge, Position, Workbook
from service.reading.forms.limits import MAX_CELL_TEXT, MAX_CELLS, MAX_COLUMNS, MAX_PART_BYTES, MAX_ROWS, MAX_SHEETS
from service.reading.forms.numbers import shown
from service.reading.forms.package import (
    Element,
    FileDamaged,
    FileEncrypted,
    FileRefused,
    Package,
    attribute,
    child,
    descendants,
    local_name,
    parse_xml,
)

_LINE_BREAKS: Final = {"line-break": "\n", "tab": "\t"}
_HIDDEN: Final = frozenset({"SheetHidden", "SheetVeryHidden"})


def read_excel_2003(content: bytes) -> Workbook:
    """An XML spreadsheet as Excel 2003 wrote it. Raises FileDamaged or FileRefused."""
    if len(content) > MAX_PART_BYTES:
        raise FileRefused("文件过大")
    root = parse_xml(content)
    return Workbook(tuple(_sheet_2003(sheet) for sheet in descendants(root, "Worksheet")[:MAX_SHEETS]))


def _sheet_2003(sheet: Element) -> Grid:
    cells: dict[Position, str] = {}
    merges: list[Merge] = []
    table = child(sheet, "Table")
    row = 0
    for line in () if table is None else table.iterchildren("{*}Row"):
        row = _number(line, "Index") or row + 1
        if row > MAX_ROWS or len(cells) > MAX_CELLS:
            break
        column = 0
        for cell in line.iterchildren("{*}Cell"):
            column = _number(cell, "Index") or column + 1
            if column > MAX_COLUMNS:
                break
            down, across = _number(cell, "MergeDown"), _number(cell, "MergeAcross")
            if down or across:
                merges.append(Merge(row, column, min(row + down, MAX_ROWS), min(column + across, MAX_COLUMNS)))
            text = _data_2003(cell)
            if text.strip():
                cells[row, column] = text[:MAX_CELL_TEXT]
            column += across
    options = child(sheet, "WorksheetOptions")
    visible = child(options, "Visible") if options is not None else None
    hidden = visible is not None and visible.text in _HIDDEN
    return Grid(attribute(sheet, "Name") or "", cells, merges=tuple(merges), hidden=hidden)


def _data_2003(cell: Element) -> str:
    data = child(cell, "Data")
    if data is None:
        return ""
    text = "".join(data.itertext()).replace("\r", "")
    kind = attribute(data, "Type")
    if kind == "Number":
        return shown(text, "")
    return text.partition("T")[0] if kind == "DateTime" else text


def read_open_document(package: Package) -> Workbook:
    """The tables of an OpenDocument spreadsheet or text. Raises FileDamaged, FileEncrypted or FileRefused."""
    manifest = package.xml("META-INF/manifest.xml")
    if manifest is not None and descendants(manifest, "encryption-data"):
        raise FileEncrypted
    root = package.xml("content.xml")
    if root is None:
        raise FileDamaged("文件内没有正文")
    hidden = {
        style.get(_key(style, "name"), "")
        for style in descendants(root, "style")
        if any(attribute(one, "display") == "false" for one in descendants(style, "table-properties"))
    }
    tables = [table for table in descendants(root, "table") if attribute(table, "name") is not None]
    return Workbook(tuple(_sheet_open(table, hidden) for table in tables[:MAX_SHEETS]))


def _key(element: Element, name: str) -> str:
    return next((key for key in element.attrib if key.endswith("}" + name)), name)


def _sheet_open(table: Element, hidden: set[str]) -> Grid:
    cells: dict[Position, str] = {}
    merges: list[Merge] = []
    row = 1
    for line in _open_rows(table):
        if row > MAX_ROWS or len(cells) > MAX_CELLS:
            break
        column = 1
        for cell in line.iterchildren("{*}table-cell", "{*}covered-table-cell"):
            if column > MAX_COLUMNS:
                break
            repeated = max(1, _number(cell, "number-columns-repeated"))
            text = _open_text(cell)[:MAX_CELL_TEXT]
            down, across = _number(cell, "number-rows-spanned"), _number(cell, "number-columns-spanned")
            if down > 1 or across > 1:
                bottom, right = row + max(down, 1) - 1, column + max(across, 1) - 1
                merges.append(Merge(row, column, min(bottom, MAX_ROWS), min(right, MAX_COLUMNS)))
            if text.strip() and local_name(cell) == "table-cell":
                cells.update({(row, column + n): text for n in range(min(repeated, MAX_COLUMNS))})
            column += repeated
        row += max(1, _number(line, "number-rows-repeated"))
    name = attribute(table, "style-name") or ""
    return Grid(attribute(table, "name") or "", cells, merges=tuple(merges), hidden=name in hidden)


def _open_rows(table: Element) -> Iterator[Element]:
    for one in table:
        name = local_name(one)
        if name == "table-row":
            yield one
        elif name in {"table-header-rows", "table-row-group", "table-rows"}:
            yield from _open_rows(one)


def _open_text(cell: Element) -> str:
    return "\n".join("".join(_open_pieces(p)) for p in cell.iterchildren("{*}p", "{*}h"))


def _open_pieces(element: Element) -> Iterator[str]:
    yield element.text or ""
    for one in element:
        name = local_name(one)
        if name == "s":
            yield " " * max(1, min(_number(one, "c"), 100))
        elif name in _LINE_BREAKS:
            yield _LINE_BREAKS[name]
        elif name != "annotation":
            yield from _open_pieces(one)
        yield one.tail or ""


def _number(element: Element, name: str) -> int:
    value = attribute(element, name) or ""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 8 else 0
