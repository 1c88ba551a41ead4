"""Letters on their way out."""

from dataclasses import dataclass, field
from datetime import datetime

TO_ADMINS = frozenset({"rules_broken", "rules_mended", "rules_trial", "rules_answer"})
"""Letters that nobody but the admins of the rules is sent."""


@dataclass(frozen=True, slots=True)
class OutgoingLetter:
    """A letter whose bytes are final: what is recorded is what is sent, now or after any crash."""

    letter: str  # receipt, correction, redirect, handover, digest, alarm
    recipients: tuple[str, ...]  # addr-specs
    message_id: str
    subject: str
    content: bytes = field(repr=False)
    draft: bool = False  # staff release it, or it never leaves
    campaign: str = ""  # whose staff it concerns: the prefix of its numbers


@dataclass(frozen=True, slots=True)
class WaitingLetter:
    """A letter that leaves when staff say so: a draft, or one whose sending went wrong."""

    id: int
    subject: str
    recipients: tuple[str, ...]
    message_id: str
    number: str | None  # its case's
    content: bytes = field(repr=False)
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class DueLetter:
    """A letter in the outbox that may be sent now."""

    id: int
    letter: str
    recipients: tuple[str, ...]
    message_id: str
    content: bytes = field(repr=False)
    attempts: int
    created: datetime
    case_id: int | None = None
    answers: bool = False  # it goes to a submitter
    released: bool = False  # staff let it leave
