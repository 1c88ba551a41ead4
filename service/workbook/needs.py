"""What all rows ask for together, city by city: people and money, as far as the cells say a number."""

from collections.abc import Sequence

from openpyxl.worksheet.worksheet import Worksheet

from service.domain.rules import Column, Rulebook, TableForm
from service.typesetting import sheets
from service.typesetting.sheets import Value
from service.values.sums import plain, summable, total
from service.workbook.cases import CaseForWorkbook, Entry, entries

SHEET = "需求合计"
_GROUP_ROW, _HEAD_ROW = 3, 4
_NOTE = (
    "只合计能认出数字的格；写“若干”“面议”、按年或按人计、外币、单位存疑或没有写的，计入“未计”行数。"
    "没有上限或下限的，按写明的一端计。两个报送件里内容相同的行只计一次（见各表“另见”）。"
)


def has_needs(rulebook: Rulebook) -> bool:
    """Whether any table has a column that can be added up."""
    return any(summable(form) for form in rulebook.forms.tables)


def write_needs(sheet: Worksheet, cases: Sequence[CaseForWorkbook], rulebook: Rulebook) -> None:
    """A line per city that has rows, and the whole."""
    counted = [(form, column) for form in rulebook.forms.tables for column in summable(form)]
    rows = {form.number: entries(cases, form.number, rulebook) for form, _ in counted}
    found = {entry.city for held in rows.values() for entry in held}
    cities = [c.name for c in rulebook.cities if c.name in found]
    cities += sorted(found - set(cities))
    groups = [f"{form.label} {column.label}" for form, column in counted for _ in range(4)]
    sheets.put_title(sheet, 1, "需求合计", 2 + len(groups))
    sheets.put_note(sheet, 2, _NOTE, 2 + len(groups), lines=2)
    sheets.put_head(sheet, _GROUP_ROW, ["序号", "地市", *groups], height=30)
    sheets.put_head(sheet, _HEAD_ROW, ["序号", "地市", *["行数", "下限", "上限", "未计"] * len(counted)], height=24)
    _merge_heads(sheet, counted)
    everywhere = frozenset(range(1, 3 + len(groups)))
    for index, city in enumerate(cities, 1):
        values = (index, city or "未写明", *_line(counted, rows, city))
        sheets.put_row(sheet, _HEAD_ROW + index, values, everywhere)
    sheets.put_row(sheet, _HEAD_ROW + len(cities) + 1, ("", "合计", *_line(counted, rows, None)), everywhere)
    sheets.set_widths(sheet, [6, 12, *[10] * len(groups)])
    sheets.set_print(sheet, _HEAD_ROW, _GROUP_ROW, frozen_columns=2)


_Counted = Sequence[tuple[TableForm, Column]]


def _merge_heads(sheet: Worksheet, counted: _Counted) -> None:
    for column in (1, 2):
        sheets.merge(sheet, _GROUP_ROW, column, _HEAD_ROW, column)
    for index in range(len(counted)):
        sheets.merge(sheet, _GROUP_ROW, 3 + 4 * index, _GROUP_ROW, 6 + 4 * index)


def _line(counted: _Counted, rows: dict[int, list[Entry]], city: str | None) -> list[Value]:
    """The sums of a city, or of all."""
    line: list[Value] = []
    for form, column in counted:
        own = [e for e in rows[form.number] if e.counted and (city is None or e.city == city)]
        found = total(e.values.get(column.key) for e in own)
        line += [found.rows, plain(found.lower), plain(found.upper), found.left_out]
    return line
