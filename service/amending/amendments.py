"""What an admin writes about the rules: taken up when the mail is judged, tried beside the service, answered once.

    files  -> asked for -> tried -> told with a token        `receive`, then `work`
    启用   -> the rules are still those it was tried against -> written into the folder -> told
    回退   -> the folder still is what the last change made of it -> as it was before -> told

Who is believed is said in `deciding.authority`, how files are written in `writing`. Answers go to registered addresses
only, and what changes the rules is told to every admin.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

import structlog

from service import rulebook
from service.amending.letters import Post, changes_of
from service.amending.proposal import Proposal, load_with, propose
from service.amending.taking_effect import TakingEffect
from service.amending.telling import trial_of
from service.amending.tokens import token_for
from service.amending.trials import Trials, Tried
from service.amending.writing import Journal, is_writable
from service.deciding.authority import Standing, registered, standing
from service.desk import orders_in
from service.domain.amendments import Answer, Outcome
from service.domain.judgement import Judgement
from service.domain.orders import Order
from service.domain.outgoing import TO_ADMINS
from service.domain.rules import Rulebook
from service.errors import RulesInvalid, is_our_trouble
from service.folders import changes_between, texts_of, texts_with
from service.keeping import KeptRules
from service.overlaying import lay_over
from service.parts import Parts
from service.reading.sandbox import Reader, ReaderDied
from service.records.changes import RuleChange, State
from service.replies.identity import verify
from service.routing.kinds import brings_rules

_REFUSALS = {
    Standing.STRANGER: Outcome.UNPROVED,
    Standing.FORGED: Outcome.FORGED,
    Standing.MACHINE: Outcome.MACHINE,
    Standing.UNPROVED: Outcome.UNPROVED,
}
_MOST_ORDERS = 3  # of one mail
_MOST_TRIES = 2
_LONGEST_WAIT = 600.0
"""Seconds, for rules that were saved and are not taken up: something else is wrong with them."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Desk:
    """What changing rules needs besides a service's parts."""

    rules_dir: Path
    journal: Journal
    is_open: bool  # the configuration lets rules be changed by mail
    reader: Reader
    kept: KeptRules


