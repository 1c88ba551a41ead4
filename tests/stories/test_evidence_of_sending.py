"""A letter whose fate is unknown was taken when the server kept a copy of it, and is not sent again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from imapclient import IMAPClient
from sqlalchemy import select, update

from service import evidence
from service.demo.mime import make_mail
from service.digest.facts import DigestFacts
from service.evidence import Broken, Probed
from service.records.tables import Outgoing
from service.reporting import digest_facts
from service.settings import SmtpSection
from service.wiring import desk_of, open_service
from tests.servers.pair import BOX, USERS
from tests.servers.proxy import Answer, Cut, Rewrite
from tests.stories.conftest import Station
from tests.stories.faults import change_smtp, submitting_through_faults

DOT, TO_US = rb"^\.\r", rb"^RCPT TO:<collection@"
_outbox = Outgoing.__table__  # type: ignore[attr-defined]


def says(text: bytes) -> Rewrite:
    """The server's next answer is this."""
    return Rewrite(rb"\A\d\d\d[^\r\n]*\r\n", text)


def in_doubt(station: Station) -> bytes:
    """A correction went out, and the service died before it heard that; returns the letter."""
    bureau = station.bureau("云江市")
    station.arrives(make_mail(station.mail(bureau, (station.pieces.form(bureau),))))
    station.poll()
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    with open_service(station.settings) as service, service.parts.records.engine.begin() as connection:
        connection.execute(update(_outbox).values(state="dot", not_before=an_hour_ago, sent_at=None))
        return connection.execute(select(_outbox.c.content)).scalar_one()


def keep(station: Station, content: bytes, folder: str) -> None:
    """The server keeps a mail in a folder of the collection account."""
    with IMAPClient("127.0.0.1", station.servers.imap_port, ssl=False) as client:
        client.login(BOX, USERS[BOX])
        client.create_folder(folder)
        client.append(folder, content)


def state(station: Station) -> str:
    with open_service(station.settings) as service, service.parts.records.engine.connect() as connection:
        return connection.execute(select(_outbox.c.state)).scalar_one()


@pytest.mark.parametrize("folder", ["Sent", "已发送"])
def test_a_copy_in_the_folder_of_sent_mail_settles_it(station: Station, folder: str) -> None:
    letter = in_doubt(station)
    keep(station, letter, folder)

    station.poll()

    assert state(station) == "sent"
    assert station.kinds() == ["correction"]


def test_without_a_copy_it_waits_for_staff(station: Station) -> None:
    letter = in_doubt(station)
    other = letter.replace(b"Message-ID: <correction.", b"Message-ID: <correction.0")
    keep(station, other, "Sent")

    station.poll()

    assert state(station) == "parked"
    assert station.kinds() == ["correction"]


COPY = 'evidence = "copy"'
OWN = "已处理/本邮箱发出"


def submits(station: Station, city: str = "云江市") -> None:
    """A form without its letter: a correction is due."""
    bureau = station.bureau(city)
    station.arrives(make_mail(station.mail(bureau, (station.pieces.form(bureau),))))


def states(station: Station) -> list[str]:
    with open_service(station.settings) as service, service.parts.records.engine.connect() as connection:
        return list(connection.execute(select(_outbox.c.state).order_by(_outbox.c.id)).scalars())


def digest(station: Station) -> DigestFacts:
    with open_service(station.settings) as service:
        return digest_facts(desk_of(service), None)


def test_h8_a_copy_to_ourselves_is_laid_aside_and_nobody_is_bothered_by_it(station: Station) -> None:
    change_smtp(station, COPY)
    submits(station)
    station.poll()
    station.poll()

    assert station.servers.mails(BOX, OWN) == station.raw_letters()
    assert [flags >= {"\\Seen"} for flags in station.servers.flags(BOX, OWN).values()] == [True]
    assert station.servers.mails(BOX) == []
    assert station.kinds() == ["correction"]
    facts = digest(station)
    assert (facts.mails, facts.total_cases, facts.alarms) == (1, 1, ())
    with open_service(station.settings) as service:
        views = desk_of(service).views
        (case,) = views.cases()
        assert [mail.direction for mail in views.mails(case.id)] == ["in", "out"]


def test_nobody_sees_that_a_copy_was_sent(station: Station) -> None:
    with submitting_through_faults(station, COPY) as line:
        submits(station)
        station.poll()

        assert (line.count(rb"^RCPT TO:<unit@"), line.count(rb"^RCPT TO:<collection@")) == (1, 1)
        assert not line.count(rb"^(To|B?Cc): .*collection@")


