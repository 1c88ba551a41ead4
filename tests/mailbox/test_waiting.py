"""Waiting for mail ends for mail, time or a stop, and for nothing else."""

import threading
import time

import pytest

from service.demo.servers import MailServers
from service.mailbox import (
    Session,
    Woken,
    wait_for_mail,
)
from tests.mailbox.polling import RAW, take
from tests.servers.pair import BOX, Ledger, mailbox_at
from tests.servers.proxy import Answer, FaultProxy, Pieces


def test_a14_without_idle_waiting_is_by_the_clock(servers: MailServers, line: FaultProxy, ledger: Ledger) -> None:
    line.offers = (rb" IDLE\b", b"")
    with Session(mailbox_at(line.port)) as session:
        assert wait_for_mail(session, "INBOX", 0.3, threading.Event()) is Woken.TIME
    assert line.count(rb" IDLE") == 0


def test_idle_lines_may_come_byte_by_byte(servers: MailServers, line: FaultProxy, ledger: Ledger) -> None:
    line.on(rb"IDLE$|IDLE\r", Pieces(), times=-1)
    with Session(mailbox_at(line.port)) as session:
        take(session, ledger)
        threading.Timer(0.3, servers.deliver, (BOX, RAW[0])).start()
        assert wait_for_mail(session, "INBOX", 15, threading.Event()) is Woken.MAIL
        assert take(session, ledger) == [RAW[0]]


@pytest.mark.parametrize(
    "answer",
    [b"* BYE going down\r\n", b"", b"%TAG% NO not now\r\n", b"+ idling\r\nnonsense\r\n"],
    ids=["bye", "hang_up", "refused", "nonsense"],
)
def test_an_odd_end_of_idle_neither_spins_nor_raises_and_the_next_poll_works(
    servers: MailServers, line: FaultProxy, ledger: Ledger, answer: bytes
) -> None:
    servers.deliver(BOX, RAW[0])
    line.on(rb"IDLE\r", Answer(answer, close=b"%TAG%" not in answer), times=-1)
    with Session(mailbox_at(line.port)) as session:
        begun = time.monotonic()
        assert wait_for_mail(session, "INBOX", 1.0, threading.Event()) is Woken.TIME
        assert time.monotonic() - begun > 0.9
        assert line.connections <= 2
        assert take(session, ledger) == [RAW[0]]


def test_mail_that_came_between_poll_and_waiting_ends_waiting_at_once(servers: MailServers, ledger: Ledger) -> None:
    with Session(mailbox_at(servers.imap_port)) as session:
        take(session, ledger)
        servers.deliver(BOX, RAW[0])

        assert wait_for_mail(session, "INBOX", 5, threading.Event()) is Woken.MAIL


def test_a_folder_that_was_renumbered_meanwhile_ends_waiting_at_once(
    servers: MailServers, line: FaultProxy, ledger: Ledger
) -> None:
    with Session(mailbox_at(line.port)) as session:
        assert wait_for_mail(session, "INBOX", 0.1, threading.Event()) is Woken.TIME
        servers.renumber(BOX)
        servers.deliver(BOX, RAW[0])
        line.hang_up()

        assert wait_for_mail(session, "INBOX", 5, threading.Event()) is Woken.MAIL
        assert wait_for_mail(session, "INBOX", 0.1, threading.Event()) is Woken.TIME


def test_waiting_for_a_server_that_is_away_can_be_stopped() -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with Session(mailbox_at(1)) as session:
        begun = time.monotonic()
        assert wait_for_mail(session, "INBOX", 30, stop) is Woken.STOP
    assert time.monotonic() - begun < 1.5
