"""From the records to what staff receive: the digest, the workbook's cases, the reconciliation."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from service.confirming import unit_spoken_for
from service.digest.facts import Debtor, DigestFacts, Matter, Speaker
from service.digest.rendering import render_digest
from service.domain.judgement import Channel, PieceState, Severity, Verdict
from service.domain.mail import Address, MailKind
from service.domain.orders import Action
from service.domain.outgoing import OutgoingLetter
from service.domain.rules import Rulebook
from service.domain.submission import Table
from service.evidence import COPY_REFUSED
from service.mailbox import Session, list_uids
from service.obeying import DONE
from service.records.changes import CHANGED
from service.records.ledger import NOT_OBEYED
from service.records.views import CaseView, MailView, Views
from service.reloading import INCIDENT, rules_problems
from service.replies.composing import compose
from service.replies.identity import message_id_for
from service.routing import listed_unit
from service.routing.kinds import WITHDRAWAL
from service.typesetting.papers import RenderedLetter
from service.wiring import Desk, Running, desk_of, mailbox_settings
from service.workbook.cases import CaseForWorkbook

LAST_DIGEST = "last_digest"
TELL_WHO_OWES = timedelta(days=7)
"""How long before the deadline the digest begins to name who owes."""
_LONGEST_TOLD = timedelta(days=31)
_IN_CASE = frozenset({MailKind.SUBMISSION, MailKind.FOLLOW_UP})
"""Kinds whose verdict is their case's."""


def digest_for(desk: Desk, day: date | None, since: date | None = None) -> RenderedLetter:
    """The digest of a day (None: today so far), as staff would receive it."""
    return render_digest(digest_facts(desk, day, since), desk.letters.templates)


def digest_facts(desk: Desk, day: date | None, since: date | None = None) -> DigestFacts:
    """What the records say of the days from since to day, in the campaign's time zone."""
    campaign, made = desk.rulebook.campaign, desk.now()
    zone = ZoneInfo(campaign.timezone)
    day = day or made.astimezone(zone).date()
    start = datetime.combine(since or day, time(), zone)
    end = datetime.combine(day + timedelta(days=1), time(), zone)
    mails = [mail for mail in desk.views.judged_between(start, end) if desk.scope.owns(mail.campaign)]
    cases = desk.views.cases(campaign.number_prefix)
    counts = desk.views.letter_counts(start, end, desk.scope.owns)
    return DigestFacts(
        department=campaign.department,
        campaign=campaign.title,
        timezone=campaign.timezone,
        day=day,
        made=made,
        deadline=campaign.deadline,
        since=since,
        verdicts=Counter(m.decision.verdict for m in mails if m.decision and m.decision.kind is not MailKind.OWN),
        new_cases=sum(start <= c.first_received < end for c in cases),
        completed=tuple(_name(c) for c in cases if c.complete and start <= c.updated < end),
        total_cases=len(cases),
        total_complete=sum(c.complete for c in cases),
        needs_person=tuple(_needing(desk, mails, cases)),
        quarantined=tuple(_quarantined(desk.views)),
        parked=tuple(_parked(desk)),
        mailboxes=tuple(_mailboxes(desk, mails)),
        owing=tuple(_owing(desk, cases)) if campaign.deadline - made <= TELL_WHO_OWES else None,
        rules_changes=tuple(_rules_changes(desk, start, end, zone)),
        rules_problems=rules_problems(desk.records.note(desk.scope.key(INCIDENT))),
        service_problems=(
            *_away(desk, zone),
            *_held(desk, start, end, zone),
            *_not_obeyed(desk, start, end),
            *_copies_refused(desk, start, end),
        ),
        ambiguous=counts.get("dot", 0),
        resent=counts["resent"],
        held=len(_own(desk, ["pending"])),
    )


