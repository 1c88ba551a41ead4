"""An IMAP server or the line to it misbehaves while we fetch: nothing is lost, nothing half is kept."""

import time
from datetime import UTC, datetime

import pytest

from service.demo.servers import MailServers
from service.mailbox import RefusalReason, Refused, Session, Vanished, fetch_new
from tests.mailbox.polling import BODY, LISTING, RAW, SIZES, Clock, deliver_three, fails, take
from tests.servers.pair import BOX, Ledger, mailbox_at
from tests.servers.proxy import Answer, Cut, FaultProxy, Rewrite, Silence


def test_a1_a_server_that_never_answers_is_given_up_after_the_timeout(
    line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    line.on(rb"EXAMINE", Silence(), times=-1)

    begun = time.monotonic()
    error = fails(session, ledger)

    assert time.monotonic() - begun < 8
    assert not error.permanent


def test_a1_the_next_poll_after_silence_brings_everything(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    deliver_three(servers)
    line.on(LISTING, Silence())
    fails(session, ledger)

    assert take(session, ledger) == RAW


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


def deliver_many(servers: MailServers, session: Session, ledger: Ledger, count: int = 120) -> None:
    """So many that the next poll need not begin at the first; polled twice."""
    for number in range(count):
        servers.deliver(BOX, b"Subject: %d\r\n\r\n" % number)
    take(session, ledger)
    take(session, ledger)


def test_a_known_folder_is_not_listed_from_the_beginning_every_time(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger, clock: Clock
) -> None:
    deliver_many(servers, session, ledger)
    take(session, ledger)
    assert ledger.asked_from[0] == 1
    assert ledger.asked_from[2] > 1

    clock.now += 7 * 3600
    take(session, ledger)
    assert ledger.asked_from[-1] == 1


def test_the_last_mail_left_is_not_fetched_again_when_newer_ones_were_filed(
    servers: MailServers, session: Session, ledger: Ledger
) -> None:
    deliver_many(servers, session, ledger, 210)
    for uid in list(servers.flags(BOX))[1:]:
        servers.remove(BOX, uid)

    assert take(session, ledger) == []


def test_a11_a_server_restored_from_backup_is_listed_from_the_beginning(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    deliver_many(servers, session, ledger)
    line.offers = (rb"\[UIDNEXT \d+\]", b"[UIDNEXT 150]")

    take(session, ledger)

    assert ledger.asked_from[-1] == 1


def test_a13_polling_never_searches(servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger) -> None:
    deliver_three(servers)

    take(session, ledger)

    assert line.count(rb"SEARCH") == 0


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


def test_a20_a_flood_comes_in_order_one_at_a_time(servers: MailServers, session: Session, ledger: Ledger) -> None:
    for number in range(430):
        servers.deliver(BOX, b"Subject: %d\r\n\r\n" % number)

    taken = []
    for item in fetch_new(session, "INBOX", ledger):
        assert len(ledger.places) == len(taken)  # each is settled before the next is fetched
        ledger.settle(item)
        taken.append(item.content)

    assert taken == [b"Subject: %d\r\n\r\n" % number for number in range(430)]
