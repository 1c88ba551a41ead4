"""When the date under a letter is believed, and when it is left open."""

from datetime import date

import pytest

from service.reading.letters.model import Box, Line, Words
from service.reading.letters.signed_date import date_line, date_of

_YEARS = frozenset({2019, 2020, 2021})
_SIGNER = Line("云江市科学技术局", Box(0.58, 0.90, 0.74, 0.93), (1.0,) * 8)


def read_as(text: str, sure: float = 1.0, width: float | None = None, **more: object) -> Line:
    """A recognised line; its box is as wide as its text unless told otherwise (characters are 0.02 wide)."""
    room = len(text) if width is None else width
    return Line(text, Box(0.58, 0.94, 0.58 + 0.02 * room, 0.97), (sure,) * len(text), **more)  # type: ignore[arg-type]


def other(text: str, sure: float = 1.0) -> tuple[Words, ...]:
    return (Words(text, (sure,) * len(text)),)


def day_of(line: Line) -> date | None:
    return date_of(line, [_SIGNER, line], _YEARS)[0]


def test_two_readings_that_agree_make_a_date() -> None:
    assert day_of(read_as("2020年3月20日", 0.7, other=other("2020年3月20日", 0.7))) == date(2020, 3, 20)


def test_two_sure_readings_that_disagree_make_none() -> None:
    assert day_of(read_as("2020年3月20日", other=other("2020年8月20日"))) is None


def test_a_reading_that_only_lost_characters_does_not_count_against_the_longer_one() -> None:
    assert day_of(read_as("二〇二〇年三月二十日", other=other("二〇二〇年三月十日"))) == date(2020, 3, 20)


def _three_against(one: str, against: str, sure: float) -> Line:
    return read_as(one, other=(*other(one) * 2, *other(against, sure)))


def test_three_sure_readings_outvote_one_that_is_less_sure_and_no_fuller() -> None:
    line = _three_against("二〇二〇年三月三十一日", "二〇二〇年三月二十一日", 0.84)

    assert day_of(line) == date(2020, 3, 31)


@pytest.mark.parametrize(
    "fuller", ["二〇二〇年三月三十一日", "二〇二〇年三月二十二日"], ids=["strokes_lost", "another_stroke_lost"]
)
def test_readings_that_may_have_lost_strokes_outvote_none(fuller: str) -> None:
    assert day_of(_three_against("二〇二〇年三月二十一日", fuller, 0.84)) is None


def test_three_readings_do_not_outvote_one_that_is_as_sure() -> None:
    assert day_of(_three_against("2020年3月28日", "2020年3月23日", 0.95)) is None


def test_a_line_with_room_for_one_character_more_is_not_believed() -> None:
    assert day_of(read_as("二〇二〇年三月十日", width=10)) is None


def test_a_line_that_its_characters_fill_is_believed() -> None:
    assert day_of(read_as("二〇二〇年三月十日", width=9.3)) == date(2020, 3, 10)


@pytest.mark.parametrize(("sure", "day"), [(0.59, None), (0.61, date(2020, 3, 20))])
def test_a_shaky_digit_leaves_the_date_open(sure: float, day: date | None) -> None:
    assert day_of(read_as("2020年3月20日", sure)) == day


def test_under_a_seal_that_cannot_be_washed_out_a_digit_must_be_quite_sure() -> None:
    assert day_of(read_as("2020年3月20日", 0.85, covered=True)) is None


def test_a_recognised_year_far_from_the_campaign_is_not_believed_at_once() -> None:
    assert day_of(read_as("2002年3月20日")) is None


def test_the_same_year_typed_by_hand_is_taken_as_typed() -> None:
    assert day_of(Line("2002年3月20日")) == date(2002, 3, 20)


def test_the_imprint_and_dates_in_sentences_are_not_the_letters_date() -> None:
    lines = [
        Line("我局于2020年3月1日发出通知，现将情况报送。"),
        Line("2020年3月20日"),
        Line("云江市科学技术局办公室2020年3月21日印发"),
    ]

    assert date_line(lines) == 1