def _owing(desk: Desk, cases: list[CaseView]) -> Iterator[Debtor]:
    """Bureaus that are silent, then cases that lack a piece."""
    heard = {case.unit for case in cases if case.state != Verdict.WRONG_ROUTE.value}
    yield from (Debtor(city.bureau) for city in desk.rulebook.cities if city.bureau not in heard)
    for case in cases:
        if case.state == Verdict.NEEDS_CORRECTION.value:
            yield Debtor(_name(case), _lacking(desk, case))


def _lacking(desk: Desk, case: CaseView) -> str:
    newest = desk.views.newest(case.id)
    pieces = newest.holding.pieces if newest else ()
    missing = [p.piece for p in pieces if p.state is PieceState.MISSING]
    tables = {f"table{form.number}": form.label for form in desk.rulebook.forms.tables}
    return "、".join(tables.get(piece, "报送函") for piece in missing) or "更正件"


def _away(desk: Desk, zone: ZoneInfo) -> Iterator[str]:
    if restored := desk.records.restored_at():
        yield f"{restored.astimezone(zone):%m月%d日 %H:%M} 由备份恢复，邮箱还没有查对完；查对完之前不处理新来信"
    if away := desk.records.submission_away():
        yield f"自 {away[0].astimezone(zone):%m月%d日 %H:%M} 起信发不出去，都已保存、恢复后按顺序自动续发：{away[1]}"
    for name, since, why in desk.records.mailboxes_away():
        yield f"邮箱 {name} 自 {since.astimezone(zone):%m月%d日 %H:%M} 起连不上：{why}"


def _not_obeyed(desk: Desk, start: datetime, end: datetime) -> Iterator[str]:
    for event in desk.views.told_between(NOT_OBEYED, start, end):
        yield f"工作人员来信“{event.detail}”可能在数据恢复前已经执行，没有再执行；如仍需要，请回复恢复之后的简报"


