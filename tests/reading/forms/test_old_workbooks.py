"""Binary workbooks (.xls, .et): the same forms as .xlsx, in the format that many offices still save."""

import random
import struct

import pytest

from service.domain.submission import Problem
from tests.reading.forms.biff import Drawn, OldSheet, Value, compound, old_workbook
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


def asked(text: str, *drawn: Drawn) -> object:
    row: dict[tuple[int, int], Value] = {(3, 1): 1.0, (3, 2): UNIT, (3, 3): CITY, (3, 5): text}
    heads = cells(["表4"], list(header(TABLE_4)))
    return read(old_workbook(OldSheet("表4", heads | row, drawn=drawn)), "征集表.xls")


QUESTION = "是否有计划自行组织海外人才与科技交流活动？"


@pytest.mark.parametrize(("first", "second", "tick"), [(1, 0, True), (0, 1, False), (0, 0, None)])
@pytest.mark.parametrize("kind", [0x0B, 0x0C], ids=["check_box", "option_button"])
def test_boxes_drawn_over_a_cell_are_its_answers(first: int, second: int, tick: bool | None, kind: int) -> None:
    captions = asked(QUESTION, Drawn((3, 5), 0.1, first, "是", kind), Drawn((3, 5), 0.5, second, "否", kind))
    labels = asked(QUESTION + "是 否", Drawn((3, 5), 0.1, first, kind=kind), Drawn((3, 5), 0.5, second, kind=kind))

    for reading in (captions, labels):
        assert answered(reading.tables[0].rows[0])["self.self"] is tick  # type: ignore[attr-defined]


def test_a_box_that_is_neither_checked_nor_not_is_for_a_person() -> None:
    reading = asked(QUESTION + "是 否", Drawn((3, 5), 0.1, 2), Drawn((3, 5), 0.5, 0))

    answer = next(a for a in reading.tables[0].rows[0].answers if a.question == "self.self")  # type: ignore[attr-defined]
    assert answer.doubt is not None


def test_the_words_of_a_text_box_belong_to_the_file() -> None:
    assert "特此说明" in asked(QUESTION, Drawn((3, 5), 0.1, None, "特此说明", 0x06)).text  # type: ignore[attr-defined]


def test_a_workbook_that_one_reader_does_not_open_is_read_by_another() -> None:
    whole = old_workbook(OldSheet("表1", needs([1.0, UNIT, CITY, "新材料", "教授", 2.0]), [(1, 1, 1, 3)]))
    note = struct.pack("<HH", 0x1C, 4) + bytes(4)  # a note without its author: xlrd gives up
    end = whole.rindex(struct.pack("<HH", 0x0A, 0), 0, len(whole) - 2048)
    odd = whole[:end] + note + whole[end : end + 4] + whole[end + 12 :]

    reading = read(odd, "征集表.xls")

    assert [(r.unit, r.cells["number"]) for r in reading.tables[0].rows] == [(UNIT, "2")]
    assert "未能全部读取" in reading.tables[0].left_out[-1]


def test_workbooks_of_before_1995_are_read() -> None:
    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    label = record(0x0204, struct.pack("<HHHH", 0, 0, 0, 5) + b"hello")
    book = record(0x0409, struct.pack("<HHH", 0, 0x10, 0)) + label + record(0x0A, b"")

    assert "hello" in read(book, "旧表.xls").text


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
