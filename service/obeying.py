"""What staff order by reply: done once, and answered. An order counts only in reply to a letter of ours that went to
staff: its Message-ID is signed, and nobody else has seen it.

Every step may be repeated after a crash: a letter leaves its waiting once, and an answer has one identity.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import structlog

from service import confirming, deciding
from service.deciding.authority import registered
from service.desk import orders_in
from service.desk.answer import Answer, Outcome, Result, render_answer, render_draft
from service.domain.judgement import Authentication, Judgement
from service.domain.mail import Address
from service.domain.orders import Action, Order, Ruling
from service.domain.outgoing import OutgoingLetter, WaitingLetter
from service.parts import Campaigns, Parts
from service.records.views import CaseView, Views
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
    def sha256(self) -> str:
        return self.judgement.dossier.submission.sha256

    @property
    def sender(self) -> Address | None:
        return self.judgement.dossier.submission.envelope.sender


@dataclass(frozen=True, slots=True)
class Doing:
    """What the pipeline does for an order."""

    decide_anew: Callable[[str, Ruling, Parts], Judgement | None]
    """Judges a mail again by a ruling and records it; None when nothing changed by it."""
    judge: Callable[[str], None]
    """Judges a mail that waits for its verdict."""


def obey(judgement: Judgement, parts: Parts, campaigns: Campaigns, doing: Doing) -> None:
    """Carry out the orders of a staff member's mail and queue the answer. Safe to call again.

    parts: of the campaign that the mail is about; an order may be about another in which its sender is staff too.
    """
    submission = judgement.dossier.submission
    envelope = submission.envelope
    reply = _Reply(judgement, (*envelope.in_reply_to, *reversed(envelope.references)))
    orders = orders_in(submission.text, words_of(parts), *(own.scope.prefix for own in campaigns))
    if registered(envelope, parts.rules.rulebook.campaign.admins):
        orders = tuple(o for o in orders if o.action is None or not o.action.is_about_rules)  # see `service.amending`
    if not orders:
        return
    if not _may_order(reply, parts):
        log.warning("order not believed", mail=submission.sha256[:12])
        return
    office = _Office(reply, parts, campaigns, doing)
    results = tuple(result for order in orders for result in _carry_out(order, office))
    _answer(results, reply, parts)


def words_of(parts: Parts) -> Mapping[Action, tuple[str, ...]]:
    """The words of orders that mean something here."""
    words = parts.rules.rulebook.mail.orders
    return words if parts.scope.others else {action: own for action, own in words.items() if action != Action.ASSIGN}


@dataclass(frozen=True, slots=True)
class _Office:
    """A reply, and the campaigns that its orders may be about."""

    reply: _Reply
    parts: Parts  # of the campaign that the reply is about
    campaigns: Campaigns
    doing: Doing

    def owner(self, campaign: str) -> Parts | None:
        """The campaign that owns what an order is about; None when the sender is none of its staff."""
        owner = next((parts for parts in self.campaigns if parts.scope.owns(campaign)), self.parts)
        people = (*owner.rules.rulebook.campaign.staff, *owner.rules.rulebook.campaign.admins)
        sender = self.reply.sender
        return owner if sender is not None and sender.address.lower() in people else None


def _may_order(reply: _Reply, parts: Parts) -> bool:
    """The kind of mail says that its sender is staff; that it answers what only staff were sent shows that it is so."""
    if reply.judgement.dossier.authentication is Authentication.FAILED or reply.sender is None:
        return False
    signed = (verify(message_id, parts.key) for message_id in reply.thread)
    return any(own is not None and own.kind in _TO_STAFF for own in signed)


def _carry_out(order: Order, office: _Office) -> Iterator[Result]:
    if order.action is not None and order.action.is_about_rules:
        yield Result(order.line, Outcome.ADMINS_ONLY)
    elif order.action is None:
        yield Result(order.line, Outcome.NOT_UNDERSTOOD)
    elif order.action is Action.ASSIGN:
        yield _assign(order, office)
    elif order.action in (Action.CONFIRM, Action.REVOKE):
        yield from _mailboxes(order, office)
    elif order.action in (Action.DONE, Action.ACCEPT, Action.IDENTIFY, Action.WITHDRAW):
        yield _about_case(order, office)
    else:
        waiting = _meant(order, office)
        if not waiting:
            yield Result(order.line, Outcome.NOTHING_WAITS)
        for letter in waiting:
            yield _settle(letter, order, office)


def _mailboxes(order: Order, office: _Office) -> Iterator[Result]:
    reply, parts = office.reply, office.parts
    said = confirming.Said(reply.sender.address if reply.sender else "", parts.now(), reply.sha256)
    case = Views(parts.records.engine).case(order.subject) if order.subject else None
    if order.subject and case is None:
        yield Result(order.line, Outcome.NO_SUCH_CASE)
    elif case and office.owner(case.campaign) is None:
        yield Result(order.line, Outcome.NOT_YOURS, case.number)
    elif order.action is Action.CONFIRM:
        yield from confirming.confirm(order, case, said, parts.records, parts.rules.rulebook)
    else:
        yield from confirming.revoke(order, case, said, parts.records)


def _about_case(order: Order, office: _Office) -> Result:
    case = Views(office.parts.records.engine).case(order.subject) if order.subject else None
    if case is None:
        return Result(order.line, Outcome.NO_SUCH_CASE)
    owner = office.owner(case.campaign)
    if owner is None:
        return Result(order.line, Outcome.NOT_YOURS, case.number)
    if order.action is Action.DONE:
        owner.records.set_note(DONE + case.number, str(case.versions))
        return Result(order.line, Outcome.DONE, case.number)
    return _rule(order, case, office, owner)


def _rule(order: Order, case: CaseView, office: _Office, parts: Parts) -> Result:
    """A ruling on the newest mail of a case; an earlier one on the same mail stays where the new one says nothing."""
    newest, sender = Views(parts.records.engine).newest(case.id), office.reply.sender
    if newest is None or sender is None:
        return Result(order.line, Outcome.NO_SUCH_CASE)
    before = parts.records.ruling_on(newest.mail_sha256) or Ruling(sender.address)
    withdraws = order.action is Action.WITHDRAW
    ruling = replace(before, by=sender.address, accepted=before.accepted or not withdraws, withdrawn=withdraws)
    if order.action is Action.IDENTIFY:
        route = deciding.speaker_of("", order.value, parts.rules.rulebook)
        if not route.known:
            return Result(order.line, Outcome.UNIT_UNKNOWN, order.value)
        ruling = replace(before, by=sender.address, unit=route.unit, withdrawn=False)
    judgement = office.doing.decide_anew(newest.mail_sha256, ruling, parts)
    if judgement is None:
        return Result(order.line, Outcome.AS_BEFORE, case.number)
    if withdraws:
        return Result(order.line, Outcome.WITHDRAWN, f"{case.number} {case.unit or ''}")
    return Result(
        order.line, Outcome(judgement.decision.verdict.value), f"{case.number} {ruling.unit or case.unit or ''}"
    )


def _assign(order: Order, office: _Office) -> Result:
    """A mail of which nobody knew the campaign is judged as that campaign's, like one that has just come."""
    records, views, sender = office.parts.records, Views(office.parts.records.engine), office.reply.sender
    mail = views.mail(order.mail)
    if mail is None or mail.sha256 is None or sender is None:
        return Result(order.line, Outcome.NOT_WAITING)
    if office.owner(mail.campaign) is None:
        return Result(order.line, Outcome.NOT_YOURS, mail.subject)
    ruling = Ruling(sender.address, campaign=order.value)
    if records.assign(mail.sha256, ruling, office.parts.now()):
        office.doing.judge(mail.sha256)
    elif records.ruling_on(mail.sha256) != ruling:
        return Result(order.line, Outcome.NOT_WAITING, mail.subject)
    judged, case = views.mail(mail.sha256), views.case_of_mail(mail.sha256)
    decision = judged.decision if judged else None
    outcome = Outcome(decision.verdict.value) if decision else Outcome.STAFF_REVIEW
    return Result(order.line, outcome, case.number if case else mail.subject)


