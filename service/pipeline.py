"""The life of a mail, from arrival to the right reply. Read this file first.

    fetch -> archive -> ledger -> read -> who speaks -> which case -> judge -> record (+ letter) -> send -> file

Left of `record` nothing about the mail is decided for good; right of it nothing is judged. Every step may be
repeated after a crash: the ledger and the records know what was done.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime

import structlog

from service import deciding, routing
from service.attributing import attribute, candidates_of, of_its_case
from service.domain.campaigns import Whose
from service.domain.confirmations import Confirmation
from service.domain.judgement import Judgement
from service.domain.mail import ArrivedMail, MailKind
from service.domain.orders import Ruling
from service.domain.outgoing import OutgoingLetter
from service.domain.rules import Rulebook
from service.domain.submission import Submission
from service.errors import DatabaseUnusable, is_our_trouble
from service.mailbox import Mailbox, RefusalReason, Refused, Vanished
from service.obeying import Doing, obey
from service.parts import Campaigns, Cases, Parts, Rules
from service.reading.sandbox import ReaderDied
from service.records.joining import Found, Handle, thread_of
from service.records.rulings import Before
from service.records.store import Records
from service.replies.composing import compose, is_writable
from service.replies.identity import message_id_for, our_case_number, verify
from service.replies.returned import Returned
from service.routing.kinds import is_own_letter

MAX_ATTEMPTS = 2
"""A mail that ended its reader this often is set aside; the others go on."""

log = structlog.get_logger()


def take_in(mailbox: Mailbox, parts: Parts, announce: Callable[[int], None]) -> Iterator[str]:
    """Archive every mail of a mailbox that the ledger does not know; yields the SHA-256 of each new one.

    A mail that cannot be archived stays on the server and comes again; the smaller ones behind it may still fit.
    Raises that OSError at the end.
    """
    full: OSError | None = None
    for item in mailbox.fetch_new(parts.records.ledger, announce):
        match item:
            case ArrivedMail():
                try:
                    sha256 = parts.archive.store(item.content)
                except OSError as error:
                    full = error
                    log.warning("mail not archived", mail=str(item.key), error=str(error))
                    continue
                if _is_new(item, sha256, parts):
                    yield sha256
            case Refused():
                note_refused(item, parts)
            case Vanished():
                log.info("mail vanished", mail=str(item.key))
    if full is not None:
        raise full


def handle_mail(sha256: str, campaigns: Campaigns) -> None:
    """Judge one archived mail and record it with its reply. Safe to call twice: the second call does nothing.

    Raises DatabaseUnusable, or OSError for what this machine lacks: then the try does not count against the mail.
    """
    ledger = campaigns[0].records.ledger
    if ledger.begin_attempt(sha256) > MAX_ATTEMPTS:
        _set_aside(sha256, f"reading ended abnormally {MAX_ATTEMPTS} times", campaigns[0])
        return
    try:
        _judge_and_record(sha256, campaigns)
    except ReaderDied as error:
        log.warning("reader died", mail=sha256[:12], error=str(error))
        # the next poll tries once more, then sets the mail aside
    except (DatabaseUnusable, OSError) as error:
        if is_our_trouble(error):
            with suppress(DatabaseUnusable):
                ledger.excuse_attempt(sha256)
        raise


def _judge_and_record(sha256: str, campaigns: Campaigns) -> None:
    records = campaigns[0].records
    received, ruling = records.ledger.received(sha256), records.ruling_on(sha256)
    mail = attribute(sha256, received, candidates_of(campaigns), records, ruling)
    assert mail is not None  # a mail that cannot be read raises
    parts, submission = campaigns[mail.place], mail.submission
    if twin := records.twin_of(submission):
        records.record_twin(submission, twin, parts.now())
        return
    confirmed = confirmed_at(parts.now(), submission, records)
    found, judgement = conclude(submission, received, records, parts.rules, ruling, mail.whose, confirmed)
    _note_own_copy(submission, parts)
    if judgement.decision.kind is MailKind.BOUNCE:
        _note_bounce(submission, parts)
    elif not judgement.decision.kind.is_machine_made:
        _note_answer(submission, parts)
    # Marked now, not while the database is locked.
    returned = parts.letters.returned(judgement, parts.rules.rulebook, parts.mark)
    if judgement.decision.kind is MailKind.STAFF_COMMAND:
        if records.is_doubtful(sha256):
            # It was obeyed, as far as anybody knows; what it names may be another letter now.
            records.ledger.not_obeyed(sha256, submission.envelope.subject, parts.now())
        else:
            obey(judgement, parts, campaigns, Doing(decide_anew, lambda other: handle_mail(other, campaigns)))
            if parts.amendments is not None:
                parts.amendments.receive(judgement, parts)
    recorded = records.record(
        judgement,
        found,
        parts.rules.rulebook.campaign.number_prefix,
        parts.rules.rulebook.version,
        lambda number: write_letter(judgement, number, returned, parts),
        parts.now(),
    )
    if recorded:
        _tell(sha256, judgement, recorded.number)


def decide_anew(sha256: str, ruling: Ruling, parts: Parts) -> Judgement | None:
    """Judge a case's newest mail again as staff ruled, and record that with its letter. None when it is not the newest,
    or the ruling is known already: calling again never leads to a second letter."""
    records, submission = parts.records, parts.read(sha256)
    received, confirmed = records.ledger.received(sha256), confirmed_at(parts.now(), submission, records)
    before = Before(records, sha256)
    _, judgement = conclude(submission, received, before, parts.rules, ruling, of_its_case(parts), confirmed)
    returned = parts.letters.returned(judgement, parts.rules.rulebook, parts.mark)
    done = records.redecide(
        judgement,
        ruling,
        parts.rules.rulebook.version,
        lambda number, seq: write_letter(judgement, number, returned, parts, seq),
        parts.now(),
    )
    return judgement if done else None


def confirmed_at(moment: datetime, submission: Submission, records: Records) -> tuple[Confirmation, ...]:
    """What staff had confirmed of a mail's sender at a moment."""
    sender = submission.envelope.sender
    return records.mailboxes.in_force(sender.address, moment) if sender else ()


