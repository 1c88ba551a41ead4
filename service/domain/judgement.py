"""Routes, findings, cases and verdicts: what is concluded from a submission."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from service.domain.campaigns import Whose
from service.domain.confirmations import Confirmation
from service.domain.mail import Address, MailKind
from service.domain.submission import Answer, CoverLetter, Row, Submission, Table


class Channel(StrEnum):
    """Who reports to whom (notice section 三, paragraph 四)."""

    CITY_BUREAU = "city_bureau"  # reports for its whole city, consolidated
    DIRECT_UNIT = "direct_unit"  # central or provincial unit in the seat city, for itself
    VIA_CITY = "via_city"  # not to us: its city bureau reports
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason to believe that a mail speaks for a unit."""

    source: str  # letter_signer, seal, form_reporter, form_rows, address, confirmed_mailbox, domain, display_name, …
    value: str  # what was seen
    unit: str | None  # the directory's name it points to
    weight: float  # 0..1


@dataclass(frozen=True, slots=True)
class Route:
    """Who is speaking, through which channel, and which line of the rules says so."""

    channel: Channel
    unit: str | None = None  # the directory's name, else as written
    city: str | None = None
    report_to: str | None = None  # the bureau, for via_city
    decided_by: str = ""  # "routing.toml:12" or "units.csv:40"
    reason: str = ""  # Chinese, one sentence
    evidence: tuple[Evidence, ...] = ()
    known: bool = False  # the unit stands in cities.csv or units.csv
    contradiction: tuple[str, ...] = ()  # the units that the evidence names, when it names several (R403)
    unlike_sender: str | None = None  # the unit that form or sender names, when the letter's signer is another
    near_miss: str = ""  # Chinese: what, had it been otherwise, would have led elsewhere

    @property
    def sender_is_registered(self) -> bool:
        """Whether the mailbox, or its domain, stands in the unit's line of the directory."""
        return any(e.source in ("address", "domain") and e.unit == self.unit for e in self.evidence)

    @property
    def sender_is_confirmed(self) -> bool:
        """Whether staff confirmed that the mailbox may speak for the unit."""
        return any(e.source == "confirmed_mailbox" and e.unit == self.unit for e in self.evidence)


class Severity(StrEnum):
    """Who has to do something about a finding."""

    CORRECT = "correct"  # the submitter
    STAFF = "staff"  # a person of the department decides
    REMARK = "remark"  # noted only


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding was made; None for what does not apply."""

    attachment: str | None = None
    table: int | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None  # the column's or question's label as people know it
    cell: str | None = None  # "D5"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing observed: code, place, a Chinese sentence of what was seen and what to do."""

    code: str
    message: str
    place: Place = Place()
    severity: Severity = Severity.REMARK
    variant: str = "default"  # which of its check's sentences it is


class PieceState(StrEnum):
    RECEIVED = "received"
    MISSING = "missing"
    NIL = "nil"
    FAULTY = "faulty"


@dataclass(frozen=True, slots=True)
class Piece:
    """One 应报件 of a case: cover_letter, table1 .. table4."""

    piece: str
    state: PieceState
    mail: str | None = None  # SHA-256 of the mail that brought it
    attachment: str | None = None
    rows: int = 0


@dataclass(frozen=True, slots=True)
class CaseSoFar:
    """A case before the mail at hand: what earlier mails brought."""

    number: str
    route: Route
    letter: CoverLetter | None
    letter_mail: str | None  # SHA-256
    tables: tuple[Table, ...]
    table_mails: tuple[str, ...]  # SHA-256 per table, same order
    addresses: frozenset[str]  # lower-case addr-specs that wrote in this case
    versions: int
    first_received: datetime  # earliest mail of the case
    on_time: bool  # whether the case was complete or first received in time, as recorded
    complete: bool
    asked: frozenset[str] = frozenset()  # pieces that were to be corrected: "table3"
    sent: datetime | None = None  # when the newest of its mails was written, as its senders say
    undecided: tuple[int, ...] = ()  # tables of which nobody said yet whether later rows replace or add


@dataclass(frozen=True, slots=True)
class CaseBeside:
    """Another case of the campaign that may hold the same units: a unit's own beside its bureau's, or the reverse."""

    number: str
    unit: str | None
    redirected: bool  # its unit was sent to its bureau
    first_received: datetime
    tables: tuple[Table, ...]


