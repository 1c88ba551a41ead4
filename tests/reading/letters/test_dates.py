"""Dates as letters write them, scanners show them and recognition misreads them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.demo.letters import DateStyle, written_date
from service.reading.letters.dates import find_date

_DAYS = st.dates(date(2001, 1, 1), date(2099, 12, 31))


def day_in(text: str) -> date | None:
    found = find_date(text)
    return found.day if found else None


@given(_DAYS, st.sampled_from(DateStyle))
def test_whatever_style_a_day_is_written_in_it_is_read_back(day: date, style: DateStyle) -> None:
    assert day_in(f"云江市科学技术局 {written_date(day, style)}") == day


@given(_DAYS, st.sampled_from("〇○OoО零"))
def test_every_way_of_writing_the_round_zero_is_one(day: date, zero: str) -> None:
    assert day_in(written_date(day, DateStyle.CHINESE).replace("〇", zero)) == day


@given(st.text())
def test_no_text_can_make_it_fail(text: str) -> None:
    find_date(text)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("2020 年 3 月 20 日", date(2020, 3, 20), id="spaced"),
        pytest.param("２０２０年３月２０日", date(2020, 3, 20), id="full_width"),
        pytest.param("2020.3.20", date(2020, 3, 20), id="dots"),
        pytest.param("2020-03-20", date(2020, 3, 20), id="dashes"),
        pytest.param("2020年三月二十日", date(2020, 3, 20), id="mixed"),
        pytest.param("二○二○年三月廿五日", date(2020, 3, 25), id="nian"),
        pytest.param("二〇二〇年十二月三十一日", date(2020, 12, 31), id="last_day"),
        pytest.param("2O2O年3月2O日", date(2020, 3, 20), id="letter_O_for_zero"),
        pytest.param("二〇二〇年三月二千四日", date(2020, 3, 24), id="ten_misread"),
    ],
)
def test_dates_of_many_hands(text: str, day: date) -> None:
    assert day_in(text) == day


@pytest.mark.parametrize(
    "text",
    [
        "2020年3月  日",
        "2020年13月1日",
        "2020年2月30日",
        "年三月十日",
        "2020年",
        "电话020-3-20",
        "2020.3.20.1",
        "220年3月1日",
    ],
)
def test_what_is_no_whole_date_is_none(text: str) -> None:
    assert find_date(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        pytest.param("二二年三月二十日", date(2020, 3, 20), id="both_zeros"),
        pytest.param("二二一年三月二十日", date(2021, 3, 20), id="one_zero"),
        pytest.param("零二零年三月二十日", date(2020, 3, 20), id="its_two_was_cut_off"),
        pytest.param("十〇二〇年三月二十日", date(2020, 3, 20), id="its_two_was_misread"),
    ],
)
def test_a_year_that_recognition_damaged_is_put_right_and_the_date_marked_as_guessed(text: str, day: date) -> None:
    found = find_date(text)

    assert found is not None
    assert (found.day, found.guessed) == (day, True)
