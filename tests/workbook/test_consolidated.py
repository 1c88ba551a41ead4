"""The consolidated workbook, opened again as staff would."""

from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from service.domain.judgement import Channel, Piece, PieceState, Verdict
from service.domain.submission import Answer, Row, Tick
from service.workbook.cases import CaseForWorkbook
from service.workbook.consolidated import write_workbook
from tests.workbook.builders import a_case, a_row, a_row_of_answers, a_rulebook

RULEBOOK = a_rulebook()


def written(path: Path, *cases: CaseForWorkbook) -> dict[str, Worksheet]:
    write_workbook(path / "汇总.xlsx", cases, RULEBOOK)
    workbook = load_workbook(path / "汇总.xlsx")
    return {sheet.title: sheet for sheet in workbook.worksheets}


def records(sheet: Worksheet, head_row: int, group_row: int | None = None) -> list[dict[str, object]]:
    """The body as one dictionary a row, by the lowest heading over each column."""
    labels = [
        sheet.cell(head_row, c).value or sheet.cell(group_row or head_row, c).value
        for c in range(1, sheet.max_column + 1)
    ]
    rows = sheet.iter_rows(min_row=head_row + 1, values_only=True)
    return [dict(zip(labels, row, strict=True)) for row in rows if any(v is not None for v in row)]


def test_a_sheet_for_the_overview_each_table_and_the_cases(tmp_path: Path) -> None:
    assert list(written(tmp_path, a_case())) == ["概况", "表1", "表4", "需求合计", "报送件"]


def test_a_row_is_as_high_as_its_longest_text(tmp_path: Path) -> None:
    long = a_row(4, "岭东乙厂", post="负责新产品研发和成果转化，" * 12)

    sheet = written(tmp_path, a_case(rows=(a_row(3, "岭东甲厂"), long)))["表1"]

    usual, high = (sheet.row_dimensions[row].height or 15 for row in (5, 6))
    assert 2 * usual < high <= 409


def test_rows_stand_in_the_directorys_order_of_cities_and_are_numbered_anew(tmp_path: Path) -> None:
    east = a_case("LH2020-0001", (a_row(9, "岭东机械厂", "岭东"),), city="岭东市", unit="岭东市科学技术局")

    rows = records(written(tmp_path, east, a_case("LH2020-0002"))["表1"], 4, 3)

    assert [(r["序号"], r["所在地市"], r["报送件编号"]) for r in rows] == [
        (1, "云江市", "LH2020-0002"),
        (2, "云江市", "LH2020-0002"),
        (3, "岭东市", "LH2020-0001"),
    ]


def test_every_row_tells_where_it_came_from(tmp_path: Path) -> None:
    row = records(written(tmp_path, a_case())["表1"], 4, 3)[0]

    assert (row["文件"], row["工作表"], row["行"]) == ("征集表.xlsx", "表1", 3)


def test_the_questions_of_a_cell_become_columns(tmp_path: Path) -> None:
    (row,) = records(written(tmp_path, a_case())["表4"], 4, 3)

    assert row["是否参加团组"] == "是"
    assert row["团组"] == "甲团、乙团"
    assert row["拟对接项目"] == "与海外高校共建联合实验室，开展新材料研发。"
    assert row["是否有经费预算"] == "未填"
    assert row["是否自行组织"] == "否"


def test_a_question_that_was_not_to_be_answered_is_not_called_unanswered(tmp_path: Path) -> None:
    answers = (Answer("join.join", "D5", tick=Tick.NO), Answer("join.group", "D5", choices=()))
    case = a_case()
    case = replace(case, tables=(replace(case.tables[1], rows=(Row(5, "岭海大学", "云江市", {}, answers),)),))

    (row,) = records(written(tmp_path, case)["表4"], 4, 3)

    assert row["团组"] is None


