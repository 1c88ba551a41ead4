"""What the pipeline works with: built by `service.wiring`, handed down, never global."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from service.archive import Archive
from service.checks.wording import Wording
from service.domain.judgement import CaseBeside, Judgement
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


class Amends(Protocol):
    """Takes up what an admin writes about the rules: files that would change them, and orders. Safe to call again."""

    def receive(self, judgement: Judgement, parts: "Parts") -> None: ...


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything but the mail and its case that a judgement depends on."""

    rulebook: Rulebook
    wording: Wording
    own_addresses: frozenset[str]  # lower case: collection mailboxes and From
    trusted: frozenset[str]  # lower-case authserv-ids of the servers whose word about senders is believed


@dataclass(frozen=True, slots=True)
class Scope:
    """Which of what the records hold is one campaign's, and so its staff's. What is nobody's is the first's."""

    prefix: str  # of its numbers
    others: frozenset[str] = frozenset()  # the prefixes of the campaigns beside it
    is_first: bool = True

    def owns(self, campaign: str) -> bool:
        """campaign: as it is recorded with a mail or letter; "" for none."""
        return campaign == self.prefix or (self.is_first and campaign not in self.others)

    def key(self, note: str) -> str:
        """The name of a note that each campaign keeps for itself."""
        return f"{note}:{self.prefix}" if self.others else note


@dataclass(frozen=True, slots=True)
class Parts:
    """What one campaign works with. Several share all but what is read by, judged by and written by."""

    archive: Archive
    records: Records
    read: Reads
    mark: Marks
    rules: Rules
    scope: Scope
    letters: Letters
    agent: Agent | None  # None: no [smtp] section, letters wait
    sender: Address  # the From of our letters
    drafts: frozenset[str]  # kinds of letters that staff release
    amendments: Amends | None  # None: nothing is obeyed here, as in a rebuild
    key: bytes = field(repr=False)  # HMAC key of our Message-IDs
    now: Callable[[], datetime]


Campaigns = tuple[Parts, ...]
"""The parts of every campaign, in the order of the configuration: the first stands in where none is told."""
