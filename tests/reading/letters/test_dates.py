"""Dates as letters write them, and as recognition misreads them."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reading.letters.dates import find_date


@pytest.mark.parametrize("line", ["二〇二〇年三月二十日", "二○二○年三月二十日", "二OO二〇年三月", "2020年3月20日"])
def test_a_slip_of_reading_is_no_crash(line: str) -> None:
    found = find_date(line)

    assert found is None or found.day == datetime.date(2020, 3, 20)


def test_a_day_that_cannot_be_is_no_date() -> None:
    assert find_date("二〇二〇年三月二十十日") is None


@given(st.text("二〇○O0零一三四十廿卅士千年月日 2019", max_size=30))
def test_no_line_of_date_characters_crashes_the_reader(line: str) -> None:
    found = find_date(line)

    assert found is None or 1900 <= found.day.year <= 2099