def test_an_answer_in_doubt_tells_its_doubt(tmp_path: Path) -> None:
    case = a_case()
    row = a_row_of_answers()
    row = replace(row, answers=(replace(row.answers[0], doubt="×可作两种理解"), *row.answers[1:]))
    case = replace(case, tables=(replace(case.tables[1], rows=(row,)),))

    (shown,) = records(written(tmp_path, case)["表4"], 4, 3)

    assert shown["是否参加团组"] == "是（存疑：×可作两种理解）"


def test_counts_can_be_summed_and_phone_numbers_stay_text(tmp_path: Path) -> None:
    row = records(written(tmp_path, a_case(rows=(a_row(number="3", phone="02000001234"),)))["表1"], 4, 3)[0]

    assert row["需求人数"] == 3
    assert row["联系电话"] == "02000001234"


@pytest.mark.parametrize(
    ("text", "kept"), [("2-3人", "2-3人"), ("若干", "若干"), ("１", 1)], ids=["range", "some", "full_width"]
)
def test_a_count_in_words_is_kept_as_written(tmp_path: Path, text: str, kept: object) -> None:
    row = records(written(tmp_path, a_case(rows=(a_row(number=text),)))["表1"], 4, 3)[0]

    assert row["需求人数"] == kept


def test_a_column_of_the_submitters_own_is_kept(tmp_path: Path) -> None:
    row = records(written(tmp_path, a_case(rows=(a_row(紧急程度="高"),)))["表1"], 4, 3)[0]

    assert row["其他填写内容"] == "紧急程度：高"


@pytest.mark.parametrize("evil", ["=1+1", "+cmd|'/c calc'!A1", "-2", "@SUM(A1)", "\t=1", "\ud800甲", "a\x00b", "#N/A"])
def test_hostile_text_is_text_and_the_workbook_opens(tmp_path: Path, evil: str) -> None:
    sheets = written(tmp_path, a_case(rows=(a_row(post=evil, unit=evil),), unit=evil, letter_number=evil))

    cells = [c for sheet in sheets.values() for row in sheet.iter_rows() for c in row]
    assert {c.data_type for c in cells if isinstance(c.value, str)} == {"s"}


def test_what_must_be_reported_elsewhere_is_listed_but_not_consolidated(tmp_path: Path) -> None:
    sheets = written(tmp_path, a_case(state=Verdict.WRONG_ROUTE))

    assert records(sheets["表1"], 4, 3) == []
    assert records(sheets["报送件"], 3)[0]["状态"] == "已请转报"


def test_the_overview_tells_for_every_city_what_is_there_and_what_is_not(tmp_path: Path) -> None:
    pieces = (
        Piece("cover_letter", PieceState.MISSING),
        Piece("table1", PieceState.RECEIVED, rows=2),
        Piece("table4", PieceState.NIL),
    )
    case = a_case(state=Verdict.NEEDS_CORRECTION, pieces=pieces)
    direct = a_case("LH2020-0013", channel=Channel.DIRECT_UNIT, unit="岭海大学")

    yun, east, total = records(written(tmp_path, case, direct)["概况"], 3)

    assert (yun["状态"], yun["报送函"], yun["表1"], yun["表4"], yun["直接报送件数"]) == (
        "待补正",
        "缺",
        "2 行",
        "零报送",
        1,
    )
    assert east["状态"] == "未报"
    assert total["状态"] == "1 市已报"


def test_the_list_of_cases_tells_times_in_the_campaigns_zone(tmp_path: Path) -> None:
    (row,) = records(written(tmp_path, a_case())["报送件"], 3)

    assert row["收到时间"] == "2020年3月24日 16:05"
    assert row["发文字号"] == "云科函〔2020〕18号"
    assert row["发文日期"] == "2020-03-20"


def test_sheets_are_ready_for_the_printer(tmp_path: Path) -> None:
    for sheet in written(tmp_path, a_case()).values():
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.print_title_rows
        assert sheet.freeze_panes