def _rules_changes(desk: Desk, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[str]:
    for event in desk.views.told_between(CHANGED, start, end):
        yield f"{event.at.astimezone(zone):%m月%d日 %H:%M} {event.detail}"


def _copies_refused(desk: Desk, start: datetime, end: datetime) -> Iterator[str]:
    for event in desk.views.told_between(COPY_REFUSED, start, end):
        yield (
            f"发信服务器不接受寄给本邮箱的副本（{event.detail}），今后不再附送；"
            "如遇发送中断，是否送达要人工核实。问题解决后请运行 doctor --probe"
        )


def _held(desk: Desk, start: datetime, end: datetime, zone: ZoneInfo) -> Iterator[str]:
    for event in desk.views.held_between(start, end):
        at = f"{event.at.astimezone(zone):%m月%d日 %H:%M}"
        yield f"{at} {event.detail}，其余暂缓，一小时内自动续发；如非截止前来件集中，请查看是否有人冒名群发"


def _name(case: CaseView) -> str:
    return f"{case.number} {case.unit}" if case.unit else case.number


def _needing(desk: Desk, mails: list[MailView], cases: list[CaseView]) -> Iterator[Matter]:
    """Cases that wait for a person however old, and the day's mails that wait by themselves."""
    records, views = desk.records, desk.views
    for case in cases:
        if case.state == Verdict.STAFF_REVIEW.value and records.note(DONE + case.number) != str(case.versions):
            yield Matter(case.number, _reason(views.mails(case.id)), case.unit or "", case.updated)
    for mail in mails:
        if mail.decision and mail.decision.verdict is Verdict.STAFF_REVIEW:
            case_of = views.case_of_mail(mail.sha256 or "")
            # A question in a case leaves the case as it is: only here would anybody see it.
            if case_of is None or mail.decision.kind is MailKind.INQUIRY:
                yield _asked(mail, case_of, desk)


def _asked(mail: MailView, case: CaseView | None, desk: Desk) -> Matter:
    """A mail that nobody but a person can answer."""
    decision = mail.decision
    if decision is not None and decision.awaits_campaign:
        return Matter(mail.subject, _how_to_assign(mail, desk), mail.sender or "", mail.at)
    steps = [step for step in decision.why if not step.startswith("征集活动：")] if decision else []
    why = steps[0].removeprefix("邮件性质：") if steps else ""
    if case is not None:
        order = next(iter(desk.rulebook.mail.orders.get(Action.WITHDRAW, ())), "") if WITHDRAWAL in why else ""
        why += f"；同意的，请回复“{order} {case.number}”" if order else f"（{case.number}）"
    return Matter(mail.subject, why, (case.unit if case else None) or mail.sender or "", mail.at)


def _how_to_assign(mail: MailView, desk: Desk) -> str:
    """Why nobody knows whose mail it is, and the lines that settle it, to be copied."""
    told = "；".join(finding.message for finding in (mail.decision.findings if mail.decision else ()))
    word = next(iter(desk.rulebook.mail.orders.get(Action.ASSIGN, ())), "")
    prefixes = (desk.scope.prefix, *sorted(desk.scope.others))
    orders = "”或“".join(f"{word} {prefix} 来信{(mail.sha256 or '')[:8]}" for prefix in prefixes)
    return f"{told}请回复“{orders}”" if word else told


def _reason(mails: list[MailView]) -> str:
    newest = next((m.decision for m in reversed(mails) if m.decision and m.decision.kind in _IN_CASE), None)
    if newest is None:
        return ""
    found = Counter(f.message for f in newest.of_severity(Severity.STAFF))
    told = (message + (f"（共 {count} 处）" if count > 1 else "") for message, count in found.items())
    return "；".join(told) or "；".join(newest.why[-1:])


def _quarantined(views: Views) -> Iterator[Matter]:
    for mail in views.in_state("quarantined"):
        yield Matter(
            mail.subject or (mail.sha256 or "")[:12],
            "读取时多次异常中止，原件已保存，请人工查看。",
            mail.sender or "",
            mail.at,
        )
    for place, why in views.not_taken():
        yield Matter(place, f"没有取下：{why}。邮件仍在服务器上。")


def _own(desk: Desk, states: list[str]) -> list[MailView]:
    """The campaign's letters in these states."""
    return [letter for letter in desk.views.letters(states) if desk.scope.owns(letter.campaign)]


def _mailboxes(desk: Desk, mails: list[MailView]) -> Iterator[Speaker]:
    """Mailboxes that were remarked on and not confirmed since."""
    seen = {(said.address, said.unit) for said in desk.records.mailboxes.all() if said.stands}
    for mail in mails:
        unit = unit_spoken_for(mail)
        if unit is None or mail.sender is None or (mail.sender, unit) in seen:
            continue
        if mail.decision and any(f.code == "S602" for f in mail.decision.findings):
            seen.add((mail.sender, unit))
            case = desk.views.case_of_mail(mail.sha256 or "")
            yield Speaker(unit, mail.sender, case.number if case else "")


def _parked(desk: Desk) -> Iterator[Matter]:
    """Letters that leave only when staff say so; a draft has no reason but that."""
    for letter in _own(desk, ["bounced"]):
        why = f"被退回：{letter.reason}。核实地址后“放行”即重发，“不发”即了结"
        yield Matter(f"信{letter.letter} {letter.subject}", why, letter.sender or "", letter.at)
    for letter in _own(desk, ["parked", "draft"]):
        yield Matter(f"信{letter.letter} {letter.subject}", letter.reason, letter.sender or "", letter.at)


def queue_digest(desk: Desk, letter: RenderedLetter, day: date | None) -> bool:
    """Put the digest into the outbox, once per day. False when it is there already, or nobody is to get it."""
    campaign = desk.rulebook.campaign
    if not campaign.staff:
        return False
    made = desk.now()
    day = day or made.astimezone(ZoneInfo(campaign.timezone)).date()
    seed = hashlib.sha256(f"{campaign.number_prefix} {day}".encode()).hexdigest()
    message_id = message_id_for("digest", seed, 0, desk.key, desk.sender.domain)
    content = compose(
        letter,
        sender=desk.sender,
        to=tuple(Address("", a) for a in campaign.staff),
        message_id=message_id,
        in_reply_to=None,
        references=(),
        date=made,
        auto_submitted="auto-generated",
    )
    return desk.records.outbox.queue(
        OutgoingLetter("digest", campaign.staff, message_id, letter.subject, content, campaign=campaign.number_prefix),
        made,
    )


def send_daily_digest(service: Running) -> None:
    """Queue the digest that is due: of yesterday, or of all the days since the last one. Safe to call twice."""
    desk = desk_of(service)
    zone = ZoneInfo(desk.rulebook.campaign.timezone)
    local = desk.now().astimezone(zone)
    if local.strftime("%H:%M") < service.settings.digest_at:
        return
    yesterday = local.date() - timedelta(days=1)
    own = desk.scope.key(LAST_DIGEST)
    last = desk.records.note(own) or desk.records.note(LAST_DIGEST)  # of the days when it was the only campaign
    if last is not None and date.fromisoformat(last) >= yesterday:
        return
    since = max(date.fromisoformat(last) + timedelta(days=1), yesterday - _LONGEST_TOLD) if last else yesterday
    queue_digest(desk, digest_for(desk, yesterday, since if since < yesterday else None), yesterday)
    desk.records.set_note(own, yesterday.isoformat())


def cases_for_workbook(desk: Desk) -> list[CaseForWorkbook]:
    """Every case of the campaign as the consolidated workbook shows it."""
    cases = desk.views.cases(desk.rulebook.campaign.number_prefix)
    return [_for_workbook(desk.views, case, desk.rulebook) for case in cases]


def _for_workbook(views: Views, case: CaseView, rulebook: Rulebook) -> CaseForWorkbook:
    newest = views.newest(case.id)
    holding = newest.holding if newest else None
    letter = holding.letter if holding else None
    return CaseForWorkbook(
        number=case.number,
        unit=case.unit,
        city=case.city,
        channel=Channel(case.channel),
        on_time=case.on_time,
        state=Verdict(case.state),
        received=case.first_received,
        letter_number=letter.document_number if letter else None,
        letter_date=letter.date if letter else None,
        tables=holding.tables if holding else (),
        pieces=holding.pieces if holding else (),
        listed_units=dict(_listed_units(holding.tables, rulebook)) if holding else {},
    )


def _listed_units(tables: Iterable[Table], rulebook: Rulebook) -> Iterator[tuple[str, str]]:
    """The units of rows that stand in the directory, as written and by its name."""
    for row in (row for table in tables for row in table.rows if row.unit):
        entry, _ = listed_unit(row.unit, row.city, rulebook)
        if entry is not None and row.unit:
            yield row.unit, entry.name


def reconciliation(desk: Desk) -> Iterator[dict[str, Any]]:
    """Every UID of every mailbox against the ledger. Raises MailboxUnreachable."""
    unsent = len(desk.views.letters(["pending", "sending", "dot"]))
    parked = len(desk.views.letters(["parked"]))
    for section in desk.settings.mailboxes:
        with Session(mailbox_settings(desk.settings, section)) as session:
            listing = list_uids(session, section.folder)
        seen = desk.views.sightings(section.name, section.folder, listing.uidvalidity)
        yield {
            "mailbox": section.name,
            "folder": section.folder,
            "uidvalidity": listing.uidvalidity,
            "on_server": len(listing.uids),
            "seen": len(seen),
            "gaps": [uid for uid in listing.uids if uid not in seen],
            "by_verdict": dict(Counter(seen.values())),
            "unsent_replies": unsent,
            "parked_replies": parked,
            "restore_pending": desk.records.restored_at() is not None,
        }
