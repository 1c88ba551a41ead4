"""What every pair of mail servers lets us do, in process and with Dovecot and Postfix alike."""

import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from service.domain.mail import ArrivedMail
from service.errors import MailboxUnreachable
from service.mailbox import (
    Filed,
    How,
    MailboxSettings,
    NotFiled,
    Refused,
    Session,
    Woken,
    fetch_new,
    file_mail,
    list_uids,
    probe,
    wait_for_mail,
)
from service.replies.smtp import Refused as NotAccepted
from service.replies.smtp import RefusedAddress, Sent, Submitter
from tests.servers.certificates import Certificates
from tests.servers.pair import BOX, UNIT, USERS, Ledger, ServerPair, mailbox_at, smtp_at

GBK = "关于报送2020年征集表的函".encode("gbk")
NINE = datetime(2020, 3, 20, 9, 0, tzinfo=UTC)


def mail(number: int = 1) -> bytes:
    head = b"From: =?gbk?B?xOPC7A==?= <unit@city.example>\r\nSubject: " + GBK + b"\r\n"
    return head + b"Message-ID: <%d@city.example>\r\n\r\n.\r\n..\xb1\xa8\xcb\xcd\r\nFrom here\r\n" % number


def poll(settings: MailboxSettings, ledger: Ledger) -> list[ArrivedMail]:
    with Session(settings) as session:
        return take(session, ledger)


def take(session: Session, ledger: Ledger) -> list[ArrivedMail]:
    """One poll as the service does it: each mail is settled before the next is asked for."""
    arrived = []
    for item in fetch_new(session, "INBOX", ledger):
        assert isinstance(item, ArrivedMail)
        ledger.settle(item)
        arrived.append(item)
    return arrived


def test_a_mail_is_fetched_once_with_its_exact_bytes_and_time_of_arrival(servers: ServerPair) -> None:
    servers.deliver(BOX, mail(), NINE)
    ledger = Ledger()

    first = poll(mailbox_at(servers.imap_port), ledger)
    second = poll(mailbox_at(servers.imap_port), ledger)

    assert [(m.content, m.internal_date) for m in first] == [(mail(), NINE)]
    assert second == []


def test_mails_come_in_the_order_of_their_arrival(servers: ServerPair) -> None:
    for number in range(12):
        servers.deliver(BOX, mail(number), NINE + timedelta(minutes=number))

    arrived = poll(mailbox_at(servers.imap_port), Ledger())

    assert [m.content for m in arrived] == [mail(number) for number in range(12)]


def test_fetching_leaves_every_flag_as_people_left_it(servers: ServerPair) -> None:
    uid = servers.deliver(BOX, mail())

    poll(mailbox_at(servers.imap_port), Ledger())

    assert servers.flags(BOX) == {uid: frozenset()}


def test_a_mail_that_somebody_has_read_flagged_or_answered_is_fetched_all_the_same(servers: ServerPair) -> None:
    uid = servers.deliver(BOX, mail())
    servers.set_flags(BOX, uid, ["\\Seen", "\\Flagged", "\\Answered", "\\Deleted"])

    assert len(poll(mailbox_at(servers.imap_port), Ledger())) == 1


def test_a_mail_of_30_megabytes_arrives_whole(servers: ServerPair) -> None:
    big = mail() + b"".join(b"%071d\r\n" % line for line in range(430_000))
    servers.deliver(BOX, big)

    (arrived,) = poll(mailbox_at(servers.imap_port, timeout_seconds=30.0), Ledger())

    assert len(big) > 30_000_000
    assert arrived.content == big


@pytest.mark.parametrize("size", [1024 * 1024 - 1, 1024 * 1024, 1024 * 1024 + 1, 2 * 1024 * 1024], ids=str)
def test_a_mail_as_long_as_a_piece_or_two_arrives_whole(servers: ServerPair, size: int) -> None:
    raw = mail().ljust(size - 2, b"x") + b"\r\n"
    servers.deliver(BOX, raw)

    assert [m.content for m in poll(mailbox_at(servers.imap_port), Ledger())] == [raw]


def test_a_mail_over_the_limit_is_reported_with_its_header_and_the_next_is_fetched(servers: ServerPair) -> None:
    servers.deliver(BOX, mail().ljust(5000, b"x") + b"\r\n")
    servers.deliver(BOX, mail(2))

    with Session(mailbox_at(servers.imap_port, max_bytes=4000)) as session:
        refused, arrived = fetch_new(session, "INBOX", Ledger())

    assert isinstance(refused, Refused)
    assert refused.needs_person
    assert GBK in refused.header
    assert isinstance(arrived, ArrivedMail)


def test_mail_that_arrives_during_a_poll_comes_with_the_next(servers: ServerPair) -> None:
    servers.deliver(BOX, mail(1))
    ledger = Ledger()
    with Session(mailbox_at(servers.imap_port)) as session:
        for item in fetch_new(session, "INBOX", ledger):
            assert isinstance(item, ArrivedMail)
            ledger.settle(item)
            servers.deliver(BOX, mail(2))

        assert [m.content for m in take(session, ledger)] == [mail(2)]


