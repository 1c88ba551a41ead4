"""Whose mail it is, where one mailbox serves several campaigns. A campaign is named by the prefix of its numbers."""

from dataclasses import dataclass
from enum import StrEnum


class Sign(StrEnum):
    """By what a mail was found to be a campaign's, strongest first."""

    STAFF = "staff"  # a person said so, or the mail is staff's own
    THREAD = "thread"  # it answers a mail or letter of a case
    NUMBER = "number"  # a case's number in its subject
    FORM = "form"  # the form's title, or its columns
    LETTER = "letter"  # the cover letter's title or addressee
    WORDS = "words"  # subject, file names or text name it
    SENDER = "sender"  # its sender or unit has a case in it alone
    DEADLINE = "deadline"  # it alone is still open
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Links:
    """What the records, and its subject, tell of a mail."""

    thread: str | None = None  # the campaign of the nearest mail or letter that it answers
    numbers: frozenset[str] = frozenset()  # campaigns of case numbers in its subject
    open: frozenset[str] = frozenset()  # where its sender or unit has a case that lacks something
    known: frozenset[str] = frozenset()  # where they have any case


@dataclass(frozen=True, slots=True)
class Whose:
    """The campaign that a mail is judged under."""

    campaign: str
    title: str
    sign: Sign
    why: str  # Chinese
    doubt: str = ""  # Chinese: why nobody but a person can tell; "" when it is clear