def conclude(
    submission: Submission,
    received: datetime,
    cases: Cases,
    rules: Rules,
    ruling: Ruling | None = None,
    whose: Whose | None = None,
    confirmed: tuple[Confirmation, ...] = (),
) -> tuple[Found | None, Judgement]:
    """The case a mail joins, None when it begins one, and the judgement on it. The same mail, cases, rules and words of
    staff always give the same: `rules trial` walks the archive with this very function. whose: its campaign, see
    `attributing`; confirmed: what staff had confirmed of its sender's mailbox."""
    rulebook = rules.rulebook
    is_ours = is_own_letter(submission, rules.own_addresses)
    found = None if is_ours else cases.find_case(_handle(submission, rulebook, confirmed))
    tables = (*submission.tables, *(found.case.tables if found else ()))
    units = routing.units_named(tables, rulebook)
    judgement = deciding.judge(
        submission,
        received=received,
        earlier=found.case if found else None,
        rulebook=rulebook,
        wording=rules.wording,
        own_addresses=rules.own_addresses,
        trusted=rules.trusted,
        joins_thread=bool(found and found.by_thread),
        ruling=ruling,
        beside=cases.beside(units, rulebook.campaign.number_prefix, found.id if found else None),
        whose=whose,
        confirmed=confirmed,
    )
    return (None if judgement.decision.awaits_campaign else found), judgement


