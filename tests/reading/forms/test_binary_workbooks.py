"""Binary workbooks (.xlsb): read in a process of their own, which may die without harm."""

import os
from pathlib import Path

import pytest

from service.domain.submission import Problem
from service.reading.forms import xlsb
from tests.reading.forms.example_forms import TABLE_4
from tests.reading.forms.filled import Answers, answered, header, question_row, read
from tests.reading.forms.test_old_workbooks import CITY, TRIPS, UNIT, cells, needs
from tests.reading.forms.xlsb import binary_workbook

ROW = [1.0, UNIT, CITY, "新材料", "教授", 2.0]


def test_tables_rows_and_answers_are_read_as_from_any_other_workbook() -> None:
    trips = cells(["表4"], list(header(TABLE_4)), question_row(TABLE_4, 1, UNIT, CITY, TRIPS))
    old = needs([1.0, "旧单位", CITY, "新材料", "教授", 2.0])
    content = binary_workbook({"旧": old, "表1": needs(ROW), "表4": trips}, hidden=["旧"])  # type: ignore[dict-item]

    reading = read(content, "征集表.xlsb")

    first, second = reading.tables
    assert [(r.row, r.unit, r.city, r.cells["number"]) for r in first.rows] == [(4, UNIT, CITY, "2")]
    assert answered(second.rows[0]) == TRIPS and second.rows[0].answers[0].cell == "D3"
    assert (reading.is_form, reading.problem) == (True, None)


def test_logical_cells_are_check_boxes_and_places_are_those_of_the_sheet() -> None:
    asked = "是否有计划自行组织海外人才与科技交流活动"
    rows = cells(["表4"], [*header(TABLE_4)[:3], asked, "初步计划"], [1.0, UNIT, CITY, True, "赴外洽谈"])
    moved = {(row + 4, column + 2): value for (row, column), value in rows.items()}

    row = read(binary_workbook({"表4": moved}), "征集表.xlsb").tables[0].rows[0]  # type: ignore[dict-item]

    assert (row.row, answered(row)["self.self"]) == (7, True)


def test_merged_cells_are_filled_down() -> None:
    rows = needs(ROW, ["", "", "", "海洋", "讲师", "2-3人"])
    content = binary_workbook({"表1": rows}, merges=[(4, 2, 5, 2), (4, 3, 5, 3)])  # type: ignore[dict-item]

    found = read(content, "征集表.xlsb").tables[0].rows

    assert [(r.row, r.unit, r.city, r.cells["number"]) for r in found] == [
        (4, UNIT, CITY, "2"),
        (5, UNIT, CITY, "2-3人"),
    ]


def test_a_question_without_a_tick_that_we_can_see_is_for_staff() -> None:
    untouched: Answers = {**TRIPS, "join.join": None, "join.group": (), "self.self": None}
    rows = cells(["表4"], list(header(TABLE_4)), question_row(TABLE_4, 1, UNIT, CITY, untouched))

    answers = read(binary_workbook({"表4": rows}), "征集表.xlsb").tables[0].rows[0].answers  # type: ignore[dict-item]

    assert all(a.doubt for a in answers if a.question in {"join.join", "self.self"})


def test_macros_are_noted() -> None:
    content = binary_workbook({"表1": needs(ROW)}, more={"xl/vbaProject.bin": b"\0"})  # type: ignore[dict-item]

    assert read(content, "征集表.xlsb").problem is Problem.MACROS


def test_a_cell_in_the_last_corner_costs_no_more_than_the_limits_of_its_process() -> None:
    far = {(1, 1): "表1", (1_048_576, 16_384): "x"}

    reading = read(binary_workbook({"表1": far}), "征集表.xlsb")

    assert (reading.problem, reading.is_form) == (Problem.UNSUPPORTED, True) and "xlsb" in reading.note


def test_a_damaged_one_is_damaged() -> None:
    whole = binary_workbook({"表1": needs(ROW)}, more={"xl/workbook.bin": b"\x83\x01\x00\xff\xff"})  # type: ignore[dict-item]

    assert read(whole, "征集表.xlsb").problem in {Problem.DAMAGED, Problem.UNSUPPORTED}


def test_a_process_that_does_not_end_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    endless = tmp_path / "endless"
    endless.write_text("#!/bin/sh\nexec sleep 60\n")
    endless.chmod(0o755)
    monkeypatch.setattr(xlsb.sys, "executable", os.fspath(endless))
    monkeypatch.setattr(xlsb, "_SECONDS", 0.2)

    assert read(binary_workbook({"表1": needs(ROW)}), "征集表.xlsb").problem is Problem.UNSUPPORTED  # type: ignore[dict-item]
