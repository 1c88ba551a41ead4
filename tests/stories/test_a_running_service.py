"""The daemon itself, for as long as a test lasts: mail is answered when it comes, whatever the line and the server do."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from service.daemon import run
from service.demo.mime import make_mail
from service.mailbox import idle
from service.wiring import open_service
from tests.servers.pair import BOX, ServerPair
from tests.servers.proxy import FaultProxy
from tests.stories.conftest import Station

NEVER = 3600
"""Seconds between polls: what happens in a test, happens because the server told of it."""


@pytest.fixture
def line(servers: ServerPair) -> Iterator[FaultProxy]:
    with FaultProxy(servers.imap_port) as proxy:
        yield proxy


@contextmanager
def running(station: Station, line: FaultProxy, poll_seconds: int = NEVER) -> Iterator[None]:
    mailboxes = tuple(m.model_copy(update={"port": line.port}) for m in station.settings.mailboxes)
    settings = replace(station.settings, mailboxes=mailboxes, poll_seconds=poll_seconds)
    stopping = threading.Event()
    with open_service(settings) as service:
        thread = threading.Thread(target=run, args=(service, stopping))
        thread.start()
        try:
            yield
        finally:
            stopping.set()
            thread.join(30)
    assert not thread.is_alive()


def arrives_and_is_answered(station: Station, city: str, letters: int) -> None:
    """A complete mail of that city's bureau comes; then so many letters have gone back in all."""
    station.arrives(make_mail(station.complete(station.bureau(city))))
    wait_until(lambda: len(station.raw_letters()) >= letters)
    assert station.kinds() == ["receipt"] * letters


def wait_until(happened: Callable[[], object]) -> None:
    """Until it happened, at most half a minute: what a test says next tells whether it did."""
    until = time.monotonic() + 30
    while not happened() and time.monotonic() < until:
        time.sleep(0.05)


def let_requests_wait(station: Station, *, seconds: int) -> None:
    smtp = station.settings.smtp
    assert smtp is not None
    station.settings = replace(station.settings, smtp=smtp.model_copy(update={"correction_wait_seconds": seconds}))


def test_mail_is_answered_as_it_comes_over_lost_lines_and_new_numberings(
    station: Station, line: FaultProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle, "_FIRST_PAUSE_SECONDS", 0.2)
    with running(station, line):
        arrives_and_is_answered(station, "云江市", 1)  # perhaps by the first poll
        arrives_and_is_answered(station, "望海市", 2)  # by the server's word
        line.hang_up()
        arrives_and_is_answered(station, "南屿市", 3)
        station.servers.renumber(BOX)
        line.hang_up()  # as a server that was rebuilt does
        arrives_and_is_answered(station, "碧川市", 4)

    assert [state for _, state in station.numbers()] == ["accepted"] * 4


def test_a_server_without_idle_is_polled(station: Station, line: FaultProxy) -> None:
    line.offers = (rb" IDLE\b", b"")
    with running(station, line, poll_seconds=1):
        arrives_and_is_answered(station, "云江市", 1)
        arrives_and_is_answered(station, "望海市", 2)


def test_a_request_waits_for_the_rest_and_then_is_not_needed(station: Station, line: FaultProxy) -> None:
    let_requests_wait(station, seconds=60)
    bureau = station.bureau("云江市")
    with running(station, line):
        station.arrives(make_mail(station.mail(bureau, (station.pieces.form(bureau),))))
        wait_until(station.numbers)
        station.arrives(make_mail(station.mail(bureau, (station.pieces.letter_pdf(bureau),), subject="报送函")))
        wait_until(station.raw_letters)

    assert station.kinds() == ["receipt"]


def test_a_request_leaves_by_itself_when_nothing_more_comes(station: Station, line: FaultProxy) -> None:
    let_requests_wait(station, seconds=2)
    bureau = station.bureau("云江市")
    with running(station, line):
        station.arrives(make_mail(station.mail(bureau, (station.pieces.form(bureau),))))
        wait_until(station.raw_letters)

    assert station.kinds() == ["correction"]
