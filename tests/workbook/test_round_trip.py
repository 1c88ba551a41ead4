"""The blank form of the packaged rules, filled and read again by the service itself."""

import io
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from service.domain.rules import Rulebook
from service.domain.submission import Table, Tick
from service.reading.forms import read_form
from service.replies.rendering import Letters
from service.rulebook import load
from service.workbook.blank_form import write_blank_form

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return load(ROOT / "rules")


@pytest.fixture
def form(tmp_path: Path, rulebook: Rulebook) -> Workbook:
    notes = Letters(ROOT / "mail_templates").templates.words("blank_form").notes
    return load_workbook(write_blank_form(tmp_path, rulebook, notes))


def read_again(form: Workbook, rulebook: Rulebook) -> dict[int, Table]:
    file = io.BytesIO()
    form.save(file)
    reading = read_form(file.getvalue(), "征集表.xlsx", "征集表.xlsx", "", rulebook.forms)
    return {table.number: table for table in reading.tables}


def test_an_untouched_form_has_four_tables_and_no_row(form: Workbook, rulebook: Rulebook) -> None:
    tables = read_again(form, rulebook)

    assert {number: len(table.rows) for number, table in tables.items()} == {1: 0, 2: 0, 3: 0, 4: 0}


def test_ticks_and_plans_written_into_the_form_are_read(form: Workbook, rulebook: Rulebook) -> None:
    sheet = form["表3"]
    sheet["B5"], sheet["C5"] = "岭海大学", "广州市"
    question = str(sheet["D5"].value)
    sheet["D5"] = question.replace("？ □ 是", "？ √ 是").replace(
        "200字以内）\n", "200字以内）\n邀请20位专家对接。\n", 1
    )

    (row,) = read_again(form, rulebook)[3].rows

    plan, text = row.answer("nyx.plan_nyx"), row.answer("nyx.plan_text")
    assert row.unit == "岭海大学"
    assert plan is not None
    assert plan.tick is Tick.YES
    assert text is not None
    assert text.text == "邀请20位专家对接。"


def test_a_table_filled_with_the_word_of_the_notes_is_a_nil_return(form: Workbook, rulebook: Rulebook) -> None:
    form["表1"]["B5"] = "无"

    assert read_again(form, rulebook)[1].nil
