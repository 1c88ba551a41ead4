"""Forms that stand upright: one unit to a page, the name of each column beside its value."""

import pytest

from service.domain.submission import Table
from tests.reading.forms.example_forms import NYX, TABLE_1, TABLE_2, TABLE_3
from tests.reading.forms.filled import Rows, answered, header, question_row, read, sheets
from tests.reading.forms.test_tables import CITY, PLANS, UNIT, need

NEED: Rows = [
    ["单位名称", UNIT, "所在地市", CITY],
    ["所属领域", "新材料", "岗位名称", "教授"],
    ["需求人数", 2, "专业要求", "化学"],
    ["薪酬待遇", "50万元", "联系人", "张三"],
    ["单位性质", "高校", "联系电话", "020-00001234"],
]
SIGNED: Rows = [["填表人：李四"]]


def tables(*rows: Rows) -> tuple[Table, ...]:
    return read(sheets(**{f"第{number}页": one for number, one in enumerate(rows, 1)})).tables


def only(*rows: Rows) -> Table:
    (table,) = tables(*rows)
    return table


def test_an_upright_form_is_the_row_that_it_would_be_in_the_official_table() -> None:
    table = only([["表1"], *NEED, *SIGNED])

    (row,) = table.rows
    assert (table.number, row.row, row.unit, row.city) == (1, 2, UNIT, CITY)
    assert {key: row.cells[key] for key in ("post", "number", "phone", "单位性质")} == {
        "post": "教授", "number": "2", "phone": "020-00001234", "单位性质": "高校",
    }  # fmt: skip
    assert (row.places["unit"], row.places["phone"]) == ("B2", "D6")


def test_names_in_one_column_and_empty_values_are_read() -> None:
    pairs: Rows = [[row[i], row[i + 1]] for row in NEED for i in (0, 2)]
    (row,) = only([["表1"], *pairs, ["备注", None], *SIGNED]).rows

    assert (row.unit, row.cells["major"], "remark" in row.cells) == (UNIT, "化学", False)


def test_an_upright_form_without_its_unit_is_a_row_without_a_unit() -> None:
    (row,) = only([["表1"], ["单位名称", None, "所在地市", CITY], *NEED[1:]]).rows

    assert (row.unit, row.cells["post"]) == (None, "教授")


@pytest.mark.parametrize("whole", [True, False], ids=["official_cells", "a_row_for_each_question"])
def test_questions_are_answered_beside_them(whole: bool) -> None:
    cells = question_row(TABLE_3, 1, UNIT, CITY, PLANS)[3:]
    given = ["☑是 □否", "拟于六月举办专场", "□是 ☑否", "□是 ☑否", None, "□是 ☑否"]
    questions = [question for block in TABLE_3.blocks for question in block.questions]
    order = [given[0], given[1], given[2], *(None if q.limit else "□是 ☑否" for q in questions[3:])]
    rows: Rows = (
        [[block.label, cell] for block, cell in zip(TABLE_3.blocks, cells, strict=True)]
        if whole
        else [[question.wording, said] for question, said in zip(questions, order, strict=True)]
    )

    (row,) = only([["表3"], ["单位名称", UNIT], ["所在地市", CITY], *rows, ["联系人", "张三"]]).rows

    assert answered(row) == PLANS
    assert row.answers[0].cell == "B4"


def test_each_page_is_a_row_and_forms_may_stand_below_one_another() -> None:
    second: Rows = [["单位名称", "云江学院", "所在地市", CITY], *NEED[1:]]

    by_page = tables([["表1"], *NEED], [["表1"], *second])
    below = tables([["表1"], *NEED, ["表1"], *second])

    for found in (by_page, below):
        assert [row.unit for table in found for row in table.rows] == [UNIT, "云江学院"]


@pytest.mark.parametrize(
    "rows",
    [
        [["专家信息登记表"], ["姓名", "张三", "性别", "女"], ["学历", "博士", "专业", "化学"], ["单位", UNIT, "职称", "教授"],
         ["电话", "1", "邮箱", "a@b.example"]],
        [["表1"], ["单位名称", UNIT, "云江学院"], *([row[0], row[1], row[1]] for row in NEED[1:])],
        [["填表说明"], *NEED],
        [["表1"], *NEED, ["单位名称", "云江学院", "所在地市", CITY], *NEED[1:], ["岗位名称", "讲师"]],
        [["表3"], ["单位名称", UNIT], ["所在地市", CITY], [NYX.questions[0].wording, "☑是"], [NYX.questions[2].wording, "☑是"],
         [NYX.questions[1].wording, None], ["拟于六月举办专场"]],
    ],
    ids=["of_another_campaign", "two_values_beside_a_name", "instructions", "a_name_twice", "a_value_below_its_name"],
)  # fmt: skip
def test_what_is_not_beyond_doubt_is_not_read(rows: Rows) -> None:
    assert tables(rows) == ()


def test_instructions_beside_an_official_table_are_no_form_and_other_pages_are_named() -> None:
    lying: Rows = [["表1"], header(TABLE_1), need()]

    beside = only(lying, [["说明"], *NEED])
    mixed = only(lying, [[TABLE_2.title], *NEED])

    assert (beside.unread, mixed.unread) == ((), ("第2页",))
