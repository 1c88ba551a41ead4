"""Text from mails made safe to show."""

import io
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from service.typesetting import sheets
from service.typesetting.text import (
    CELL_LIMIT,
    CUT_NOTE,
    cell_text,
    clean,
    deadline_text,
    one_line,
    shorten_middle,
    size_text,
)

ANY = st.text(st.characters() | st.sampled_from("\ud800\udfff\u202e\u200b\x00\x85\u2028\ufeff=+-@"))


@given(ANY)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(ANY)
def test_clean_text_can_always_be_written_as_utf8(text: str) -> None:
    clean(text).encode("utf-8")


@given(ANY)
def test_one_line_is_one_line(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


@given(ANY, st.integers(3, 100))
def test_a_shortened_name_fits_and_keeps_its_ends(text: str, limit: int) -> None:
    short = shorten_middle(text, limit)

    assert len(short) <= limit
    if len(text) > limit:
        assert short[0] == text[0]
        assert short[-1] == text[-1]


@given(ANY)
def test_any_text_written_into_a_sheet_is_read_back_as_text(text: str) -> None:
    workbook = Workbook()
    sheets.put(sheets.first_sheet(workbook, "表"), 1, 1, text)

    content = sheets.workbook_bytes(workbook, datetime.fromisoformat("2020-03-24T16:05:46+08:00"))

    cell = load_workbook(io.BytesIO(content)).active["A1"]
    assert cell.data_type in ("s", "n")  # n: an empty cell
    assert (cell.value or "") == cell_text(text)


def test_a_text_longer_than_a_cell_is_cut_with_a_note_and_never_inside_a_character() -> None:
    cut = cell_text("😀" * CELL_LIMIT)

    assert cut.endswith(CUT_NOTE)
    assert len(cut.encode("utf-16-le")) // 2 <= CELL_LIMIT
    assert "\ufffd" not in cut


def test_a_text_as_long_as_a_cell_is_whole() -> None:
    assert cell_text("字" * CELL_LIMIT) == "字" * CELL_LIMIT


def test_what_a_spreadsheet_would_take_for_an_escape_stays_as_written() -> None:
    assert cell_text("_x0041_") == "_x005F_x0041_"


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1 KB"), (48_870, "48 KB"), (1_024_000, "1.0 MB"), (52_428_800, "50.0 MB")],
    ids=["empty", "bytes", "first_kilobyte", "kilobytes", "first_megabyte", "megabytes"],
)
def test_a_size_reads_as_people_say_it(size: int, text: str) -> None:
    assert size_text(size) == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        pytest.param("2020-03-25T23:59:59+08:00", "2020年3月25日24时", id="end_of_the_day"),
        pytest.param("2020-03-25T17:00:00+08:00", "2020年3月25日 17:00", id="an_hour"),
    ],
)
def test_a_deadline_reads_as_notices_write_it(moment: str, text: str) -> None:
    assert deadline_text(datetime.fromisoformat(moment)) == text
