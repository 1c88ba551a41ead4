"""The sheets 表1-4 of the consolidated workbook: the official columns, the questions of 表3 and 表4 spread out."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from openpyxl.worksheet.worksheet import Worksheet

from service.domain.rules import ColumnKind, Question, QuestionKind, TableForm
from service.domain.submission import Answer, Tick
from service.typesetting import sheets
from service.typesetting.sheets import Value
from service.values.sums import bounds_of, plain, summable
from service.workbook.cases import Entry
from service.workbook.words import STATE_NAMES

_TICKS = {Tick.YES: "是", Tick.NO: "否", Tick.UNANSWERED: "未填", Tick.CONTRADICTORY: "是、否均勾选"}
_NUMBER = re.compile(r"\d{1,9}(?:\.\d{1,4})?")
_TITLE_ROW, _NOTE_ROW, _GROUP_ROW, _HEAD_ROW = 1, 2, 3, 4
_WIDE = re.compile(r"内容|简述|职责|计划|项目|基础|目标|要求|说明")


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a sheet: the heading over it, its own heading, and how a row fills it."""

    group: str
    label: str
    width: float
    value: Callable[[Entry], Value]
    centred: bool = False


def write_table(sheet: Worksheet, form: TableForm, rows: Sequence[Entry], note: str) -> None:
    """One sheet: title, note, two rows of headings, numbered rows."""
    columns = list(_columns(form, rows))
    sheets.put_title(sheet, _TITLE_ROW, f"{form.label} {form.title}", len(columns))
    sheets.put_note(sheet, _NOTE_ROW, note, len(columns))
    _write_headings(sheet, columns)
    centred = frozenset(n for n, column in enumerate(columns, 1) if column.centred)
    for index, entry in enumerate(rows, 1):
        values = [index if c.group == "" and c.label == _SEQ else c.value(entry) for c in columns]
        sheets.put_row(sheet, _HEAD_ROW + index, values, centred)
    sheets.set_widths(sheet, [c.width for c in columns])
    sheets.fit_heights(sheet, _HEAD_ROW)
    sheets.set_print(sheet, _HEAD_ROW, _GROUP_ROW, frozen_columns=3)
    sheet.auto_filter.ref = f"A{_HEAD_ROW}:{sheet.cell(_HEAD_ROW + max(1, len(rows)), len(columns)).coordinate}"


_SEQ = "序号"


def _columns(form: TableForm, rows: Sequence[Entry]) -> Iterator[_Column]:
    yield _Column("", _SEQ, 6, lambda _: None, centred=True)
    yield _Column("", _label(form, "unit", "单位名称"), 24, lambda e: e.row.unit)
    yield _Column("", _label(form, "city", "所在地市"), 10, lambda e: e.city, centred=True)
    for column in form.columns:
        if column.key not in ("seq", "unit", "city"):
            narrow = column.kind is not ColumnKind.TEXT
            width = 16 if narrow else 30 if _WIDE.search(column.label) else 16
            yield _Column("", column.label, width, _cell(column.key, column.kind), centred=narrow)
    for block in form.blocks:
        for question in block.questions:
            text = question.kind is QuestionKind.TEXT
            yield _Column(block.label, question.label, 36 if text else 13, _answer(question), centred=not text)
    if any(_unknown_cells(form, entry) for entry in rows):
        yield _Column("", "其他填写内容", 30, lambda e: _unknown_cells(form, e))
    for column in summable(form):
        for bound, name in enumerate(("下限", "上限")):
            yield _Column("折算（供合计）", f"{column.label}{name}", 12, _bound(column.key, bound), centred=True)
    if any(entry.listed_unit for entry in rows):
        yield _Column("", "单位目录名称", 24, lambda e: e.listed_unit)
    yield _Column("来源", "报送件编号", 14, lambda e: e.case.number, centred=True)
    yield _Column("来源", "报送件状态", 12, lambda e: STATE_NAMES[e.case.state], centred=True)
    yield _Column("来源", "文件", 26, lambda e: e.table.attachment.rpartition("/")[2])
    yield _Column("来源", "工作表", 12, lambda e: e.table.sheet)
    yield _Column("来源", "行", 6, lambda e: e.row.row, centred=True)
    if any(entry.again for entry in rows):
        yield _Column("", "另见", 30, lambda e: e.again)


def _label(form: TableForm, key: str, default: str) -> str:
    return next((c.label for c in form.columns if c.key == key), default)


def _cell(key: str, kind: ColumnKind) -> Callable[[Entry], Value]:
    def value(entry: Entry) -> Value:
        text = entry.row.cells.get(key, "").strip()
        counted = kind in (ColumnKind.COUNT, ColumnKind.MONEY) and _NUMBER.fullmatch(text)
        return (float(text) if "." in text else int(text)) if counted else text

    return value


def _bound(key: str, bound: int) -> Callable[[Entry], Value]:
    """The least or the most of a cell as a number; empty where it says none: the cell itself stands beside it."""

    def value(entry: Entry) -> Value:
        bounds = bounds_of(entry.values.get(key))
        return None if bounds is None else plain(bounds[bound])

    return value


def _answer(question: Question) -> Callable[[Entry], Value]:
    def value(entry: Entry) -> Value:
        parent = entry.row.answer(question.parent) if question.parent else None
        answer = entry.row.answer(question.key)
        unasked = parent is not None and parent.tick is Tick.NO
        return "" if unasked and not _says_something(answer) else _answer_text(question, answer)

    return value


def _says_something(answer: Answer | None) -> bool:
    return answer is not None and bool(answer.text or answer.choices or answer.tick in (Tick.YES, Tick.NO))


def _answer_text(question: Question, answer: Answer | None) -> str:
    if answer is None:
        return "" if question.kind is QuestionKind.TEXT else "未填"
    if question.kind is QuestionKind.TEXT:
        said = answer.text or ""
    elif question.kind is QuestionKind.CHOICE:
        chosen = answer.choices or ()
        said = "、".join(c.label for c in question.choices if c.key in chosen) or "未选"
    else:
        said = _TICKS[answer.tick or Tick.UNANSWERED]
    return f"{said}（存疑：{answer.doubt}）" if answer.doubt else said


def _unknown_cells(form: TableForm, entry: Entry) -> str:
    """What people wrote in columns of their own: kept, with the heading they gave it."""
    known = {c.key for c in form.columns} | {b.key for b in form.blocks} | {"seq", "unit", "city"}
    return "；".join(f"{key}：{text}" for key, text in entry.row.cells.items() if key not in known and text.strip())


def _write_headings(sheet: Worksheet, columns: Sequence[_Column]) -> None:
    """Two rows: what belongs together under one heading; the others span both rows."""
    sheets.put_head(sheet, _GROUP_ROW, [c.group or c.label for c in columns], height=24)
    sheets.put_head(sheet, _HEAD_ROW, [c.label for c in columns], height=44)
    first = 1
    for group, run in groupby(columns, key=lambda c: c.group):
        last = first + len(list(run)) - 1
        if group:
            sheets.merge(sheet, _GROUP_ROW, first, _GROUP_ROW, last)
        else:
            for column in range(first, last + 1):
                sheets.merge(sheet, _GROUP_ROW, column, _HEAD_ROW, column)
        first = last + 1
