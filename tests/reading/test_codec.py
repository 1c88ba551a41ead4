"""A Submission survives the archive: to JSON and back without loss."""

import dataclasses
import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.mail import Address, Envelope
from service.domain.submission import (
    Answer,
    Attachment,
    CoverLetter,
    FieldRead,
    LetterSource,
    Problem,
    Role,
    Row,
    Seal,
    Submission,
    Table,
    Tick,
)
from service.reading.codec import submission_from_json, submission_to_json

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
MAYBE = st.none() | TEXT
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes))) | st.just(UTC)
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=ZONES)
ADDRESSES = st.tuples(TEXT, TEXT).map(lambda pair: Address(*pair))


def some(strategy: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(strategy, max_size=2).map(tuple)


ENVELOPES = st.builds(
    Envelope, MAYBE, some(ADDRESSES), some(ADDRESSES), some(ADDRESSES), some(ADDRESSES), TEXT, some(TEXT), some(TEXT),
    st.none() | MOMENTS, st.none() | MOMENTS, some(st.tuples(TEXT, TEXT)), some(TEXT),
)  # fmt: skip
ATTACHMENTS = st.builds(
    Attachment, TEXT, TEXT, st.integers(0, 10**9), TEXT, TEXT, st.sampled_from(Role),
    st.none() | st.sampled_from(Problem), TEXT, TEXT, st.booleans(),
)  # fmt: skip
BOXES = st.tuples(*(st.floats(0, 2),) * 4)
FIELDS = st.builds(FieldRead, TEXT, TEXT, TEXT, st.integers(1, 9), st.none() | BOXES, st.floats(0, 1), TEXT)
LETTERS = st.builds(
    CoverLetter, some(TEXT), st.sampled_from(LetterSource), st.integers(0, 9), TEXT, MAYBE, MAYBE, MAYBE,
    st.none() | st.dates(date(1, 1, 1)), MAYBE, st.sampled_from(Seal), MAYBE, st.booleans(), st.floats(0, 1), some(TEXT),
    st.floats(0, 1), some(FIELDS),
)  # fmt: skip
ANSWERS = st.builds(Answer, TEXT, TEXT, st.none() | st.sampled_from(Tick), MAYBE, st.none() | some(TEXT), MAYBE)
CELLS = st.dictionaries(TEXT, TEXT, max_size=2)
ROWS = st.builds(Row, st.integers(1, 10**6), MAYBE, MAYBE, CELLS, some(ANSWERS), CELLS)
TABLES = st.builds(
    Table, st.integers(1, 4), TEXT, TEXT, some(ROWS), st.booleans(), st.integers(0, 99), some(st.tuples(TEXT, TEXT, TEXT)),
    MAYBE, some(TEXT),
)  # fmt: skip
SUBMISSIONS = st.builds(
    Submission,
    TEXT,
    st.integers(0),
    ENVELOPES,
    TEXT,
    TEXT,
    some(ATTACHMENTS),
    some(LETTERS),
    some(TABLES),
    some(TABLES),
    some(TEXT),
    TEXT,
)


@given(SUBMISSIONS)
def test_a_submission_comes_back_equal(submission: Submission) -> None:
    assert submission_from_json(submission_to_json(submission)) == submission


def test_the_keys_are_the_field_names() -> None:
    plain = json.loads(submission_to_json(Submission("0" * 64, 1, Envelope(None, ()))))

    assert plain.keys() == {field.name for field in dataclasses.fields(Submission)}


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b'{"sha256": 1}', b"\xff"])
def test_bytes_that_are_no_submission_are_refused(content: bytes) -> None:
    with pytest.raises(ValueError):
        submission_from_json(content)
