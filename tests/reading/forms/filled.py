"""Builds filled forms for tests: official looking cells and workbooks, to be made ugly by each test."""

from collections.abc import Sequence
from io import BytesIO

import openpyxl
from openpyxl.workbook import Workbook

from service.domain.rules import Block, QuestionKind, TableForm
from service.domain.submission import Answer, Row, Tick
from service.reading.forms import FormReading, read_form
from tests.reading.forms.example_forms import FORMS

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Cells = Sequence[object]
Rows = Sequence[Cells]
Answers = dict[str, bool | str | tuple[str, ...] | None]


def options(answer: bool | None, style: str = "☑□") -> str:
    """ "☑是 □否" for yes."""
    on, off = style[0], style[1]
    return f"{on if answer is True else off}是 {on if answer is False else off}否"


def question_cell(block: Block, answers: Answers, style: str = "☑□") -> str:
    """The official cell, filled: True, False or None for a tick, text for a plan, keys for groups."""
    lines = []
    for question in block.questions:
        given = answers.get(question.key)
        if question.kind is QuestionKind.TEXT:
            lines.append(question.wording + (f"：{given}" if given else ""))
        elif question.kind is QuestionKind.TICK:
            assert not isinstance(given, str | tuple)
            lines.append(f"{question.wording} {_options_with_groups(block, question.key, given, answers, style)}")
    return "\n".join(lines)


def _options_with_groups(block: Block, key: str, given: bool | None, answers: Answers, style: str) -> str:
    on, off = style[0], style[1]
    group = next((q for q in block.questions if q.parent == key and q.choices), None)
    if group is None:
        return options(given, style)
    ticked = answers.get(group.key) or ()
    assert isinstance(ticked, tuple)
    choices = "，".join(f"{on if c.key in ticked else off}{c.label}" for c in group.choices)
    return f"{on if given is True else off}是（{choices}）{on if given is False else off}否"


def header(table: TableForm) -> list[str]:
    return [c.label for c in table.columns] + [b.label for b in table.blocks]


def question_row(table: TableForm, seq: object, unit: str | None, city: str | None, answers: Answers) -> list[object]:
    return [seq, unit, city, *(question_cell(block, answers) for block in table.blocks)]


def sheets(**rows: Rows) -> Workbook:
    """A workbook with the named sheets."""
    workbook = openpyxl.Workbook()
    del workbook[workbook.sheetnames[0]]
    for name, content in rows.items():
        sheet = workbook.create_sheet(name)
        for row in content:
            sheet.append(list(row))
    return workbook


def as_bytes(workbook: Workbook) -> bytes:
    stream = BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def read(content: bytes | Workbook, name: str = "征集表.xlsx") -> FormReading:
    return read_form(content if isinstance(content, bytes) else as_bytes(content), name, name, XLSX, FORMS)


def answered(row: Row) -> dict[str, object]:
    """Every answer of a row as plain values; a doubtful one as "?"."""
    return {answer.question: _plain(answer) for answer in row.answers}


def _plain(answer: Answer) -> object:
    if answer.doubt:
        return "?"
    if answer.tick is not None:
        return {Tick.YES: True, Tick.NO: False, Tick.UNANSWERED: None}.get(answer.tick, answer.tick.value)
    return answer.choices if answer.choices is not None else answer.text