class Amendments:
    """The changes of one rules folder. Not for two threads at once."""

    def __init__(self, desk: Desk, trials: Trials | None) -> None:
        self._desk = desk
        self._trials = trials
        self._proposals: dict[str, Proposal] = {}  # of the trial under way
        self._unsettled: dict[str, float] = {}  # versions that were saved and are not in force, and since when

    def receive(self, judgement: Judgement, parts: Parts) -> None:
        """Take up what a mail of an admin brings and orders. Safe to call again."""
        submission = judgement.dossier.submission
        words, prefix = parts.rules.rulebook.mail.orders, parts.rules.rulebook.campaign.number_prefix
        found = orders_in(submission.text, words, prefix)
        orders = [order for order in found if order.action is not None and order.action.is_about_rules]
        files = brings_rules(submission)
        admin = registered(submission.envelope, parts.rules.rulebook.campaign.admins)
        if admin is None or not (files or orders):
            return
        post = Post(parts, self._desk.rules_dir, admin, submission)
        if refusal := self._refusal(judgement, parts):
            log.warning("change of the rules not believed", mail=submission.sha256[:12], why=refusal.value)
            post.refuse(refusal, judgement.dossier.received)
            return
        for number, order in enumerate(list(dict.fromkeys(orders))[:_MOST_ORDERS]):
            post.answer(self._obeyed(order, post), number)
        if files:
            at = judgement.dossier.received.isoformat()
            changes_of(parts).ask(RuleChange(submission.sha256, admin, at, parts.scope.prefix))

    def _refusal(self, judgement: Judgement, parts: Parts) -> Outcome | None:
        """Why a mail in an admin's name is not heeded."""
        envelope = judgement.dossier.submission.envelope
        signed = (verify(message_id, parts.key) for message_id in (*envelope.in_reply_to, *envelope.references))
        found = standing(
            envelope,
            parts.rules.rulebook.campaign.admins,
            judgement.dossier.authentication,
            answers_admins=any(own is not None and own.kind in TO_ADMINS for own in signed),
        )
        if not self._desk.is_open and found is not Standing.FORGED:
            return Outcome.SWITCHED_OFF
        return _REFUSALS.get(found)

    def _obeyed(self, order: Order, post: Post) -> Answer:
        effect = TakingEffect(self._desk.rules_dir, self._desk.journal, self._desk.kept, self._proposal, post)
        return effect.of(order)

    def work(
        self, parts: Parts, soon: Callable[[], None] | None = None, stopping: Callable[[], bool] = lambda: False
    ) -> int:
        """Try what was asked for, one after the other, and tell. How many letters were written.

        soon: called from another thread when a trial is over that is under way then; None: trials are waited for.
        """
        told = 0
        while not stopping():
            change = self._next(parts)
            if change is None:
                break
            if self._trials is None or not self._advance(change, parts, soon, stopping):
                break
            told += self._change(change.mail, parts).state is not State.ASKED
        return told

    def close(self) -> None:
        """End a trial that is under way: it is made again."""
        if self._trials is not None:
            self._trials.close()

    def _next(self, parts: Parts) -> RuleChange | None:
        """The trial under way, else the oldest change that is to be tried."""
        asked = [c for c in changes_of(parts).all() if c.state is State.ASKED]
        running = self._trials.running if self._trials else None
        return next((c for c in asked if c.mail == running), next(iter(asked), None))

    def _change(self, mail: str, parts: Parts) -> RuleChange:
        found = changes_of(parts).of(mail)
        assert found is not None
        return found

    def _advance(
        self, change: RuleChange, parts: Parts, soon: Callable[[], None] | None, stopping: Callable[[], bool]
    ) -> bool:
        """One step with a change. Whatever its files do to us, it is done with then, and mails come in as before."""
        try:
            return self._go_on(change, parts, soon, stopping)
        except Exception as error:
            if is_our_trouble(error):
                raise
            log.exception("change of the rules failed", mail=change.mail[:12])
            changes_of(parts).put(replace(change, state=State.OVER))
            post = Post.about(change, parts, self._desk.rules_dir)
            post.answer(Answer(Outcome.TRIAL_FAILED, change.by, (type(error).__name__,)), _MOST_ORDERS + change.trial)
            return True

    def _go_on(
        self, change: RuleChange, parts: Parts, soon: Callable[[], None] | None, stopping: Callable[[], bool]
    ) -> bool:
        """One step with a change: False when there is nothing to do but wait."""
        trials = self._trials
        assert trials is not None
        if trials.running != change.mail:
            return self._begin(change, parts, soon)
        while (tried := trials.result()) is None:
            if soon is not None or stopping():
                return False
            trials.wait(0.5)
        self._conclude(change, tried, parts)
        return True

    def _begin(self, change: RuleChange, parts: Parts, soon: Callable[[], None] | None) -> bool:
        """Look at the files and begin their trial; or tell at once what is wrong. False when that must wait."""
        post = Post.about(change, parts, self._desk.rules_dir)
        try:
            book = rulebook.load(self._desk.rules_dir, parts.rules.own_addresses)
        except RulesInvalid as error:
            self._end(change, post, Answer(Outcome.FOLDER_BROKEN, change.by, error.problems))
            return True
        if book.version != parts.rules.rulebook.version:  # saved a moment ago: the service takes it up first
            since = self._unsettled.setdefault(book.version, monotonic())
            if monotonic() - since < _LONGEST_WAIT:
                return False
            self._end(change, post, Answer(Outcome.FOLDER_BROKEN, change.by))
            return True
        try:
            proposal = self._proposal(change, book, parts)
        except ReaderDied as error:
            self._end(change, post, Answer(Outcome.TRIAL_FAILED, change.by, (f"附件无法读取（{error}）",)))
            return True
        if answer := _wrong_with(proposal, change.by):
            self._end(change, post, answer)
            return True
        self._start(change, proposal, parts, soon)
        return True

    def _start(self, change: RuleChange, proposal: Proposal, parts: Parts, soon: Callable[[], None] | None) -> None:
        assert self._trials is not None
        changes_of(parts).put(replace(change, tries=change.tries + 1))
        self._proposals = {change.mail: proposal}
        folder = self._desk.rules_dir
        self._trials.start(change.mail, lambda place: lay_over(folder, proposal.changed, place), soon)
        log.info("trial of changed rules begun", mail=change.mail[:12], files=list(proposal.changed))

    def _conclude(self, change: RuleChange, tried: Tried, parts: Parts) -> None:
        """Tell what a trial came to, unless the rules changed under it: then it is made again."""
        post, proposal = Post.about(change, parts, self._desk.rules_dir), self._proposals.pop(change.mail)
        base = parts.rules.rulebook.version
        with suppress(RulesInvalid):
            if rulebook.load(self._desk.rules_dir, parts.rules.own_addresses).version != base:
                return
        if tried.result is None:
            log.warning("trial of changed rules failed", mail=change.mail[:12], why=tried.trouble)
            if change.tries >= _MOST_TRIES:
                self._end(change, post, Answer(Outcome.TRIAL_FAILED, change.by, (tried.trouble,)))
            return
        after = load_with(self._desk.rules_dir, proposal.changed, parts.rules.own_addresses)
        token = token_for(change.mail, base, proposal.version, parts.key)
        trial = trial_of(tried.result, proposal, change, token, after, writable=is_writable(self._desk.rules_dir))
        post.offer(trial, f"{change.mail} {base} {proposal.version}", change.trial + 1)
        told = tuple(_told(proposal, self._desk.rules_dir))
        changes_of(parts).put(
            replace(
                change,
                state=State.OFFERED,
                trial=change.trial + 1,
                tries=0,
                base=base,
                version=proposal.version,
                told=told,
            )
        )
        log.info("changed rules tried", mail=change.mail[:12], mails=trial.mails, changed=len(trial.changed))

    def _proposal(self, change: RuleChange, book: Rulebook, parts: Parts) -> Proposal:
        """What the files of a change make of the rules as they are. Raises ReaderDied."""
        offered = self._desk.reader.offered(parts.archive.path(change.mail))
        return propose(offered, self._desk.rules_dir, book, parts.rules.own_addresses)

    def _end(self, change: RuleChange, post: Post, answer: Answer) -> None:
        post.answer(answer, _MOST_ORDERS + change.trial)
        post.changes.put(replace(change, state=State.OVER))


def _wrong_with(proposal: Proposal, by: str) -> Answer | None:
    """Why a proposal is not tried."""
    if proposal.problems:
        return Answer(Outcome.FAULTY, by, proposal.problems)
    if not proposal.recognised:
        return Answer(Outcome.UNKNOWN_FILES, by, proposal.unknown)
    return Answer(Outcome.SAME, by) if not proposal.changed else None


def _told(proposal: Proposal, folder: Path) -> Iterator[str]:
    """Which lines of which file change, as the log of a reload tells it."""
    yield from changes_between(texts_of(folder), texts_with(folder, proposal.changed))
