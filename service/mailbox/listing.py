"""Which mails lie in a folder, and which of them are due: by UID against the ledger, never by flags or SEARCH.

A folder is listed from the lowest UID that the ledger has not settled, and whole every few hours, so that a mail
skipped once is found again. Losing the memory between polls costs time, never a mail.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from imapclient.datetime_util import parse_to_datetime

from service.mailbox.session import Attempts, FolderMemory, FolderState, Session

_OVERLAP = 200  # UIDs looked at again below the floor: servers may show UIDs out of order
_WHOLE_LISTING_SECONDS = 6 * 3600.0
_UID = re.compile(rb"\bUID (\d+)")
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')

Listing = dict[int, datetime | None]
"""UID -> INTERNALDATE (UTC), ascending."""


class LedgerView(Protocol):
    """What the ledger must answer for fetching: which places hold nothing new."""

    def settled(self, account: str, folder: str, uidvalidity: int, from_uid: int) -> Mapping[int, datetime | None]:
        """UID (from from_uid on) -> its INTERNALDATE as recorded, for every mail that need not come again."""
        ...


@dataclass(frozen=True, slots=True)
class FolderListing:
    """Every UID of a folder, for `reconcile`."""

    folder: str
    uidvalidity: int
    uids: tuple[int, ...]


def list_uids(session: Session, folder: str) -> FolderListing:
    """Every UID of a folder now. Raises MailboxUnreachable."""
    with session.guard("打开文件夹"):
        state = session.examine(folder)
    return FolderListing(folder, state.uidvalidity, tuple(uids_from(session, state, 1)))


def due(session: Session, state: FolderState, known: LedgerView) -> Listing:
    """What is to be fetched now. Raises MailboxUnreachable."""
    memory, now = session.memory(state), session.clock()
    start = _start(state, memory, now)
    listed = uids_from(session, state, start)
    memory.uidnext, memory.watched = state.uidnext, (state.uidnext, state.exists)
    waiting = _unsettled(session.settings.name, state, memory, known, listed, start)
    memory.floor = min(waiting, default=max(listed, default=start - 1) + 1)
    memory.handed_over = {place for place in memory.handed_over if place[0] >= start}
    memory.attempts = {uid: tried for uid, tried in memory.attempts.items() if uid in waiting or uid < start}
    return {uid: date for uid, date in waiting.items() if memory.attempts.get(uid, Attempts()).not_before <= now}


def _start(state: FolderState, memory: FolderMemory, now: float) -> int:
    """The lowest UID to list. All of them at first, every few hours, and when UIDNEXT fell (a restored server)."""
    fell = state.uidnext is not None and memory.uidnext is not None and state.uidnext < memory.uidnext
    if state.uidvalidity == 0 or fell or now >= memory.whole_listing_due:
        memory.whole_listing_due = now + _WHOLE_LISTING_SECONDS
        return 1
    return max(1, memory.floor - _OVERLAP)


def uids_from(session: Session, state: FolderState, start: int) -> Listing:
    """Every mail of the open folder from that UID on. Raises MailboxUnreachable."""
    if state.exists == 0:
        return {}
    with session.guard("列出邮件"):
        imap = session.client._imap  # IMAPClient 4 takes no ranges in fetch()
        kind, lines = imap.uid("FETCH", f"{start}:*", "(UID INTERNALDATE)")
        session.client._checkok("fetch", kind, lines)
    found = dict(entry for line in lines if (entry := _entry(line)) is not None)
    return {uid: found[uid] for uid in sorted(found) if uid >= start}  # n:* names the last mail even below n


def _entry(line: bytes | tuple[bytes, bytes] | None) -> tuple[int, datetime | None] | None:
    """UID and date of one FETCH line; None for unsolicited ones, which carry no UID."""
    text = b" ".join(line) if isinstance(line, tuple) else line or b""
    uid, date = _UID.search(text), _DATE.search(text)
    return (int(uid.group(1)), _aware(date.group(1)) if date else None) if uid else None


def _aware(date: bytes) -> datetime | None:
    try:
        parsed: datetime = parse_to_datetime(date, normalise=False)
        return parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _unsettled(
    account: str, state: FolderState, memory: FolderMemory, known: LedgerView, listed: Listing, start: int
) -> Listing:
    """What of the listing is not settled. A UID with another date is another mail (a server restored from backup)."""
    reliable = state.uidvalidity != 0
    settled = known.settled(account, state.name, state.uidvalidity, start) if reliable and listed else {}

    def is_done(uid: int, date: datetime | None) -> bool:
        if uid in settled and (date is None or settled[uid] in (None, date)):
            return True
        return (uid in settled or not reliable) and (uid, date) in memory.handed_over

    return {uid: date for uid, date in listed.items() if not is_done(uid, date)}
