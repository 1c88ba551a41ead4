"""Two mails within a minute get one letter: what waits is overtaken by the answer to the newer mail."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from service.domain.judgement import Verdict
from service.domain.outgoing import OutgoingLetter
from service.domain.submission import Submission
from service.records.ledger import FORGOTTEN
from service.records.store import Records
from service.records.views import Views
from tests.records.conftest import NOON, SENDER, a_mail, arrives, handle, judged

UNIT = "云江市科学技术局"
MINUTE = timedelta(minutes=1)


def answered(
    records: Records,
    n: int,
    letter: str | None,
    to: str = SENDER.address,
    at: datetime = NOON,
    unit: str = UNIT,
    **mail: object,
) -> Submission:
    """The n-th mail is recorded with that letter."""
    submission = a_mail(n, **mail)
    arrives(records, submission, uid=n)
    verdict = Verdict.ACCEPTED if letter == "receipt" else Verdict.NEEDS_CORRECTION
    written = OutgoingLetter(letter, (to,), f"<{letter}.{n}@lh.example>", "", b"") if letter else None
    found = records.find_case(handle(submission, unit))
    records.record(judged(submission, verdict, unit), found, "LH2020", "r", lambda _: written, at)
    return submission


def states(records: Records) -> list[tuple[str | None, str]]:
    found = Views(records.engine).letters(["pending", "sent", "parked", "superseded", "sending", "dot"])
    return [(letter.template, letter.state) for letter in found]


def test_what_was_asked_for_in_vain_is_not_asked_for(records: Records) -> None:
    first = answered(records, 1, "correction")
    answered(records, 2, "receipt")

    assert states(records) == [("correction", "superseded"), ("receipt", "pending")]
    assert "superseded" in [e.what for e in Views(records.engine).story(sha256=first.sha256)]


def test_of_two_requests_to_one_address_the_newer_leaves(records: Records) -> None:
    answered(records, 1, "correction")
    answered(records, 2, "correction")

    assert states(records) == [("correction", "superseded"), ("correction", "pending")]


@pytest.mark.parametrize(
    ("second", "left"), [("receipt", "superseded"), (None, "parked")], ids=["complete", "no_letter"]
)
def test_a_request_that_waits_for_staff_is_put_aside_too(second: str | None, left: str, records: Records) -> None:
    answered(records, 1, "correction")
    (letter,) = Views(records.engine).letters(["pending"])
    assert letter.letter is not None
    records.outbox.park(letter.letter, NOON, "一天之内发往这个地址的信过多")

    answered(records, 2, second)

    assert states(records)[0] == ("correction", left)


@pytest.mark.parametrize(
    "second",
    [
        pytest.param({"letter": "correction", "unit": "望海市科学技术局"}, id="about_another_case"),
        pytest.param({"letter": "correction", "to": "colleague@yunjiang.example"}, id="to_a_colleague"),
        pytest.param({"letter": None}, id="without_a_letter"),
    ],
)
def test_nothing_else_takes_a_letters_place(second: dict[str, str], records: Records) -> None:
    answered(records, 1, "correction")
    answered(records, 2, **second)  # type: ignore[arg-type]

    assert states(records)[0] == ("correction", "pending")


def test_once_a_colleague_has_sent_the_rest_nobody_is_asked_for_it(records: Records) -> None:
    answered(records, 1, "correction")
    answered(records, 2, "receipt", to="colleague@yunjiang.example")

    assert states(records) == [("correction", "superseded"), ("receipt", "pending")]


def test_a_receipt_that_has_not_left_gives_way_to_the_next(records: Records) -> None:
    for number in (1, 2, 3):
        answered(records, number, "receipt")

    assert states(records) == [("receipt", "superseded"), ("receipt", "superseded"), ("receipt", "pending")]


def test_a_receipt_is_never_taken_back(records: Records) -> None:
    answered(records, 1, "receipt")
    answered(records, 2, "correction")

    assert states(records) == [("receipt", "pending"), ("correction", "pending")]


@pytest.mark.parametrize("step", ["taken", "at_the_dot", "sent"])
def test_a_letter_on_its_way_goes_its_way(step: str, records: Records) -> None:
    answered(records, 1, "correction")
    (letter,) = records.outbox.due(NOON)
    records.outbox.take(letter)
    if step != "taken":
        records.outbox.before_dot(letter, NOON)
    if step == "sent":
        records.outbox.sent(letter, NOON)
    before = states(records)
    answered(records, 2, "receipt")

    assert states(records)[:1] == before


def test_a_letter_that_the_new_mail_answers_is_left_alone(records: Records) -> None:
    answered(records, 1, "correction")
    envelope = replace(a_mail(2).envelope, in_reply_to=("<correction.1@lh.example>",))
    answered(records, 2, "receipt", envelope=envelope)

    assert states(records) == [("correction", "pending"), ("receipt", "pending")]


def test_a_letter_that_waits_for_staff_itself_takes_no_ones_place(records: Records) -> None:
    answered(records, 1, "correction")
    late = a_mail(2)
    records.ledger.note_forgotten(late.sha256, late.size, NOON, NOON)
    letter = OutgoingLetter("receipt", (SENDER.address,), "<receipt.2@lh.example>", "", b"")
    records.record(judged(late), records.find_case(handle(late)), "LH2020", "r", lambda _: letter, NOON)

    assert states(records) == [("correction", "pending"), ("receipt", "parked")]
    assert Views(records.engine).letters(["parked"])[0].reason == FORGOTTEN


def test_a_request_waits_and_a_receipt_does_not(records: Records) -> None:
    answered(records, 1, "correction")
    answered(records, 2, "receipt", unit="望海市科学技术局")

    at_once = records.outbox.due(NOON, wait=MINUTE)

    assert len(at_once) == 1
    assert records.outbox.waiting_since() == NOON
    assert records.outbox.due(NOON + MINUTE, wait=MINUTE) == records.outbox.due(NOON)
