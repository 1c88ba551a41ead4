"""Where the tables stand in a workbook, and which of their rows are data."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.workbook import Workbook

from service.domain.submission import Row, Table, Tick
from tests.reading.forms.example_forms import JOIN, NYX, TABLE_1, TABLE_2, TABLE_3, TABLE_4
from tests.reading.forms.filled import Answers, Cells, Rows, answered, header, question_row, read, sheets

UNIT, CITY = "云江大学", "云江市"
PLANS: Answers = {
    "nyx.plan_nyx": True, "nyx.plan_text": "拟于六月举办专场", "nyx.budget": False, "doctor.will_doctor": False,
    "doctor.budget": False, "doctor.plan_text": "",
}  # fmt: skip
TRIPS: Answers = {
    "join.join": True, "join.group": ("aoxin",), "join.projects": "海洋项目", "join.budget": True,
    "join.foreign_affairs_quota": False, "self.self": False, "self.plan_text": "",
}  # fmt: skip


def need(seq: object = 1, unit: str | None = UNIT, city: str | None = CITY, post: str = "教授") -> list[object]:
    return [seq, unit, city, "新材料", post, 2, "化学", "德国", "50万元", "张三", "020-00001234", "a@b.example", ""]


def table_1(*rows: Cells) -> Rows:
    return [["表1"], [TABLE_1.title], list(header(TABLE_1)), *rows]


def table_3(*rows: Cells) -> Rows:
    return [["表3"], [TABLE_3.title], list(header(TABLE_3)), *rows]


def only(workbook: Workbook) -> Table:
    tables = read(workbook).tables
    assert len(tables) == 1
    return tables[0]


def units(table: Table) -> list[str | None]:
    return [row.unit for row in table.rows]


# -- where a table stands -----------------------------------------------------------------------------------


def test_each_table_on_its_own_sheet_is_found_with_its_rows_and_cells() -> None:
    reading = read(
        sheets(
            表1=table_1(need()),
            表2=[
                [TABLE_2.title],
                header(TABLE_2),
                [1, UNIT, CITY, "海洋", "海工项目", "", "联合研发", 30, "李四", "1", ""],
            ],
            表3=table_3(question_row(TABLE_3, 1, UNIT, CITY, PLANS)),
            表4=[["表4"], header(TABLE_4), question_row(TABLE_4, 1, UNIT, CITY, TRIPS)],
        )
    )

    assert [t.number for t in reading.tables] == [1, 2, 3, 4]
    assert [t.header_row for t in reading.tables] == [3, 2, 3, 2]
    first = reading.tables[0].rows[0]
    assert (first.row, first.unit, first.city) == (4, UNIT, CITY)
    assert first.cells["number"] == "2" and first.places["phone"] == "K4"
    assert answered(reading.tables[2].rows[0]) == PLANS
    assert answered(reading.tables[3].rows[0]) == TRIPS
    assert reading.tables[2].rows[0].answers[0].cell == "D4"
    assert reading.is_form and reading.problem is None and "表1、表2、表3、表4" in reading.why


def test_all_four_tables_below_one_another_on_one_sheet_are_told_apart() -> None:
    rows = [
        *table_1(need()), [], ["表2"], [TABLE_2.title], header(TABLE_2), [1, UNIT, CITY, "海洋", "项目"], [],
        *table_3(question_row(TABLE_3, 1, UNIT, CITY, PLANS)), [], ["表4"], [TABLE_4.title], header(TABLE_4),
        question_row(TABLE_4, 1, UNIT, CITY, TRIPS),
    ]  # fmt: skip

    tables = read(sheets(Sheet1=rows)).tables

    assert [(t.number, len(t.rows)) for t in tables] == [(1, 1), (2, 1), (3, 1), (4, 1)]


def test_a_table_is_recognised_by_its_columns_alone() -> None:
    assert only(sheets(Sheet1=[header(TABLE_2), [1, UNIT, CITY, "海洋", "项目"]])).number == 2


def test_question_tables_are_recognised_by_their_questions_when_titles_are_gone() -> None:
    rows: Rows = [["序号", "单位名称", "所在地市", "活动一", "活动二"], question_row(TABLE_3, 1, UNIT, CITY, PLANS)]

    table = only(sheets(Sheet1=rows))

    assert table.number == 3 and answered(table.rows[0]) == PLANS


def test_the_sheet_name_decides_between_tables_when_the_title_is_missing() -> None:
    rows: Rows = [["序号", "单位名称", "所在地市", "参加团组", "自行组织"], question_row(TABLE_4, 1, UNIT, CITY, TRIPS)]

    table = only(sheets(表4=rows))

    assert table.number == 4 and answered(table.rows[0]) == TRIPS


def test_a_note_full_of_column_names_above_the_header_is_no_header() -> None:
    note = "填表说明：1.序号、单位名称、所在地市、所属领域、岗位名称、需求人数、专业要求均为必填；2.联系电话填写手机。"

    table = only(
        sheets(Sheet1=[[TABLE_1.title], [note], ["填报单位（盖章）：云江市科学技术局"], header(TABLE_1), need()])
    )

    assert (table.header_row, units(table), table.reporter) == (4, [UNIT], "云江市科学技术局")


@pytest.mark.parametrize("colon", ["：", ""])
def test_reporter_contact_and_telephone_in_cells_of_their_own_are_no_header(colon: str) -> None:
    names = [f"填报单位{colon}", "云江市科学技术局", f"联系人{colon}", "张三", f"联系电话{colon}", "020-00001234"]
    split = ["是否有计划举办“海外专家南粤行专场活动”？", "初步计划（200字以内）", "是否有经费预算"]
    rows: Rows = [
        ["表3"], names, ["序号", "单位名称", "所在地市", "2020年“海外专家南粤行活动”", None, None],
        [None, None, None, *split], [1, UNIT, CITY, "是", "拟于六月举办专场", "否"],
    ]  # fmt: skip
    workbook = sheets(Sheet1=rows)
    for merged in ("A3:A4", "B3:B4", "C3:C4", "D3:F3"):
        workbook["Sheet1"].merge_cells(merged)

    table = only(workbook)

    assert (table.header_row, units(table)) == (3, [UNIT])
    assert answered(table.rows[0])["nyx.plan_text"] == "拟于六月举办专场"


def test_headers_with_spaces_line_breaks_and_brackets_are_still_known() -> None:
    odd = ["序 号", "单位\n名称", "所在地市（必填）", "所属领域", "岗 位 名 称", "需求人数（人）", "专业要求*"]

    table = only(sheets(Sheet1=[odd, need()[:7]]))

    assert table.number == 1 and table.rows[0].cells["number"] == "2" and table.rows[0].cells["major"] == "化学"


def test_reordered_and_added_columns_keep_their_values() -> None:
    rows = [
        ["联系人", "单位名称", "统一社会信用代码", "岗位名称", "所在地市", "需求人数"],
        ["张三", UNIT, "X1", "教授", CITY, "2-3人"],
    ]

    row = only(sheets(Sheet1=rows)).rows[0]

    assert row.cells == {
        "contact": "张三", "unit": UNIT, "统一社会信用代码": "X1", "post": "教授", "city": CITY, "number": "2-3人",
    }  # fmt: skip


def test_a_header_of_two_rows_with_merged_cells_is_read_as_one() -> None:
    workbook = sheets(
        Sheet1=[
            [TABLE_1.title],
            ["序号", "单位名称", "所在地市", "岗位需求", None, None, "联系方式信息", None],
            [None, None, None, "岗位名称", "需求人数", "专业要求", "联系人", "联系电话"],
            [1, UNIT, CITY, "教授", 2, "化学", "张三", "020-00001234"],
        ]
    )
    for merged in ("A2:A3", "B2:B3", "C2:C3", "D2:F2", "G2:H2", "A1:H1"):
        workbook["Sheet1"].merge_cells(merged)

    table = only(workbook)

    assert table.rows[0].cells["post"] == "教授" and table.rows[0].cells["phone"] == "020-00001234"
    assert (table.header_row, table.rows[0].row, table.rows[0].unit) == (2, 4, UNIT)


def test_a_header_repeated_at_a_page_break_is_no_row() -> None:
    table = only(sheets(Sheet1=[*table_1(need(1)), header(TABLE_1), need(2, "云江学院")]))

    assert units(table) == [UNIT, "云江学院"]


def test_the_same_table_on_two_sheets_is_kept_twice() -> None:
    reading = read(sheets(甲=table_1(need()), 乙=table_1(need(1, "云江学院"))))

    assert [(t.number, t.sheet, units(t)) for t in reading.tables] == [(1, "甲", [UNIT]), (1, "乙", ["云江学院"])]


def test_a_hidden_sheet_counts_only_when_no_visible_one_has_the_table() -> None:
    workbook = sheets(
        表1=table_1(need()), 旧=table_1(need(1, "旧单位")), 表3=table_3(question_row(TABLE_3, 1, UNIT, CITY, PLANS))
    )
    workbook["旧"].sheet_state = "hidden"
    workbook["表3"].sheet_state = "veryHidden"

    tables = read(workbook).tables

    assert [(t.number, units(t)) for t in tables] == [(1, [UNIT]), (3, [UNIT])]
    assert "隐藏" in tables[1].left_out[0]


def test_rows_hidden_by_a_filter_are_read_all_the_same() -> None:
    workbook = sheets(表1=table_1(need(1), need(2, "云江学院")))
    workbook["表1"].row_dimensions[5].hidden = True

    assert units(only(workbook)) == [UNIT, "云江学院"]


def test_a_list_of_units_and_telephone_numbers_is_none_of_the_tables() -> None:
    rows: Rows = [
        ["序号", "单位名称", "联系人", "联系电话", "电子邮箱", "备注"],
        [1, UNIT, "张三", "020-00001234", "a@b.example", ""],
    ]

    assert read(sheets(通讯录=rows)).tables == ()


# -- which rows are data ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (["示例", "XX公司", "云江市", "新材料", "工程师"], "示例"),
        ([1, "例：云江化工公司", "云江市", "新材料"], "示例"),
        (["合计", None, None, None, None, 2], "合计行"),
        ([None, "小 计", None, None, None, 2], "合计行"),
        (["填表说明：本表由用人单位填写"], "说明或落款"),
        (["注：人数填整数"], "说明或落款"),
        (["经办人：李四", None, None, "审核：王五"], "说明或落款"),
        ([None, None, None, None, "云江市科学技术局（盖章）"], "说明或落款"),
        ([None, None, None, None, None, None, None, None, "2020年3月20日"], "说明或落款"),
        ([None, "（此表可自行加行）"], "说明或落款"),
        ([None, "东湖区"], "分节标题或说明"),
        (["共12家单位"], "合计行"),
        ([7], "只有序号"),
    ],
)
def test_rows_that_are_no_data_are_left_out_with_their_reason(row: Cells, reason: str) -> None:
    table = only(sheets(表1=table_1(need(), row)))

    assert units(table) == [UNIT]
    assert table.left_out == (f"第5行：{reason}",)


def test_numbered_empty_rows_are_told_in_one_line() -> None:
    assert only(sheets(表1=table_1(need(), [2], [3], [4]))).left_out == ("第5-7行：只有序号",)


def test_an_untouched_question_row_of_the_blank_form_is_no_row() -> None:
    table = only(sheets(表3=table_3(question_row(TABLE_3, None, None, None, {}))))

    assert table.rows == () and not table.nil and table.left_out == ("第4行：空白的问题行",)


def test_the_blank_forms_row_in_other_words_above_filled_ones_is_no_row() -> None:
    other = ["是否拟办本年度的来粤专家集中洽谈 □是 □否", "有没有意向办博士场 □是 □否"]

    table = only(sheets(表3=table_3([None, None, None, *other], question_row(TABLE_3, 1, UNIT, CITY, PLANS))))

    assert units(table) == [UNIT] and table.left_out == ("第4行：空白的问题行",)


@pytest.mark.parametrize("line", ["云江市科学技术局（盖章）", "2020年3月20日"])
def test_a_signature_under_a_question_table_is_no_row(line: str) -> None:
    filled = question_row(TABLE_3, 1, UNIT, CITY, PLANS)

    assert units(only(sheets(表3=table_3(filled, [None, None, None, None, line])))) == [UNIT]


def test_a_title_with_its_year_spelled_out_or_of_another_year_is_a_title() -> None:
    rows = [*table_1(need()), ["举办二〇二一年海外专家南粤行活动的意愿情况表"], [], ["无"]]

    assert [(t.number, t.nil) for t in read(sheets(Sheet1=rows)).tables] == [(1, False), (3, True)]


def test_a_unit_that_ticked_nothing_is_a_row_of_unanswered_questions() -> None:
    row = only(sheets(表3=table_3(question_row(TABLE_3, 1, UNIT, CITY, {})))).rows[0]

    assert row.unit == UNIT
    assert set(answered(row).values()) == {None, ""}


def test_answers_without_a_unit_are_a_row_without_a_unit() -> None:
    row = only(sheets(表3=table_3(question_row(TABLE_3, None, None, None, PLANS)))).rows[0]

    assert row.unit is None and answered(row) == PLANS


@pytest.mark.parametrize(
    "row",
    [
        ["无"],
        [None, "无"],
        [1, "无", "无", "无", "/"],
        [None, "本单位 ", None, "无"],
        ["我市暂无需求"],
        [None, "本表无"],
        [None, "我单位2020年度暂无海外人才需求。"],
        [1, UNIT, CITY, "无", "无", "/", "—"],
        [None, None, None, "零报送"],
    ],
)
def test_a_table_that_only_says_there_is_nothing_is_a_nil_return(row: Cells) -> None:
    table = only(sheets(表1=table_1(row)))

    assert table.nil and table.rows == ()


def test_a_need_that_begins_with_the_word_for_none_is_a_need() -> None:
    row = [1, UNIT, CITY, "无人机", "无人机需求", "无线通信需求"]

    assert units(only(sheets(表1=table_1(row)))) == [UNIT]


def test_a_nil_word_under_a_bare_title_is_a_nil_return() -> None:
    table = only(sheets(表2=[["表2"], [TABLE_2.title], ["暂无需求"]]))

    assert (table.number, table.nil) == (2, True)


def test_a_unit_without_need_among_others_is_told_but_no_row() -> None:
    table = only(sheets(表1=table_1(need(), [2, "云江学院", CITY, "无", "无"])))

    assert units(table) == [UNIT] and not table.nil and table.left_out == ("第5行：无需求",)


def test_nothing_said_in_a_question_table_is_an_answer_of_no() -> None:
    row = only(sheets(表3=table_3([1, UNIT, CITY, "无", "否"]))).rows[0]

    assert answered(row)["nyx.plan_nyx"] is False and answered(row)["doctor.will_doctor"] is False


def test_ditto_words_repeat_the_cell_above() -> None:
    rows = only(sheets(表1=table_1(need(1), [2, "同上", "〃", "同上", "讲师", 1]))).rows

    assert (rows[1].unit, rows[1].city, rows[1].cells["field"]) == (UNIT, CITY, "新材料")
    assert rows[1].places["unit"] == "B5"


def test_merged_cells_are_filled_down_and_named_by_their_top_left() -> None:
    workbook = sheets(
        表1=table_1(need(1), [None, None, None, "农业", "讲师", 1], [None, None, None, "海洋", "博士后", 1])
    )
    for merged in ("A4:A6", "B4:B6", "C4:C6"):
        workbook["表1"].merge_cells(merged)

    rows = only(workbook).rows

    assert [(r.row, r.unit, r.city, r.places["unit"]) for r in rows] == [(n, UNIT, CITY, "B4") for n in (4, 5, 6)]


def test_a_section_heading_across_the_table_is_no_row() -> None:
    workbook = sheets(表1=table_1(["一、高等院校"], need()))
    workbook["表1"].merge_cells("A4:M4")

    table = only(workbook)

    assert units(table) == [UNIT] and table.left_out == ("第4行：分节标题或说明",)


# -- questions moved about ----------------------------------------------------------------------------------


def test_questions_in_columns_of_their_own_are_answered_there() -> None:
    rows: Rows = [
        ["序号", "单位名称", "所在地市", "2020年“海外专家南粤行活动”", None, None, "举办“海外博士博士后专场对接活动”"],
        [None, None, None, "是否有计划举办“海外专家南粤行专场活动”？", "初步计划（200字以内）", "是否有经费预算", None],
        [1, UNIT, CITY, "是", "拟于六月举办专场", "否", question_row(TABLE_3, 1, UNIT, CITY, PLANS)[4]],
    ]
    workbook = sheets(表3=[[TABLE_3.title], *rows])
    for merged in ("A2:A3", "B2:B3", "C2:C3", "D2:F2", "G2:G3"):
        workbook["表3"].merge_cells(merged)

    row = only(workbook).rows[0]

    assert answered(row) == PLANS
    assert [a.cell for a in row.answers] == ["D4", "E4", "F4", "G4", "G4", "G4"]


@pytest.mark.parametrize(
    "names",
    [
        [
            "是否有计划举办南粤行活动",
            "初步计划",
            "有无经费预算",
            "是否有意愿举办“海外博士南粤行专场活动”",
            "经费预算",
            "初步计划",
        ],
        [
            "是否举办海外专家南粤行活动",
            "专场活动初步计划",
            "专场活动经费预算",
            "是否举办博士南粤行专场",
            "博士专场经费预算",
            "博士专场初步计划",
        ],
    ],
    ids=["names_repeated", "names_lengthened"],
)
def test_questions_in_one_header_row_belong_to_the_block_that_they_follow(names: list[str]) -> None:
    values = ["是", "拟于六月举办专场", "否", "是", "有", "结合人才周"]

    row = only(sheets(表3=[["表3"], ["序号", "单位名称", "所在地市", *names], [1, UNIT, CITY, *values]])).rows[0]

    assert answered(row) == PLANS | {
        "doctor.will_doctor": True, "doctor.budget": True, "doctor.plan_text": "结合人才周",
    }  # fmt: skip


@pytest.mark.parametrize("rows_above", [0, 1], ids=["questions_on_top", "blocks_on_top"])
@pytest.mark.parametrize("mark", ["√", "是"])
def test_yes_and_no_in_columns_of_their_own_are_the_answer_where_the_mark_stands(rows_above: int, mark: str) -> None:
    asks, plan, budget = "是否有计划举办“海外专家南粤行专场活动”？", "初步计划（200字以内）", "是否有经费预算"
    top = ["序号", "单位名称", "所在地市"]
    blocks = [*top, NYX.label]
    no = "否" if mark == "是" else mark
    heads: list[list[object]] = [[*top, asks, None, plan, budget, None], [None] * 3 + ["是", "否", None, "是", "否"]]
    units_rows = [[1, UNIT, CITY, mark, None, "六月专场", None, no], [2, "云江学院", CITY, None, no, None, None, None]]
    workbook = sheets(表3=[["表3"], *([blocks] if rows_above else []), *heads, *units_rows])
    first, last = 2 + rows_above, 3 + rows_above
    for column in "ABC":
        workbook["表3"].merge_cells(f"{column}2:{column}{last}")
    for merged in (f"D{first}:E{first}", f"F{first}:F{last}", f"G{first}:H{first}", *(["D2:H2"] if rows_above else [])):
        workbook["表3"].merge_cells(merged)

    rows = only(workbook).rows

    expected = [(True, "六月专场", False), (False, "", None)]
    keys = ("nyx.plan_nyx", "nyx.plan_text", "nyx.budget")
    assert [tuple(answered(row)[key] for key in keys) for row in rows] == expected
    assert [row.answers[0].cell for row in rows] == [f"D{last + 1}", f"E{last + 2}"]


def test_groups_in_columns_beside_yes_and_no_are_chosen_by_their_marks() -> None:
    rows: Rows = [
        ["表4"], ["序号", "单位名称", "所在地市", JOIN.label, None, None, None],
        [None, None, None, "是", "中东欧团", "澳新团", "否"], [1, UNIT, CITY, "√", None, "√", None],
    ]  # fmt: skip
    workbook = sheets(表4=rows)
    for merged in ("A2:A3", "B2:B3", "C2:C3", "D2:G2"):
        workbook["表4"].merge_cells(merged)

    found = answered(only(workbook).rows[0])

    assert (found["join.join"], found["join.group"]) == (True, ("aoxin",))


def test_a_question_without_a_column_among_columns_of_their_own_is_doubtful_not_empty() -> None:
    names = ["是否有计划举办“海外专家南粤行专场活动”？", "设想", "是否有经费预算"]

    row = only(
        sheets(表3=[["表3"], ["序号", "单位名称", "所在地市", *names], [1, UNIT, CITY, "是", "六月", "有"]])
    ).rows[0]

    assert answered(row)["nyx.plan_text"] == "?" and row.cells["设想"] == "六月"


@pytest.mark.parametrize(
    ("first", "second", "doubtful"),
    [pytest.param("无", "", True, id="nil_beside"), pytest.param("□是 ☑否", "", False, id="an_answer_beside")],
)
def test_an_empty_cell_beside_one_that_says_nil_is_for_a_person_to_read(
    first: str, second: str, doubtful: bool
) -> None:
    row = only(sheets(表3=[["表3"], header(TABLE_3), [1, UNIT, CITY, first, second]])).rows[0]

    answer = next(a for a in row.answers if a.question == "doctor.will_doctor")
    assert (answer.tick, answer.doubt is not None) == (Tick.UNANSWERED, doubtful)


@pytest.mark.parametrize("heads", [["序号", "参评方", "所在地市"], ["参评方", "所在地市"]])
def test_a_column_of_an_unknown_name_in_the_place_of_the_units_holds_them(heads: list[str]) -> None:
    values = dict(zip(header(TABLE_1), need(), strict=True)) | {"参评方": UNIT}
    names = [*heads, *header(TABLE_1)[3:]]

    assert units(only(sheets(表1=[["表1"], names, [values[name] for name in names]]))) == [UNIT]


def test_without_a_column_for_units_each_row_is_the_reporters() -> None:
    rows: Rows = [["表1"], [f"填报单位：{UNIT}"], header(TABLE_1)[3:], need()[3:]]

    assert units(only(sheets(表1=rows))) == [UNIT]


def test_numbered_rows_of_the_blank_form_left_over_below_are_no_rows() -> None:
    left = [question_row(TABLE_3, number, None, city, {}) for number, city in ((2, None), (3, CITY))]

    assert units(only(sheets(表3=table_3(question_row(TABLE_3, 1, UNIT, CITY, PLANS), *left)))) == [UNIT]


def test_questions_in_rows_of_their_own_belong_to_the_unit_beside_them() -> None:
    full = question_row(TABLE_3, 1, UNIT, CITY, PLANS)
    first, second = str(full[3]).split("\n"), str(full[4]).split("\n")
    workbook = sheets(
        表3=table_3(
            [1, UNIT, CITY, first[0], second[0]],
            *([None, None, None, a, b] for a, b in zip(first[1:], second[1:], strict=True)),
        )
    )
    for merged in ("A4:A6", "B4:B6", "C4:C6"):
        workbook["表3"].merge_cells(merged)

    rows = only(workbook).rows

    assert len(rows) == 1 and answered(rows[0]) == PLANS


def test_two_text_columns_under_one_header_are_read_together() -> None:
    full = question_row(TABLE_3, 1, UNIT, CITY, PLANS)
    first = str(full[3]).split("\n")
    workbook = sheets(
        表3=[
            [TABLE_3.title],
            ["序号", "单位名称", "所在地市", header(TABLE_3)[3], None, header(TABLE_3)[4]],
            [1, UNIT, CITY, first[0], "\n".join(first[1:]), full[4]],
        ]
    )
    workbook["表3"].merge_cells("D2:E2")

    assert answered(only(workbook).rows[0]) == PLANS


# -- wherever it stands -------------------------------------------------------------------------------------


def _plain(rows: tuple[Row, ...]) -> list[tuple[str | None, str]]:
    return [(row.unit, row.cells.get("post", "")) for row in rows]


@settings(max_examples=40)
@given(
    st.integers(0, 9), st.integers(0, 5), st.permutations(range(13)), st.integers(0, 3), st.booleans(),
    st.lists(st.sampled_from(["云江大学", "云江学院", "岭海研究院", "云江医院"]), min_size=1, max_size=6),
)  # fmt: skip
def test_offsets_reordering_and_extra_columns_never_change_the_rows(
    down: int, right: int, order: list[int], extra: int, titled: bool, names: list[str]
) -> None:
    top = [["表1"], [TABLE_1.title]] if titled else []
    table: Rows = [header(TABLE_1), *(need(i, name, post=f"岗位{i}") for i, name in enumerate(names, 1))]
    moved = [[row[i] for i in order] + [f"另{n}" for n in range(extra)] for row in table]
    rows: Rows = [*([] for _ in range(down)), *top, *moved]

    found = only(sheets(Sheet1=[[*[None] * right, *row] if row else row for row in rows]))

    assert found.number == 1
    assert _plain(found.rows) == [(name, f"岗位{i}") for i, name in enumerate(names, 1)]
