"""How many letters leave: as many as a deadline day brings, and no flood."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert

from service.domain.outgoing import OutgoingLetter
from service.records import outbox as table
from service.records.bounces import Bounces
from service.records.engine import open_engine
from service.records.outbox import Outbox
from service.records.tables import Case
from service.records.views import Views
from service.replies.smtp import Outcome, Sent
from service.sending import Brake, send_due
from service.settings import SmtpSection

NOON = datetime(2020, 3, 20, 4, 0, tzinfo=UTC)


class Taking:
    """A server that takes everything."""

    def __init__(self) -> None:
        self.took: list[str] = []
        self.copies: list[str] = []

    def send(
        self,
        _from: str,
        _to: tuple[str, ...],
        content: bytes,
        before_dot: Callable[[], None],
        copies: tuple[str, ...] = (),
    ) -> Outcome:
        before_dot()
        self.copies += copies
        self.took.append(content.decode())
        return Sent("250 ok")


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    engine = open_engine(f"sqlite:///{tmp_path}/records.db")
    with engine.begin() as connection:
        row = {"number": "LH2020-0001", "campaign": "LH2020", "state": "accepted", "first_received": NOON}
        connection.execute(insert(Case.__table__), row | {"updated": NOON, "channel": "", "on_time": True,  # type: ignore[attr-defined]
                                                          "complete": True, "versions": 1})  # fmt: skip
    yield Outbox(engine)
    engine.dispose()


def waits(
    outbox: Outbox, name: str, to: str = "a@unit.example", case_id: int | None = None, kind: str = "receipt"
) -> None:
    """A letter to a submitter is in the outbox."""
    letter = OutgoingLetter(kind, (to,), f"<{name}@lh.example>", name, name.encode())
    with outbox._engine.begin() as connection:
        table.put(connection, letter, NOON, sha256=name, case_id=case_id)


def sent(outbox: Outbox, brake: Brake, at: datetime = NOON) -> list[str]:
    server = Taking()
    send_due(outbox, Bounces(outbox._engine), server, "us@lh.example", brake, lambda: at)
    return server.took


def parked(outbox: Outbox) -> list[tuple[str, str]]:
    return [(letter.subject, letter.reason) for letter in Views(outbox._engine).letters(["parked"])]


def test_beyond_what_an_address_gets_in_a_day_letters_are_left_to_staff(outbox: Outbox) -> None:
    for name in ("1", "2", "3"):
        waits(outbox, name)
    waits(outbox, "other", "b@unit.example")

    assert sent(outbox, Brake(per_address_and_day=2)) == ["1", "2", "other"]
    assert parked(outbox) == [("3", "一天之内发往这个地址的信过多")]


def test_beyond_what_is_said_about_a_case_in_a_day_letters_are_left_to_staff(outbox: Outbox) -> None:
    waits(outbox, "1", "a@unit.example", case_id=1)
    waits(outbox, "2", "b@unit.example", case_id=1)
    waits(outbox, "3", "c@unit.example", case_id=None)

    assert sent(outbox, Brake(per_case_and_day=1)) == ["1", "3"]
    assert parked(outbox) == [("2", "一天之内就这一报送件发出的信过多")]


def test_h5_beyond_the_answers_of_an_hour_letters_wait_and_leave_later(outbox: Outbox) -> None:
    for name in ("1", "2", "3"):
        waits(outbox, name, f"{name}@unit.example")
    brake = Brake(answers_per_hour=2)

    assert sent(outbox, brake) == ["1", "2"]
    assert sent(outbox, brake, NOON + timedelta(minutes=59)) == []
    assert sent(outbox, brake, NOON + timedelta(minutes=61)) == ["3"]
    assert parked(outbox) == []


def test_staff_are_told_once_an_hour_that_letters_wait(outbox: Outbox) -> None:
    for name in ("1", "2"):
        waits(outbox, name)
    for minutes in (0, 1, 2):
        sent(outbox, Brake(answers_per_hour=1), NOON + timedelta(minutes=minutes))

    assert [e.detail for e in Views(outbox._engine).held_between(NOON, NOON + timedelta(hours=1))] == [
        "一小时内发出的信已达 1 封"
    ]


def test_what_goes_to_staff_leaves_however_many_answers_wait(outbox: Outbox) -> None:
    waits(outbox, "1")
    waits(outbox, "2")
    outbox.queue(OutgoingLetter("digest", ("staff@lh.example",), "<d@lh.example>", "d", b"digest"), NOON)

    assert sent(outbox, Brake(answers_per_hour=1)) == ["1", "digest"]


@pytest.mark.parametrize("kind", ["receipt", "reminder"])
def test_nothing_goes_to_an_address_that_bounced_until_staff_release_it(outbox: Outbox, kind: str) -> None:
    waits(outbox, "1")
    sent(outbox, Brake())
    assert Bounces(outbox._engine).note("<1@lh.example>", "User unknown", NOON)
    waits(outbox, "2", kind=kind)

    assert sent(outbox, Brake()) == []
    (letter,) = outbox.waiting_for_staff(("parked",))
    outbox.release(letter.id, NOON)
    assert sent(outbox, Brake()) == ["2"]


def test_a_letter_that_staff_release_leaves_although_there_were_many(outbox: Outbox) -> None:
    waits(outbox, "1")
    assert sent(outbox, Brake(per_address_and_day=0)) == []
    (letter,) = outbox.waiting_for_staff(("parked",))
    outbox.release(letter.id, NOON)

    assert sent(outbox, Brake(per_address_and_day=0)) == ["1"]


def test_by_default_a_deadline_day_goes_through() -> None:
    section = SmtpSection.model_validate({"host": "smtp.example", "port": 465, "from": "a@b.example"})

    assert min(section.letters_per_hour, Brake().answers_per_hour) >= 1000


def test_a_letter_goes_to_whom_its_cc_names_as_well(outbox: Outbox) -> None:
    content = b"To: a@unit.example\r\nCc: kjj@unit.example\r\n\r\ntext"
    outbox.queue(OutgoingLetter("receipt", ("a@unit.example",), "<1@x>", "s", content), NOON)
    server = Taking()

    send_due(outbox, Bounces(outbox._engine), server, "us@x.example", Brake(), lambda: NOON)

    assert server.copies == ["kjj@unit.example"]
