"""The same story over the archive under other rules: what they would have decided, mail by mail, in the old order.

Reads only. Each mail passes the functions of `service.pipeline`; cases are kept in memory. What was sent stays
sent: a reply to one of our letters belongs to the mail which that letter answered.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from service.archive import Archive
from service.attributing import Candidate, attribute
from service.domain.coverage import impossible, shadows
from service.domain.judgement import Decision, Judgement
from service.domain.rules import RoutingRule, Rulebook
from service.domain.submission import Submission
from service.parts import Rules
from service.pipeline import conclude
from service.reading.codec import submission_from_json
from service.reading.sandbox import ReaderDied
from service.records.past import PastMail
from service.records.snapshots import decision_from
from service.records.standing import IN_CASE
from service.records.tentative import Known, Tentative
from service.routing.unlisted import city_of_unit, rules_that_fit

_TRIES = 2
UNUSED = "没有一封来信用到它"


class Reads(Protocol):
    """The reading process. Raises ReaderDied."""

    def read_json(self, path: Path) -> tuple[Submission, bytes]: ...


@dataclass(slots=True)
class Readings:
    """Readings as they were kept; where the rules of reading changed, a mail is read anew.

    keep: write down what was read anew, for the next trial and for the day when these rules are in force.
    as_read: rather take a mail as it was read last, by other rules of reading: a trial that ends soon.
    """

    archive: Archive
    reader: Reads
    version: str
    keep: bool = False
    as_read: bool = False
    anew: int = 0
    before: int = 0  # mails taken as they were read by other rules
    unread: int = 0
    campaigns: "Sequence[Tried]" = ()  # of the mailbox, this one among them, when it serves several

    def __call__(self, sha256: str) -> Submission | None:
        """None for a mail that cannot be read."""
        kept = self.archive.get_reading(sha256, self.version)
        if kept is not None:
            return submission_from_json(kept)
        if self.as_read and (earlier := self._as_read(sha256)) is not None:
            self.before += 1
            return earlier
        self.anew += 1
        for _ in range(_TRIES):
            try:
                submission, content = self.reader.read_json(self.archive.path(sha256))
            except ReaderDied:
                continue
            except FileNotFoundError:
                break
            if self.keep:
                self._keep(sha256, content)
            return submission
        self.unread += 1
        return None

    def _as_read(self, sha256: str) -> Submission | None:
        kept = self.archive.newest_reading(sha256)
        try:
            return None if kept is None else submission_from_json(kept)
        except ValueError:  # of a reader that wrote otherwise
            return None

    def tried(self, rules: Rules) -> "Sequence[Tried]":
        """Every campaign of the trial; rules: of the one that these readings are for."""
        return self.campaigns or (Tried(rules, self),)

    def lacking(self, past: Sequence[PastMail]) -> int:
        """How many of these mails would have to be read anew."""
        return sum(m.state != "quarantined" and not self.archive.has_reading(m.sha256, self.version) for m in past)

    def _keep(self, sha256: str, content: bytes) -> None:
        with suppress(OSError):  # only read once more then
            self.archive.put_reading(sha256, self.version, content)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision comes to, as an admin compares it."""

    verdict: str
    route: str  # the channel
    decided_by: str
    unit: str | None = None
    report_to: str | None = None
    reason: str = ""
    letter: str | None = None  # that is due
    on_time: bool = True
    codes: tuple[str, ...] = ()  # of findings that ask the submitter or staff

    @staticmethod
    def of(decision: Decision) -> "Outcome":
        route = decision.route
        return Outcome(
            verdict=decision.verdict.value,
            route=route.channel.value,
            decided_by=route.decided_by,
            unit=route.unit,
            report_to=route.report_to,
            reason=route.reason,
            letter=decision.reply.letter.value if decision.reply else None,
            on_time=decision.on_time,
            codes=tuple(sorted({f.code for f in decision.findings if f.severity != "remark"})),
        )

    def differs_from(self, other: "Outcome") -> bool:
        """Whether verdict, route or what decides is another. A line that only stands elsewhere in its file is not."""
        mine, others = (
            (o.verdict, o.route, o.unit, o.report_to, o.decided_by.partition(":")[0]) for o in (self, other)
        )
        is_rule = self.decided_by.startswith("routing.toml:")
        return mine != others or (is_rule and self.reason != other.reason)

    def says_otherwise_than(self, other: "Outcome") -> bool:
        """Whether it differs, or has other findings, another letter or another word on lateness."""
        mine, others = ((o.codes, o.letter, o.on_time) for o in (self, other))
        return mine != others or self.differs_from(other)


@dataclass(frozen=True, slots=True)
class Change:
    """A mail that is decided differently."""

    sha256: str
    subject: str
    number: str | None  # its case's, as recorded
    before: Outcome
    after: Outcome
    forbidden: str | None = None  # the line that forbids its sender


