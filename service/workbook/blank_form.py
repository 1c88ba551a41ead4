"""The official blank forms, drawn from the same rules that read them when they come back."""

from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from service.domain.rules import Block, Column, ColumnKind, Forms, QuestionKind, Rulebook, TableForm
from service.typesetting import sheets
from service.typesetting.text import one_line

_LABEL_ROW, _TITLE_ROW, _REPORTER_ROW, _HEAD_ROW = 1, 2, 3, 4
_EMPTY_ROWS = 12
_BLOCK_ROW_HEIGHT = 190
_BLOCK_WIDTH = 46
_LIST_LIMIT = 255
"""Excel refuses a longer list of choices written into a validation."""


def write_blank_form(folder: Path, rulebook: Rulebook, notes: Sequence[str] = ()) -> Path:
    """Write the form of all tables as one .xlsx, with the notes on how to fill it; returns its path.

    Raises OSError when the folder cannot be written.
    """
    workbook = Workbook()
    for form in rulebook.forms.tables:
        sheet = sheets.first_sheet(workbook, form.label) if form is rulebook.forms.tables[0] else None
        _write_form(sheet or workbook.create_sheet(form.label), form, rulebook.forms, notes)
    folder.mkdir(parents=True, exist_ok=True)
    name = rulebook.campaign.form_title.strip("《》") or rulebook.campaign.title
    path = folder / f"{one_line(name).replace('/', '-')}.xlsx"
    path.write_bytes(sheets.workbook_bytes(workbook, rulebook.campaign.deadline))
    return path


def _write_form(sheet: Worksheet, form: TableForm, forms: Forms, notes: Sequence[str]) -> None:
    wide = len(form.columns) + len(form.blocks)
    sheets.put_note(sheet, _LABEL_ROW, form.label, wide)
    sheets.put_title(sheet, _TITLE_ROW, form.title, wide)
    reporter = forms.reporter_labels[0] if forms.reporter_labels else ""
    sheets.put_note(sheet, _REPORTER_ROW, f"{reporter}：" if reporter else "", wide, lines=2)
    labels = [*(c.label for c in form.columns), *(b.label for b in form.blocks)]
    sheets.put_head(sheet, _HEAD_ROW, labels, height=44)
    last = _write_rows(sheet, form)
    if notes:
        sheets.put_note(sheet, last + 1, _numbered(notes, forms), wide, lines=2 * len(notes))
    sheets.set_widths(sheet, [*(_width(c) for c in form.columns), *[_BLOCK_WIDTH] * len(form.blocks)])
    sheets.set_print(sheet, _HEAD_ROW)


def _write_rows(sheet: Worksheet, form: TableForm) -> int:
    """The rows to fill; returns the last one. Questions are printed once, as in the notice: people copy the row."""
    rows = 1 if form.blocks else _EMPTY_ROWS
    first, last = _HEAD_ROW + 1, _HEAD_ROW + rows
    for row in range(first, last + 1):
        values = [*("" for _ in form.columns), *(block_text(b) for b in form.blocks)]
        questions = frozenset(range(len(form.columns) + 1, len(values) + 1))
        sheets.put_row(sheet, row, values, frozenset({1}), questions)
        sheet.row_dimensions[row].height = _BLOCK_ROW_HEIGHT if form.blocks else 30
    for number, column in enumerate(form.columns, 1):
        if rule := _validation(column):
            rule.add(f"{get_column_letter(number)}{first}:{get_column_letter(number)}{last}")
            sheet.add_data_validation(rule)
    return last


def block_text(block: Block) -> str:
    """A cell's questions with their boxes, one below the other; space to write after each text question."""
    lines = []
    for question in block.questions:
        if question.template:
            lines.append(question.template)
        if question.kind is QuestionKind.TEXT:
            lines.append("")
    return "\n".join(lines).rstrip("\n")


def _numbered(notes: Sequence[str], forms: Forms) -> str:
    """One cell that begins with the word by which the reader knows notes: it is never taken for a row."""
    title = forms.note_words[0].rstrip("：:") + "：" if forms.note_words else ""
    return title + "\n".join(f"{n}. {note}" for n, note in enumerate(notes, 1))


def _width(column: Column) -> float:
    if column.key == "seq":
        return 6
    return 22 if column.key == "unit" else 10 if column.kind is ColumnKind.COUNT else 14


def _validation(column: Column) -> DataValidation | None:
    """A list to choose from; other words may still be written."""
    listed = ",".join(column.choices)
    if not column.choices or len(listed) > _LIST_LIMIT or any("," in c or '"' in c for c in column.choices):
        return None
    return DataValidation("list", formula1=f'"{listed}"', allow_blank=True, showErrorMessage=False)
