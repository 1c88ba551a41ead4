"""What a morning's digest tells: plain values, made from the records by whoever wires the digest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from service.domain.judgement import Verdict


@dataclass(frozen=True, slots=True)
class Matter:
    """One thing that a person has to look at, keep in mind or do."""

    what: str  # a case number or, without a case, how to find the mail
    why: str  # Chinese, one sentence
    who: str = ""  # the unit, else the sender as shown in staff's mailbox
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Speaker:
    """A mailbox that spoke for a unit and is registered nowhere, for staff to confirm."""

    unit: str
    address: str
    number: str  # of the case


@dataclass(frozen=True, slots=True)
class Debtor:
    """A unit that still owes: a city bureau that is silent, or a case that lacks a piece."""

    unit: str
    lacks: str = ""  # Chinese; "" when nothing has come at all


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """The records of the days from `since` to `day`, as staff read them."""

    department: str
    campaign: str
    timezone: str  # IANA name; every time is shown in it
    day: date  # the last day told
    made: datetime
    deadline: datetime
    since: date | None = None  # the first day told, when several are (after a time off)
    verdicts: Mapping[Verdict, int] = field(default_factory=dict)  # mails of these days
    new_cases: int = 0
    completed: tuple[str, ...] = ()  # numbers or "number unit" of cases completed on these days
    total_cases: int = 0  # of the campaign so far
    total_complete: int = 0
    needs_person: tuple[Matter, ...] = ()
    quarantined: tuple[Matter, ...] = ()  # mails set aside because reading them failed
    parked: tuple[Matter, ...] = ()  # letters that did not leave
    mailboxes: tuple[Speaker, ...] = ()  # new ones of these days
    owing: tuple[Debtor, ...] | None = None  # None: not told today
    ambiguous: int = 0  # sendings whose outcome is not known
    resent: int = 0
    held: int = 0  # letters waiting to be sent
    rules_changes: tuple[str, ...] = ()  # changes by mail that took effect or were taken back on these days
    rules_problems: tuple[str, ...] = ()
    service_problems: tuple[str, ...] = ()  # mailbox not reachable, disk nearly full

    @property
    def mails(self) -> int:
        return sum(self.verdicts.values())

    @property
    def to_do(self) -> int:
        """How many things wait for a person."""
        return len(self.needs_person) + len(self.quarantined) + len(self.parked) + len(self.alarms)

    @property
    def alarms(self) -> tuple[str, ...]:
        return (*self.rules_problems, *self.service_problems)

    @property
    def is_quiet(self) -> bool:
        """Nothing came and nothing waits: the digest is a sign of life only."""
        return not (self.mails or self.to_do or self.completed or self.rules_changes)
