"""Reads .xls and .et workbooks (BIFF in OLE2) into grids, with xlrd.

Promises: text as people see it; ticks in symbol fonts and struck options are kept as in .xlsx; whatever the file
holds, the outcome is a workbook, FileDamaged or FileEncrypted. What is drawn over cells comes from `oldobjects`.
"""

import io
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

import xlrd
from xlrd.book import Book
from xlrd.sheet import Cell, Sheet

from service.reading.forms.grid import CellDetail, Grid, Merge, Position, Workbook
from service.reading.forms.limits import MAX_CELL_TEXT, MAX_CELLS, MAX_COLUMNS, MAX_MERGES, MAX_ROWS, MAX_SHEETS
from service.reading.forms.numbers import shown
from service.reading.forms.oldobjects import Objects
from service.reading.forms.overlays import Ruler, lay_over
from service.reading.forms.package import FileDamaged, FileEncrypted
from service.reading.forms.strings import RichText, RunStyle
from service.reading.forms.symbols import is_symbol_font
from service.reading.forms.xlsb import BinaryUnread, read_binary_workbook

_DOUBTFUL: Final = "文件格式有异常，可能未能全部读取"
_BLACK: Final = frozenset({None, (0, 0, 0)})


def read_old_workbook(content: bytes) -> Workbook:
    """All sheets of a binary workbook. Raises FileDamaged or FileEncrypted."""
    try:
        book = _opened(content)
        reader = _BookReader(book, Objects(content))
        return Workbook(tuple(reader.grid(sheet) for sheet in book.sheets()[:MAX_SHEETS]))
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise FileEncrypted from None
        return _by_another_reader(content)
    except Exception:  # xlrd asserts, indexes and unpacks where a file is not what it says
        return _by_another_reader(content)


def _by_another_reader(content: bytes) -> Workbook:
    """What xlrd stumbles over may still be sound: names, notes and chains of sectors that Excel minds less."""
    try:
        workbook = read_binary_workbook(content, macros=False)
    except BinaryUnread:
        raise FileDamaged("文件已损坏，无法打开") from None
    if not any(grid.cells for grid in workbook.grids):
        raise FileDamaged("文件已损坏，无法打开")
    return Workbook(tuple(replace(grid, cut=grid.cut or _DOUBTFUL) for grid in workbook.grids))


def _opened(content: bytes) -> Book:
    """The book with its formats, or without them where they are not as Excel writes them (some of WPS)."""
    try:
        return _open(content, formats=True)
    except xlrd.XLRDError:
        raise
    except Exception:
        return _open(content, formats=False)


def _open(content: bytes, *, formats: bool) -> Book:
    return xlrd.open_workbook(
        file_contents=content, formatting_info=formats, ragged_rows=True, logfile=io.StringIO(), use_mmap=False
    )


class _BookReader:
    """Turns the sheets of one book into grids."""

    def __init__(self, book: Book, objects: Objects) -> None:
        self._book = book
        self._objects = objects
        self._since_1904 = book.datemode == 1

    def grid(self, sheet: Sheet) -> Grid:
        cells: dict[Position, str] = {}
        details: dict[Position, CellDetail] = {}
        cut = ""
        for row in range(sheet.nrows):
            if row >= MAX_ROWS or len(cells) > MAX_CELLS:
                cut = f"只读取前{row}行"
                break
            for column, cell in enumerate(sheet.row(row)[:MAX_COLUMNS]):
                text, detail = self._read(sheet, cell, (row, column))
                if text.strip():
                    cells[row + 1, column + 1] = text[:MAX_CELL_TEXT]
                    if detail is not None:
                        details[row + 1, column + 1] = detail
        merges = tuple(Merge(a + 1, c + 1, b, d) for a, b, c, d in sheet.merged_cells[:MAX_MERGES])
        ruler = _ruler(sheet)
        texts = lay_over(details, merges, self._objects.over(sheet.name, ruler), ruler)
        return Grid(
            sheet=sheet.name,
            cells=cells,
            details=details,
            merges=merges,
            hidden=sheet.visibility != 0,
            hidden_rows=frozenset(row + 1 for row, info in sheet.rowinfo_map.items() if info.hidden),
            floating=texts,
            cut=cut,
        )

    def _read(self, sheet: Sheet, cell: Cell, place: tuple[int, int]) -> tuple[str, CellDetail | None]:
        """A cell's text and what else it tells; place counts from 0."""
        match cell.ctype:
            case xlrd.XL_CELL_TEXT:
                return self._text(sheet, cell, place)
            case xlrd.XL_CELL_NUMBER | xlrd.XL_CELL_DATE:
                return shown(repr(cell.value), self._code(cell), since_1904=self._since_1904), None
            case xlrd.XL_CELL_BOOLEAN:
                return ("TRUE" if cell.value else "FALSE"), CellDetail(boolean=bool(cell.value))
            case xlrd.XL_CELL_ERROR:
                return xlrd.error_text_from_code.get(cell.value, "#N/A"), CellDetail(error=True)
        return "", None

    def _code(self, cell: Cell) -> str:
        """The number format of a cell, "" when the book's formats could not be read."""
        look = self._look(cell)
        if look is None:
            return "yyyy/m/d" if cell.ctype == xlrd.XL_CELL_DATE else ""
        return str(self._book.format_map[look.format_key].format_str or "")

    def _look(self, cell: Cell) -> Any:
        """A cell's format, None in a book without formats, or without this one."""
        looks = self._book.xf_list
        return looks[cell.xf_index] if cell.xf_index is not None and cell.xf_index < len(looks) else None

    def _text(self, sheet: Sheet, cell: Cell, place: tuple[int, int]) -> tuple[str, CellDetail | None]:
        written = str(cell.value)
        look = self._look(cell)
        if look is None:
            rich = RichText()
            rich.add(written)
            return rich.text, None
        rich = RichText()
        own = (0, look.font_index)
        runs = [own, *sheet.rich_text_runlist_map.get(place, ()), (len(written), 0)]
        for (start, font), (end, _) in pairwise(runs):
            if end > start:
                rich.add(written[start:end], self._style(font, whole=len(runs) == 2))
        return rich.text, rich.detail()

    def _style(self, index: int, *, whole: bool) -> RunStyle:
        """What of a font can carry an answer; colour and weight of a whole cell carry none."""
        font = self._book.font_list[index]
        stressed = not whole and bool(font.underlined or font.bold or self._is_coloured(font.colour_index))
        return RunStyle(font.name if is_symbol_font(font.name) else "", bool(font.struck_out), stressed)

    def _is_coloured(self, index: int) -> bool:
        return self._book.colour_map.get(index) not in _BLACK


def _ruler(sheet: Sheet) -> Ruler:
    """Sizes as Excel shows them at its usual font: a character is 7 pixels wide, a point 4/3 high."""
    heights = {row: info.height / 15 for row, info in sheet.rowinfo_map.items() if row <= MAX_ROWS}
    widths = {column: info.width * 7 / 256 + 5 for column, info in sheet.colinfo_map.items() if column <= MAX_COLUMNS}
    usual = sheet.standardwidth * 7 / 256 if sheet.standardwidth else (sheet.defcolwidth or 0) * 7 + 5
    return Ruler(heights, widths, (sheet.default_row_height or 0) / 15, usual)
