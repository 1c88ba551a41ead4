"""A letter's date that cannot be right is left open, and told with its reason."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from service.domain.submission import CoverLetter, FieldRead
from tests.builders import a_case, a_letter, a_submission, an_attachment, judged

ARRIVAL = datetime(2020, 3, 20, 17, 30, tzinfo=UTC)  # the 21st, 01:30 in China


def dated(day: date) -> CoverLetter:
    read = FieldRead("date", day.isoformat(), "报送函.pdf", 1, (0.6, 1.1, 0.8, 1.13), 0.97)
    return replace(a_letter(), date=day, fields=(read,))


def letter_of(day: date) -> CoverLetter:
    found = judged(a_submission(letters=(dated(day),)), received=ARRIVAL).dossier.letter
    assert found is not None
    return found


@pytest.mark.parametrize(
    "day",
    [
        pytest.param(date(2020, 3, 20), id="the_day_before_in_china"),
        pytest.param(date(2020, 3, 22), id="a_day_ahead"),
        pytest.param(date(2019, 9, 23), id="not_quite_half_a_year_before"),
    ],
)
def test_a_date_around_the_arrival_is_believed(day: date) -> None:
    assert letter_of(day).date == day


@pytest.mark.parametrize(
    ("day", "doubt"),
    [
        (date(2020, 3, 23), "晚于来件日期"),
        (date(2020, 8, 12), "晚于来件日期"),
        (date(2019, 3, 20), "比来件早半年以上"),
    ],
)
def test_a_date_that_cannot_be_right_is_left_open(day: date, doubt: str) -> None:
    letter = letter_of(day)

    assert letter.date is None
    field = letter.field_read("date")
    assert field is not None
    assert (field.value, field.doubt, field.confidence) == (day.isoformat(), doubt, 0.0)


def test_the_story_tells_the_date_that_was_not_believed() -> None:
    decision = judged(a_submission(letters=(dated(date(2020, 8, 12)),)), received=ARRIVAL).decision

    assert "报送函上读作“2020-08-12”的日期晚于来件日期，未采用（报送函.pdf 第1页）" in decision.why
    assert decision.findings == ()


def test_a_letter_of_an_earlier_mail_is_measured_by_its_own_arrival() -> None:
    first = judged(a_submission(letters=(dated(date(2020, 3, 20)),)), received=ARRIVAL)
    later = a_submission(letters=(), attachments=(an_attachment(),), sha256="2" * 64)

    found = judged(later, received=datetime(2020, 11, 1, tzinfo=UTC), earlier=a_case(first)).dossier.letter

    assert found is not None
    assert found.date == date(2020, 3, 20)
