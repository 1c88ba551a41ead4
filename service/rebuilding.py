"""The records made anew from archive and rules, with what the old database still tells. No letter is sent.

They are built in a file of their own, which takes its place when it is whole: a run that dies changes nothing.
Verdicts are made by the functions of `service.pipeline`, in the order in which they were made.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from pathlib import Path

from service.attributing import Attributed, attribute, candidates_of, of_its_case
from service.datafolder import refuse_a_half_restore
from service.domain.judgement import Judgement
from service.domain.mail import MailKind
from service.domain.orders import Ruling
from service.domain.outgoing import OutgoingLetter
from service.domain.submission import Submission
from service.durable import make_folders, sync_file, sync_folder
from service.errors import DatabaseUnusable
from service.parts import Campaigns, Parts
from service.pipeline import conclude, confirmed_at, write_letter
from service.reading.sandbox import ReaderDied
from service.recalling import arrival_of
from service.records.carrying import REBUILT, Carrier, OldMail, OldRecords, old_records
from service.records.files import close_for_good, database_file, flaw_of, side_files
from service.records.rulings import Before
from service.records.snapshots import decision_from
from service.records.views import Views
from service.settings import Settings
from service.trial import Change, Outcome
from service.wiring import open_workshop

Tick = Callable[[], None]
_Writer = Callable[[str | None, int], OutgoingLetter | None]
"""Given the case's number and the how-manieth answer it is, the letter."""
_TRIES = 2


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild came to."""

    mails: int
    cases: int
    parked: int  # letters that wait for staff because of it
    changed: tuple[Change, ...]  # mails that are judged otherwise than before
    unread: tuple[str, ...]  # mails whose bytes are gone or could not be read, set aside
    old_is_whole: bool
    aside: Path | None  # where the old database lies now


def rebuild(
    settings: Settings, progress: Callable[[int], Tick] = lambda _: lambda: None, *, archive_only: bool = False
) -> Rebuilt:
    """Build the records anew. The caller holds the data folder's lock. progress: called once, with the mails to judge.

    archive_only: do not look into the old database, which may be damaged in ways that do not show.
    Raises DatabaseUnusable, RulesInvalid.
    """
    refuse_a_half_restore(settings)
    file = database_file(settings.database_url)
    if file is None:
        raise DatabaseUnusable("PostgreSQL 数据库", "rebuild 只适用于 SQLite", "请用 pg_restore 恢复数据库")
    _settle_log(file)
    make_folders(file.parent)
    draft = file.with_name(f"{file.name}.rebuilding")
    for left in (draft, *side_files(draft)):
        left.unlink(missing_ok=True)
    with (
        old_records(None if archive_only else file) as old,
        open_workshop(settings, f"sqlite:///{draft}") as campaigns,
    ):
        work = _Work(campaigns, old)
        work.do(progress)
    close_for_good(draft)
    return work.result(_take_place(draft, file, campaigns[0].now()))


def _settle_log(file: Path) -> None:
    """Nothing of a readable database is left beside it."""
    if file.exists() and file.stat().st_size:
        try:
            close_for_good(file)
        except DatabaseUnusable:
            if not flaw_of(file):
                raise


class _Work:
    """One rebuild: the mails one after the other."""

    def __init__(self, campaigns: Campaigns, old: OldRecords) -> None:
        self._campaigns = campaigns
        self._parts = parts = campaigns[0]
        self._old = old
        self._carrier = Carrier(parts.records.engine, old)
        self._changed: list[Change] = []
        self._unread: list[str] = []
        self._mails = self._cases = self._parked = 0

    def do(self, progress: Callable[[int], Tick]) -> None:
        """All of it."""
        parts, unknown = self._parts, self._unknown()
        self._carrier.reserve_numbers(parts.now())
        self._carrier.bring_confirmations()
        tick = progress(len(self._old.steps) + len(unknown))
        for step in self._old.steps:
            if step.is_ruling:
                self._rule(step.mail)
            else:
                self._take(step.mail)
            tick()
        for mail in sorted((self._found(sha256) for sha256 in unknown), key=lambda m: (m.received, m.sha256)):
            self._take(mail)
            tick()
        self._compare()
        told = [(c.sha256, f"{c.before.verdict} → {c.after.verdict}") for c in self._changed]
        self._parked = self._carrier.finish(told, parts.now())
        if not self._old.is_whole:
            parts.records.note_lost(parts.now())
        self._mails = len(self._old.mails) + len(unknown)
        self._cases = len(Views(parts.records.engine).cases())

    def result(self, aside: Path | None) -> Rebuilt:
        changed, unread = tuple(self._changed), tuple(self._unread)
        return Rebuilt(self._mails, self._cases, self._parked, changed, unread, self._old.is_whole, aside)

    def _unknown(self) -> list[str]:
        """Archived mails that the old database does not tell of. Beside a whole one, those never read still lie in
        the mailbox, and come as new."""
        archive = self._parts.archive
        unknown = (sha256 for sha256 in archive if sha256 not in self._old.mails)
        return [sha256 for sha256 in unknown if not self._old.is_whole or archive.was_read(sha256)]

    def _found(self, sha256: str) -> OldMail:
        size = self._parts.archive.path(sha256).stat().st_size
        return OldMail(sha256, size, arrival_of(sha256, self._parts), "found", 0, "", "", "", None, None)

    def _take(self, mail: OldMail) -> None:
        if mail.state == "archived":  # never judged: nobody was answered, if that can be relied upon
            self._carrier.begin(mail, mail.problem if self._old.is_whole else REBUILT)
            return
        self._carrier.begin(mail, REBUILT)
        at = mail.judged_at or self._parts.now()
        ruling = _ruling_then(mail)
        found = None if mail.state == "quarantined" else self._attributed(mail, ruling)
        if found is not None:
            self._judge(mail, found, ruling, at)
        else:
            story = mail.problem if mail.state == "quarantined" else "重建台账时读不到原件"
            self._parts.records.ledger.quarantine(mail.sha256, story, at)
        self._carrier.keep_letters(mail)

    def _read(self, sha256: str, parts: Parts) -> Submission | None:
        for _ in range(_TRIES):
            with suppress(ReaderDied, FileNotFoundError):
                return parts.read(sha256)
        self._unread.append(sha256)
        return None

    def _attributed(self, mail: OldMail, ruling: Ruling | None) -> Attributed | None:
        candidates, records = candidates_of(self._campaigns), self._parts.records
        for _ in range(_TRIES):
            with suppress(ReaderDied, FileNotFoundError):
                return attribute(mail.sha256, mail.received, candidates, records, ruling)
        self._unread.append(mail.sha256)
        return None

    def _judge(self, mail: OldMail, found_as: Attributed, ruling: Ruling | None, at: datetime) -> None:
        parts, records, submission = self._campaigns[found_as.place], self._parts.records, found_as.submission
        if twin := records.twin_of(submission):
            records.record_twin(submission, twin, at)
            return
        book = parts.rules.rulebook
        confirmed = confirmed_at(at, submission, records)
        found, judgement = conclude(submission, mail.received, records, parts.rules, ruling, found_as.whose, confirmed)
        if found is None:
            self._carrier.number_next(book.campaign.number_prefix, mail.number)
        write = self._writer(mail, judgement, parts, ruled=False)
        records.record(judgement, found, book.campaign.number_prefix, book.version, lambda number: write(number, 0), at)
        if mail.state == "found" and judgement.decision.kind is MailKind.STAFF_COMMAND:
            records.ledger.not_obeyed(mail.sha256, submission.envelope.subject, at)

    def _rule(self, mail: OldMail) -> None:
        """What staff decided about a mail, when they did."""
        records = self._parts.records
        judged = Views(records.engine).mail(mail.sha256)
        campaign = judged.campaign if judged else ""
        parts = next((own for own in self._campaigns if own.scope.owns(campaign)), self._parts)
        submission = self._read(mail.sha256, parts)
        if submission is None or mail.ruling is None or mail.ruled_at is None:
            return
        before, whose = Before(records, mail.sha256), of_its_case(parts)
        confirmed = confirmed_at(mail.ruled_at, submission, records)
        _, judgement = conclude(submission, mail.received, before, parts.rules, mail.ruling, whose, confirmed)
        write = self._writer(mail, judgement, parts, ruled=True)
        records.redecide(judgement, mail.ruling, parts.rules.rulebook.version, write, mail.ruled_at)
        self._carrier.keep_letters(mail, ruled=True)

    def _writer(self, mail: OldMail, judgement: Judgement, parts: Parts, *, ruled: bool) -> _Writer:
        """The letter as it was written then; one that was not is written now, and waits for staff."""
        plan = judgement.decision.reply
        kept = self._old.reply(mail, plan.letter.value, ruled=ruled) if plan else None
        returned = () if kept else parts.letters.returned(judgement, parts.rules.rulebook, parts.mark)
        return lambda number, seq: kept or write_letter(judgement, number, returned, parts, seq)

    def _compare(self) -> None:
        """Which mails are judged otherwise than before."""
        judged = {mail.sha256: mail.decision for mail in Views(self._parts.records.engine).in_state("judged")}
        for mail in self._old.mails.values():
            decision = judged.get(mail.sha256)
            if not mail.decision or decision is None:
                continue
            before, after = Outcome.of(decision_from(mail.decision)), Outcome.of(decision)
            if after.differs_from(before) or (after.codes, after.letter) != (before.codes, before.letter):
                self._changed.append(Change(mail.sha256, mail.subject, mail.number, before, after))


def _ruling_then(mail: OldMail) -> Ruling | None:
    """What was ruled when a mail was first judged as it is now: its campaign, of a ruling that followed later."""
    if mail.ruling is None or mail.ruled_at is None:
        return mail.ruling
    return Ruling(mail.ruling.by, campaign=mail.ruling.campaign) if mail.ruling.campaign else None


def _take_place(draft: Path, file: Path, now: datetime) -> Path | None:
    """The new database in the old one's place, in one step; the old one kept aside. Where it lies, None without one."""
    sync_file(draft)
    aside = None
    if file.exists():
        aside = _free_name(file.with_name(f"{file.name}.before-{now:%Y%m%dT%H%M%S}"))
        for old in (file, *side_files(file)):
            os.link(old, aside.with_name(old.name.replace(file.name, aside.name, 1)))
        sync_folder(file.parent)
    for side in side_files(file):  # of a damaged one: it would be taken for the new one's
        side.unlink()
    draft.replace(file)
    sync_folder(file.parent)
    return aside


def _free_name(wanted: Path) -> Path:
    """A run that died a moment ago may have left one of the same second."""
    names = (wanted.with_name(f"{wanted.name}-{n}") if n > 1 else wanted for n in count(1))
    return next(name for name in names if not name.exists() and not side_files(name))
