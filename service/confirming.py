"""Mailboxes that speak for a listed unit and are registered nowhere: staff confirm them once, and may take it back.

A mailbox is confirmed for the unit that its mails were recorded for, never for one that somebody only names.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from service import deciding
from service.desk.answer import Outcome, Result
from service.domain.confirmations import Confirmation
from service.domain.judgement import Severity
from service.domain.mail import MailKind
from service.domain.orders import Order
from service.domain.rules import Rulebook
from service.records.store import Records
from service.records.views import CaseView, MailView, Views

_SUBMITTING = frozenset({MailKind.SUBMISSION, MailKind.FOLLOW_UP})


@dataclass(frozen=True, slots=True)
class Said:
    """Who said so, when, and by which mail."""

    by: str
    at: datetime
    mail: str  # SHA-256


def unit_spoken_for(mail: MailView) -> str | None:
    """The listed unit that a mail speaks for from a mailbox that is not registered for it; None when there is none, the
    evidence contradicts itself, or our server called the sender forged."""
    decision = mail.decision
    if decision is None or decision.kind not in _SUBMITTING or mail.sender is None:
        return None
    route = decision.route
    if not route.known or route.contradiction or route.sender_is_registered:
        return None
    forged = any(f.code == "S601" and f.severity is not Severity.REMARK for f in decision.findings)
    return None if forged else route.unit


def confirm(order: Order, case: CaseView | None, said: Said, records: Records, rulebook: Rulebook) -> Iterator[Result]:
    """Remember what an order names: an address, all that spoke for a case's unit, or one of these."""
    views = Views(records.engine)
    found = _pairs(_of_case(case, views) if case else views.mails_from(order.value), views)
    wanted = {pair: number for pair, number in found.items() if order.value in ("", pair[0])}
    if case is None and len(wanted) > 1:
        yield Result(order.line, Outcome.SEVERAL_UNITS, order.value)
        return
    if not wanted:
        yield _none(order, rulebook)
    for (address, unit), number in wanted.items():
        others = [c for c in records.mailboxes.in_force(address, said.at) if c.unit != unit]
        is_new = records.mailboxes.confirm(Confirmation(address, unit, said.by, said.at, said.mail, number))
        outcome = Outcome.CONFIRMED_TOO if others else Outcome.CONFIRMED
        yield Result(order.line, outcome if is_new else Outcome.CONFIRMED_ALREADY, f"{unit} ← {address}")


def revoke(order: Order, case: CaseView | None, said: Said, records: Records) -> Iterator[Result]:
    """Take back what an order names: an address for whichever unit, or what was confirmed of a case's mailboxes."""
    views = Views(records.engine)
    unit = case.unit if case else None
    writers = {m.sender for m in views.mails(case.id) if m.sender} if case else set()
    addresses = [order.value] if order.value else sorted(writers)
    taken = [
        one
        for address in addresses
        if case is None or unit
        for one in records.mailboxes.revoke(address, unit, said.by, said.at, said.mail)
    ]
    if not taken:
        yield Result(order.line, Outcome.NOT_CONFIRMED, order.value or order.subject)
    for one in taken:
        yield Result(order.line, Outcome.REVOKED, f"{one.unit} ← {one.address}")


def _of_case(case: CaseView, views: Views) -> list[MailView]:
    return [m for m in views.mails(case.id) if m.decision and m.decision.route.unit == case.unit]


def _pairs(mails: Sequence[MailView], views: Views) -> dict[tuple[str, str], str]:
    """Each mailbox and its unit, with the number of the newest case that shows it."""
    found = {}
    for mail in mails:
        if mail.sender and mail.sha256 and (unit := unit_spoken_for(mail)):
            case = views.case_of_mail(mail.sha256)
            found[mail.sender, unit] = case.number if case else ""
    return found


def _none(order: Order, rulebook: Rulebook) -> Result:
    route = deciding.speaker_of(order.value, None, rulebook) if order.value else None
    registered = next((e.unit for e in route.evidence if e.source in ("address", "domain")), None) if route else None
    if registered:
        return Result(order.line, Outcome.REGISTERED, f"{registered} ← {order.value}")
    return Result(order.line, Outcome.NO_MAILBOX, order.value or order.subject)