def write_letter(
    judgement: Judgement, number: str | None, returned: Sequence[Returned], parts: Parts, seq: int = 0
) -> OutgoingLetter | None:
    """The reply as it will leave, byte for byte; None when nobody is to be answered. returned: files that go back;
    seq: the how-manieth answer to this mail."""
    plan = judgement.decision.reply
    if plan is None or not all(is_writable(a.address) for a in plan.to):
        return None
    submission = judgement.dossier.submission
    rendered = parts.letters.render(judgement, parts.rules.rulebook, number, returned)
    message_id = message_id_for(plan.letter.value, submission.sha256, seq, parts.key, parts.sender.domain)
    content = compose(
        rendered,
        sender=parts.sender,
        to=plan.to,
        message_id=message_id,
        in_reply_to=submission.envelope.message_id,
        references=submission.envelope.references,
        date=parts.now(),
        cc=tuple(a for a in plan.cc if is_writable(a.address)),
    )
    kind = plan.letter.value
    recipients = tuple(a.address for a in plan.to)
    draft = kind in parts.drafts
    return OutgoingLetter(kind, recipients, message_id, rendered.subject, content, draft, parts.scope.prefix)


def _is_new(item: ArrivedMail, sha256: str, parts: Parts) -> bool:
    return parts.records.ledger.note_arrival(item.key, sha256, len(item.content), item.internal_date, parts.now())


def note_refused(item: Refused, parts: Parts) -> None:
    """Too large is final and staff are told; what else could not be fetched is tried again by the mailbox."""
    ledger, why = parts.records.ledger, f"{item.reason} {item.detail}".strip()
    if item.reason is RefusalReason.TOO_LARGE:
        ledger.note_refused(item.key, item.size or 0, item.internal_date, why, parts.now())
    else:
        ledger.note_trouble(item.key, why, parts.now())
    log.warning("mail not fetched", mail=str(item.key), why=why, attempts=item.attempts)


def _handle(submission: Submission, rulebook: Rulebook, confirmed: tuple[Confirmation, ...]) -> Handle:
    envelope = submission.envelope
    speaker = routing.who_speaks(submission, rulebook, confirmed)
    sender = envelope.sender.address.lower() if envelope.sender else None
    return Handle(
        campaign=rulebook.campaign.number_prefix,
        thread=thread_of(envelope.in_reply_to, envelope.references),
        number=our_case_number(envelope.subject, rulebook.campaign.number_prefix),
        sender=sender,
        unit=speaker.unit,
        shared_domain=bool(envelope.sender and envelope.sender.domain in rulebook.mail.free_mail),
        by_form_alone=routing.is_named_by_form_alone(speaker),
        rows_of=routing.bureau_of_rows(speaker),
    )


def _note_own_copy(submission: Submission, parts: Parts) -> None:
    message_id = submission.envelope.message_id
    if message_id and verify(message_id, parts.key):
        parts.records.outbox.evidence(message_id, parts.now())


def _note_bounce(submission: Submission, parts: Parts) -> None:
    """A letter of ours came back, unless the report tells only of delay or delivery. Forged ones prove nothing."""
    report, envelope = submission.report, submission.envelope
    if report.actions and "failed" not in report.actions:
        return
    for message_id in (*report.message_ids, *envelope.in_reply_to, *envelope.references):
        if verify(message_id, parts.key):
            parts.records.bounces.note(message_id, report.reason or "对方系统退信", parts.now())
            return


def _note_answer(submission: Submission, parts: Parts) -> None:
    sender = submission.envelope.sender
    for message_id in submission.envelope.in_reply_to:
        if sender and verify(message_id, parts.key):
            parts.records.bounces.answers(sender.address, message_id, parts.now())


def _set_aside(sha256: str, story: str, parts: Parts) -> None:
    parts.records.ledger.quarantine(sha256, story, parts.now())
    log.error("mail quarantined", mail=sha256[:12], why=story)


def _tell(sha256: str, judgement: Judgement, number: str | None) -> None:
    decision = judgement.decision
    log.info(
        "mail judged",
        mail=sha256[:12],
        case=number,
        kind=decision.kind.value,
        verdict=decision.verdict.value,
        channel=decision.route.channel.value,
        decided_by=decision.route.decided_by,
        codes=sorted({f.code for f in decision.findings}),
        reply=decision.reply.letter.value if decision.reply else None,
    )
