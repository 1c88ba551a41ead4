"""What has arrived: every mail of a folder that the ledger has not settled, in order of arrival.

One mail is in memory at a time. A mail that cannot be fetched is set aside and does not hold up the next; a server
that cannot be reached ends the poll, and nothing is lost.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

import structlog

from service.domain.mail import ArrivedMail, MailKey
from service.errors import MailboxUnreachable
from service.mailbox import answers
from service.mailbox.body import Gone, NoContent, TooLarge, read_body, read_header, read_sizes
from service.mailbox.listing import LedgerView, Listing, due
from service.mailbox.session import Attempts, FolderState, Renumbered, Session

_WINDOW = 200  # mails whose sizes are asked for at once
_FIRST_RETRY_SECONDS = 60.0
_LAST_RETRY_SECONDS = 3600.0
_ATTEMPTS_BEFORE_HELP = 3
_log = structlog.get_logger(__name__)


class RefusalReason(StrEnum):
    TOO_LARGE = "too_large"  # over max_bytes
    NO_CONTENT = "no_content"  # the server has a size, but NIL or nothing for content
    UNREADABLE = "unreadable"  # the server refuses, or the connection breaks at this mail every time


@dataclass(frozen=True, slots=True)
class Refused:
    """A mail that lies on the server and was not fetched.

    TOO_LARGE is final. The others are tried again later, at growing distance, as long as the ledger does not
    settle them; when needs_person is true, staff should be told.
    """

    key: MailKey
    reason: RefusalReason
    size: int | None  # None when the server does not say
    internal_date: datetime | None
    detail: str  # Chinese, for staff
    header: bytes = field(default=b"", repr=False)  # of a mail that is too large: at most 64 KiB
    attempts: int = 1

    @property
    def needs_person(self) -> bool:
        """True for a mail that will not come by itself."""
        return self.reason is RefusalReason.TOO_LARGE or self.attempts >= _ATTEMPTS_BEFORE_HELP


@dataclass(frozen=True, slots=True)
class Vanished:
    """A mail that was listed and gone when fetched: somebody moved or deleted it. Looked for again next time."""

    key: MailKey


Fetched = ArrivedMail | Refused | Vanished


class _BrokenLine(Exception):
    """The connection broke twice at the same mail, although it could be made anew."""


def fetch_new(
    session: Session, folder: str, known: LedgerView, announce: Callable[[int], None] | None = None
) -> Iterator[Fetched]:
    """Yield every mail that the ledger has not settled, oldest first. Raises MailboxUnreachable.

    announce hears, before the first, how many there are.

    Settle a mail before asking for the next; one that is not settled comes again at the next call. When the
    server renumbered the folder, or gives no UIDVALIDITY, mails come again that are known by their bytes.
    """
    with session.guard("打开文件夹"):
        state = session.examine(folder)
    waiting = due(session, state, known)
    if announce is not None:
        announce(len(waiting))
    try:
        yield from _fetch_all(session, state, waiting)
    except Renumbered:
        return  # the next poll lists anew


def _fetch_all(session: Session, state: FolderState, waiting: Listing) -> Iterator[Fetched]:
    memory, uids = session.memory(state), list(waiting)
    breaks = 0
    for start in range(0, len(uids), _WINDOW):
        window = uids[start : start + _WINDOW]
        sizes = _sizes(session, state, window)
        for uid in window:
            key = MailKey(session.settings.name, state.name, state.uidvalidity, uid)
            try:
                outcome = _fetch(session, state, key, waiting[uid], sizes)
                breaks = 0
            except _BrokenLine as error:
                breaks += 1
                outcome = _set_aside(session, state, key, waiting[uid], RefusalReason.UNREADABLE, str(error))
                if breaks > 1:  # two mails in a row: it is the server, not the mails
                    raise MailboxUnreachable(
                        session.settings.where, str(error), "邮件仍在服务器上，稍后自动重试"
                    ) from error
            yield outcome
            memory.handed_over.add((uid, waiting[uid]))


def _sizes(session: Session, state: FolderState, uids: list[int]) -> dict[int, int | None]:
    session.keep_open(state)
    with session.guard("查询邮件大小"):
        return read_sizes(session.client, uids)


def _fetch(
    session: Session, state: FolderState, key: MailKey, date: datetime | None, sizes: dict[int, int | None]
) -> Fetched:
    """One mail; a line that breaks is made anew once."""
    if key.uid not in sizes:
        return Vanished(key)
    try:
        return _try_fetch(session, state, key, date, sizes[key.uid])
    except answers.FAILURES as error:
        _log.warning("connection broke", mail=str(key), seen=answers.words(error))
        session.drop()
    try:
        return _try_fetch(session, state, key, date, sizes[key.uid])
    except answers.FAILURES as error:
        session.drop()
        raise _BrokenLine(f"取信时连接两次中断（{answers.words(error)}）") from error


def _try_fetch(session: Session, state: FolderState, key: MailKey, date: datetime | None, size: int | None) -> Fetched:
    """One mail, or why not. Raises what imaplib raises when the line broke."""
    session.keep_open(state)
    try:
        content = read_body(session.client, key.uid, size, session.settings.max_bytes)
    except Gone:
        return Vanished(key)
    except NoContent:
        return _set_aside(session, state, key, date, RefusalReason.NO_CONTENT, "服务器未给出邮件内容")
    except TooLarge:
        return _too_large(session, key, date, size)
    except answers.FAILURES as error:
        match answers.trouble(error):
            case answers.Trouble.LINE:
                raise
            case answers.Trouble.VANISHED:
                return Vanished(key)
            case answers.Trouble.REFUSED:
                return _set_aside(session, state, key, date, RefusalReason.UNREADABLE, answers.words(error))
    return _arrived(session, state, key, date, size, content)


def _arrived(
    session: Session, state: FolderState, key: MailKey, date: datetime | None, size: int | None, content: bytes
) -> ArrivedMail:
    session.memory(state).attempts.pop(key.uid, None)
    if size is not None and size != len(content):
        _log.warning("size differs", mail=str(key), announced=size, fetched=len(content))
    return ArrivedMail(key, content, date or datetime.now(UTC))


def _set_aside(
    session: Session, state: FolderState, key: MailKey, date: datetime | None, reason: RefusalReason, detail: str
) -> Refused:
    """Count the failure and put the next try off."""
    tried = session.memory(state).attempts.setdefault(key.uid, Attempts())
    tried.count += 1
    tried.not_before = session.clock() + min(_LAST_RETRY_SECONDS, _FIRST_RETRY_SECONDS * 2.0 ** (tried.count - 1))
    return Refused(key, reason, None, date, detail, attempts=tried.count)


def _too_large(session: Session, key: MailKey, date: datetime | None, size: int | None) -> Refused:
    limit = session.settings.max_bytes
    header = read_header(session.client, key.uid)
    return Refused(key, RefusalReason.TOO_LARGE, size, date, f"邮件{size or '?'}字节，超过上限{limit}字节", header)
