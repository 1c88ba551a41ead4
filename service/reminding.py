"""Before the deadline, who still lacks something is reminded: on working days, in office hours, once for each day that
campaign.toml names, and never again once the case is complete.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog

from service.domain.judgement import PieceState, Verdict
from service.domain.mail import Address
from service.domain.outgoing import OutgoingLetter
from service.domain.rules import Campaign, Reminders
from service.parts import Parts
from service.records.ledger import FORGOTTEN
from service.records.views import CaseView, Views
from service.replies.composing import compose, is_writable
from service.replies.identity import message_id_for
from service.replies.reminder import Reminder, render_reminder

KIND = "reminder"
_DONE = "reminded"
"""The note of the last day on which everybody was looked at."""

log = structlog.get_logger()


def is_working_day(day: date) -> bool:
    """By the calendar that the State Council publishes; for years that it does not tell yet, Monday to Friday."""
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def day_due(plan: Reminders, deadline: datetime, now: datetime, zone: ZoneInfo) -> int | None:
    """Which of the plan's days it is: the nearest that has come. None when nobody is to be written to now."""
    local, end = now.astimezone(zone), deadline.astimezone(zone)
    if now >= deadline or not plan.earliest <= local.time() < plan.latest:
        return None
    if plan.working_days and not is_working_day(local.date()):
        return None
    left = (end.date() - local.date()).days
    return min((day for day in plan.days_before if left <= day), default=None)


def remind(parts: Parts) -> int:
    """Queue the reminders that are due. Returns how many. Safe to call at any time, any number of times."""
    campaign = parts.rules.rulebook.campaign
    zone = ZoneInfo(campaign.timezone)
    day = day_due(campaign.reminders, campaign.deadline, parts.now(), zone)
    if day is None:
        return 0
    today = f"{campaign.number_prefix} {parts.now().astimezone(zone).date()} {day}"
    if parts.records.note(parts.scope.key(_DONE)) == today:
        return 0
    views = Views(parts.records.engine)
    cases = views.cases(campaign.number_prefix)
    parked = FORGOTTEN if _may_have_left(day, parts, zone) else ""
    queued = sum(_remind_case(case, day, views, parts, parked) for case in cases)
    if campaign.reminders.silent:
        queued += sum(_remind_silent(bureau, address, day, parts, parked) for bureau, address in _silent(cases, parts))
    parts.records.set_note(parts.scope.key(_DONE), today)
    if queued:
        log.info("reminders queued", count=queued)
    return queued


def _may_have_left(day: int, parts: Parts, zone: ZoneInfo) -> bool:
    """Whether records were lost since that day came: what was written then is forgotten."""
    lost = parts.records.lost_at()
    came = parts.rules.rulebook.campaign.deadline.astimezone(zone).date() - timedelta(days=day)
    return lost is not None and lost.astimezone(zone).date() >= came


def _remind_case(case: CaseView, day: int, views: Views, parts: Parts, parked: str) -> bool:
    """True when a case that waits for its unit got its reminder of that day."""
    asked = parts.records.outbox.last_request(case.id)
    if case.state != Verdict.NEEDS_CORRECTION.value or asked is None:
        return False
    newest = views.newest(case.id)
    missing = [p.piece for p in newest.holding.pieces if p.state is PieceState.MISSING] if newest else []
    labels = {f"table{form.number}": form.label for form in parts.rules.rulebook.forms.tables}
    words = parts.letters.templates.words("_shared")
    lacks = tuple(labels.get(piece) or str(words.pieces[piece]) for piece in missing)
    reminder = Reminder(case.unit or "", case.number, lacks)
    seed = f"{case.number} {day}"
    return _queue(reminder, seed, asked.recipients, parts, case_id=case.id, answered=asked.message_id, parked=parked)


def _silent(cases: list[CaseView], parts: Parts) -> Iterator[tuple[str, str]]:
    """Bureaus of whose city nothing has come, with the address that is registered for them."""
    heard = {case.unit for case in cases if case.state != Verdict.WRONG_ROUTE.value}
    for city in parts.rules.rulebook.cities:
        if city.addresses and heard.isdisjoint(city.bureau_names):
            yield city.bureau, city.addresses[0]


def _remind_silent(bureau: str, address: str, day: int, parts: Parts, parked: str) -> bool:
    seed = f"{parts.rules.rulebook.campaign.number_prefix} {bureau} {day}"
    return _queue(Reminder(bureau, None, ()), seed, (address,), parts, draft=True, parked=parked)


def _queue(
    reminder: Reminder,
    seed: str,
    recipients: tuple[str, ...],
    parts: Parts,
    *,
    case_id: int | None = None,
    answered: str | None = None,
    draft: bool = False,
    parked: str = "",
) -> bool:
    if not all(map(is_writable, recipients)):
        return False
    campaign: Campaign = parts.rules.rulebook.campaign
    letter = render_reminder(reminder, campaign, parts.now(), parts.letters.templates)
    identity = hashlib.sha256(seed.encode()).hexdigest()
    message_id = message_id_for(KIND, identity, 0, parts.key, parts.sender.domain)
    content = compose(
        letter,
        sender=parts.sender,
        to=tuple(Address("", address) for address in recipients),
        message_id=message_id,
        in_reply_to=answered,
        references=(),
        date=parts.now(),
        auto_submitted="auto-generated",
    )
    outgoing = OutgoingLetter(
        KIND, recipients, message_id, letter.subject, content, draft or KIND in parts.drafts, campaign.number_prefix
    )
    return parts.records.outbox.queue(outgoing, parts.now(), case_id, parked)
