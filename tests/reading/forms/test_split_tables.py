"""Tables that go on where no header stands: over a page in Word, over sheets; and headers without merged cells."""

import pytest

from service.domain.submission import Table
from tests.reading.forms.example_forms import DOCTOR, JOIN, NYX, TABLE_1, TABLE_3
from tests.reading.forms.filled import Cells, Rows, answered, header, question_row, read, sheets
from tests.reading.forms.test_tables import CITY, PLANS, UNIT, need, only, table_1, table_3, units

SECOND = "云江学院"


def both(first: Rows, second: Rows) -> tuple[Table, ...]:
    """The tables of a file whose second sheet goes on with the first one's table."""
    return read(sheets(Sheet1=first, Sheet2=second)).tables


def without(column: int, rows: Rows) -> Rows:
    return [[*row[:column], *row[column + 1 :]] if len(row) > column + 1 else row for row in rows]


@pytest.mark.parametrize("number", [2, "2.", "（2）", "2、"])
def test_a_numbered_row_goes_on_with_the_table_before_it(number: object) -> None:
    tables = both(table_1(need()), [need(number, SECOND)])

    assert [unit for table in tables for unit in units(table)] == [UNIT, SECOND]


def test_a_row_without_a_number_goes_on_when_it_asks_the_questions() -> None:
    tables = both(
        table_3(question_row(TABLE_3, 1, UNIT, CITY, PLANS)), [question_row(TABLE_3, None, SECOND, CITY, PLANS)]
    )

    assert [unit for table in tables for unit in units(table)] == [UNIT, SECOND]
    assert answered(tables[-1].rows[0]) == PLANS


def test_a_table_without_numbers_goes_on_with_a_row_as_wide() -> None:
    tables = both(without(0, table_1(need())), without(0, [need(2, SECOND)]))

    assert [unit for table in tables for unit in units(table)] == [UNIT, SECOND]


def test_what_goes_on_is_the_reporters_too_and_ditto_repeats_the_last_row() -> None:
    reported: Rows = [["表1"], [f"填报单位：{UNIT}"], *without(1, [header(TABLE_1), need()])]
    shared = both(reported, without(1, [need(2)]))
    repeated = both(table_1(need()), [need(2, "同上", "同上", "讲师")])

    assert [unit for table in shared for unit in units(table)] == [UNIT, UNIT]
    assert [(row.unit, row.city) for table in repeated for row in table.rows] == [(UNIT, CITY)] * 2


def test_a_narrow_table_goes_on_by_its_questions() -> None:
    first, second = (question_row(TABLE_3, 1, UNIT, CITY, PLANS)[2:] for _ in range(2))
    tables = both([["表3"], [f"填报单位：{UNIT}"], header(TABLE_3)[2:], first], [second])

    assert [unit for table in tables for unit in units(table)] == [UNIT, UNIT]


def test_a_heading_may_stand_above_the_rows_that_go_on_and_a_remark_beside_the_questions() -> None:
    headed = both(table_1(need()), [["二、高等院校"], need(2, SECOND)])
    rows = [question_row(TABLE_3, number, unit, CITY, PLANS) for number, unit in ((1, UNIT), (2, SECOND))]
    remarked = both([["表3"], [*header(TABLE_3), "备注"], [*rows[0], "甲"]], [[*rows[1], "乙"]])

    assert [unit for table in headed for unit in units(table)] == [UNIT, SECOND]
    assert [row.cells["备注"] for table in remarked for row in table.rows] == ["甲", "乙"]


def test_a_wide_sheet_that_cannot_be_told_is_named() -> None:
    (table,) = both(table_1(need()), [list("甲乙丙丁戊己庚辛壬癸子丑寅")])

    assert table.unread == ("Sheet2",)


@pytest.mark.parametrize("numbers", [("1", "2", "3", "4", "5"), ("（1）", "（2）", "（3）", "（4）"), "①②③④⑤⑥"])
def test_a_row_that_counts_the_columns_is_no_row(numbers: Cells) -> None:
    table = only(sheets(表1=table_1(list(numbers), need())))

    assert (units(table), table.left_out) == ([UNIT], ("第4行：列号",))


@pytest.mark.parametrize("seq", ["例", "示例"])
def test_a_row_numbered_as_the_example_is_left_out(seq: str) -> None:
    assert units(only(sheets(表1=table_1(need(seq, "某单位全称"), need())))) == [UNIT]


