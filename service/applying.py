"""The recorded cases decided again by the rules in force: `rules apply`. It proposes; nothing leaves by itself.

The walk is that of `rules trial`, so what a trial told is what happens. Only a case's newest mail gets a new decision.
Where other rules would put a case's mails together otherwise, the case is left to staff as it is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from service.domain.judgement import Judgement
from service.domain.outgoing import OutgoingLetter
from service.parts import Campaigns, Parts
from service.pipeline import write_letter
from service.records.past import PastMail
from service.records.reapplying import reapply
from service.records.snapshots import decision_from
from service.trial import Change, Outcome, Tried, Walk

Step = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Left:
    """A case that is left as it is, and why (Chinese)."""

    number: str
    why: str


@dataclass(slots=True)
class Plan:
    """What the rules in force make of the cases."""

    cases: int = 0  # whose newest mail came since
    changed: list[Change] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    letters: int = 0  # that wait for staff now

    @property
    def unchanged(self) -> int:
        return self.cases - len(self.changed) - len(self.left)


def plan(
    past: Sequence[PastMail],
    cases: Mapping[str, Sequence[str]],
    tried: Sequence[Tried],
    since: datetime,
    step: Step = lambda: None,
) -> Plan:
    """Decide every mail again, and find the cases whose newest mail is decided otherwise. Writes nothing.

    cases: by number, the mails that made its versions, in order; tried: every campaign.
    """
    walk, after = Walk(tried[0], tried), {}
    newest = {mails[-1] for mails in cases.values()}
    for mail in past:
        judgement = walk.take(mail) if mail.state != "quarantined" else None
        if judgement is not None and mail.sha256 in newest:
            after[mail.sha256] = Outcome.of(judgement.decision)
        step()
    return _compared(past, cases, walk.placed, after, since)


def _compared(
    past: Sequence[PastMail],
    cases: Mapping[str, Sequence[str]],
    placed: Mapping[str, tuple[str, int]],
    after: Mapping[str, Outcome],
    since: datetime,
) -> Plan:
    found, mails = Plan(), {mail.sha256: mail for mail in past}
    together: dict[tuple[str, int], list[str]] = {}
    for sha256, place in placed.items():
        together.setdefault(place, []).append(sha256)
    for number, own in cases.items():
        mail = mails.get(own[-1])
        if mail is None or mail.received < since or not mail.decision:
            continue
        found.cases += 1
        if why := _restructured(number, own, placed, together, mails):
            found.left.append(Left(number, why))
            continue
        before = Outcome.of(decision_from(mail.decision))
        if after[mail.sha256].says_otherwise_than(before):
            found.changed.append(Change(mail.sha256, mail.subject, number, before, after[mail.sha256]))
    return found


def _restructured(
    number: str,
    own: Sequence[str],
    placed: Mapping[str, tuple[str, int]],
    together: Mapping[tuple[str, int], list[str]],
    mails: Mapping[str, PastMail],
) -> str:
    """How these rules would put the case's mails together otherwise; "" when they would not."""
    places = {placed.get(sha256) for sha256 in own}
    if None in places:
        return "按现行规则，其中有来信不再算作报送"
    if len(places) > 1:
        return "按现行规则，它的来信会分成几件"
    (place,) = places
    assert place is not None
    if not number.startswith(f"{place[0]}-"):
        return "按现行规则，它属于另一项征集活动"
    if others := [sha256 for sha256 in together[place] if sha256 not in own]:
        numbers = sorted({mails[sha256].number or "没有编号的来信" for sha256 in others})
        return f"按现行规则，会与{'、'.join(numbers)}并成一件"
    return ""


def carry_out(
    found: Plan, past: Sequence[PastMail], tried: Sequence[Tried], campaigns: Campaigns, step: Step = lambda: None
) -> None:
    """Record what was found, case by case, each in one transaction; what came between is left. Safe to repeat."""
    todo = {change.sha256: change for change in found.changed}
    walk = Walk(tried[0], tried)
    for mail in past:
        judgement = walk.take(mail) if todo and mail.state != "quarantined" else None
        if judgement is not None and (change := todo.pop(mail.sha256, None)):
            parts = next(p for p in campaigns if (change.number or "").startswith(f"{p.scope.prefix}-"))
            done = _record(judgement, mail, parts)
            if done is None:
                found.changed.remove(change)
                found.left.append(Left(change.number or "", "其间有了新的来信或认定，请再运行一次"))
            found.letters += bool(done)
        step()


def _record(judgement: Judgement, mail: PastMail, parts: Parts) -> bool | None:
    rulebook, now = parts.rules.rulebook, parts.now()
    returned = parts.letters.returned(judgement, rulebook, parts.mark)  # now: not while the database is locked

    def draft(number: str, seq: int) -> OutgoingLetter | None:
        letter = write_letter(judgement, number, returned, parts, seq)
        return None if letter is None else replace(letter, draft=True)

    with parts.records.engine.begin() as connection:
        return reapply(connection, judgement, mail.decision, rulebook.version, draft, now)