class Authentication(StrEnum):
    """What our own server found out about the domain in From."""

    PASSED = "passed"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that a case holds with the mail at hand: what the checks look at. Built by `service.assembly`."""

    submission: Submission  # the mail at hand
    received: datetime  # its arrival, our server's word
    kind: MailKind
    letter: CoverLetter | None
    tables: tuple[Table, ...]
    letter_mail: str | None = None  # SHA-256 of the mail that brought the letter
    table_mails: tuple[str, ...] = ()
    earlier: CaseSoFar | None = None
    states_nil: bool = False  # the letter or the mail says 零报送/无需求
    nil_source: str | None = None  # where it says so: "letter", "mail" or "tables"
    undecided: tuple[int, ...] = ()  # tables that came again with other rows, and no word whether they replace or add
    filled_rows: tuple[tuple[Table, Row], ...] = ()  # not those of 无, nor untouched ones of the blank form
    authentication: Authentication = Authentication.UNKNOWN
    beside: tuple[CaseBeside, ...] = ()  # other cases that may hold units of this one
    whose: Whose | None = None  # the campaign, where the mailbox serves several
    confirmed: tuple[Confirmation, ...] = ()  # what staff had confirmed of the sender's mailbox

    @property
    def first_received(self) -> datetime:
        """Arrival of the case's first mail; mails need not be judged in the order of their arrival."""
        return min(self.received, self.earlier.first_received) if self.earlier else self.received

    @property
    def newest_sent(self) -> datetime | None:
        """When the newest mail of the case was written, as its senders say; none before it came."""
        date = self.submission.envelope.date
        known = [min(date, self.received) if date else None, self.earlier.sent if self.earlier else None]
        return max((moment for moment in known if moment is not None), default=None)

    @property
    def carried_over(self) -> frozenset[str]:
        """Pieces that earlier mails brought, and to which this one adds nothing: "cover_letter", "table3"."""
        own = self.submission.sha256
        held = [(f"table{t.number}", m) for t, m in zip(self.tables, self.table_mails, strict=True)]
        pieces = {name for name, _ in held} - {name for name, m in held if m == own}
        if self.letter is not None and self.letter_mail != own:
            pieces.add("cover_letter")
        return frozenset(pieces)

    def rows(self) -> Iterator[tuple[Table, Row]]:
        """Every row of every table, in order."""
        return ((table, row) for table in self.tables for row in table.rows)

    def answers(self) -> Iterator[tuple[Table, Row, Answer]]:
        """Every answer of every row, in order."""
        return ((table, row, answer) for table, row in self.rows() for answer in row.answers)


class Verdict(StrEnum):
    ACCEPTED = "accepted"
    NEEDS_CORRECTION = "needs_correction"
    WRONG_ROUTE = "wrong_route"
    STAFF_REVIEW = "staff_review"
    NOT_A_SUBMISSION = "not_a_submission"


class Letter(StrEnum):
    """The kinds of letter we write to submitters; the value names its template."""

    RECEIPT = "receipt"  # 回执
    CORRECTION = "correction"  # 补正通知
    REDIRECT = "redirect"  # 转报通知
    HANDOVER = "handover"  # 已转人工


@dataclass(frozen=True, slots=True)
class ReplyPlan:
    """Which letter goes to whom. to is never empty; neither holds our own or staff's address."""

    letter: Letter
    to: tuple[Address, ...]
    cc: tuple[Address, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """The whole conclusion on one mail: same input, same decision."""

    kind: MailKind
    verdict: Verdict
    route: Route
    findings: tuple[Finding, ...]
    pieces: tuple[Piece, ...]
    on_time: bool
    reply: ReplyPlan | None
    why: tuple[str, ...] = field(default=())  # Chinese, the steps of the conclusion, for `why`

    @property
    def awaits_campaign(self) -> bool:
        """Whether a person has to say first whose mail it is (C701): nothing else was looked at."""
        return self.kind is MailKind.INQUIRY and bool(self.findings)

    def of_severity(self, severity: Severity) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.severity is severity)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A decision and what it was made from."""

    dossier: Dossier
    decision: Decision