@dataclass(slots=True)
class Result:
    """What a trial found."""

    mails: int = 0
    changed: list[Change] = field(default_factory=list)
    moved: list[Change] = field(default_factory=list)  # decided alike, by a line that stands elsewhere now
    findings: int = 0  # decided alike with other findings, letter or lateness
    anew: int = 0  # mails read anew
    unread: int = 0  # of these, such as could not be read: taken as unchanged
    as_read: int = 0  # mails taken as they were read by other rules
    dead: Mapping[str, str] = field(default_factory=dict)  # line -> why (Chinese)
    shadowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # line -> the lines that decide before it

    @property
    def unchanged(self) -> int:
        return self.mails - len(self.changed)


@dataclass(frozen=True, slots=True)
class Tried:
    """A campaign of a trial: its rules, and mails as they read them."""

    rules: Rules
    readings: Readings


def try_rules(
    past: Sequence[PastMail],
    readings: Readings,
    rules: Rules,
    step: Callable[[], None] = lambda: None,
) -> Result:
    """Decide every mail of the past again. step: called after each."""
    own = Tried(rules, readings)
    result, walk = Result(mails=len(past)), Walk(own, readings.tried(rules))
    for mail in past:
        judgement = walk.take(mail) if mail.state != "quarantined" else None
        if judgement is not None and mail.decision:
            _compare(mail, judgement, result, rules.rulebook)
        step()
    result.anew, result.unread, result.as_read = readings.anew, readings.unread, readings.before
    result.dead, result.shadowed = walk.idle_rules()
    return result


def _compare(mail: PastMail, judgement: Judgement, result: Result, rulebook: Rulebook) -> None:
    before, after = Outcome.of(decision_from(mail.decision)), Outcome.of(judgement.decision)
    senders = judgement.dossier.submission.envelope.senders
    forbidden = next((line for sender in senders if (line := rulebook.forbids(sender.address))), None)
    change = Change(mail.sha256, mail.subject, mail.number, before, after, forbidden)
    if after.differs_from(before):
        result.changed.append(change)
        return
    if after.decided_by != before.decided_by:
        result.moved.append(change)
    result.findings += after.says_otherwise_than(before)


class Walk:
    """The mails one after the other, as the pipeline takes them. placed: the campaign and the case, by its place in
    this walk, of every mail that made a version of one."""

    def __init__(self, own: Tried, campaigns: Sequence[Tried]) -> None:
        self._rules = own.rules
        self._campaigns = campaigns
        self._candidates = tuple(Candidate(tried.rules.rulebook, tried.readings) for tried in campaigns)
        self.placed: dict[str, tuple[str, int]] = {}
        self._cases = Tentative()
        self._decided: Counter[str] = Counter()
        self._behind: dict[str, Counter[str]] = {}

    def take(self, mail: PastMail) -> Judgement | None:
        """The judgement on a mail; None for one that came twice or cannot be read."""
        attributed = attribute(mail.sha256, mail.received, self._candidates, self._cases, mail.ruling)
        if attributed is None:
            return None
        submission, rules = attributed.submission, self._campaigns[attributed.place].rules
        if self._cases.twin_of(submission):
            self._cases.record_twin(submission)
            return None
        found, judgement = conclude(
            submission, mail.received, self._cases, rules, mail.ruling, attributed.whose, mail.confirmed
        )
        campaign = rules.rulebook.campaign.number_prefix
        place = self._cases.record(judgement, found, campaign, Known(mail.number, mail.letters))
        if place is not None and judgement.decision.kind in IN_CASE:
            self.placed[mail.sha256] = (campaign, place)
        if rules is self._rules:
            self._note_rules(judgement)
        return judgement

    def _note_rules(self, judgement: Judgement) -> None:
        route, book = judgement.decision.route, self._rules.rulebook
        self._decided[route.decided_by] += 1
        if not route.decided_by.startswith("routing.toml:") or route.unit is None:
            return
        city = city_of_unit(route.unit, judgement.dossier.tables, book)
        for rule in rules_that_fit(route.unit, city, book):
            if rule.source != route.decided_by:
                self._behind.setdefault(rule.source, Counter())[route.decided_by] += 1

    def idle_rules(self) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
        """The rules that decided nothing: those that nothing met, and those that others came before."""
        return idle_rules(self._rules.rulebook, self._decided, self._behind)


def idle_rules(
    book: Rulebook, decided: Mapping[str, int], behind: Mapping[str, Mapping[str, int]]
) -> tuple[dict[str, str], dict[str, tuple[str, ...]]]:
    """Dead and shadowed routing rules. decided: mails by deciding line; behind: for each line the lines that decided
    a mail which it fits as well."""
    hidden = shadows(book.routing_rules)
    dead: dict[str, str] = {}
    shadowed: dict[str, tuple[str, ...]] = {}
    for rule in _idle(book.routing_rules, decided):
        if why := impossible(rule):
            dead[rule.source] = f"永远不会起作用：{why}"
        elif above := hidden.get(rule.source):
            shadowed[rule.source] = (above.source,)
        elif others := behind.get(rule.source):
            shadowed[rule.source] = tuple(sorted(others, key=lambda line: -others[line]))
        else:
            dead[rule.source] = UNUSED
    return dead, shadowed


def _idle(rules: Sequence[RoutingRule], decided: Mapping[str, int]) -> Iterator[RoutingRule]:
    return (rule for rule in rules if not decided.get(rule.source))
