"""From a submission to the whole conclusion on it: facts in, verdict and reply out.

Pure: the live service, `explain` and `rules trial` call the same functions and get the same answer.
"""

from dataclasses import replace
from datetime import datetime

from service import checks, routing
from service.assembly import assemble
from service.checks.t501_late import is_on_time
from service.checks.wording import Wording
from service.deciding.authentication import authenticated
from service.deciding.holdings import pieces_of
from service.deciding.registered_copy import copy_for
from service.deciding.reply_address import reply_address
from service.deciding.storytelling import story
from service.domain.campaigns import Whose
from service.domain.confirmations import Confirmation
from service.domain.judgement import (
    CaseBeside,
    CaseSoFar,
    Channel,
    Decision,
    Dossier,
    Evidence,
    Finding,
    Judgement,
    Letter,
    ReplyPlan,
    Route,
    Severity,
    Verdict,
)
from service.domain.mail import Address, Envelope, MailKind
from service.domain.orders import Ruling
from service.domain.rules import Rulebook
from service.domain.submission import CoverLetter, LetterSource, Submission
from service.routing.kinds import classify

_SUBMITTING = frozenset({MailKind.SUBMISSION, MailKind.FOLLOW_UP})
_IDENTITY = frozenset({"R402", "R403", "R404", "L106", "S601"})
"""Findings that say that nobody knows for sure who is speaking: then nothing is asked of anybody."""
_DISGUISED = frozenset({"name", "look_alike"})  # variants of R403
_LETTERS = {
    Verdict.ACCEPTED: Letter.RECEIPT,
    Verdict.NEEDS_CORRECTION: Letter.CORRECTION,
    Verdict.WRONG_ROUTE: Letter.REDIRECT,
    Verdict.STAFF_REVIEW: Letter.HANDOVER,
}


def judge(
    submission: Submission,
    received: datetime,
    earlier: CaseSoFar | None,
    rulebook: Rulebook,
    wording: Wording,
    own_addresses: frozenset[str],
    joins_thread: bool = False,
    trusted: frozenset[str] = frozenset(),
    ruling: Ruling | None = None,
    beside: tuple[CaseBeside, ...] = (),
    whose: Whose | None = None,
    confirmed: tuple[Confirmation, ...] = (),
) -> Judgement:
    """The judgement on one mail. own_addresses: lower case; joins_thread: it answers a letter of its case; trusted:
    lower-case authserv-ids of the servers whose Authentication-Results are believed; ruling: what staff decided;
    beside: other cases that may hold units of this one; whose: the campaign, where the mailbox serves several;
    confirmed: what staff had confirmed of the sender's mailbox."""
    kind, reason = classify(
        submission, rulebook, own_addresses, earlier is not None, bool(earlier and earlier.complete)
    )
    dossier = replace(
        assemble(submission, received, kind, earlier if kind in _SUBMITTING else None, rulebook),
        authentication=authenticated(submission.envelope, trusted),
        beside=beside,
        whose=whose,
        confirmed=confirmed,
    )
    if kind in _SUBMITTING and (unclear := _unclear(dossier, rulebook, wording)):
        # Nothing enters a case that may be another campaign's.
        dossier = replace(dossier, kind=MailKind.INQUIRY, earlier=None)
        return Judgement(dossier, decide(dossier, Route(Channel.UNKNOWN), unclear, rulebook, own_addresses, reason))
    if kind not in _SUBMITTING:
        route = Route(Channel.UNKNOWN) if kind.is_machine_made else routing.route(dossier, rulebook)
        return Judgement(dossier, decide(dossier, route, (), rulebook, own_addresses, reason))
    route = _ruled(routing.route(dossier, rulebook), ruling, rulebook)
    if ruling is not None and ruling.withdrawn:
        return _withdrawn(dossier, route, rulebook)
    findings = checks.run_all(dossier, route, rulebook, wording)
    if ruling is not None and ruling.accepted:
        findings = tuple(replace(finding, severity=Severity.REMARK) for finding in findings)
    told = ("工作人员已作认定；" if ruling else "") + ("回复了本报送件的来往邮件；" if joins_thread else "")
    return Judgement(dossier, decide(dossier, route, findings, rulebook, own_addresses, told + reason))


def _withdrawn(dossier: Dossier, route: Route, rulebook: Rulebook) -> Judgement:
    """Nothing that came up to this mail counts any more; whatever comes later does, as if it were the first."""
    nothing = replace(
        dossier, letter=None, letter_mail=None, tables=(), table_mails=(), states_nil=False, nil_source=None,
        undecided=(), filled_rows=(),
    )  # fmt: skip
    why = ("工作人员已撤件：此前收到的材料不再计入", "不回信：由工作人员答复")
    on_time = is_on_time(dossier, rulebook)
    return Judgement(nothing, Decision(dossier.kind, Verdict.NOT_A_SUBMISSION, route, (), (), on_time, None, why))


