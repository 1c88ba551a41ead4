"""The habits of IMAPClient that we rely on or undo: an upgrade that changes them fails here, not at night."""

import logging
import random
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.exceptions import LoginError
from pydantic import SecretStr

from service.demo.servers import MailServers
from service.mailbox import Mailbox, Session, answers
from service.mailbox.backoff import Backoff
from tests.servers.pair import BOX, USERS, Ledger, mailbox_at
from tests.servers.proxy import FaultProxy


def test_imaplib_does_not_format_what_it_reads(session: Session) -> None:
    assert session.client._imap.debug == 0


def test_small_commands_go_out_at_once(session: Session) -> None:
    assert session.client.socket().getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_no_read_waits_without_limit(session: Session) -> None:
    assert session.client.socket().gettimeout() == 1.5


def test_times_of_arrival_carry_their_zone(session: Session) -> None:
    assert session.client.normalise_times is False


def test_imaplib_reads_literals_by_the_method_we_limit(session: Session) -> None:
    with pytest.raises(answers.FAILURES, match="99999999999"):
        session.client._imap.read(99999999999)


def test_the_password_is_in_no_log_and_no_description(servers: MailServers, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    mailbox = Mailbox(mailbox_at(servers.imap_port))

    list(mailbox.fetch_new(Ledger()))
    mailbox.close()

    assert USERS[BOX] not in caplog.text
    assert USERS[BOX] not in repr(mailbox.settings)


def test_one_connection_serves_poll_after_poll(servers: MailServers) -> None:
    with FaultProxy(servers.imap_port) as line:
        mailbox = Mailbox(mailbox_at(line.port))
        for _ in range(4):
            list(mailbox.fetch_new(Ledger()))
        mailbox.close()

        assert line.connections == 1


def test_the_number_of_new_mails_is_announced_before_the_first(servers: MailServers) -> None:
    servers.deliver(BOX, b"Subject: 1\r\n\r\n")
    servers.deliver(BOX, b"Subject: 2\r\n\r\n")
    heard: list[int] = []
    mailbox = Mailbox(mailbox_at(servers.imap_port))

    mails = mailbox.fetch_new(Ledger(), heard.append)
    next(mails)

    assert heard == [2]
    mailbox.close()


def test_a_user_name_with_quotes_and_blanks_logs_in() -> None:
    name, password = 'a "quoted" name@dept.example', "pass word"
    with MailServers({name: password}) as odd:
        settings = mailbox_at(odd.imap_port, username=name, password=SecretStr(password))
        with Session(settings) as session:
            assert session.examine("INBOX").exists == 0


def test_a_chinese_password_logs_in() -> None:
    with MailServers({BOX: "密码"}) as odd, Session(mailbox_at(odd.imap_port, password=SecretStr("密码"))) as session:
        assert session.examine("INBOX").exists == 0


@pytest.mark.parametrize("code", ["TRYCREATE", "AUTHENTICATIONFAILED", "OVERQUOTA"])
def test_the_response_code_is_found_in_a_refusal(code: str) -> None:
    assert answers.code(LoginError(f"select failed: [{code}] whatever")) == code


@given(st.binary(max_size=200))
def test_any_bytes_a_server_says_can_be_shown(said: bytes) -> None:
    assert isinstance(answers.words(LoginError(said)), str)


def test_waiting_grows_to_its_ceiling_and_starts_anew_after_success() -> None:
    backoff = Backoff(first=1.0, ceiling=60.0, chance=random.Random(1))

    waits = [backoff.failed() for _ in range(10)]
    backoff.succeeded()

    assert all(0.5 * min(60, 2**n) <= wait <= min(60, 2**n) for n, wait in enumerate(waits))
    assert backoff.failed() <= 1.0


def test_waiting_never_overflows() -> None:
    backoff = Backoff()

    assert max(backoff.failed() for _ in range(5000)) <= 600