def test_a_mail_removed_while_polling_is_not_a_failure(servers: ServerPair) -> None:
    servers.deliver(BOX, mail(1))
    gone = servers.deliver(BOX, mail(2))
    servers.deliver(BOX, mail(3))
    contents = []
    with Session(mailbox_at(servers.imap_port)) as session:
        for item in fetch_new(session, "INBOX", Ledger()):
            if isinstance(item, ArrivedMail):
                contents.append(item.content)
            if len(contents) == 1:
                servers.remove(BOX, gone)

    assert contents in ([mail(1), mail(3)], [mail(1), mail(2), mail(3)])  # a server may still show it to us


def test_a_mail_that_was_not_settled_comes_again(servers: ServerPair) -> None:
    for number in range(3):
        servers.deliver(BOX, mail(number))
    ledger = Ledger()
    with Session(mailbox_at(servers.imap_port)) as session:
        for item in fetch_new(session, "INBOX", ledger):
            if isinstance(item, ArrivedMail) and item.content != mail(1):
                ledger.settle(item)

        again = take(session, ledger)

    assert [m.content for m in again] == [mail(1)]


def test_a_renumbered_folder_is_read_anew(servers: ServerPair) -> None:
    servers.deliver(BOX, mail(1))
    servers.deliver(BOX, mail(2))
    ledger = Ledger()
    with Session(mailbox_at(servers.imap_port)) as session:
        before = take(session, ledger)
        servers.renumber(BOX)
        after = take(session, ledger)

    assert [m.content for m in before] == [m.content for m in after]
    assert before[0].key.uidvalidity != after[0].key.uidvalidity


def test_every_uid_can_be_listed(servers: ServerPair) -> None:
    uids = [servers.deliver(BOX, mail(number)) for number in range(3)]
    servers.remove(BOX, uids[1])

    with Session(mailbox_at(servers.imap_port)) as session:
        assert list_uids(session, "INBOX").uids == (uids[0], uids[2])


def test_a_mail_is_filed_in_a_chinese_folder_that_did_not_exist(servers: ServerPair) -> None:
    servers.deliver(BOX, mail())
    (arrived,) = poll(mailbox_at(servers.imap_port), Ledger())

    with Session(mailbox_at(servers.imap_port)) as session:
        first = file_mail(session, arrived.key, "已处理/受理＆归档")
        second = file_mail(session, arrived.key, "已处理/受理＆归档")

    assert (first, second) == (Filed(How.MOVED), Filed(How.GONE))
    assert servers.mails(BOX) == []
    assert servers.mails(BOX, "已处理/受理＆归档") == [mail()]


def test_a_mail_is_flagged_when_so_configured(servers: ServerPair) -> None:
    uid = servers.deliver(BOX, mail())
    (arrived,) = poll(mailbox_at(servers.imap_port), Ledger())

    with Session(mailbox_at(servers.imap_port, filing="flag")) as session:
        outcome = file_mail(session, arrived.key, "已处理", ["\\Flagged", "$Collected"])

    assert outcome == Filed(How.FLAGGED)
    assert servers.flags(BOX) == {uid: frozenset({"\\Flagged", "$Collected"})}


def test_a_read_only_folder_is_fetched_from_and_not_filed(servers: ServerPair) -> None:
    servers.deliver(BOX, mail(1))
    servers.forbid_changes(BOX)
    ledger = Ledger()

    with Session(mailbox_at(servers.imap_port)) as session:
        (arrived,) = take(session, ledger)
        outcome = file_mail(session, arrived.key, "已处理")
        again = take(session, ledger)

    assert arrived.content == mail(1)
    assert isinstance(outcome, NotFiled)
    assert again == []


def test_waiting_ends_as_soon_as_mail_arrives(servers: ServerPair) -> None:
    with Session(mailbox_at(servers.imap_port)) as session:
        take(session, Ledger())
        threading.Timer(0.3, servers.deliver, (BOX, mail())).start()
        begun = time.monotonic()
        woken = wait_for_mail(session, "INBOX", 20, threading.Event())

    assert woken is Woken.MAIL
    assert time.monotonic() - begun < 4


def test_waiting_ends_within_a_second_when_told_to_stop(servers: ServerPair) -> None:
    stop = threading.Event()
    with Session(mailbox_at(servers.imap_port)) as session:
        threading.Timer(0.2, stop.set).start()
        begun = time.monotonic()
        woken = wait_for_mail(session, "INBOX", 20, stop)

    assert woken is Woken.STOP
    assert time.monotonic() - begun < 1.5


