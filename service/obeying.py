"""What staff order by reply: done once, and answered. An order counts only in reply to a letter of ours that went to
staff: its Message-ID is signed, and nobody else has seen it.

Every step may be repeated after a crash: a letter leaves its waiting once, and an answer has one identity.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import structlog

from service import deciding
from service.deciding.authority import registered
from service.desk import orders_in
from service.desk.answer import Answer, Outcome, Result, render_answer, render_draft
from service.domain.judgement import Authentication, Judgement
from service.domain.mail import Address
from service.domain.orders import Action, Order, Ruling
from service.domain.outgoing import OutgoingLetter, WaitingLetter
from service.parts import Parts
from service.records.views import Views
from service.replies.composing import compose
from service.replies.identity import message_id_for, verify
from service.typesetting.papers import OutgoingFile, RenderedLetter

_TO_STAFF = frozenset({"digest", "draft", "answer"})
DONE = "done:"
"""A note under this and a case's number holds the version that a person took care of."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Reply:
    """A staff member's reply: its thread, newest first."""

    judgement: Judgement
    thread: tuple[str, ...]

    @property
    def sender(self) -> Address | None:
        return self.judgement.dossier.submission.envelope.sender


DecideAnew = Callable[[str, Ruling, Parts], Judgement | None]
"""Judges a mail again by a ruling and records it; None when nothing changed by it."""


def obey(judgement: Judgement, parts: Parts, decide_anew: DecideAnew) -> None:
    """Carry out the orders of a staff member's mail and queue the answer. Safe to call again."""
    submission = judgement.dossier.submission
    envelope = submission.envelope
    reply = _Reply(judgement, (*envelope.in_reply_to, *reversed(envelope.references)))
    rulebook = parts.rules.rulebook
    orders = orders_in(submission.text, rulebook.mail.orders, rulebook.campaign.number_prefix)
    if registered(envelope, rulebook.campaign.admins):
        orders = tuple(o for o in orders if o.action is None or not o.action.is_about_rules)  # see `service.amending`
    if not orders:
        return
    if not _may_order(reply, parts):
        log.warning("order not believed", mail=submission.sha256[:12])
        return
    results = tuple(result for order in orders for result in _carry_out(order, reply, parts, decide_anew))
    _answer(results, reply, parts)


def _may_order(reply: _Reply, parts: Parts) -> bool:
    """The kind of mail says that its sender is staff; that it answers what only staff were sent shows that it is so."""
    if reply.judgement.dossier.authentication is Authentication.FAILED or reply.sender is None:
        return False
    signed = (verify(message_id, parts.key) for message_id in reply.thread)
    return any(own is not None and own.kind in _TO_STAFF for own in signed)


def _carry_out(order: Order, reply: _Reply, parts: Parts, decide_anew: DecideAnew) -> Iterator[Result]:
    if order.action is not None and order.action.is_about_rules:
        yield Result(order.line, Outcome.ADMINS_ONLY)
    elif order.action is None:
        yield Result(order.line, Outcome.NOT_UNDERSTOOD)
    elif order.action is Action.DONE:
        yield _done(order, parts)
    elif order.action in (Action.ACCEPT, Action.IDENTIFY):
        yield _rule(order, reply, parts, decide_anew)
    else:
        waiting = _meant(order, reply, parts)
        if not waiting:
            yield Result(order.line, Outcome.NOTHING_WAITS)
        for letter in waiting:
            yield _settle(letter, order, parts)


def _done(order: Order, parts: Parts) -> Result:
    case = Views(parts.records.engine).case(order.subject) if order.subject else None
    if case is None:
        return Result(order.line, Outcome.NO_SUCH_CASE)
    parts.records.set_note(DONE + case.number, str(case.versions))
    return Result(order.line, Outcome.DONE, case.number)


