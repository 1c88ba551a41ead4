"""Worksheets that can be printed and trusted: what came by mail is text in them, never a formula."""

import io
import math
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.functions import tostring

from service.typesetting.text import cell_text, width

Value: TypeAlias = str | int | float | None  # what a cell may hold

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LINE_HEIGHT, _HIGHEST = 15, 409  # points; the latter is all a row may have
PAPER_A4 = 9  # ECMA-376 part 1, 18.3.1.63 pageSetup

_LINE = Side(style="thin", color="BFBFBF")
_GRID = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_BODY = Font(name="宋体", size=10.5)
_HEAD = Font(name="黑体", size=10.5)
_TITLE = Font(name="黑体", size=16)
_NOTE = Font(name="楷体", size=10.5, color="595959")
_HEAD_FILL = PatternFill("solid", start_color="DCE6F1")
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_TOP = Alignment(horizontal="left", vertical="top", wrap_text=True)
_LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)


def first_sheet(workbook: Workbook, title: str) -> Worksheet:
    """The sheet a new workbook begins with, named."""
    sheet = workbook.worksheets[0]
    sheet.title = title
    return sheet


def put(sheet: Worksheet, row: int, column: int, value: Value) -> Cell:
    """Write a value; text is stored as text whatever it begins with."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)  # never written inside a merged range
    if not isinstance(value, str):
        cell.value = value
    elif text := cell_text(value):
        cell.value = text
        cell.data_type = "s"  # openpyxl takes "=..." for a formula and "#N/A" for an error
        cell.quotePrefix = text[0] in "=+-@"  # stays text when a person edits the cell
    return cell


def put_title(sheet: Worksheet, row: int, text: str, columns: int) -> None:
    """A centred title over all columns."""
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=columns)
    cell = put(sheet, row, 1, text)
    cell.font, cell.alignment = _TITLE, _CENTRE
    sheet.row_dimensions[row].height = 32


def put_note(sheet: Worksheet, row: int, text: str, columns: int, lines: int = 1) -> None:
    """A remark over all columns, that many lines high."""
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=columns)
    cell = put(sheet, row, 1, text)
    cell.font, cell.alignment = _NOTE, _LEFT
    sheet.row_dimensions[row].height = 17 * lines


def put_head(sheet: Worksheet, row: int, labels: Sequence[str], height: int = 34) -> None:
    """The row of column headings."""
    for column, label in enumerate(labels, 1):
        cell = put(sheet, row, column, label)
        cell.font, cell.alignment, cell.border, cell.fill = _HEAD, _CENTRE, _GRID, _HEAD_FILL
    sheet.row_dimensions[row].height = height


def put_row(
    sheet: Worksheet, row: int, values: Sequence[Value], centred: frozenset[int], from_top: frozenset[int] = frozenset()
) -> None:
    """One row of the body; centred and from_top name columns, from 1, whose text stands so."""
    for column, value in enumerate(values, 1):
        cell = put(sheet, row, column, value)
        cell.font, cell.border = _BODY, _GRID
        cell.alignment = _CENTRE if column in centred else _TOP if column in from_top else _LEFT


def set_widths(sheet: Worksheet, widths: Sequence[float]) -> None:
    for column, wide in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(column)].width = wide


def fit_heights(sheet: Worksheet, head_row: int) -> None:
    """Every row below the head as high as its wrapped text: not every program sees to that when it opens a file."""
    letters = [get_column_letter(column) for column in range(1, sheet.max_column + 1)]
    rooms = [sheet.column_dimensions[letter].width for letter in letters]
    for row, values in enumerate(sheet.iter_rows(min_row=head_row + 1, values_only=True), head_row + 1):
        lines = max(map(_lines, values, rooms))
        if lines > 1:
            sheet.row_dimensions[row].height = min(_HIGHEST, _LINE_HEIGHT * lines + 2)


def _lines(value: object, room: float) -> int:
    """How many lines a text takes in a column; half a character is lost at its edges."""
    parts = str(value or "").split("\n")
    return sum(max(1, math.ceil(width(part) / max(1.0, room - 1))) for part in parts)


def merge(sheet: Worksheet, top: int, left: int, bottom: int, right: int) -> None:
    """Merge cells that are written already; the first keeps its value."""
    if (top, left) != (bottom, right):
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)


def set_print(sheet: Worksheet, head_row: int, first_head_row: int | None = None, frozen_columns: int = 0) -> None:
    """A4 landscape, one page wide, the head repeated on every page and frozen on the screen."""
    sheet.freeze_panes = f"{get_column_letter(frozen_columns + 1)}{head_row + 1}"
    sheet.print_title_rows = f"{first_head_row or head_row}:{head_row}"
    setup = sheet.page_setup
    setup.orientation, setup.paperSize = "landscape", PAPER_A4
    setup.fitToWidth, setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    margins = sheet.page_margins
    margins.left = margins.right = 0.4
    margins.top = margins.bottom = 0.6
    sheet.print_options.horizontalCentered = True
    footer = sheet.oddFooter
    assert footer is not None
    footer.center.text = "第 &P 页，共 &N 页"


def workbook_bytes(workbook: Workbook, made: datetime) -> bytes:
    """The file's bytes, the same for the same content: openpyxl's own times are replaced by `made`."""
    first = io.BytesIO()
    workbook.properties.creator = ""
    workbook.properties.created = made.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    workbook.save(first)
    return _without_clock(first, workbook)


def _without_clock(file: io.BytesIO, workbook: Workbook) -> bytes:
    workbook.properties.modified = workbook.properties.created
    out = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = tostring(workbook.properties.to_tree()) if name == "docProps/core.xml" else old.read(name)
            info = zipfile.ZipInfo(name)  # 1980-01-01
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, part)
    return out.getvalue()