def test_b1_a_copy_tells_that_a_letter_was_taken_whose_answer_was_lost(station: Station) -> None:
    with submitting_through_faults(station, COPY) as line:
        line.on(DOT, Cut(0))
        submits(station)
        station.poll()
        assert states(station) == ["dot"]
        station.poll()

        assert (states(station), station.kinds()) == (["sent"], ["correction"])
        assert line.count(DOT) == 1


def test_a_copy_that_comes_late_still_takes_the_matter_off_the_digest(station: Station) -> None:
    letter = in_doubt(station)
    station.poll()
    assert (state(station), len(digest(station).parked)) == ("parked", 1)

    station.servers.deliver(BOX, letter)
    station.poll()

    assert (state(station), digest(station).parked) == ("sent", ())
    assert station.kinds() == ["correction"]


def test_b11_a_letter_counts_although_the_server_refuses_the_copy_and_staff_are_told_once(station: Station) -> None:
    with submitting_through_faults(station, COPY) as line:
        line.on(TO_US, says(b"550 5.7.1 no copies to yourself\r\n"))
        for city in ("云江市", "望海市"):
            submits(station, city)
            station.poll()

        assert states(station) == ["sent", "sent"]
        assert station.kinds() == ["correction", "correction"]
        assert line.count(TO_US) == 1  # and no second try
        (told,) = digest(station).alarms
        assert "550 5.7.1 no copies to yourself" in told
        with open_service(station.settings) as service:
            yesterday = desk_of(service).now().date() - timedelta(days=1)
            assert digest_facts(desk_of(service), yesterday).alarms == ()


def test_b11_a_copy_put_off_is_no_trouble(station: Station) -> None:
    with submitting_through_faults(station, COPY) as line:
        line.on(TO_US, says(b"451 4.7.1 later\r\n"))
        for city in ("云江市", "望海市"):
            submits(station, city)
            station.poll()

        assert states(station) == ["sent", "sent"]
        assert (line.count(TO_US), digest(station).alarms) == (2, ())


def test_b11_a_server_that_hangs_up_on_the_copy_does_not_keep_the_letter_from_leaving(station: Station) -> None:
    with submitting_through_faults(station, COPY) as line:
        line.on(TO_US, Answer(b"421 4.7.0 closing\r\n", close=True), times=-1)
        submits(station)
        station.poll()
        station.poll()

        assert (states(station), station.kinds(), line.count(TO_US)) == (["sent"], ["correction"], 1)


def test_b11_when_nobody_else_takes_the_letter_it_does_not_go_to_ourselves_alone(station: Station) -> None:
    with submitting_through_faults(station, COPY) as line:
        line.on(rb"^RCPT TO:<unit@", says(b"550 5.1.1 no such user\r\n"))
        submits(station)
        station.poll()

        assert (states(station), line.count(rb"^DATA"), line.count(TO_US)) == (["parked"], 0, 0)
        assert station.servers.mails(BOX, "已处理/需补正") and station.servers.mails(BOX) == []


@pytest.mark.parametrize(
    ("setting", "seen", "refused", "channel"),
    [
        ("auto", None, False, "sent"),
        ("auto", {"copy_seconds": 2.0}, False, "copy"),
        ("auto", {"copy_seconds": 2.0}, True, "sent"),
        ("auto", {"copy_seconds": 2.0, "sent_folder": "Sent"}, False, "sent"),
        ("auto", {"copy_seconds": None}, False, "sent"),
        ("copy", None, False, "copy"),
        ("copy", {"copy_seconds": 2.0}, True, "sent"),
        ("sent", {"copy_seconds": 2.0}, False, "sent"),
        ("none", {"copy_seconds": 2.0}, False, "none"),
    ],
)
def test_by_itself_a_copy_is_sent_only_where_a_probe_saw_one_arrive(
    setting: str, seen: dict[str, Any] | None, refused: bool, channel: str
) -> None:
    smtp = SmtpSection.model_validate({"host": "smtp.example", "port": 465, "from": "a@b.example", "evidence": setting})
    probed = Probed("2020-03-20T09:00:00+08:00", **seen) if seen else None
    trouble = Broken(datetime(2020, 3, 20, tzinfo=UTC), "550") if refused else None

    assert evidence.channel(smtp, probed, trouble) == channel