def _meant(order: Order, office: _Office) -> Sequence[WaitingLetter]:
    """The letters that an order speaks of: by number, by case, or by the draft that it answers."""
    parts = office.parts
    waiting = parts.records.outbox.waiting_for_staff()
    if order.letter is not None:
        return [letter for letter in waiting if letter.id == order.letter]
    if order.subject:
        return [letter for letter in waiting if letter.number == order.subject]
    return [letter for letter in waiting if _draft_id(letter.message_id, parts) in office.reply.thread]


def _settle(letter: WaitingLetter, order: Order, office: _Office) -> Result:
    owner = office.owner(letter.campaign)
    if owner is None:
        return Result(order.line, Outcome.NOT_YOURS, letter.subject)
    by = order.action is Action.RELEASE
    change = owner.records.outbox.release if by else owner.records.outbox.discard
    changed = change(letter.id, owner.now())
    outcome = (Outcome.RELEASED if by else Outcome.DISCARDED) if changed else Outcome.NOTHING_WAITS
    return Result(order.line, outcome, letter.subject)


def _answer(results: tuple[Result, ...], reply: _Reply, parts: Parts) -> None:
    envelope, sender = reply.judgement.dossier.submission.envelope, reply.sender
    assert sender is not None
    answer = Answer(results, tuple(words[0] for words in words_of(parts).values() if words))
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
    outgoing = OutgoingLetter(
        "answer", (sender.address,), message_id, letter.subject, content, campaign=parts.scope.prefix
    )
    parts.records.outbox.queue(outgoing, parts.now())


def show_drafts(parts: Parts) -> int:
    """Send staff every draft that they have not seen, the letter as it would leave. Returns how many."""
    campaign = parts.rules.rulebook.campaign
    if not campaign.staff:
        return 0
    drafts = parts.records.outbox.waiting_for_staff(("draft",))
    return sum(_show(letter, parts) for letter in drafts if parts.scope.owns(letter.campaign))


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
    outgoing = OutgoingLetter("draft", campaign.staff, message_id, told.subject, content, campaign=parts.scope.prefix)
    return parts.records.outbox.queue(outgoing, parts.now())


def _draft_id(message_id: str, parts: Parts) -> str:
    """The identity of the mail in which staff are shown a letter."""
    return message_id_for("draft", hashlib.sha256(message_id.encode()).hexdigest(), 0, parts.key, parts.sender.domain)
