"""Looking out for a mail of ours among what comes in: where it turns up, and nothing else is taken for it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from service.demo.servers import MailServers
from service.mailbox import Session
from service.mailbox.lookout import Lookout
from tests.servers.pair import BOX

MARK = "c0ffee00c0ffee00"
LATE = datetime(2020, 3, 25, 9, 30, tzinfo=UTC)


def mail(subject: bytes, *fields: bytes) -> bytes:
    return b"".join(
        f + b"\r\n" for f in (*fields, b"Message-ID: <probe.1@b.example>", b"Subject: " + subject, b"", b"")
    )


@pytest.fixture
def folders(servers: MailServers, session: Session) -> Iterator[MailServers]:
    """With folders for junk, sent and deleted mail."""
    for name in ("垃圾邮件", "已发送", "别的"):
        session.client.create_folder(name)
    yield servers


@pytest.mark.parametrize(
    "subject",
    [
        MARK.encode(),
        b"=?utf-8?b?5qOA5rWL5L+h77yMYzBmZmVlMDBjMGZmZWUwMA==?=",
        b"=?utf-8?b?5qOA5rWL5L+h77yMYzBm?=\r\n =?utf-8?b?ZmVlMDBjMGZmZWUwMA==?=",
    ],
    ids=["plain", "encoded", "folded"],
)
def test_the_mark_is_found_however_the_subject_is_written(
    folders: MailServers, session: Session, subject: bytes
) -> None:
    lookout = Lookout(session)
    folders.deliver(BOX, mail(subject), LATE)

    (seen,) = lookout.sightings(MARK)

    assert (seen.folder, seen.is_sent, seen.is_junk) == ("INBOX", False, False)
    assert (seen.message_id, seen.received, seen.authserv_id) == ("<probe.1@b.example>", LATE, "")


def test_where_it_turns_up_is_told(folders: MailServers, session: Session) -> None:
    lookout = Lookout(session)
    for name in ("垃圾邮件", "已发送", "别的"):
        folders.deliver(BOX, mail(MARK.encode()), folder=name)

    seen = {s.folder: (s.is_sent, s.is_junk) for s in lookout.sightings(MARK)}

    assert seen == {"垃圾邮件": (False, True), "已发送": (True, False), "别的": (False, False)}


def test_a_folder_that_was_made_meanwhile_is_looked_into(folders: MailServers, session: Session) -> None:
    lookout = Lookout(session)
    session.client.create_folder("已处理")
    folders.deliver(BOX, mail(MARK.encode()), folder="已处理")

    assert [s.folder for s in lookout.sightings(MARK)] == ["已处理"]


def test_what_was_there_before_is_not_looked_at(folders: MailServers, session: Session) -> None:
    folders.deliver(BOX, mail(MARK.encode()))

    assert list(Lookout(session).sightings(MARK)) == []


def test_only_the_topmost_authentication_results_name_the_server(folders: MailServers, session: Session) -> None:
    lookout = Lookout(session)
    fields = [b"Authentication-Results: mx.ours.example 1;\r\n spf=pass", b"Authentication-Results: mx.evil.example; x"]
    folders.deliver(BOX, mail(MARK.encode(), *fields))

    assert [s.authserv_id for s in lookout.sightings(MARK)] == ["mx.ours.example"]


@pytest.mark.parametrize(
    "subject",
    [b"hello", b"=?x-none?b?!!!?= =?utf-8?b?A?=", b"(" * 50_000, b"\xb1\xa8\xcb\xcd", b"=?utf-8?q?=FF=FE?=", b""],
    ids=["plain", "no charset", "long", "bytes", "no utf-8", "empty"],
)
def test_strangers_mails_that_come_in_meanwhile_are_not_taken_for_it(
    folders: MailServers, session: Session, subject: bytes
) -> None:
    lookout = Lookout(session)
    folders.deliver(BOX, mail(subject))
    folders.deliver(BOX, mail(MARK.encode()))

    assert len(list(lookout.sightings(MARK))) == 1
