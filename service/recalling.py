"""After a restore: what the archive or the mailbox's folders know of and the database, an older copy, does not.

These mails are judged again and nobody is written to: they were answered, as far as anybody knows.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from service.domain.mail import ArrivedMail
from service.mailbox import Fetched, Mailbox, Refused
from service.parts import Parts
from service.pipeline import note_refused
from service.reading.sandbox import ReaderDied
from service.records.ledger import FORGOTTEN

_MOST_PASSES = 5
"""Over one folder, until it holds nothing unknown: more says that somebody fills it meanwhile."""
_ALWAYS = datetime.max.replace(tzinfo=UTC)

log = structlog.get_logger()


def recall(parts: Parts) -> int:
    """Take up what the archive has read and the database does not know: an older backup of it was restored.

    What was archived and never read is no sign of that: a crash leaves it, and the mailbox still has it. After a
    restore by our own command it is taken up too: whether it was judged since the backup, nobody knows.
    """
    ledger, restored = parts.records.ledger, parts.records.restored_at() is not None
    unknown = ledger.forgotten(parts.archive)
    forgotten = [sha256 for sha256 in unknown if restored or parts.archive.was_read(sha256)]
    if forgotten:
        parts.records.outbox.park_waiting(parts.now(), FORGOTTEN)
        ledger.doubt_waiting()
        parts.records.note_lost(parts.now())
        log.error("database older than archive", mails=len(forgotten))
    for sha256 in forgotten:
        ledger.note_forgotten(sha256, parts.archive.path(sha256).stat().st_size, arrival_of(sha256, parts), parts.now())
    return len(forgotten)


def arrival_of(sha256: str, parts: Parts) -> datetime:
    """When a mail came, as far as it tells; else when it was archived."""
    with suppress(ReaderDied):
        envelope = parts.read(sha256).envelope
        if told := envelope.received or envelope.date:
            return told
    return datetime.fromtimestamp(parts.archive.path(sha256).stat().st_mtime, UTC)


def look_through(
    parts: Parts, mailboxes: Sequence[Mailbox], folders: Iterable[str], stopping: Callable[[], bool]
) -> bool:
    """Once after a restore: take in all that lies in the mailboxes, before anything is judged. True when done.

    What lies in a folder of ours was judged and answered. What lies in the inbox is new, but for what had come before
    a mail that is filed already, and where mails are not moved for all that came before the restore: whether those
    were answered nobody knows, and their letters wait for staff. Safe to call again after it was cut short.

    Raises MailboxUnreachable, OSError, DatabaseUnusable.
    """
    restored = parts.records.restored_at()
    if restored is None:
        return True
    log.warning("looking through the mailboxes after a restore", restored=restored.isoformat())
    for mailbox in mailboxes:
        for folder in folders:
            filed = _Corner(lambda m=mailbox, f=folder: m.fetch_filed(f, parts.records.ledger), _ALWAYS, final=True)  # type: ignore[misc]
            if not _take_all(filed, parts, stopping):
                return False
    for mailbox in mailboxes:
        until = _answered_until(parts, mailbox, restored)
        inbox = _Corner(lambda m=mailbox: m.fetch_new(parts.records.ledger), until, final=False)  # type: ignore[misc]
        if not _take_all(inbox, parts, stopping):
            return False
    parts.records.restore_is_settled()
    return True


@dataclass(frozen=True, slots=True)
class _Corner:
    """A folder of a mailbox, and what is known of the mails in it."""

    fetch: Callable[[], Iterable[Fetched]]
    answered_until: datetime | None  # what had come by then may have been answered
    final: bool  # it is not looked into again: what cannot be fetched now is told to staff


def _answered_until(parts: Parts, mailbox: Mailbox, restored: datetime) -> datetime | None:
    if mailbox.settings.filing != "move" or parts.records.holds_inbox():
        return restored
    return parts.records.ledger.newest_found_again(mailbox.settings.name, mailbox.settings.folder)


def _take_all(corner: _Corner, parts: Parts, stopping: Callable[[], bool]) -> bool:
    """Take in a folder, again and again until nothing of it is unknown. False when told to stop."""
    for _ in range(_MOST_PASSES):
        found = 0
        for item in corner.fetch():
            found += 1
            _take(item, corner, parts)
            if stopping():
                return False
        if not found:
            break
    return True


def _take(item: Fetched, corner: _Corner, parts: Parts) -> None:
    ledger, now = parts.records.ledger, parts.now()
    match item:
        case ArrivedMail():
            is_doubtful = corner.answered_until is not None and item.internal_date <= corner.answered_until
            sha256, problem = parts.archive.store(item.content), FORGOTTEN if is_doubtful else ""
            ledger.note_arrival(item.key, sha256, len(item.content), item.internal_date, now, problem)
        case Refused() if corner.final:
            ledger.note_refused(item.key, item.size or 0, item.internal_date, f"{item.reason} {item.detail}", now)
        case Refused():
            note_refused(item, parts)
