"""An IMAP server or the line to it misbehaves: nothing is lost, nothing half is kept, the next healthy mail comes."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from service.demo.servers import MailServers
from service.domain.mail import ArrivedMail
from service.errors import MailboxUnreachable
from service.mailbox import (
    Filed,
    How,
    NotFiled,
    RefusalReason,
    Refused,
    Session,
    Vanished,
    Woken,
    fetch_new,
    file_mail,
    probe,
    wait_for_mail,
)
from tests.servers.certificates import Certificates
from tests.servers.pair import BOX, Ledger, in_process, mailbox_at
from tests.servers.proxy import Answer, Cut, FaultProxy, Pieces, Rewrite, Silence

BODY = rb"BODY\.PEEK\[\]"
LISTING = rb"UID FETCH \d+:\* "
SIZES = rb"RFC822\.SIZE"
RAW = [b"Subject: %d\r\n\r\n%s\r\n" % (number, b"x" * 500) for number in range(3)]


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def servers() -> Iterator[MailServers]:
    with in_process() as pair:
        yield pair


@pytest.fixture
def line(servers: MailServers) -> Iterator[FaultProxy]:
    with FaultProxy(servers.imap_port) as proxy:
        yield proxy


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session(line: FaultProxy, clock: Clock) -> Iterator[Session]:
    with Session(mailbox_at(line.port, timeout_seconds=0.7), clock) as opened:
        yield opened


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


def deliver_three(servers: MailServers) -> list[int]:
    return [servers.deliver(BOX, raw) for raw in RAW]


def take(session: Session, ledger: Ledger) -> list[Any]:
    """One poll: what was fetched as its bytes, anything else as it is."""
    taken: list[Any] = []
    for item in fetch_new(session, "INBOX", ledger):
        if isinstance(item, ArrivedMail):
            ledger.settle(item)
        taken.append(item.content if isinstance(item, ArrivedMail) else item)
    return taken


def fails(session: Session, ledger: Ledger) -> MailboxUnreachable:
    with pytest.raises(MailboxUnreachable) as caught:
        take(session, ledger)
    return caught.value


# A1


def test_a1_a_server_that_never_answers_is_given_up_after_the_timeout(
    line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    line.on(rb"EXAMINE", Silence(), times=-1)

    begun = time.monotonic()
    error = fails(session, ledger)

    assert time.monotonic() - begun < 3
    assert not error.permanent


def test_a1_the_next_poll_after_silence_brings_everything(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    deliver_three(servers)
    line.on(LISTING, Silence())
    fails(session, ledger)

    assert take(session, ledger) == RAW


# A2, A3


@pytest.mark.parametrize("after", [0, 20, 300], ids=["before_the_answer", "in_its_first_line", "in_the_mail"])
@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
def test_a2_a_line_cut_in_the_middle_of_a_mail_is_made_anew_and_the_mail_is_whole(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger, after: int, reset: bool
) -> None:
    deliver_three(servers)
    line.on(BODY, Cut(after, reset), skip=1)

    assert take(session, ledger) == RAW


def test_a2_a_bye_in_place_of_a_mail_is_survived(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    deliver_three(servers)
    line.on(BODY, Answer(b"* BYE shutting down\r\n", close=True))

    assert take(session, ledger) == RAW


def test_a3_a_literal_longer_than_what_is_sent_never_becomes_a_mail(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    uids = deliver_three(servers)
    lie = b"* 1 FETCH (UID %d BODY[]<0> {900}\r\nshort)\r\n%%TAG%% OK done\r\n" % uids[0]
    line.on(b"FETCH %d .*" % uids[0] + BODY, Answer(lie))

    assert take(session, ledger) == RAW


def test_a3_a_size_that_is_wrong_does_not_cost_a_byte(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    deliver_three(servers)
    line.on(SIZES, Rewrite(rb"RFC822\.SIZE \d+", b"RFC822.SIZE 100"))

    assert take(session, ledger) == RAW


def test_a3_a_size_that_is_too_great_ends_with_the_mail_as_it_is(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    deliver_three(servers)
    line.on(SIZES, Rewrite(rb"RFC822\.SIZE \d+", b"RFC822.SIZE 90000"))

    assert take(session, ledger) == RAW


def test_a_server_that_sends_smaller_pieces_than_asked_for_is_read_to_the_end(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    uid = servers.deliver(BOX, RAW[0])
    first = b"* 1 FETCH (UID %d BODY[]<0> {100}\r\n%s)\r\n%%TAG%% OK done\r\n" % (uid, RAW[0][:100])
    line.on(BODY + b"<0", Answer(first))

    assert take(session, ledger) == [RAW[0]]


# A4, A5


def test_a4_an_absurd_literal_is_not_allocated_and_the_other_mails_come(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    uids = deliver_three(servers)
    absurd = b"* 1 FETCH (UID %d BODY[]<0> {99999999999}\r\n" % uids[0]
    line.on(b"FETCH %d .*" % uids[0] + BODY, Answer(absurd), times=-1)

    first, *others = take(session, ledger)

    assert isinstance(first, Refused)
    assert first.reason is RefusalReason.UNREADABLE
    assert others == RAW[1:]


def test_a5_an_endless_line_is_refused_for_this_mail_only(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    uids = deliver_three(servers)
    endless = b'* 1 FETCH (BODY[]<0> "' + b"x" * 2_000_000 + b'")\r\n%TAG% OK done\r\n'
    line.on(b"FETCH %d .*" % uids[1] + BODY, Answer(endless), times=-1)

    first, second, third = take(session, ledger)

    assert (first, third) == (RAW[0], RAW[2])
    assert isinstance(second, Refused)


# A6, A7


@pytest.mark.parametrize(
    "answer",
    [b"%TAG% OK done\r\n", b"%TAG% NO [EXPUNGEISSUED] gone\r\n", b"* 9 FETCH (FLAGS (\\Seen))\r\n%TAG% OK done\r\n"],
    ids=["ok_without_data", "no_expungeissued", "only_flags"],
)
def test_a6_a_mail_that_is_gone_is_noted_as_vanished(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger, answer: bytes
) -> None:
    uids = deliver_three(servers)
    line.on(b"FETCH %d .*" % uids[0] + BODY, Answer(answer))

    first, *others = take(session, ledger)

    assert isinstance(first, Vanished)
    assert others == RAW[1:]


def test_a6_a_mail_called_vanished_by_mistake_comes_with_the_next_poll(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    deliver_three(servers)
    line.on(BODY, Answer(b"%TAG% OK done\r\n"))
    take(session, ledger)

    assert take(session, ledger) == [RAW[0]]


@pytest.mark.parametrize("content", [b"NIL", b"{0}\r\n", b'""'], ids=["nil", "empty_literal", "empty_string"])
def test_a7_a_mail_without_content_is_never_an_empty_mail(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger, clock: Clock, content: bytes
) -> None:
    uid = servers.deliver(BOX, RAW[0])
    line.on(BODY, Answer(b"* 1 FETCH (UID %d BODY[]<0> %s)\r\n%%TAG%% OK done\r\n" % (uid, content)), times=-1)

    (first,) = take(session, ledger)

    assert isinstance(first, Refused)
    assert (first.reason, first.needs_person) == (RefusalReason.NO_CONTENT, False)
    assert take(session, ledger) == []  # not at once again
    clock.now += 70
    (second,) = take(session, ledger)
    clock.now += 130
    (third,) = take(session, ledger)
    assert (second.needs_person, third.needs_person) == (False, True)

    line.heal()
    clock.now += 3700
    assert take(session, ledger) == [RAW[0]]


# A8


def test_a8_flags_of_other_mails_and_a_repeated_answer_do_not_confuse(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    uids = deliver_three(servers)
    noise = b"* 3 FETCH (FLAGS (\\Seen) UID %d)\r\n* %d FETCH (FLAGS ())\r\n" % (uids[2], uids[1])
    line.on(LISTING, Rewrite(rb"\A", noise))
    line.on(BODY, Rewrite(rb"\A", noise + b"* 1 FETCH (UID %d FLAGS (\\Seen))\r\n" % uids[0]), times=-1)

    assert take(session, ledger) == RAW


def test_a8_a_flag_answer_without_uid_does_not_invent_a_mail(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    deliver_three(servers)
    line.on(LISTING, Rewrite(rb"\A", b"* 77777 FETCH (FLAGS (\\Seen))\r\n"))

    assert take(session, ledger) == RAW


# A9 to A11


def test_a9_a_folder_renumbered_in_the_middle_of_a_poll_ends_it_quietly(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    deliver_three(servers)
    taken = []
    for item in fetch_new(session, "INBOX", ledger):
        taken.append(item.content)
        servers.renumber(BOX)
        line.on(BODY, Cut(0))

    assert taken == RAW[:1]
    assert take(session, ledger) == RAW


@pytest.mark.parametrize("replacement", [b"[UIDVALIDITY 0]", b"[X-NOTHING]"], ids=["zero", "absent"])
def test_a10_without_a_reliable_numbering_each_process_reads_everything_once(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger, replacement: bytes
) -> None:
    deliver_three(servers)
    line.offers = (rb"\[UIDVALIDITY \d+\]", replacement)

    assert take(session, ledger) == RAW
    assert take(session, ledger) == []
    servers.deliver(BOX, b"Subject: new\r\n\r\n")
    assert take(session, ledger) == [b"Subject: new\r\n\r\n"]
    with Session(mailbox_at(line.port)) as after_restart:
        assert len(take(after_restart, ledger)) == 4


def test_a10_without_a_reliable_numbering_nothing_is_moved(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    deliver_three(servers)
    line.offers = (rb"\[UIDVALIDITY \d+\]", b"[UIDVALIDITY 0]")
    (first, *_) = list(fetch_new(session, "INBOX", ledger))

    assert isinstance(file_mail(session, first.key, "已处理"), NotFiled)
    assert servers.mails(BOX) == RAW


def test_a11_another_mail_under_a_known_uid_is_fetched(servers: MailServers, session: Session, ledger: Ledger) -> None:
    uid = servers.deliver(BOX, RAW[0], datetime(2020, 3, 20, tzinfo=UTC))
    with Session(mailbox_at(servers.imap_port)) as look:
        (known,) = list(fetch_new(look, "INBOX", ledger))
    ledger.places[known.key.account, "INBOX", known.key.uidvalidity, uid] = datetime(2020, 3, 19, tzinfo=UTC)

    assert take(session, ledger) == [RAW[0]]
    assert take(session, ledger) == []


def test_a_uid_that_shows_up_late_among_known_ones_is_fetched(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    uids = deliver_three(servers)
    line.on(LISTING, Rewrite(rb"\* 2 FETCH \(UID %d [^\n]*\n" % uids[1], b""))

    assert take(session, ledger) == [RAW[0], RAW[2]]
    assert take(session, ledger) == [RAW[1]]


def test_a_known_folder_is_not_listed_from_the_beginning_every_time(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger, clock: Clock
) -> None:
    for number in range(250):
        servers.deliver(BOX, b"Subject: %d\r\n\r\n" % number)
    take(session, ledger)
    take(session, ledger)
    take(session, ledger)
    assert ledger.asked_from[0] == 1
    assert ledger.asked_from[2] > 100

    clock.now += 7 * 3600
    take(session, ledger)
    assert ledger.asked_from[-1] == 1


# A12 to A14


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


def test_a13_polling_never_searches(servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger) -> None:
    deliver_three(servers)

    take(session, ledger)

    assert line.count(rb"SEARCH") == 0


@pytest.mark.parametrize("filed", [Filed(How.COPIED)], ids=["copied_and_removed"])
def test_a14_without_move_a_mail_is_copied_and_only_this_one_is_removed(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger, filed: Filed
) -> None:
    uids = deliver_three(servers)
    servers.set_flags(BOX, uids[2], ["\\Deleted"])  # a person may still want it back
    line.offers = (rb" MOVE\b", b"")
    first = next(fetch_new(session, "INBOX", ledger))

    assert file_mail(session, first.key, "已处理") == filed
    assert servers.mails(BOX) == RAW[1:]
    assert servers.mails(BOX, "已处理") == RAW[:1]


def test_a14_without_move_and_uidplus_a_mail_stays_where_it_is(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    deliver_three(servers)
    line.offers = (rb" (MOVE|UIDPLUS)\b", b"")
    first = next(fetch_new(session, "INBOX", ledger))

    assert file_mail(session, first.key, "已处理") == Filed(How.FLAGGED)
    assert servers.mails(BOX) == RAW
    assert line.count(rb"EXPUNGE") == 0


def test_a14_without_idle_waiting_is_by_the_clock(servers: MailServers, line: FaultProxy, ledger: Ledger) -> None:
    line.offers = (rb" IDLE\b", b"")
    with Session(mailbox_at(line.port)) as session:
        assert wait_for_mail(session, "INBOX", 0.3, threading.Event()) is Woken.TIME
    assert line.count(rb" IDLE") == 0


def test_a14_a_server_with_dots_between_folder_levels_gets_dots(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    servers.deliver(BOX, RAW[0])
    line.on(rb'LIST "" ""', Answer(b'* LIST (\\Noselect) "." ""\r\n%TAG% OK done\r\n'))
    first = next(fetch_new(session, "INBOX", ledger))

    file_mail(session, first.key, "Done/v1.2")

    assert line.count(rb'MOVE \d+ "Done\.v1-2"') == 2  # refused once, then the folder is there


# A16 to A19


def test_a16_a_store_that_is_refused_is_reported_and_the_mail_stays(
    servers: MailServers, line: FaultProxy, ledger: Ledger
) -> None:
    servers.deliver(BOX, RAW[0])
    line.on(rb"STORE", Answer(b"%TAG% NO [NOPERM] not allowed\r\n"))
    with Session(mailbox_at(line.port, filing="flag")) as session:
        (item,) = list(fetch_new(session, "INBOX", ledger))
        outcome = file_mail(session, item.key, "已处理", ["\\Flagged"])

    assert isinstance(outcome, NotFiled)
    assert "NOPERM" in outcome.reason


def test_a16_a_full_quota_is_no_reason_to_make_folders(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    servers.deliver(BOX, RAW[0])
    line.on(rb"MOVE", Answer(b"%TAG% NO [OVERQUOTA] full\r\n"))
    (item,) = list(fetch_new(session, "INBOX", ledger))

    assert isinstance(file_mail(session, item.key, "已处理"), NotFiled)
    assert servers.folders(BOX) == ["INBOX"]


def test_filing_survives_a_line_that_breaks(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    servers.deliver(BOX, RAW[0])
    (item,) = list(fetch_new(session, "INBOX", ledger))
    line.on(rb"MOVE", Cut(0))

    assert isinstance(file_mail(session, item.key, "已处理"), NotFiled)
    assert isinstance(file_mail(session, item.key, "已处理"), Filed)


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


# A poison mail and a sick server


def test_a_mail_that_breaks_the_line_every_time_does_not_hold_up_the_others(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    uids = deliver_three(servers)
    line.on(b"FETCH %d .*" % uids[0] + BODY, Cut(0), times=-1)

    first, *others = take(session, ledger)

    assert isinstance(first, Refused)
    assert others == RAW[1:]


def test_a_server_that_breaks_at_every_mail_is_the_servers_fault(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger, clock: Clock
) -> None:
    deliver_three(servers)
    line.on(BODY, Cut(0), times=-1)
    fails(session, ledger)
    line.heal()
    clock.now += 120

    assert take(session, ledger) == RAW


# Waiting


def test_idle_lines_may_come_byte_by_byte(servers: MailServers, line: FaultProxy, ledger: Ledger) -> None:
    line.on(rb"IDLE$|IDLE\r", Pieces(), times=-1)
    with Session(mailbox_at(line.port)) as session:
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


def test_mail_that_came_between_poll_and_waiting_ends_waiting_at_once(
    servers: MailServers, session: Session, ledger: Ledger
) -> None:
    take(session, ledger)
    servers.deliver(BOX, RAW[0])

    assert wait_for_mail(session, "INBOX", 30, threading.Event()) is Woken.MAIL


def test_waiting_for_a_server_that_is_away_can_be_stopped() -> None:
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with Session(mailbox_at(1)) as session:
        begun = time.monotonic()
        assert wait_for_mail(session, "INBOX", 30, stop) is Woken.STOP
    assert time.monotonic() - begun < 1.5


def test_a_mailbox_that_cannot_be_opened_is_told_to_doctor(line: FaultProxy) -> None:
    line.on(rb"EXAMINE", Answer(b"%TAG% NO [NONEXISTENT] no such folder\r\n"))

    with pytest.raises(MailboxUnreachable, match="文件夹"):
        probe(mailbox_at(line.port, folder="无此文件夹"))
