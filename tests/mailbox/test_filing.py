"""Filing is a courtesy: it does what the server allows and reports what it does not."""

import pytest

from service.demo.servers import MailServers
from service.mailbox import Filed, How, NotFiled, Session, fetch_new, file_mail
from tests.mailbox.polling import RAW, deliver_three
from tests.servers.pair import BOX, Ledger, mailbox_at
from tests.servers.proxy import Answer, Cut, FaultProxy


def test_a10_without_a_reliable_numbering_nothing_is_moved(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    deliver_three(servers)
    line.offers = (rb"\[UIDVALIDITY \d+\]", b"[UIDVALIDITY 0]")
    (first, *_) = list(fetch_new(session, "INBOX", ledger))

    assert isinstance(file_mail(session, first.key, "已处理"), NotFiled)
    assert servers.mails(BOX) == RAW


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


def test_a14_a_server_with_dots_between_folder_levels_gets_dots(
    servers: MailServers, line: FaultProxy, session: Session, ledger: Ledger
) -> None:
    servers.deliver(BOX, RAW[0])
    line.on(rb'LIST "" ""', Answer(b'* LIST (\\Noselect) "." ""\r\n%TAG% OK done\r\n'))
    first = next(fetch_new(session, "INBOX", ledger))

    file_mail(session, first.key, "Done/v1.2")

    assert line.count(rb'MOVE \d+ "Done\.v1-2"') == 2  # refused once, then the folder is there


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
