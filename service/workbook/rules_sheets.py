"""Tables of rules as an .xlsx with drop-downs, and back. Cells are text: no code loses its zero."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

_LISTS = "lists"
_ROWS_BELOW = 500  # empty rows that have the drop-downs, too
_WIDEST = 44
_HEADER = PatternFill("solid", fgColor="E7EFFB")
_TEXT = "@"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. The first row that is not empty holds the names of its columns; row n of the sheet is row n of the
    file."""

    name: str
    rows: Sequence[Sequence[str]]
    notes: Mapping[str, str] = field(default_factory=dict)  # column -> what to write, Chinese
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)  # column -> what may be picked
    strict: frozenset[str] = frozenset()  # columns that take nothing else


def write_sheets(file: Path, sheets: Sequence[Sheet], about: Sequence[str]) -> None:
    """Write the workbook. about: lines for a sheet of its own, for people."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)
    lists = book.create_sheet(_LISTS)
    for sheet in sheets:
        _write(book.create_sheet(sheet.name), sheet, lists)
    book.move_sheet(first, len(sheets) + 1)
    first.title = "说明"
    first.column_dimensions["A"].width = 100
    for line in about:
        first.append([line])
    lists.sheet_state = "hidden"
    book.active = book.sheetnames.index(sheets[0].name)
    book.save(file)


def _write(page: Worksheet, sheet: Sheet, lists: Worksheet) -> None:
    widths: dict[int, int] = {}
    for number, row in enumerate(sheet.rows, 1):
        for index, text in enumerate(row, 1):
            cell = page.cell(number, index)
            cell.value, cell.data_type, cell.number_format = text or None, "s" if text else "n", _TEXT
            cell.alignment = Alignment(vertical="top", wrap_text=len(text) > _WIDEST)
            widths[index] = max(widths.get(index, 8), min(_WIDEST, 2 + sum(2 if c > "\u2e80" else 1 for c in text)))
    for index, width in widths.items():
        page.column_dimensions[get_column_letter(index)].width = width
    top = next((number for number, row in enumerate(sheet.rows, 1) if any(row)), 1)
    page.freeze_panes = f"B{top + 1}"
    header = sheet.rows[top - 1]
    last = len(sheet.rows) + _ROWS_BELOW
    for index, name in enumerate(header, 1):
        _head(page, top, index, sheet.notes.get(name))
        if name in sheet.choices:
            _offer(page, (index, top + 1, last), _listed(lists, sheet.choices[name]), is_strict=name in sheet.strict)
        for number in range(len(sheet.rows) + 1, last + 1):
            page.cell(number, index).number_format = _TEXT
    page.auto_filter.ref = f"A{top}:{get_column_letter(len(header))}{len(sheet.rows)}"


def _head(page: Worksheet, top: int, index: int, note: str | None) -> None:
    cell = page.cell(top, index)
    cell.font, cell.fill = Font(bold=True), _HEADER
    if note:
        cell.comment = Comment(note, "rules", width=260, height=90)


def _listed(lists: Worksheet, choices: Sequence[str]) -> str:
    """Where these choices stand on the hidden sheet."""
    column = 1 if lists.max_column == 1 and lists.cell(1, 1).value is None else lists.max_column + 1
    for number, choice in enumerate(choices, 1):
        cell = lists.cell(number, column)
        cell.value, cell.data_type = choice, "s"
    letter = get_column_letter(column)
    return f"{_LISTS}!${letter}$1:${letter}${max(1, len(choices))}"


def _offer(page: Worksheet, at: tuple[int, int, int], place: str, *, is_strict: bool) -> None:
    """A drop-down in a column, from one row to another."""
    index, first, last = at
    offered = DataValidation(type="list", formula1=f"={place}", allow_blank=True, showErrorMessage=is_strict)
    offered.errorTitle, offered.error = "不能这样写", "请从下拉列表中选择"
    letter = get_column_letter(index)
    offered.add(f"{letter}{first}:{letter}{last}")
    page.add_data_validation(offered)


def read_sheets(file: Path, names: Sequence[str]) -> tuple[dict[str, list[list[str]]], list[str]]:
    """The rows of each sheet as text, and what is wrong in Chinese, by sheet and cell."""
    try:
        book = load_workbook(file)
    except (OSError, ValueError, KeyError, BadZipFile, InvalidFileException):
        return {}, [f"{file.name}：打不开，或不是 .xlsx 工作簿；请用导出的工作簿修改后另存为 .xlsx"]
    problems = [f"没有工作表“{name}”；请不要改工作表的名称" for name in names if name not in book.sheetnames]
    found = {name: _rows(book[name], problems) for name in names if name in book.sheetnames}
    return found, problems


def _rows(page: Worksheet, problems: list[str]) -> list[list[str]]:
    rows = []
    for row in page.iter_rows():
        cells = []
        for cell in row:
            text = _text(cell.value) if cell.data_type != "f" else None
            if text is None:
                seen = "是公式" if cell.data_type == "f" else "被当成了日期或错误值"
                problems.append(f"工作表 {page.title} 单元格 {cell.coordinate}：{seen}；请改成文字")
            cells.append(text or "")
        rows.append(trimmed(cells))
    while rows and not rows[-1]:
        rows.pop()
    return rows


def trimmed(cells: list[str]) -> list[str]:
    """A row without the empty cells at its end."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells


def _text(value: object) -> str | None:
    """What was typed, as text; None for what a spreadsheet program has made a date, a time or an error of."""
    if value is None:
        return ""
    if isinstance(value, bool | date | datetime | time):
        return None
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value)
    return None if text.startswith("#") and text.isupper() and text.endswith(("!", "?", "A")) else text