def _rule(order: Order, reply: _Reply, parts: Parts, decide_anew: DecideAnew) -> Result:
    """A ruling on the newest mail of a case; an earlier one on the same mail stays where the new one says nothing."""
    views = Views(parts.records.engine)
    case = views.case(order.subject) if order.subject else None
    newest = views.newest(case.id) if case else None
    if case is None or newest is None or reply.sender is None:
        return Result(order.line, Outcome.NO_SUCH_CASE)
    before = parts.records.ruling_on(newest.mail_sha256) or Ruling(reply.sender.address)
    ruling = replace(before, by=reply.sender.address, accepted=True)
    if order.action is Action.IDENTIFY:
        route = deciding.speaker_of("", order.value, parts.rules.rulebook)
        if not route.known:
            return Result(order.line, Outcome.UNIT_UNKNOWN, order.value)
        ruling = replace(before, by=reply.sender.address, unit=route.unit)
    judgement = decide_anew(newest.mail_sha256, ruling, parts)
    if judgement is None:
        return Result(order.line, Outcome.AS_BEFORE, case.number)
    return Result(
        order.line, Outcome(judgement.decision.verdict.value), f"{case.number} {ruling.unit or case.unit or ''}"
    )


def _meant(order: Order, reply: _Reply, parts: Parts) -> Sequence[WaitingLetter]:
    """The letters that an order speaks of: by number, by case, or by the draft that it answers."""
    waiting = parts.records.outbox.waiting_for_staff()
    if order.letter is not None:
        return [letter for letter in waiting if letter.id == order.letter]
    if order.subject:
        return [letter for letter in waiting if letter.number == order.subject]
    return [letter for letter in waiting if _draft_id(letter.message_id, parts) in reply.thread]


def _settle(letter: WaitingLetter, order: Order, parts: Parts) -> Result:
    by = order.action is Action.RELEASE
    change = parts.records.outbox.release if by else parts.records.outbox.discard
    changed = change(letter.id, parts.now())
    outcome = (Outcome.RELEASED if by else Outcome.DISCARDED) if changed else Outcome.NOTHING_WAITS
    return Result(order.line, outcome, letter.subject)


def _answer(results: tuple[Result, ...], reply: _Reply, parts: Parts) -> None:
    envelope, sender = reply.judgement.dossier.submission.envelope, reply.sender
    assert sender is not None
    answer = Answer(results, tuple(words[0] for words in parts.rules.rulebook.mail.orders.values() if words))
    letter = render_answer(answer, parts.rules.rulebook.campaign, parts.now(), parts.letters.templates)
    message_id = message_id_for("answer", reply.judgement.dossier.submission.sha256, 0, parts.key, parts.sender.domain)
    content = compose(
        letter,
        sender=parts.sender,
        to=(Address("", sender.address),),
        message_id=message_id,
        in_reply_to=envelope.message_id,
        references=envelope.references,
        date=parts.now(),
    )
    outgoing = OutgoingLetter("answer", (sender.address,), message_id, letter.subject, content)
    parts.records.outbox.queue(outgoing, parts.now())


def show_drafts(parts: Parts) -> int:
    """Send staff every draft that they have not seen, the letter as it would leave. Returns how many."""
    campaign = parts.rules.rulebook.campaign
    if not campaign.staff:
        return 0
    return sum(_show(letter, parts) for letter in parts.records.outbox.waiting_for_staff(("draft",)))


def _show(letter: WaitingLetter, parts: Parts) -> bool:
    campaign = parts.rules.rulebook.campaign
    told = render_draft(letter, campaign, parts.now(), parts.letters.templates)
    whole = OutgoingFile("draft.eml", "message/rfc822", letter.content)
    told = RenderedLetter(told.template, told.subject, told.text, told.html, (whole,))
    message_id = _draft_id(letter.message_id, parts)
    content = compose(
        told,
        sender=parts.sender,
        to=tuple(Address("", address) for address in campaign.staff),
        message_id=message_id,
        in_reply_to=None,
        references=(),
        date=parts.now(),
        auto_submitted="auto-generated",
    )
    outgoing = OutgoingLetter("draft", campaign.staff, message_id, told.subject, content)
    return parts.records.outbox.queue(outgoing, parts.now())


def _draft_id(message_id: str, parts: Parts) -> str:
    """The identity of the mail in which staff are shown a letter."""
    return message_id_for("draft", hashlib.sha256(message_id.encode()).hexdigest(), 0, parts.key, parts.sender.domain)
