"""启用 and 回退: a tried change is written into the rules folder, or taken out of it again, once.

Before a file is touched the records say who wants it by which mail, so that whoever is told of a crash in the middle
knows what to bring to its end.
"""

import errno
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from service import rulebook
from service.amending.letters import Post
from service.amending.proposal import Proposal
from service.amending.tokens import plain, same, token_for
from service.amending.writing import Contents, Journal
from service.domain.amendments import Answer, Outcome
from service.domain.orders import Action, Order
from service.domain.rules import Rulebook
from service.errors import RulesInvalid
from service.keeping import KeptRules
from service.parts import Parts
from service.reading.sandbox import ReaderDied
from service.records.changes import RuleChange, State, Step
from service.rulebook.files import RULES_FILES
from service.typesetting.text import moment_text

_FORBIDDEN = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})
_WRONG = "rules_wrong_tokens"
_MOST_WRONG = 10
_LOCKED_FOR = timedelta(hours=24)

log = structlog.get_logger()

Proposes = Callable[[RuleChange, Rulebook, Parts], Proposal]


class TakingEffect:
    """The orders of one mail."""

    def __init__(self, rules_dir: Path, journal: Journal, kept: KeptRules, propose: Proposes, post: Post) -> None:
        self._rules_dir = rules_dir
        self._journal = journal
        self._kept = kept
        self._propose = propose
        self._post = post
        self._parts = post.parts

    def of(self, order: Order) -> Answer:
        """Carry out an order. Safe to call again. Raises OSError for what this machine lacks."""
        try:
            self._journal.finish()
            if order.action is Action.EXPORT:
                return self._answer(Outcome.EXPORTED)
            return self._enable(order.value) if order.action is Action.ENABLE else self._undo(order.value)
        except OSError as error:
            if error.errno not in _FORBIDDEN:
                raise
            return self._answer(Outcome.NOT_WRITABLE, (error.strerror or str(error),))
        except ReaderDied as error:
            return self._answer(Outcome.TRIAL_FAILED, lines=(str(error),))

    def _answer(self, outcome: Outcome, lines: tuple[str, ...] = (), what: str = "") -> Answer:
        return Answer(outcome, self._post.admin, lines, what)

    # 启用

    def _enable(self, written: str) -> Answer:
        changes = self._post.changes.all()
        mine = next((c for c in changes if c.enabled and c.enabled.mail == self._post.mail.sha256), None)
        if mine is not None and mine.state is not State.ENABLING:
            return self._answer(Outcome.ENABLED, mine.told)
        if not plain(written) and len(written) < 8:
            return self._answer(Outcome.NO_TOKEN)
        if until := self._locked_until():
            return self._answer(Outcome.LOCKED, what=self._moment(until))
        for change in changes:
            for base, version in reversed(change.trials):
                if same(written, token_for(change.mail, base, version, self._parts.key)):
                    return self._with_token(change, is_newest=(base, version) == (change.base, change.version))
        self._note_wrong()
        return self._answer(Outcome.WRONG_TOKEN)

    def _with_token(self, change: RuleChange, *, is_newest: bool) -> Answer:
        step = change.enabled
        if step is not None and change.state is not State.ENABLING:
            return self._answer(Outcome.USED_TOKEN, what=self._used(change))
        if not is_newest or change.state not in (State.OFFERED, State.ENABLING):
            return self._answer(Outcome.OLD_TOKEN)
        try:
            book = rulebook.load(self._rules_dir, self._parts.rules.own_addresses)
        except RulesInvalid as error:
            return self._answer(Outcome.FOLDER_BROKEN, error.problems)
        if change.state is State.ENABLING and book.version == change.version:
            return self._enabled(change)
        proposal = self._propose(change, book, self._parts) if book.version == change.base else None
        if proposal is None or proposal.version != change.version:
            self._post.changes.put(change.asked_again())
            return self._answer(Outcome.RULES_CHANGED)
        if self._kept.folder_of(book.version) is None:
            self._kept.keep(self._rules_dir, book)
            if self._kept.folder_of(book.version) is None:
                raise PermissionError(errno.EACCES, "data/kept_rules 写不进去，原来的规则存不下来")
        meant = replace(change, state=State.ENABLING, enabled=self._step())
        self._write(change, meant, dict(proposal.changed))
        return self._enabled(meant)

    def _enabled(self, change: RuleChange) -> Answer:
        turn = 1 + max((c.turn for c in self._post.changes.all()), default=0)
        by = change.enabled.by if change.enabled else self._post.admin
        told = f"{by} 用邮件启用了规则的改动：{'；'.join(change.told)}"
        self._post.changes.put(replace(change, state=State.ENABLED, turn=turn), self._parts.now(), told)
        log.info("rules changed by mail", by=by, changes=list(change.told), mail=self._post.mail.sha256[:12])
        return self._answer(Outcome.ENABLED, change.told)

    # 回退

    def _undo(self, written: str) -> Answer:
        changes = self._post.changes.all()
        mine = next((c for c in changes if c.undone and c.undone.mail == self._post.mail.sha256), None)
        if mine is not None and mine.state is State.UNDONE:
            return self._answer(Outcome.UNDONE, mine.told)
        if written:
            return self._answer(Outcome.NO_TOKEN)
        standing = [c for c in changes if c.state in (State.ENABLED, State.UNDOING)]
        if not standing:
            return self._answer(Outcome.NOTHING_TO_UNDO)
        change, version = max(standing, key=lambda c: c.turn), self._version()
        if change.state is State.UNDOING and version == change.base:
            return self._undone(change)
        before = self._kept.folder_of(change.base)
        if version != change.version or before is None or self._version(before) != change.base:
            return self._answer(Outcome.CANNOT_UNDO, change.told)
        meant = replace(change, state=State.UNDOING, undone=self._step())
        self._write(change, meant, _back_to(before, self._rules_dir))
        return self._undone(meant)

    def _undone(self, change: RuleChange) -> Answer:
        by = change.undone.by if change.undone else self._post.admin
        told = f"{by} 用邮件回退了规则的改动：{'；'.join(change.told)}"
        self._post.changes.put(replace(change, state=State.UNDONE), self._parts.now(), told)
        log.info("rules taken back by mail", by=by, changes=list(change.told), mail=self._post.mail.sha256[:12])
        return self._answer(Outcome.UNDONE, change.told)

    # both

    def _write(self, before: RuleChange, meant: RuleChange, contents: Contents) -> None:
        """Raises OSError; a change that did not begin to be written is as it was."""
        self._post.changes.put(meant)
        try:
            self._journal.write_all(contents)
        except OSError:
            if not self._journal.is_unfinished:
                self._post.changes.put(before)
            raise

    def _version(self, folder: Path | None = None) -> str | None:
        """Of the rules in a folder; None when they are broken."""
        try:
            return rulebook.load(folder or self._rules_dir, self._parts.rules.own_addresses).version
        except RulesInvalid:
            return None

    def _step(self) -> Step:
        return Step(self._post.admin, self._post.mail.sha256, self._parts.now().isoformat())

    def _used(self, change: RuleChange) -> str:
        steps = ((change.enabled, "启用"), (change.undone, "回退"))
        return "，".join(f"{step.by} 于{self._moment(step.at)}{what}" for step, what in steps if step) + "。"

    def _moment(self, at: str) -> str:
        zone = ZoneInfo(self._parts.rules.rulebook.campaign.timezone)
        return moment_text(datetime.fromisoformat(at).astimezone(zone))

    def _locked_until(self) -> str | None:
        wrong = self._wrong()
        if len(wrong) < _MOST_WRONG:
            return None
        return (datetime.fromisoformat(min(wrong.values())) + _LOCKED_FOR).isoformat()

    def _note_wrong(self) -> None:
        wrong = {**self._wrong(), self._post.mail.sha256: self._parts.now().isoformat()}
        self._parts.records.set_note(self._parts.scope.key(_WRONG), json.dumps(wrong))
        log.warning("wrong token for a change of the rules", by=self._post.admin, count=len(wrong))

    def _wrong(self) -> dict[str, str]:
        """Mails with wrong tokens, and when, as far back as they count."""
        since = (self._parts.now() - _LOCKED_FOR).isoformat()
        found: dict[str, str] = json.loads(self._parts.records.note(self._parts.scope.key(_WRONG)) or "{}")
        return {mail: at for mail, at in found.items() if at > since}


def _back_to(before: Path, folder: Path) -> Contents:
    """What makes a rules folder what it was, where it is another."""
    contents: dict[str, bytes | None] = {}
    for name in RULES_FILES:
        old = (before / name).read_bytes() if (before / name).exists() else None
        now = (folder / name).read_bytes() if (folder / name).exists() else None
        if old != now:
            contents[name] = old
    return contents
