"""Reads XML spreadsheets as Excel 2003 wrote them: one document that holds all sheets.

Promises: symbol fonts and struck letters tell what a person sees, of a cell and of a part of its text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from service.reading.forms.grid import PLAIN, CellDetail, Grid, Merge, Position, Workbook
from service.reading.forms.limits import MAX_CELL_TEXT, MAX_CELLS, MAX_COLUMNS, MAX_PART_BYTES, MAX_ROWS, MAX_SHEETS
from service.reading.forms.numbers import shown
from service.reading.forms.package import (
    Element,
    FileRefused,
    attribute,
    child,
    descendants,
    local_name,
    parse_xml,
    small_number,
)
from service.reading.forms.strings import PLAIN_STYLE, RichText, RunStyle

_HIDDEN: Final = frozenset({"SheetHidden", "SheetVeryHidden"})
_DEEPEST: Final = 20


def read_excel_2003(content: bytes) -> Workbook:
    """All sheets of a file. Raises FileDamaged or FileRefused."""
    if len(content) > MAX_PART_BYTES:
        raise FileRefused("文件过大")
    root = parse_xml(content)
    styles = {attribute(style, "ID") or "": _style(style) for style in descendants(root, "Style")}
    return Workbook(tuple(_sheet(sheet, styles) for sheet in descendants(root, "Worksheet")[:MAX_SHEETS]))


def _style(style: Element) -> RunStyle:
    font = child(style, "Font")
    if font is None:
        return PLAIN_STYLE
    return RunStyle(attribute(font, "FontName") or "", attribute(font, "StrikeThrough") == "1")


@dataclass(slots=True)
class _Cells:
    texts: dict[Position, str] = field(default_factory=dict)
    details: dict[Position, CellDetail] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)


def _sheet(sheet: Element, styles: Mapping[str, RunStyle]) -> Grid:
    cells = _Cells()
    table = child(sheet, "Table")
    row = 0
    for line in () if table is None else table.iterchildren("{*}Row"):
        row = small_number(line, "Index") or row + 1
        if row > MAX_ROWS or len(cells.texts) > MAX_CELLS:
            break
        _row(line, row, cells, styles)
    options = child(sheet, "WorksheetOptions")
    visible = child(options, "Visible") if options is not None else None
    hidden = visible is not None and visible.text in _HIDDEN
    return Grid(attribute(sheet, "Name") or "", cells.texts, cells.details, tuple(cells.merges), hidden)


def _row(line: Element, row: int, cells: _Cells, styles: Mapping[str, RunStyle]) -> None:
    column = 0
    for cell in line.iterchildren("{*}Cell"):
        column = small_number(cell, "Index") or column + 1
        if column > MAX_COLUMNS:
            break
        down, across = small_number(cell, "MergeDown"), small_number(cell, "MergeAcross")
        if down or across:
            cells.merges.append(Merge(row, column, min(row + down, MAX_ROWS), min(column + across, MAX_COLUMNS)))
        text, detail = _content(cell, styles.get(attribute(cell, "StyleID") or "", PLAIN_STYLE))
        if text.strip():
            cells.texts[row, column] = text[:MAX_CELL_TEXT]
            if detail is not PLAIN and len(text) <= MAX_CELL_TEXT:
                cells.details[row, column] = detail
        column += across


def _content(cell: Element, style: RunStyle) -> tuple[str, CellDetail]:
    data = child(cell, "Data")
    if data is None:
        return "", PLAIN
    rich = RichText()
    _collect(data, rich, style, 0)
    match attribute(data, "Type"):
        case "Number":
            return shown(rich.text, ""), PLAIN
        case "DateTime":
            return rich.text.partition("T")[0], PLAIN
        case "Boolean":
            said = rich.text.strip() == "1"
            return str(said).upper(), CellDetail(boolean=said)
    return rich.text, rich.detail() or PLAIN


def _collect(element: Element, rich: RichText, style: RunStyle, depth: int) -> None:
    """The text of a Data element, whose parts are formatted as in a web page: S, U, B, Font."""
    rich.add((element.text or "").replace("\r", ""), style)
    for one in element if depth < _DEEPEST else ():
        name = local_name(one).lower()
        inner = replace(
            style,
            font=attribute(one, "Face") or style.font,
            struck=style.struck or name in {"s", "strike"},
            stressed=style.stressed or name == "u",
        )
        _collect(one, rich, inner, depth + 1)
        rich.add((one.tail or "").replace("\r", ""), style)