def test_a_column_that_tells_more_of_a_unit_is_not_its_name() -> None:
    heads, values = without(1, [header(TABLE_1), need()])
    rows: Rows = [
        ["表1"], [f"填报单位：{UNIT}"], [heads[0], "单位性质", *heads[1:]], [values[0], "企业", *values[1:]],
    ]  # fmt: skip

    row = only(sheets(表1=rows)).rows[0]

    assert (row.unit, row.cells["单位性质"]) == (UNIT, "企业")


TOP: Cells = ["序号", "单位名称", "所在地市"]
ASKED = [[question.wording for question in block.questions] for block in (NYX, DOCTOR)]


def test_a_header_of_two_rows_is_known_without_merged_cells() -> None:
    heads: Rows = [[*TOP, NYX.label, "", "", DOCTOR.label], ["", "", "", *ASKED[0], *ASKED[1]]]
    values = ["是", "拟于六月举办专场", "否", *({"t": "", "y": "否"}["t" if "列出" in w else "y"] for w in ASKED[1])]

    row = only(sheets(表3=[["表3"], *heads, [1, UNIT, CITY, *values]])).rows[0]

    assert (row.row, row.unit, answered(row)) == (4, UNIT, PLANS)


def test_a_header_of_three_rows_with_options_is_known_without_merged_cells() -> None:
    asks, plan, budget = ASKED[0]
    heads: Rows = [
        [*TOP, NYX.label], ["", "", "", asks, "", plan, budget, ""], ["", "", "", "是", "否", "", "是", "否"],
    ]  # fmt: skip

    rows = only(sheets(表3=[["表3"], *heads, [1, UNIT, CITY, "√", "", "六月专场", "", "√"]])).rows

    keys = ("nyx.plan_nyx", "nyx.plan_text", "nyx.budget")
    assert [[answered(row)[key] for key in keys] for row in rows] == [[True, "六月专场", False]]


@pytest.mark.parametrize("label", ["计划：", "初步计划："])
def test_answers_alone_are_read_under_a_header_that_asks_everything(label: str) -> None:
    cells = [f"☑是 □否\n{label}拟于六月举办专场\n经费预算：□是 ☑否", "□是 ☑否\n经费预算：□是 ☑否"]
    heads: Rows = [[*TOP, NYX.label, DOCTOR.label], [None, None, None, *("\n".join(asked) for asked in ASKED)]]
    workbook = sheets(表3=[["表3"], *heads, [1, UNIT, CITY, *cells]])
    for column in "ABC":
        workbook["表3"].merge_cells(f"{column}2:{column}3")

    assert answered(only(workbook).rows[0]) == PLANS


def test_two_rows_of_one_merged_unit_keep_their_own_answers() -> None:
    heads: Rows = [[*TOP, *ASKED[0]], [1, UNIT, CITY, "是", "六月专场", "否"], [2, None, None, "否", None, "否"]]
    workbook = sheets(表3=[["表3"], *heads])
    workbook["表3"].merge_cells("B3:B4")

    rows = only(workbook).rows

    assert [(row.unit, answered(row)["nyx.plan_nyx"]) for row in rows] == [(UNIT, True), (UNIT, False)]


@pytest.mark.parametrize("merged", [True, False])
def test_what_stands_over_several_columns_names_none_of_them(merged: bool) -> None:
    heads: Rows = [
        ["序号", "单位名称", "所在地市", "所属领域", "岗位名称", "联系方式", None, None],
        [None, None, None, None, None, "联系人 Contact", "联系电话 Tel", "电子邮箱"],
    ]
    workbook = sheets(表1=[["表1"], *heads, [1, UNIT, CITY, "海洋", "教授", "张三", "020-00001234", "a@b.example"]])
    for cells in ("A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:E3", "F2:H2") if merged else ():
        workbook["表1"].merge_cells(cells)

    (row,) = only(workbook).rows

    assert (row.unit, row.cells["contact"], row.cells["phone"]) == (UNIT, "张三", "020-00001234")


def test_rows_under_the_title_of_a_continued_table_go_on_without_a_header() -> None:
    table = only(sheets(Sheet1=[*table_1(need()), ["表1（续）"], need(2, SECOND)]))

    assert units(table) == [UNIT, SECOND]


def test_the_questions_of_another_table_beside_those_of_this_one_are_named_as_unread() -> None:
    rows: Rows = [["表3"], [*header(TABLE_3), JOIN.label], [*question_row(TABLE_3, 1, UNIT, CITY, PLANS), "是，澳新团"]]

    assert only(sheets(Sheet1=rows)).unread == (JOIN.label,)
