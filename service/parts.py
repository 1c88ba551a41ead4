"""What the pipeline works with: built by `service.wiring`, handed down, never global."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from service.archive import Archive
from service.checks.wording import Wording
from service.domain.judgement import CaseBeside
from service.domain.mail import Address
from service.domain.marking import FileMarks
from service.domain.rules import Rulebook
from service.domain.submission import Submission
from service.records.joining import Found, Handle
from service.records.store import Records
from service.replies.rendering import Letters
from service.sending import Agent


class Reads(Protocol):
    """Turns an archived mail into a Submission.

    Raises ReaderDied when the reading process crashed or ran over its limits; never for what the mail holds.
    """

    def __call__(self, sha256: str) -> Submission: ...


class Marks(Protocol):
    """Marks cells in a file of an archived mail; None when that cannot be done safely."""

    def __call__(self, wanted: FileMarks) -> bytes | None: ...


class Cases(Protocol):
    """Where the case a mail joins, and those of the units it names, are looked up: the records, or a walk through the
    archive under other rules."""

    def find_case(self, handle: Handle) -> Found | None: ...
    def beside(self, units: Collection[str], campaign: str, own: int | None) -> tuple[CaseBeside, ...]: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything but the mail and its case that a judgement depends on."""

    rulebook: Rulebook
    wording: Wording
    own_addresses: frozenset[str]  # lower case: collection mailboxes and From
    trusted: frozenset[str]  # lower-case authserv-ids of the servers whose word about senders is believed


@dataclass(frozen=True, slots=True)
class Parts:
    """One service's adapters and values."""

    archive: Archive
    records: Records
    read: Reads
    mark: Marks
    rules: Rules
    letters: Letters
    agent: Agent | None  # None: no [smtp] section, letters wait
    sender: Address  # the From of our letters
    drafts: frozenset[str]  # kinds of letters that staff release
    key: bytes = field(repr=False)  # HMAC key of our Message-IDs
    now: Callable[[], datetime]
