"""Binary workbooks (.xls, .et): the same forms as .xlsx, in the format that many offices still save."""

import random
import struct

import pytest

from service.domain.submission import Problem
from tests.reading.forms.biff import OldSheet, Value, compound, old_workbook
from tests.reading.forms.example_forms import TABLE_1, TABLE_4
from tests.reading.forms.filled import Answers, answered, header, question_row, read

UNIT, CITY = "云江大学", "云江市"
TRIPS: Answers = {
    "join.join": True, "join.group": ("aoxin",), "join.projects": "海洋项目", "join.budget": True,
    "join.foreign_affairs_quota": False, "self.self": False, "self.plan_text": "",
}  # fmt: skip


def cells(*rows: list[object]) -> dict[tuple[int, int], Value]:
    return {
        (row, column): value  # type: ignore[misc]
        for row, values in enumerate(rows, 1)
        for column, value in enumerate(values, 1)
        if value not in (None, "")
    }


def needs(*rows: list[object]) -> dict[tuple[int, int], Value]:
    return cells(["表1"], [TABLE_1.title], list(header(TABLE_1)), *rows)


def test_tables_rows_and_answers_are_read_as_from_a_new_workbook() -> None:
    row = question_row(TABLE_4, 1, UNIT, CITY, TRIPS)
    content = old_workbook(
        OldSheet("表1", needs([1.0, UNIT, CITY, "新材料", "教授", 2.0], ["", "", "", "海洋", "讲师", "2-3人"]),
                 [(4, 2, 5, 2), (4, 3, 5, 3)]),
        OldSheet("表4", cells(["表4"], list(header(TABLE_4)), row)),
    )  # fmt: skip

    reading = read(content, "征集表.xls")

    first, second = reading.tables
    assert [(r.row, r.unit, r.city, r.cells["number"]) for r in first.rows] == [
        (4, UNIT, CITY, "2"),
        (5, UNIT, CITY, "2-3人"),
    ]
    assert answered(second.rows[0]) == TRIPS and second.rows[0].answers[0].cell == "D3"
    assert (reading.is_form, reading.problem) == (True, None)


@pytest.mark.parametrize(
    "options",
    [
        [("R", "Wingdings 2"), ("是 ", ""), ("£", "Wingdings 2"), ("否", "")],
        [("þ", "Wingdings"), ("是 ", ""), ("¨", "Wingdings"), ("否", "")],
        [("□是 ", ""), ("□否", "strike")],
    ],
    ids=["wingdings_2", "wingdings", "struck"],
)
def test_ticks_in_fonts_and_struck_options_are_seen(options: list[tuple[str, str]]) -> None:
    asks = [("是否有计划自行组织海外人才与科技交流活动？", ""), *options]
    row: dict[tuple[int, int], Value] = {(3, 1): 1.0, (3, 2): UNIT, (3, 3): CITY, (3, 5): asks}
    heads = cells(["表4"], list(header(TABLE_4)))

    table = read(old_workbook(OldSheet("表4", heads | row)), "征集表.et").tables[0]

    assert answered(table.rows[0])["self.self"] is True


def test_hidden_sheets_count_only_as_a_last_resort() -> None:
    content = old_workbook(
        OldSheet("旧", needs([1.0, "旧单位", CITY, "新材料", "教授"]), hidden=True),
        OldSheet("表1", needs([1.0, UNIT, CITY, "新材料", "教授"])),
    )

    assert [row.unit for table in read(content, "a.xls").tables for row in table.rows] == [UNIT]


def test_a_password_is_named_as_such() -> None:
    front = struct.pack("<6H8x", 0x809, 16, 0x600, 5, 0, 0) + struct.pack("<5H", 0x2F, 6, 0, 1, 1)

    reading = read(compound("Workbook", front), "征集表.xls")

    assert (reading.problem, reading.is_form) == (Problem.ENCRYPTED, True)


def test_whatever_is_wrong_with_the_bytes_the_file_is_read_or_called_damaged() -> None:
    whole = old_workbook(OldSheet("表1", needs([1.0, UNIT, CITY, "新材料", "教授"])))
    chance = random.Random(20200320)
    for _ in range(60):
        broken = bytearray(whole[: chance.choice((len(whole), len(whole) // 2, 700))])
        for _ in range(chance.randint(1, 20)):
            broken[chance.randrange(8, len(broken))] = chance.randrange(256)

        assert read(bytes(broken), "征集表.xls").problem in {None, Problem.DAMAGED, Problem.ENCRYPTED, Problem.REFUSED}
