"""The official forms under the packaged rules, filled in the habits of many offices."""

from dataclasses import replace

import pytest

from service.demo.answering import STYLES
from service.demo.forms import FormLayout, RowSpec, SheetNames, TableSpec, form_xlsx
from service.demo.wordfiles import form_docx
from service.domain.submission import Answer, Table, Tick
from service.reading.forms import FormReading, read_form
from service.rulebook import load
from service.rulebook.loading import defaults_folder

FORMS = load(defaults_folder()).forms
UNIT, CITY = "云江大学", "云江市"
PLAN = "拟于2020年6月在云江市举办专场活动1场，邀请海外专家20名。"
ANSWERS_3 = {
    "nyx.plan_nyx": "yes", "nyx.plan_text": PLAN, "nyx.budget": "yes", "doctor.will_doctor": "no",
    "doctor.budget": "", "doctor.plan_text": "",
}  # fmt: skip
ANSWERS_4 = {
    "join.join": "yes", "join.group": "aoxin", "join.projects": "1.海洋牧场；\n2.新能源。", "join.budget": "no",
    "join.foreign_affairs_quota": "yes", "self.self": "yes", "self.plan_text": "赴新加坡洽谈。",
}  # fmt: skip
CELLS_1 = {
    "field": "新材料",
    "post": "教授",
    "number": "2",
    "major": "高分子",
    "contact": "张三",
    "phone": "020-00000001",
}
CELLS_2 = {"field": "海洋经济", "project": "海水制氢", "content": "联合研发", "budget": "50", "contact": "李四"}
TABLES = (
    TableSpec(1, (RowSpec(UNIT, CITY, CELLS_1), RowSpec(UNIT, CITY, CELLS_1), RowSpec("云江学院", CITY, CELLS_1))),
    TableSpec(2, (RowSpec(UNIT, CITY, CELLS_2),)),
    TableSpec(3, (RowSpec(UNIT, CITY, {}, ANSWERS_3), RowSpec("云江学院", CITY, {}, {}))),
    TableSpec(4, (RowSpec(UNIT, CITY, {}, ANSWERS_4),)),
)
LAYOUTS = {
    "plain": FormLayout(),
    "one_sheet": FormLayout(one_sheet=True, blank_rows=2, reporter="云江市科技局"),
    "default_sheet_names": FormLayout(sheet_names=SheetNames.DEFAULT, note_row=True, reporter="云江市科技局"),
    "no_titles": FormLayout(title_rows=False, sheet_names=SheetNames.OWN),
    "own_names": FormLayout(sheet_names=SheetNames.TITLE, total_row=True, example_row=True),
    "two_row_header": FormLayout(two_row_header=True, merge_units=True),
    "ditto": FormLayout(ditto=True, extra_column=True, reordered=True),
    "hidden_list": FormLayout(hidden_sheet=True, text_on_own_line=False),
    "required_only": FormLayout(only_required=True, two_row_header=True, one_sheet=True),
}


def read(content: bytes, name: str = "征集表.xlsx") -> FormReading:
    return read_form(content, name, name, "", FORMS)


def said(answer: Answer) -> str:
    assert answer.doubt is None, (answer.question, answer.doubt)
    if answer.tick is not None:
        return {Tick.YES: "yes", Tick.NO: "no", Tick.UNANSWERED: "", Tick.CONTRADICTORY: "both"}[answer.tick]
    return "|".join(answer.choices) if answer.choices is not None else answer.text or ""


def spoken(table: Table) -> list[tuple[str | None, str | None, dict[str, str]]]:
    return [(row.unit, row.city, {a.question: said(a) for a in row.answers}) for row in table.rows]


def meant(spec: TableSpec) -> list[tuple[str, str, dict[str, str]]]:
    table = FORMS.table(spec.number)
    assert table is not None
    keys = [q.key for q in table.questions()]
    return [(row.unit, row.city, {key: row.answers.get(key, "") for key in keys}) for row in spec.rows]


def assert_read(reading: FormReading) -> None:
    assert reading.problem is None and reading.is_form
    assert [table.number for table in reading.tables] == [1, 2, 3, 4]
    for table, spec in zip(reading.tables, TABLES, strict=True):
        assert spoken(table) == meant(spec)
        for row, given in zip(table.rows, spec.rows, strict=True):
            shown = {key: row.cells[key] for key in given.cells if key in row.cells}
            assert shown == {key: given.cells[key] for key in shown}
            assert row.cells["unit"] == given.unit


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_every_layout_gives_the_same_tables(layout: FormLayout) -> None:
    assert_read(read(form_xlsx(FORMS, TABLES, layout)))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("own_line", [True, False], ids=["own_line", "same_line"])
def test_every_tick_style_gives_the_same_answers(style: str, own_line: bool) -> None:
    layout = FormLayout(tick=STYLES[style], text_on_own_line=own_line)

    assert_read(read(form_xlsx(FORMS, TABLES, layout)))


def test_the_reporter_above_the_header_is_read() -> None:
    reading = read(form_xlsx(FORMS, TABLES, LAYOUTS["one_sheet"]))

    assert [table.reporter for table in reading.tables] == ["云江市科技局"] * 4


def test_nil_tables_are_nil() -> None:
    nil = [TableSpec(number, nil=True) for number in (1, 2, 3, 4)]

    for layout in LAYOUTS.values():
        tables = read(form_xlsx(FORMS, nil, replace(layout, example_row=False, total_row=False))).tables
        assert [(t.number, t.nil, t.rows) for t in tables] == [(n, True, ()) for n in (1, 2, 3, 4)]


def test_both_ticks_contradict() -> None:
    rows = (RowSpec(UNIT, CITY, {}, {"nyx.plan_nyx": "both"}),)

    row = read(form_xlsx(FORMS, [TableSpec(3, rows)])).tables[0].rows[0]

    assert row.answers[0].tick is Tick.CONTRADICTORY


@pytest.mark.parametrize("style", STYLES)
def test_word_files_give_the_same_tables(style: str) -> None:
    assert_read(read(form_docx(FORMS, TABLES, STYLES[style]), "征集表.docx"))
