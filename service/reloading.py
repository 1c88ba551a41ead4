"""A saved change of rules or templates, taken up between two mails: whole or not at all.

What is broken changes nothing: the service goes on by the last good rules, and admins are told once, with all
problems, and once when it is mended. What was told stands in the records, so that a restart repeats nothing.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, time

import structlog

from service import rulebook
from service.bench import FINDINGS, letters_for
from service.checks.wording import Wording, load_wording
from service.digest.notice import Notice, render_notice
from service.domain.mail import Address
from service.domain.outgoing import OutgoingLetter
from service.domain.rules import Rulebook
from service.errors import ConfigurationInvalid, RulesInvalid, is_our_trouble
from service.folders import Seen, changes_between, seen_of, texts_of
from service.replies.composing import compose
from service.replies.identity import message_id_for
from service.replies.rendering import Letters
from service.wiring import Running, reading_by

SETTLE = 3.0
"""Seconds that a folder must have been left alone: nobody decides by a file that is half written."""
INCIDENT = "rules_incident"

log = structlog.get_logger()
Ruled = tuple[Path, Rulebook]


@dataclass(frozen=True, slots=True)
class Incident:
    """Broken rules, from the first that was told to their mending. number: the how-manieth."""

    number: int = 0
    open: bool = False
    problems: tuple[str, ...] = ()

    @staticmethod
    def read(text: str | None) -> "Incident":
        if text is None:
            return Incident()
        number, is_open, problems = json.loads(text)
        return Incident(number, is_open, tuple(problems))

    def written(self) -> str:
        return json.dumps([self.number, self.open, self.problems], ensure_ascii=False)


class RulesWatch:
    """Looks after the folders of one campaign. Not for two threads at a time.

    beside: the rules of the campaigns that share its mailbox, with which new ones must go together.
    """

    def __init__(
        self, service: Running, settle: float = SETTLE, beside: Callable[[], Sequence[Ruled]] = lambda: ()
    ) -> None:
        self._service = service
        self._beside = beside
        self._settle = settle
        self._seen = service.loaded_from  # None: what is there was not taken up
        self._pending: tuple[Seen | None, float] = (None, 0.0)
        self._texts = texts_of(service.in_force)
        self._is_first = True

    def look(self) -> bool:
        """Take up what was saved. False when something was saved so lately that it may be half written.

        Raises DatabaseUnusable.
        """
        if self._is_first:
            self._begin()
            self._is_first = False
        seen = seen_of(self._service.settings)
        if seen == self._seen:
            return True
        if not self._is_settled(seen):
            return False
        try:
            self._take_up(seen)
        except Exception as error:
            if is_our_trouble(error):
                raise  # nothing can be recorded now: the next poll looks again
            log.exception("rules not taken up")  # nor may it keep mails waiting
        self._seen = seen
        return True

    def _begin(self) -> None:
        """What changed, and perhaps was mended, while the service did not run."""
        if self._seen is None or self._service.before is None:
            return
        changes = tuple(changes_between(texts_of(self._service.before), self._texts))
        if changes:
            log.info("rules changed since the last run", changes=list(changes))
        self._tell_mended(changes)

    def _is_settled(self, seen: Seen) -> bool:
        if self._pending[0] != seen:
            self._pending = (seen, monotonic())
        newest = max((times[-1] for _, times in seen if times), default=0) / 1e9
        return time() - newest >= self._settle or monotonic() - self._pending[1] >= self._settle

    def _take_up(self, seen: Seen) -> None:
        settings = self._service.settings
        try:
            book = rulebook.load(settings.rules_dir, self._service.parts.rules.own_addresses)
            wording = load_wording(settings.templates_dir / FINDINGS)
            letters = letters_for(settings)
            self._refuse_beside(book)
        except (RulesInvalid, ConfigurationInvalid) as error:
            log.error("rules broken, the last good ones stay", problems=len(error.problems))
            self._tell_broken(error.problems)
            return
        if seen_of(settings) != seen:
            return  # saved once more meanwhile: the next look sees that
        self._apply(book, wording, letters)

    def _refuse_beside(self, book: Rulebook) -> None:
        own = self._service.settings.rules_dir
        known = set(rulebook.problems_together(self._beside()))
        problems = rulebook.problems_together([(own, book), *self._beside()])
        if fresh := tuple(problem for problem in problems if problem not in known):
            raise RulesInvalid(str(own), fresh)

    def _apply(self, book: Rulebook, wording: Wording, letters: Letters) -> None:
        settings, parts = self._service.settings, self._service.parts
        texts = texts_of(settings.rules_dir)
        changes, self._texts = tuple(changes_between(self._texts, texts)), texts
        read = parts.read
        if book.version != parts.rules.rulebook.version:
            self._service.reader.use(book)
            read = reading_by(self._service, book)
        rules = replace(parts.rules, rulebook=book, wording=wording)
        self._service.parts = replace(parts, rules=rules, letters=letters, read=read)
        self._service.kept.keep(settings.rules_dir, book)
        log.info("rules and templates taken up", version=book.version[:12], changes=list(changes))
        self._tell_mended(changes)

    def _tell_broken(self, problems: tuple[str, ...]) -> None:
        """Once for each set of problems until they are mended: the letter's identity is made of them."""
        before = self._incident()
        now = Incident(before.number if before.open else before.number + 1, True, problems)
        if now != before:
            self._note(now)
        self._queue("rules_broken", now, Notice(problems=problems))

    def _tell_mended(self, changes: tuple[str, ...]) -> None:
        before = self._incident()
        if before.open:
            self._queue("rules_mended", before, Notice(changes=changes))
            self._note(replace(before, open=False, problems=()))

    def _incident(self) -> Incident:
        parts = self._service.parts
        return Incident.read(parts.records.note(parts.scope.key(INCIDENT)))

    def _note(self, incident: Incident) -> None:
        parts = self._service.parts
        parts.records.set_note(parts.scope.key(INCIDENT), incident.written())

    def _queue(self, kind: str, incident: Incident, notice: Notice) -> None:
        parts = self._service.parts
        campaign = parts.rules.rulebook.campaign
        if not campaign.admins:
            return
        seed = f"{parts.scope.key(str(incident.number))}\0" + "\0".join(sorted(notice.problems))
        message_id = message_id_for(
            kind, hashlib.sha256(seed.encode()).hexdigest(), incident.number, parts.key, parts.sender.domain
        )
        letter = render_notice(notice, self._service.settings.rules_dir, campaign, parts.now(), parts.letters.templates)
        content = compose(
            letter,
            sender=parts.sender,
            to=tuple(Address("", address) for address in campaign.admins),
            message_id=message_id,
            in_reply_to=None,
            references=(),
            date=parts.now(),
            auto_submitted="auto-generated",
        )
        parts.records.outbox.queue(
            OutgoingLetter(kind, campaign.admins, message_id, letter.subject, content, campaign=campaign.number_prefix),
            parts.now(),
        )


def rules_problems(records_note: str | None) -> tuple[str, ...]:
    """What the digest says of broken rules, from the note that is kept of them."""
    incident = Incident.read(records_note)
    if not incident.open:
        return ()
    return (f"规则有 {len(incident.problems)} 处问题，服务仍按原规则运行：{incident.problems[0]}",)