def test_the_connection_works_after_waiting(servers: ServerPair) -> None:
    settings = mailbox_at(servers.imap_port, idle_renewal_seconds=0.3)
    with Session(settings) as session:
        assert wait_for_mail(session, "INBOX", 1.0, threading.Event()) is Woken.TIME
        servers.deliver(BOX, mail())
        assert [m.content for m in take(session, Ledger())] == [mail()]


def test_doctor_sees_what_the_server_can_do(servers: ServerPair) -> None:
    servers.deliver(BOX, mail())

    seen = probe(mailbox_at(servers.imap_port))

    assert (seen.messages, seen.writable, seen.keywords) == (1, True, True)
    assert all(seen.can(capability) for capability in ("IDLE", "MOVE", "UIDPLUS", "ID"))
    assert seen.uidvalidity > 0


def test_a_wrong_password_is_told_apart_and_not_tried_again_at_once(servers: ServerPair) -> None:
    with Session(mailbox_at(servers.imap_port, password=SecretStr("wrong"))) as session:
        for _ in range(3):
            with pytest.raises(MailboxUnreachable) as caught:
                take(session, Ledger())
            assert caught.value.permanent
        assert "wrong" not in str(caught.value)
        assert "wrong" not in repr(session.settings)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_an_encrypted_connection_is_verified_against_the_given_authority(
    servers: ServerPair, certificates: Certificates, security: str
) -> None:
    servers.deliver(BOX, mail())
    port = servers.imaps_port if security == "tls" else servers.imap_port

    arrived = poll(mailbox_at(port, security=security, ca_file=certificates.authority), Ledger())

    assert [m.content for m in arrived] == [mail()]


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_certificate_of_an_unknown_authority_is_refused(servers: ServerPair, security: str) -> None:
    port = servers.imaps_port if security == "tls" else servers.imap_port

    with pytest.raises(MailboxUnreachable, match="证书"):
        poll(mailbox_at(port, security=security), Ledger())


def test_idle_works_over_tls(servers: ServerPair, certificates: Certificates) -> None:
    settings = mailbox_at(servers.imaps_port, security="tls", ca_file=certificates.authority)
    with Session(settings) as session:
        take(session, Ledger())
        threading.Timer(0.3, servers.deliver, (BOX, mail())).start()
        assert wait_for_mail(session, "INBOX", 20, threading.Event()) is Woken.MAIL
        assert [m.content for m in take(session, Ledger())] == [mail()]


def test_a_letter_reaches_its_recipient_byte_for_byte(servers: ServerPair) -> None:
    head = b"From: collection@dept.example\r\nDate: Fri, 20 Mar 2020 09:00:00 +0800\r\nMessage-ID: <1@dept.example>\r\n"
    letter = head + b"\r\n.\r\n..\r\nnot the end\r\n.hidden\r\n"
    dots = []

    with Submitter(smtp_at(servers.smtp_port)) as submitter:
        outcome = submitter.send(BOX, [UNIT], letter, lambda: dots.append(1))

    assert isinstance(outcome, Sent)
    assert outcome.refused == ()
    assert dots == [1]
    (received,) = servers.mails(UNIT)
    assert received.endswith(letter)


def test_several_letters_go_over_one_connection(servers: ServerPair) -> None:
    with Submitter(smtp_at(servers.smtp_port)) as submitter:
        outcomes = [submitter.send(BOX, [UNIT], mail(n).replace(GBK, b"x"), lambda: None) for n in range(5)]

    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert len(servers.mails(UNIT)) == 5


def test_an_unknown_recipient_is_refused_by_name_and_the_next_letter_goes(servers: ServerPair) -> None:
    with Submitter(smtp_at(servers.smtp_port)) as submitter:
        refused = submitter.send(BOX, ["nobody@city.example"], b"Subject: x\r\n\r\n", lambda: None)
        sent = submitter.send(BOX, [UNIT], b"Subject: x\r\n\r\n", lambda: None)

    assert isinstance(refused, NotAccepted)
    assert refused.address == "nobody@city.example"
    assert isinstance(sent, Sent)


def test_a_refused_copy_is_reported_and_does_not_stop_the_letter(servers: ServerPair) -> None:
    with Submitter(smtp_at(servers.smtp_port)) as submitter:
        outcome = submitter.send(BOX, [UNIT], b"Subject: x\r\n\r\n", lambda: None, copies=["nobody@dept.example"])

    assert isinstance(outcome, Sent)
    assert [type(r) for r in outcome.refused] == [RefusedAddress]
    assert outcome.refused[0].address == "nobody@dept.example"


def test_submission_over_starttls_is_verified(servers: ServerPair, certificates: Certificates) -> None:
    settings = smtp_at(servers.smtp_port, security="starttls", ca_file=certificates.authority)
    with Submitter(settings) as submitter:
        assert submitter.probe().encrypted
        assert isinstance(submitter.send(BOX, [UNIT], b"Subject: x\r\n\r\n", lambda: None), Sent)


def test_users_are_invented() -> None:
    assert all(user.endswith(".example") for user in USERS)
