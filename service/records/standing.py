"""How a case stands after a mail: what both the records and a walk under other rules write down of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.domain.judgement import Channel, Judgement, Route, Verdict
from service.domain.mail import MailKind

IN_CASE = frozenset({MailKind.SUBMISSION, MailKind.FOLLOW_UP})
"""Kinds of mail that begin a case or make a new version of one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A case as it is looked up."""

    id: int
    number: str
    unit: str | None
    versions: int
    first_received: datetime
    on_time: bool
    complete: bool


def standing_after(judgement: Judgement, *, is_new: bool) -> dict[str, Any]:
    """What a mail changes in its case: state, timeliness, completeness, and whose it is."""
    decision = judgement.decision
    values: dict[str, Any] = {
        "state": decision.verdict.value,
        "on_time": decision.on_time,
        "complete": decision.verdict is Verdict.ACCEPTED,
    }
    return values | _whose(decision.route) if is_new or not decision.route.contradiction else values


def _whose(route: Route) -> dict[str, str | None]:
    """Whose case it is. Nobody's yet when the evidence names several units: by the name of one of them, that unit's
    own mails would join it, take over what it holds and end staff's part in it."""
    if route.contradiction:
        return {"unit": None, "city": None, "channel": Channel.UNKNOWN.value}
    return {"unit": route.unit, "city": route.city, "channel": route.channel.value}
