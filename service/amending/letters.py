"""Letters to admins about their changes: to registered addresses only, each with one identity."""

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from service.desk.amendments import is_long, render_answer, render_trial
from service.desk.trial_sheet import trial_sheet
from service.domain.amendments import Answer, Outcome, Trial
from service.domain.confirmations import Confirmation
from service.domain.mail import Address
from service.domain.outgoing import OutgoingLetter
from service.domain.submission import Submission
from service.errors import RulesInvalid
from service.parts import Parts
from service.records.changes import RuleChange, RuleChanges
from service.replies.composing import compose, is_writable
from service.replies.identity import message_id_for
from service.typesetting.papers import OutgoingFile, RenderedLetter
from service.typesetting.text import moment_text

_WORKBOOK = "规则.xlsx"
_TO_ALL = frozenset({Outcome.ENABLED, Outcome.UNDONE, Outcome.LOCKED})


def changes_of(parts: Parts) -> RuleChanges:
    """The changes of a campaign's rules."""
    return RuleChanges(parts.records.engine, parts.scope.owns)


@dataclass(frozen=True, slots=True)
class Post:
    """One mail of an admin, and the way back to him."""

    parts: Parts
    folder: Path  # of the rules
    admin: str  # as registered
    mail: Submission
    changes: RuleChanges = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", changes_of(self.parts))

    @staticmethod
    def about(change: RuleChange, parts: Parts, folder: Path) -> "Post":
        """For the mail that brought a change. Raises ReaderDied."""
        return Post(parts, folder, change.by, parts.read(change.mail))

    def offer(self, trial: Trial, seed: str, seq: int) -> None:
        """What a change would do, to every admin. seed: what the letter's identity is made of."""
        campaign, templates = self.parts.rules.rulebook.campaign, self.parts.letters.templates
        letter = render_trial(trial, self.folder, campaign, self.parts.now(), templates)
        if is_long(trial):
            file = trial_sheet(trial, templates.words("rules_trial"), self.parts.now())
            letter = replace(letter, attachments=(file,))
        self._queue(letter, "rules_trial", seed, seq, to_all=True)

    def answer(self, answer: Answer, seq: int) -> None:
        """What became of the mail: to its sender, and to all where the rules changed."""
        letter = self._rendered(answer)
        if answer.outcome.brings_workbook:
            letter = replace(letter, attachments=tuple(_workbook(self.folder, self.parts.records.mailboxes.all())))
        self._queue(letter, "rules_answer", self.mail.sha256, seq, to_all=answer.outcome in _TO_ALL)

    def refuse(self, outcome: Outcome, received: datetime) -> None:
        """Tell all admins of a mail in one's name that is not heeded; of such mails once a day. It does not thread to
        that mail, which may be anybody's."""
        parts, campaign = self.parts, self.parts.rules.rulebook.campaign
        local = received.astimezone(ZoneInfo(campaign.timezone))
        answer = Answer(outcome, self.admin, subject=self.mail.envelope.subject, received=moment_text(local))
        day = parts.now().astimezone(ZoneInfo(campaign.timezone)).date()
        seed = f"{parts.scope.prefix} {outcome.value} {self.admin.lower()} {day}"
        self._queue(self._rendered(answer), "rules_answer", seed, 0, to_all=True, threads=False)

    def _rendered(self, answer: Answer) -> RenderedLetter:
        campaign, templates = self.parts.rules.rulebook.campaign, self.parts.letters.templates
        return render_answer(answer, self.folder, campaign, self.parts.now(), templates)

    def _queue(
        self, letter: RenderedLetter, kind: str, seed: str, seq: int, *, to_all: bool, threads: bool = True
    ) -> None:
        parts = self.parts
        first, others = self._recipients()
        if not first:
            return
        identity = hashlib.sha256(f"{kind} {seed}".encode()).hexdigest()
        message_id = message_id_for(kind, identity, seq, parts.key, parts.sender.domain)
        content = compose(
            letter,
            sender=parts.sender,
            to=tuple(Address("", address) for address in first),
            message_id=message_id,
            in_reply_to=self.mail.envelope.message_id if threads else None,
            references=self.mail.envelope.references if threads else (),
            date=parts.now(),
            auto_submitted="auto-replied" if threads else "auto-generated",
            cc=tuple(Address("", address) for address in others) if to_all else (),
        )
        own = parts.scope.prefix
        outgoing = OutgoingLetter(kind, tuple(first), message_id, letter.subject, content, campaign=own)
        parts.records.outbox.queue(outgoing, parts.now())

    def _recipients(self) -> tuple[Sequence[str], Sequence[str]]:
        """Who is written to, and who gets a copy: who is no admin any more is neither."""
        admins = [a for a in self.parts.rules.rulebook.campaign.admins if is_writable(a)]
        first = [a for a in admins if a.lower() == self.admin.lower()]
        return (first, [a for a in admins if a not in first]) if first else (admins, ())


def _workbook(folder: Path, confirmed: Sequence[Confirmation]) -> Iterator[OutgoingFile]:
    """The rules as they are, for a spreadsheet program; nothing while the folder is broken."""
    from service.exchanging import export_tables  # openpyxl costs 30 MB, for the few letters that need it
    from service.typesetting.sheets import MEDIA_TYPE
    from service.workbook.rules_words import COLUMNS, WORKBOOK

    with tempfile.TemporaryDirectory(prefix="rules-") as place, suppress(RulesInvalid):
        file = Path(place) / _WORKBOOK
        export_tables(folder, file, COLUMNS, WORKBOOK, confirmed)
        yield OutgoingFile(_WORKBOOK, MEDIA_TYPE, file.read_bytes())
