"""The official forms under the packaged rules, filled in the habits of many offices."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.demo.answering import STYLES, answered
from service.demo.forms import FormLayout, RowSpec, SheetNames, TableSpec, form_xlsx
from service.demo.wordfiles import form_docx
from service.domain.rules import Block, QuestionKind
from service.domain.submission import Answer, Table, Tick
from service.reading.forms import FormReading, read_form
from service.reading.forms.grid import PLAIN
from service.reading.forms.questions import CellReader
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
        for row, filled in zip(table.rows, spec.rows, strict=True):
            shown = {key: row.cells[key] for key in filled.cells if key in row.cells}
            assert shown == {key: filled.cells[key] for key in shown}
            assert row.cells["unit"] == filled.unit


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


# -- what printing, copying and retyping do to the official words --------------------------------------------

NOISES: dict[str, Callable[[str], str]] = {
    "straight_quotes": lambda text: text.replace("“", '"').replace("”", '"'),
    "no_quotes": lambda text: text.replace("“", "").replace("”", ""),
    "half_width_question_mark": lambda text: text.replace("？", "?"),
    "no_question_mark": lambda text: text.replace("？", ""),
    "half_width_brackets": lambda text: text.replace("（", "(").replace("）", ")"),
    "wide_spaces": lambda text: text.replace(" ", "　　"),
    "lines_run_together": lambda text: text.replace("\n", " "),
    "double_line_breaks": lambda text: text.replace("\n", "\n\n"),
    "broken_wording": lambda text: text.replace("专场活动", "专场\n活动", 1).replace("交流活动", "交流\n活动", 1),
    "numbered": lambda text: "\n".join(
        f"{n}、{line}" if line.startswith(("是否", "如有")) else line for n, line in enumerate(text.split("\n"), 1)
    ),
    "spaced_limit": lambda text: text.replace("200字以内", "200 字以内").replace("如有，", "如有,"),
}
BLOCKS = {block.key: block for table in FORMS.tables for block in table.blocks}
READERS = {key: CellReader(block.questions, FORMS.marks, FORMS.nil_words) for key, block in BLOCKS.items()}


def given_answers(block: Block, draw: st.DataObject) -> dict[str, str]:
    answers: dict[str, str] = {}
    for question in block.questions:
        if question.kind is QuestionKind.TICK:
            answers[question.key] = draw.draw(st.sampled_from(["yes", "no", ""]))
        elif question.kind is QuestionKind.TEXT:
            answers[question.key] = draw.draw(st.sampled_from(["", PLAN, "赴德国洽谈，10人。", "拟请专家，经费自筹"]))
    for question in block.questions:
        if question.kind is QuestionKind.CHOICE:
            chosen = draw.draw(st.sampled_from(["aoxin", "zhongdongou|aoxin"]))
            answers[question.key] = chosen if answers.get(question.parent or "") == "yes" else ""
    return answers


@settings(max_examples=200)
@given(st.data())
def test_changed_print_never_changes_the_answers(data: st.DataObject) -> None:
    block = BLOCKS[data.draw(st.sampled_from(sorted(BLOCKS)))]
    answers = given_answers(block, data)
    text = answered(block, answers, STYLES[data.draw(st.sampled_from(sorted(STYLES)))], own_line=False)
    noises = data.draw(st.lists(st.sampled_from(sorted(NOISES)), max_size=3, unique=True))
    for noise in noises:
        text = NOISES[noise](text)

    read_back = {
        answer.question: re.sub(r"\s", "", said(answer)) for answer in READERS[block.key].read(text, PLAIN, "D5")
    }

    assert read_back == answers


FLAGS = ["note_row", "two_row_header", "example_row", "total_row", "ditto", "merge_units", "extra_column", "reordered",
         "full_width", "hidden_sheet", "one_sheet", "title_rows", "text_on_own_line"]  # fmt: skip


@settings(max_examples=25)
@given(
    st.sets(st.sampled_from(FLAGS)),
    st.sampled_from(list(SheetNames)),
    st.sampled_from(sorted(STYLES)),
    st.integers(0, 3),
)
def test_habits_combined_never_change_the_tables(flags: set[str], names: SheetNames, style: str, blank: int) -> None:
    layout = FormLayout(
        tick=STYLES[style],
        sheet_names=names,
        blank_rows=blank,
        **{flag: flag in flags for flag in FLAGS},  # type: ignore[arg-type]
    )
    plain = replace(layout, full_width=False)

    reading = read(form_xlsx(FORMS, TABLES, layout))

    assert [spoken(table) for table in reading.tables] == [meant(spec) for spec in TABLES]
    assert_read(read(form_xlsx(FORMS, TABLES, plain)))


def test_a_unit_merged_over_two_whole_rows_keeps_both_rows() -> None:
    twice = TableSpec(3, (RowSpec(UNIT, CITY, {}, ANSWERS_3), RowSpec(UNIT, CITY, {}, {"nyx.plan_nyx": "no"})))

    table = read(form_xlsx(FORMS, [twice], FormLayout(merge_units=True))).tables[0]

    assert spoken(table) == meant(twice)