def test_the_same_cases_make_the_same_file(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook(tmp_path / name, [a_case()], RULEBOOK)

    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_campaign_without_cases_makes_an_empty_workbook(tmp_path: Path) -> None:
    assert records(written(tmp_path)["报送件"], 3) == []


@pytest.mark.parametrize(
    ("text", "city"),
    [
        pytest.param("云江", "云江市", id="short"),
        pytest.param("岭海省云江市东区", "云江市", id="inside"),
        pytest.param(" 岭东 市 ", "岭东市", id="spaces"),
        pytest.param("云江市、岭东市", "岭东市", id="two"),
        pytest.param("省直", "岭东市", id="none"),
        pytest.param(None, "岭东市", id="absent"),
    ],
)
def test_a_row_stands_with_its_city_else_with_its_cases(tmp_path: Path, text: str | None, city: str) -> None:
    (row,) = records(written(tmp_path, a_case(rows=(a_row(city=text),), city="岭东市"))["表1"], 4, 3)

    assert row["所在地市"] == city


def test_what_counts_say_stands_beside_them_as_numbers(tmp_path: Path) -> None:
    rows = (a_row(3, number="2-3人"), a_row(4, number="若干"), a_row(5, number="三名以上"))

    shown = records(written(tmp_path, a_case(rows=rows))["表1"], 4, 3)

    assert [(r["需求人数"], r["需求人数下限"], r["需求人数上限"]) for r in shown] == [
        ("2-3人", 2, 3),
        ("若干", None, None),
        ("三名以上", 3, 3),
    ]


def test_needs_are_added_up_by_city_and_what_says_no_number_is_told(tmp_path: Path) -> None:
    rows = (a_row(3, number="2-3人"), a_row(4, number="若干"), a_row(5, number="５", city="岭东市"))

    sheet = written(tmp_path, a_case(rows=rows))["需求合计"]

    assert [c.value for c in sheet[3]][:3] == ["序号", "地市", "表1 需求人数"]
    assert [[c.value for c in row] for row in sheet.iter_rows(min_row=5)] == [
        [1, "云江市", 2, 2, 3, 1],
        [2, "岭东市", 1, 5, 5, 0],
        [None, "合计", 3, 7, 8, 1],
    ]


def test_a_unit_written_otherwise_stands_beside_the_directorys_name(tmp_path: Path) -> None:
    rows = (a_row(3, "岭海大"), a_row(4, "岭海大学"), a_row(5, "云江某厂"))
    listed = {"岭海大": "岭海大学", "岭海大学": "岭海大学"}

    shown = records(written(tmp_path, a_case(rows=rows, listed_units=listed))["表1"], 4, 3)

    assert [(r["单位名称"], r["单位目录名称"]) for r in shown] == [
        ("岭海大", "岭海大学"),
        ("岭海大学", None),
        ("云江某厂", None),
    ]


def test_a_row_that_two_cases_hold_is_counted_once_and_both_are_told(tmp_path: Path) -> None:
    own = a_case("LH2020-0003", (a_row(3, "岭海大学", number="2"), a_row(4, "岭海大学", post="工艺工程师", number="5")))
    bureaus = a_case("LH2020-0012", (a_row(7, "岭海大学", number="2"), a_row(8, "云江某厂", number="1")))

    sheets = written(tmp_path, own, bureaus)

    shown = {(r["报送件编号"], r["行"]): r["另见"] for r in records(sheets["表1"], 4, 3)}
    assert shown == {
        ("LH2020-0003", 3): "LH2020-0012 表1第7行（内容相同，只计本行）",
        ("LH2020-0003", 4): "LH2020-0012 表1第7行（同一单位，请核对是否同一需求）",
        ("LH2020-0012", 7): "LH2020-0003 表1第3行（内容相同，已在该处计入）",
        ("LH2020-0012", 8): None,
    }
    assert [c.value for c in sheets["需求合计"][5]] == [1, "云江市", 3, 8, 8, 0]
    assert records(sheets["概况"], 3)[-1]["表1"] == "3 行"


def test_without_such_rows_no_column_speaks_of_them(tmp_path: Path) -> None:
    assert "另见" not in records(written(tmp_path, a_case())["表1"], 4, 3)[0]
