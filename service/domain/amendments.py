"""A change of the rules that came by mail, as admins are told of it."""

from dataclasses import dataclass
from enum import StrEnum


class What(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell, row or line. line: as the file shows it afterwards, before for what is removed."""

    file: str
    line: int
    what: What
    subject: str  # the unit or city; "" in a text file
    column: str  # "" for whole rows and lines
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Decided:
    """How a mail is decided: values of Verdict and Channel, and the deciding line."""

    verdict: str
    route: str
    unit: str
    decided_by: str


@dataclass(frozen=True, slots=True)
class TriedMail:
    """A mail that the changed rules would have decided otherwise."""

    number: str  # its case's; "" without one
    subject: str
    before: Decided
    after: Decided


@dataclass(frozen=True, slots=True)
class Trial:
    """What a change of the rules would do, and the token that lets it take effect."""

    by: str
    token: str
    files: tuple[str, ...]
    differences: tuple[Difference, ...]
    mails: int = 0
    changed: tuple[TriedMail, ...] = ()
    findings: int = 0  # mails decided alike with other findings, letter or lateness
    moved: int = 0  # mails decided alike by a line that stands elsewhere now
    as_read: int = 0  # mails taken as they were read before
    unread: int = 0  # mails that could not be read: taken as unchanged
    idle: tuple[str, ...] = ()  # routing rules that decide nothing
    warnings: tuple[str, ...] = ()  # Chinese: allowed, but probably not meant
    unknown: tuple[str, ...] = ()  # files of the mail that were left alone
    writable: bool = True  # whether the service may write the rules folder
    again: bool = False  # the rules changed since it was tried before


class Outcome(StrEnum):
    """What became of an admin's mail about the rules; its words are in rules_answer.words."""

    FAULTY = "faulty"  # the files are not valid
    UNKNOWN_FILES = "unknown_files"  # there is no rules file among them
    SAME = "same"  # they say what the rules say already
    FOLDER_BROKEN = "folder_broken"  # the rules folder itself has problems
    TRIAL_FAILED = "trial_failed"
    EXPORTED = "exported"
    ENABLED = "enabled"
    UNDONE = "undone"
    RULES_CHANGED = "rules_changed"  # they are not those any more that the change was tried against: once more
    WRONG_TOKEN = "wrong_token"
    NO_TOKEN = "no_token"
    OLD_TOKEN = "old_token"  # of a trial that a newer one took the place of
    USED_TOKEN = "used_token"
    LOCKED = "locked"  # too many wrong tokens
    NOTHING_TO_UNDO = "nothing_to_undo"
    CANNOT_UNDO = "cannot_undo"  # the folder is not what the change made of it
    NOT_WRITABLE = "not_writable"
    UNPROVED = "unproved"  # the sender is not known to be an admin: this and the rest is told to admins, not to him
    FORGED = "forged"
    MACHINE = "machine"  # the mail says that a program wrote it
    SWITCHED_OFF = "switched_off"

    @property
    def brings_workbook(self) -> bool:
        """Whether the rules as they are come along, to be changed and sent back."""
        return self in (Outcome.EXPORTED, Outcome.UNKNOWN_FILES, Outcome.FAULTY)

    @property
    def is_good(self) -> bool:
        return self in (Outcome.ENABLED, Outcome.UNDONE, Outcome.EXPORTED)

    @property
    def is_refusal(self) -> bool:
        return self in (Outcome.UNPROVED, Outcome.FORGED, Outcome.MACHINE, Outcome.SWITCHED_OFF)


@dataclass(frozen=True, slots=True)
class Answer:
    """What admins are told. by: the address that the mail named."""

    outcome: Outcome
    by: str
    lines: tuple[str, ...] = ()  # problems, or what is in force now
    what: str = ""  # one more fact: who used the token, when it may be tried again
    subject: str = ""  # of the mail, where it is refused
    received: str = ""
