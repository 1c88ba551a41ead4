"""Reaching an IMAP server that is away, unwilling, or not who it should be."""

import pytest

from service.demo.servers import MailServers
from service.errors import MailboxUnreachable
from service.mailbox import Session, probe
from tests.mailbox.polling import RAW, Clock, deliver_three, fails, take
from tests.servers.certificates import Certificates
from tests.servers.pair import Ledger, in_process, mailbox_at
from tests.servers.proxy import Answer, FaultProxy


def test_a12_a_server_that_wants_to_know_who_we_are_is_told_after_the_login(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    deliver_three(servers)

    take(session, ledger)

    commands = [sent.split()[1] for sent in line.lines]
    assert commands.index(b"LOGIN") < commands.index(b"ID") < commands.index(b"EXAMINE")


def test_a12_a_server_that_does_not_ask_is_not_told(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    line.offers = (rb" ID ", b" ")

    take(session, ledger)

    assert line.count(rb" ID ") == 0


def test_a12_unsafe_login_is_told_in_plain_words(line: FaultProxy, session: Session, ledger: Ledger) -> None:
    line.on(rb"EXAMINE", Answer(b"%TAG% NO EXAMINE Unsafe Login. Please contact kefu@mail.example\r\n"), times=-1)

    assert "Unsafe Login" in str(fails(session, ledger))


REFUSED = "请使用授权码登录".encode("gbk")


@pytest.mark.parametrize(
    ("answer", "permanent", "words"),
    [
        (b"%TAG% NO [AUTHENTICATIONFAILED] no\r\n", True, "AUTHENTICATIONFAILED"),
        (b"%TAG% NO LOGIN Login error or password error\r\n", True, "password error"),
        (b"%TAG% NO " + REFUSED + b"\r\n", True, "请使用授权码登录"),
        (b"%TAG% NO [UNAVAILABLE] later\r\n", False, "UNAVAILABLE"),
        (b"%TAG% NO too many connections, try again later\r\n", False, "try again"),
        (b"%TAG% NO " + "登录过于频繁，请稍后再试".encode("gbk") + b"\r\n", False, "频繁"),
    ],
    ids=["code", "bare_no", "gbk", "unavailable", "too_many", "gbk_too_often"],
)
def test_a18_a_refused_login_is_told_apart_from_a_busy_server(
    line: FaultProxy, session: Session, ledger: Ledger, answer: bytes, permanent: bool, words: str
) -> None:
    line.on(rb"LOGIN", Answer(answer))

    error = fails(session, ledger)

    assert error.permanent is permanent
    assert words in str(error)


@pytest.mark.parametrize("answer", [b"* BYE autologout\r\n", b""], ids=["bye", "hang_up"])
def test_a18_a_server_that_hangs_up_during_the_login_is_not_a_wrong_password(
    line: FaultProxy, session: Session, ledger: Ledger, answer: bytes
) -> None:
    line.on(rb"LOGIN", Answer(answer, close=True))

    assert not fails(session, ledger).permanent


def test_a18_after_a_refused_login_the_server_is_left_in_peace(
    line: FaultProxy, session: Session, ledger: Ledger, clock: Clock
) -> None:
    line.on(rb"LOGIN", Answer(b"%TAG% NO [AUTHENTICATIONFAILED] no\r\n"))
    fails(session, ledger)
    for _ in range(5):
        clock.now += 60
        assert fails(session, ledger).permanent
    assert line.count(rb"LOGIN") == 1

    clock.now += 900
    assert take(session, ledger) == []


def test_a18_a_busy_server_is_tried_again_soon(
    line: FaultProxy, session: Session, ledger: Ledger, clock: Clock
) -> None:
    line.on(rb"LOGIN", Answer(b"%TAG% NO [UNAVAILABLE] later\r\n"))
    fails(session, ledger)
    clock.now += 2

    assert take(session, ledger) == []


def test_a_greeting_of_goodbye_is_a_server_away(line: FaultProxy, session: Session, ledger: Ledger) -> None:
    line.greeting = b"* BYE overloaded\r\n"

    assert "overloaded" in str(fails(session, ledger))


def test_a_refused_connection_is_a_server_away(ledger: Ledger) -> None:
    with Session(mailbox_at(1)) as session:
        assert not fails(session, ledger).permanent


def test_a_connection_that_died_between_polls_alarms_nobody(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    assert take(session, ledger) == []
    line.hang_up()
    deliver_three(servers)

    assert take(session, ledger) == RAW


@pytest.mark.parametrize("name", ["other_host", "expired"])
def test_a19_a_certificate_for_another_host_or_out_of_date_is_refused(
    certificates: Certificates, ledger: Ledger, name: str
) -> None:
    with in_process(certificates.server_context(getattr(certificates, name))) as servers:
        for port, security in ((servers.imaps_port, "tls"), (servers.imap_port, "starttls")):
            with Session(mailbox_at(port, security=security, ca_file=certificates.authority)) as session:
                assert "证书" in str(fails(session, ledger))


def test_a19_a_stripped_starttls_is_refused_before_the_password_goes_out(
    certificates: Certificates, line: FaultProxy, ledger: Ledger
) -> None:
    settings = mailbox_at(line.port, security="starttls", ca_file=certificates.authority)
    with Session(settings) as session:
        fails(session, ledger)

    assert line.count(rb"LOGIN|AUTHENTICATE") == 0


def test_plain_text_is_refused_but_to_this_machine(ledger: Ledger) -> None:
    with Session(mailbox_at(143, host="imap.example")) as session:
        assert "不加密" in str(fails(session, ledger))


def test_a_mailbox_that_cannot_be_opened_is_told_to_doctor(line: FaultProxy) -> None:
    line.on(rb"EXAMINE", Answer(b"%TAG% NO [NONEXISTENT] no such folder\r\n"))

    with pytest.raises(MailboxUnreachable, match="文件夹"):
        probe(mailbox_at(line.port, folder="无此文件夹"))