def _unclear(dossier: Dossier, rulebook: Rulebook, wording: Wording) -> tuple[Finding, ...]:
    """Why a person has to say first whose mail it is."""
    found = checks.run_first(dossier, Route(Channel.UNKNOWN), rulebook, wording)
    return tuple(finding for finding in found if finding.severity is not Severity.REMARK)


def _ruled(route: Route, ruling: Ruling | None, rulebook: Rulebook) -> Route:
    """The route of the unit that staff named; the evidence stays to be seen."""
    if ruling is None or ruling.unit is None:
        return route
    named = speaker_of("", ruling.unit, rulebook)
    said = Evidence("staff", ruling.by, named.unit, 1.0)
    return replace(named, reason="工作人员认定", evidence=(said, *route.evidence), contradiction=(), unlike_sender=None)


def set_aside(sha256: str, size: int, received: datetime, story: str, rulebook: Rulebook) -> Judgement:
    """The judgement on a mail that could not be read at all: a person opens it, nobody is written to."""
    kind = MailKind.INQUIRY
    submission = Submission(sha256, size, Envelope(None, ()), defects=(story,))
    dossier = assemble(submission, received, kind, None, rulebook)
    why = ("邮件未能读取，原件已存档，交工作人员", "不回信：邮件未能读取")
    on_time = is_on_time(dossier, rulebook)
    route = Route(Channel.UNKNOWN, reason="邮件未能读取")
    return Judgement(dossier, Decision(kind, Verdict.STAFF_REVIEW, route, (), (), on_time, None, why))


def decide(
    dossier: Dossier,
    route: Route,
    findings: tuple[Finding, ...],
    rulebook: Rulebook,
    own_addresses: frozenset[str] = frozenset(),
    reason: str = "",
) -> Decision:
    """Verdict and reply from the facts (design, section 8). reason: Chinese, why it is this kind of mail."""
    verdict = _verdict(dossier.kind, findings)
    if verdict is Verdict.WRONG_ROUTE:
        findings = _without_corrections(findings)
    reply, unanswered = _reply(dossier, route, verdict, findings, rulebook, own_addresses)
    decision = Decision(
        kind=dossier.kind,
        verdict=verdict,
        route=route,
        findings=findings,
        pieces=pieces_of(dossier, findings, rulebook) if dossier.kind in _SUBMITTING else (),
        on_time=is_on_time(dossier, rulebook),
        reply=reply,
    )
    return replace(decision, why=story(dossier, decision, reason, unanswered, rulebook))


def speaker_of(address: str, unit: str | None, rulebook: Rulebook, confirmed: tuple[Confirmation, ...] = ()) -> Route:
    """The route of a letter signed by a unit and sent from an address; what `rules explain` shows."""
    text = unit or ""
    letter = CoverLetter(("letter",), LetterSource.TEXT_LAYER, 1, text, signer=unit)
    envelope = Envelope(None, (Address("", address),))
    return routing.who_speaks(Submission("", 0, envelope, letters=(letter,) if unit else ()), rulebook, confirmed)


def _verdict(kind: MailKind, findings: tuple[Finding, ...]) -> Verdict:
    if kind.is_machine_made or kind is MailKind.STAFF_COMMAND:
        return Verdict.NOT_A_SUBMISSION
    severities = {(f.code, f.severity) for f in findings}
    asking = {code for code, severity in severities if severity is Severity.CORRECT}
    staff = {code for code, severity in severities if severity is Severity.STAFF}
    if kind is MailKind.INQUIRY or staff & _IDENTITY:
        return Verdict.STAFF_REVIEW
    # Before the other findings: nobody should repair a form that must go elsewhere.
    if "R401" in asking:
        return Verdict.WRONG_ROUTE
    if asking:
        return Verdict.NEEDS_CORRECTION
    return Verdict.STAFF_REVIEW if staff else Verdict.ACCEPTED


def _without_corrections(findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(f for f in findings if f.code == "R401" or f.severity is not Severity.CORRECT)


def _reply(
    dossier: Dossier,
    route: Route,
    verdict: Verdict,
    findings: tuple[Finding, ...],
    rulebook: Rulebook,
    own_addresses: frozenset[str],
) -> tuple[ReplyPlan | None, str]:
    """The letter that is due, or None and why nobody is written to (Chinese)."""
    if dossier.kind not in _SUBMITTING:
        return None, "这类邮件不自动回复"
    if reason := _distrusted(findings):
        return None, reason
    address, reason = reply_address(dossier.submission.envelope, rulebook, own_addresses)
    if address is None:
        return None, reason
    letter = _LETTERS[verdict]
    copies = copy_for(letter, address, dossier, route, rulebook, own_addresses)
    return ReplyPlan(letter, (address,), copies), ""


def _distrusted(findings: tuple[Finding, ...]) -> str:
    """Why the address in From is not written to, whatever the verdict (Chinese); "" when it may be."""
    said = [f for f in findings if f.severity is not Severity.REMARK]
    if any(f.code == "S601" for f in said):
        return "发件域名的身份验证未通过，不向这个地址回信"
    if any(f.code == "R403" and f.variant in _DISGUISED for f in said):
        return "发件人可能冒充他人，不向这个地址回信"
    return ""
