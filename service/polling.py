"""One pass over all mailboxes: take in, judge, answer, file.

A poll never raises for one mail, one mailbox or one letter: each failure is logged, shown, and tried again.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic

import structlog

from service import evidence
from service.domain.rules import Rulebook
from service.errors import DatabaseUnusable, MailboxUnreachable, ServiceError, is_our_trouble
from service.mailbox import Filed, Mailbox, NotFiled
from service.obeying import show_drafts
from service.pipeline import handle_mail, take_in
from service.recalling import look_through, recall
from service.reloading import SETTLE, RulesWatch
from service.reminding import remind
from service.sending import Brake, send_due
from service.wiring import Running, Service

SEND_EVERY = 2.0
"""Seconds between two looks at the outbox while a backlog is worked off."""
LONGEST_PASS = timedelta(minutes=10)
"""How long a letter waits at most for the mails behind it in a backlog."""
SOME, ALL = 200, 1_000_000
"""Letters sent at a time while a backlog is worked off, and at its end."""
WAIT_FOR_MAILBOX = timedelta(days=1)
"""How long a letter of unknown fate waits for a mailbox that cannot be looked into."""
FOLDERS = {
    "accepted": "已处理/齐备",
    "needs_correction": "已处理/需补正",
    "wrong_route": "已处理/应转报",
    "staff_review": "已处理/待人工",
    "not_a_submission": "已处理/非报送",
    "quarantined": "已处理/已隔离",
    "own": "已处理/本邮箱发出",
}
"""Where people find a judged mail."""

log = structlog.get_logger()
Tick = Callable[[], None]


@dataclass(slots=True)
class Report:
    """What one poll did. away: the servers it could not reach, and what this machine lacked."""

    taken: int = 0
    judged: int = 0
    failed: int = 0
    sent: int = 0
    filed: int = 0
    away: tuple[ServiceError, ...] = ()
    wait_until: datetime | None = None  # when a letter leaves that waits for what may overtake it


class Poller:
    """One pass after the other over all mailboxes. Not for two threads at a time."""

    def __init__(
        self,
        service: Service,
        stopping: threading.Event | None = None,
        rules_settle: float = SETTLE,
        wait: timedelta = timedelta(0),
        soon: Callable[[], None] | None = None,
    ) -> None:
        """wait: how long letters wait that a further mail may overtake, see `records.superseding`. soon: called from
        another thread when there is something to do; None: what takes long is waited for, when all mails are
        answered."""
        self._service = service
        self._wait = wait
        self._soon = soon
        self._stopping = stopping or threading.Event()
        self._sent_at = 0.0
        self._recalled = False
        self._forgot = False  # letters wait for staff because nobody knows whether they left
        self._rules = tuple(
            RulesWatch(campaign, rules_settle, partial(_beside, service, campaign)) for campaign in service.running
        )

    def poll(self, backlog: Callable[[int], Tick] = lambda _: lambda: None) -> Report:
        """Take in, judge, answer and file everything there is. Safe to call at any time, any number of times.

        backlog: called once with the number of mails to work off, returns what to call after each.
        """
        report = Report()
        try:
            self._work(report, backlog)
        except (DatabaseUnusable, OSError) as error:  # nothing more can be recorded: later, with nothing half done
            self._note_trouble(error, report)
        return report

    def _work(self, report: Report, backlog: Callable[[int], Tick]) -> None:
        outbox = self._service.parts.records.outbox
        outbox.recover()
        if not self._look_at_rules():
            self._stopping.wait(SETTLE)
            self._look_at_rules()
        if not self._recalled:
            self._forgot = recall(self._service.parts) > 0
            self._recalled = True
        if not self._look_through(report):  # until it is known what was answered, nobody is
            self._send(report, last=True)
            return
        for sha256 in self._service.parts.records.ledger.waiting():
            if not self._stopping.is_set():
                self._handle(sha256, report)
        for mailbox in self._service.mailboxes:
            if not self._stopping.is_set():
                self._poll_mailbox(mailbox, report, backlog)
        if not self._stopping.is_set():
            self._look_for_copies()
            # copies of letters of unknown fate were looked for in every mailbox; for one that is away they wait a day
            outbox.resolve_dots(self._service.parts.now(), WAIT_FOR_MAILBOX if report.away else timedelta(0))
        for parts in self._service.campaigns:
            remind(parts)
            show_drafts(parts)
        self._send(report, last=True)
        if self._try_rules():
            self._send(report, last=True)

    def _try_rules(self) -> int:
        """Go on with the changes of rules that admins ask for. How many letters were written about them."""
        running, stopping = self._service.running, self._stopping.is_set
        return sum(campaign.amendments.work(campaign.parts, self._soon, stopping) for campaign in running)

    def _look_at_rules(self) -> bool:
        """Take up what was saved, each campaign's by itself. False when something was saved too lately to be read."""
        settled = [watch.look() for watch in self._rules]
        self._service.settle_scopes()
        return all(settled)

    def _look_through(self, report: Report) -> bool:
        """After a restore, once: whether nothing of what the mailboxes hold is unknown."""
        service = self._service
        self._forgot = self._forgot or service.parts.records.restored_at() is not None
        try:
            done = look_through(service.parts, service.mailboxes, FOLDERS.values(), self._stopping.is_set)
        except MailboxUnreachable as error:
            report.away += (error,)
            log.warning("mailbox not looked through after a restore", error=str(error))
            return False
        return done

    def _look_for_copies(self) -> None:
        """Letters of unknown fate: the server may have kept a copy of what it took."""
        parts = self._service.parts
        if not parts.records.outbox.is_in_doubt() and not self._forgot:
            return
        self._forgot = False
        parts.records.outbox.evidence_at_hand(parts.now())
        smtp = self._service.settings.smtp
        for mailbox in self._service.mailboxes if smtp is None or evidence.looks_at_sent(smtp) else ():
            try:
                for message_id in mailbox.sent_message_ids():
                    parts.records.outbox.evidence(message_id, parts.now())
            except MailboxUnreachable as error:
                log.warning("sent mail not looked at", mailbox=mailbox.settings.name, error=str(error))

    def _poll_mailbox(self, mailbox: Mailbox, report: Report, backlog: Callable[[int], Tick]) -> None:
        parts = self._service.parts
        try:
            progress = _Progress(backlog)
            for sha256 in take_in(mailbox, parts, progress.begin):
                report.taken += 1
                self._handle(sha256, report)
                progress.step()
                self._send_now_and_then(report)
                if self._stopping.is_set():
                    return
            report.filed += self._file(mailbox)
            parts.records.mailbox_answers(mailbox.settings.name)
        except MailboxUnreachable as error:
            report.away += (error,)
            parts.records.mailbox_is_away(mailbox.settings.name, str(error), parts.now())
            log.warning("mailbox unreachable", mailbox=mailbox.settings.name, error=str(error))
        except OSError as error:
            self._note_trouble(error, report)

    def _handle(self, sha256: str, report: Report) -> None:
        """One mail that fails must not stop the next: it stays in the ledger and is tried again, then set aside."""
        self._look_at_rules()
        try:
            handle_mail(sha256, self._service.campaigns)
            report.judged += 1
        except Exception as error:
            if is_our_trouble(error):
                raise
            report.failed += 1
            log.exception("mail failed", mail=sha256[:12])

    def _note_trouble(self, error: Exception, report: Report) -> None:
        if not isinstance(error, ServiceError):
            where = f"数据目录 {self._service.settings.data_dir}"
            error = DatabaseUnusable(
                where, f"写不进去（{error}）", "邮件仍在服务器上；请检查磁盘空间和权限，之后自动继续"
            )
        report.away += (error,)
        log.error("poll cut short", error=str(error))

    def _send_now_and_then(self, report: Report) -> None:
        if monotonic() - self._sent_at >= SEND_EVERY:
            self._send(report)

    def _send(self, report: Report, *, last: bool = False) -> None:
        """In the middle of a backlog nothing leaves that one of the mails behind may overtake, or not for long."""
        parts, smtp = self._service.parts, self._service.settings.smtp
        if parts.agent is not None and smtp is not None:
            brake = Brake(smtp.letters_per_address_and_day, smtp.letters_per_case_and_day, smtp.letters_per_hour)
            wait, limit = (self._wait, ALL) if last else (max(self._wait, LONGEST_PASS), SOME)
            done = send_due(
                parts.records.outbox,
                parts.records.bounces,
                parts.agent,
                parts.sender.address,
                brake,
                parts.now,
                self._stopping.is_set,
                wait,
                limit,
                evidence.copy_to(self._service.settings, parts.records),
            )
            report.sent += done.sent
            if done.copy_refused:
                evidence.note_broken(parts.records, done.copy_refused, parts.now())
            if done.away is None:
                parts.records.submission_answers()
            else:
                parts.records.submission_is_away(str(done.away), parts.now())
            if last and done.away is not None:
                report.away += (done.away,)
                log.warning("submission unreachable", error=str(done.away))
            since = parts.records.outbox.waiting_since() if last and self._wait else None
            if since and since + self._wait > parts.now():
                report.wait_until = since + self._wait
        self._sent_at = monotonic()

    def _file(self, mailbox: Mailbox) -> int:
        """Courtesy to people who look into the mailbox: failures are noted by the mailbox and change nothing."""
        ledger, settings = self._service.parts.records.ledger, mailbox.settings
        filed = 0
        waiting = ledger.to_file(settings.name, settings.folder)
        uidvalidity = mailbox.uidvalidity() if waiting else 0
        for key, verdict in waiting:
            if key.uidvalidity != uidvalidity:
                continue
            match mailbox.file(key, FOLDERS[verdict], is_own=verdict == "own"):
                case Filed(how=how):
                    ledger.note_filed(key, how)
                    filed += 1
                case NotFiled(reason=reason):
                    log.warning("mail not filed", mail=str(key), why=reason)
                    break  # the folder's fault as a rule: the next poll tries again
        return filed


def _beside(service: Service, campaign: Running) -> list[tuple[Path, Rulebook]]:
    """The rules of the other campaigns, as they are in force."""
    others = (other for other in service.running if other is not campaign)
    return [(other.settings.rules_dir, other.parts.rules.rulebook) for other in others]


@dataclass(slots=True)
class _Progress:
    backlog: Callable[[int], Tick]
    step: Tick = lambda: None

    def begin(self, total: int) -> None:
        self.step = self.backlog(total)
