"""After a restore: what the archive knows of and the database, an older copy, does not."""

from contextlib import suppress
from datetime import UTC, datetime

import structlog

from service.parts import Parts
from service.reading.sandbox import ReaderDied
from service.records.ledger import FORGOTTEN

log = structlog.get_logger()


def recall(parts: Parts) -> int:
    """Take up what the archive has read and the database does not know: an older backup of it was restored.

    These mails are judged again and nobody is written to: they were answered, as far as anybody knows. What was
    archived and never read is no sign of that: a crash leaves it, and the mailbox still has it.
    """
    ledger = parts.records.ledger
    forgotten = [sha256 for sha256 in ledger.forgotten(parts.archive) if parts.archive.was_read(sha256)]
    if forgotten:
        parts.records.outbox.park_waiting(parts.now(), FORGOTTEN)
        log.error("database older than archive", mails=len(forgotten))
    for sha256 in forgotten:
        ledger.note_forgotten(
            sha256, parts.archive.path(sha256).stat().st_size, _arrival_of(sha256, parts), parts.now()
        )
    return len(forgotten)


def _arrival_of(sha256: str, parts: Parts) -> datetime:
    """When a mail came, as far as it tells; else when it was archived."""
    with suppress(ReaderDied):
        envelope = parts.read(sha256).envelope
        if told := envelope.received or envelope.date:
            return told
    return datetime.fromtimestamp(parts.archive.path(sha256).stat().st_mtime, UTC)
