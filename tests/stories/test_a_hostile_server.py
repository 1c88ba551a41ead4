"""A whole service before Postfix's hostile server: no letter goes out twice but where that harms nobody."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from service.demo.mime import make_mail
from service.records.tables import Outgoing
from service.wiring import open_service
from tests.servers.pair import UNIT, in_process
from tests.servers.sink import Sink, sink
from tests.stories.conftest import Station

pytestmark = pytest.mark.real_servers
_outbox = Outgoing.__table__  # type: ignore[attr-defined]


@pytest.fixture
def station(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Station]:
    """The mailbox is an in-process one; the letters go to whatever server a story starts."""
    with in_process() as servers:
        yield Station(servers, tmp_path_factory.mktemp("station"))


def submits_to(station: Station, server: Sink) -> None:
    assert station.settings.smtp is not None
    smtp = station.settings.smtp.model_copy(update={"port": server.port, "username": ""})
    station.settings = replace(station.settings, smtp=smtp)


def asks(station: Station) -> None:
    """A form without its letter comes: a correction is due."""
    bureau = station.bureau("云江市")
    station.arrives(make_mail(station.mail(bureau, (station.pieces.form(bureau),))))
    station.poll()


def is_complete(station: Station) -> None:
    """All that is asked for comes: a receipt is due."""
    station.arrives(make_mail(station.complete(station.bureau("云江市"))))
    station.poll()


def letters(station: Station) -> list[tuple[str, str, bytes, bool]]:
    """Letter, state, bytes and whether it was repeated, of everything in the outbox."""
    columns = (_outbox.c.letter, _outbox.c.state, _outbox.c.content, _outbox.c.resent)
    with open_service(station.settings) as service, service.parts.records.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).order_by(_outbox.c.id))]  # type: ignore[misc]


def hours_pass(station: Station) -> None:
    earlier = datetime.now(UTC) - timedelta(hours=5)
    with open_service(station.settings) as service, service.parts.records.engine.begin() as connection:
        connection.execute(update(_outbox).where(_outbox.c.state != "sent").values(not_before=earlier))


def test_b1_a_correction_of_unknown_fate_waits_for_staff_and_is_never_repeated(station: Station) -> None:
    with sink("-q", ".") as server:
        submits_to(station, server)
        asks(station)
        ((_, state, content, _),) = letters(station)
        assert (state, server.transactions()) == ("dot", [content])
    with sink() as server:
        submits_to(station, server)
        hours_pass(station)
        for _ in range(3):
            station.poll()

        assert [(letter, state) for letter, state, _, _ in letters(station)] == [("correction", "parked")]
        assert server.transactions() == []


def test_b1_a_receipt_of_unknown_fate_is_repeated_once_byte_for_byte(station: Station) -> None:
    stored = []
    for _ in range(3):
        with sink("-q", ".") as server:
            submits_to(station, server)
            if not stored:
                is_complete(station)
            hours_pass(station)
            station.poll()
            hours_pass(station)
            station.poll()
            stored += server.transactions()

    ((letter, state, content, resent),) = letters(station)
    assert (letter, state, resent) == ("receipt", "parked", True)
    assert stored == [content, content]


def test_b5_a_greylisted_letter_is_not_tried_again_at_once_and_arrives_once(station: Station) -> None:
    with sink("-r", "RCPT") as server:
        submits_to(station, server)
        asks(station)
        station.poll()
        assert [(state, resent) for _, state, _, resent in letters(station)] == [("pending", False)]
    with sink() as server:
        submits_to(station, server)
        station.poll()
        assert server.transactions() == []  # too soon
        hours_pass(station)
        station.poll()
        station.poll()

        ((_, state, content, _),) = letters(station)
        assert (state, server.transactions()) == ("sent", [content])


def test_b5_a_refused_recipient_is_left_to_staff_and_the_next_poll_asks_no_more(station: Station) -> None:
    with sink("-f", "RCPT", "-B", "550 5.1.1 no such user here") as server:
        submits_to(station, server)
        asks(station)
    with sink() as server:
        submits_to(station, server)
        hours_pass(station)
        station.poll()

        assert [state for _, state, _, _ in letters(station)] == ["parked"]
        assert server.transactions() == []
    with open_service(station.settings) as service:
        assert service.parts.records.bounces.why(UNIT)


def test_b4_a_letter_refused_for_now_keeps_its_message_id_and_arrives_once(station: Station) -> None:
    with sink("-r", ".") as server:
        submits_to(station, server)
        asks(station)
        (tried,) = server.transactions()
    with sink() as server:
        submits_to(station, server)
        hours_pass(station)
        station.poll()
        station.poll()

        assert server.transactions() == [tried]
        assert [state for _, state, _, _ in letters(station)] == ["sent"]


def test_b4_a_letter_refused_for_good_is_not_tried_again(station: Station) -> None:
    with sink("-f", ".") as server:
        submits_to(station, server)
        asks(station)
        hours_pass(station)
        station.poll()

        assert [state for _, state, _, _ in letters(station)] == ["parked"]
        assert len(server.transactions()) == 1
