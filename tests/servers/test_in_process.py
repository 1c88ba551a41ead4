"""The servers of the demo: what the contract does not ask of every server."""

import imaplib
import smtplib
import threading
import time

import pytest

from service.demo import servers
from service.demo.servers import MailServers
from tests.servers.pair import BOX, UNIT, USERS


def test_leaving_is_fast_and_leaves_nothing_behind_even_with_open_connections() -> None:
    before = threading.active_count()
    with MailServers(USERS) as running:
        imap = imaplib.IMAP4(running.host, running.imap_port, timeout=5)
        smtp = smtplib.SMTP(running.host, running.smtp_port, timeout=5)
        begun = time.monotonic()

    assert time.monotonic() - begun < 1
    assert threading.active_count() == before
    for port in (running.imap_port, running.smtp_port):
        with pytest.raises(ConnectionRefusedError):
            smtplib.SMTP(running.host, port, timeout=1)
    imap.shutdown()
    smtp.close()


def test_several_pairs_run_side_by_side() -> None:
    with MailServers(USERS) as one, MailServers(USERS) as other:
        one.deliver(BOX, b"Subject: x\r\n\r\n")

        assert (len(one.mails(BOX)), len(other.mails(BOX))) == (1, 0)


def test_mail_is_delivered_by_the_envelope_and_not_by_its_header() -> None:
    raw = f"To: {BOX}\r\nSubject: x\r\n\r\n".encode()
    with MailServers(USERS) as running:
        with smtplib.SMTP(running.host, running.smtp_port) as smtp:
            smtp.sendmail(BOX, [UNIT.upper(), UNIT], raw)

        assert running.mails(UNIT) == [raw]
        assert running.mails(BOX) == []


def test_a_failure_to_start_is_raised_to_the_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "LOOPBACK", "203.0.113.1")  # no address of this machine

    with pytest.raises(OSError), MailServers(USERS):
        pass
