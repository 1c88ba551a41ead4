"""Emptying the outbox: each letter is taken, handed to the submission server, and its fate written down.

What SMTP allows and no more: between the final dot and the server's answer nobody knows (RFC 1047). A letter
caught there is never blindly sent again; see `Outbox.resolve_dots`. A letter waits its turn: when the server is
away, none overtakes another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from time import monotonic
from typing import Protocol

import structlog

from service.domain.outgoing import DueLetter
from service.errors import SubmissionUnreachable
from service.records.bounces import Bounces
from service.records.outbox import Outbox
from service.replies.composing import copies_in
from service.replies.smtp import Ambiguous, Outcome, Refused, Sent, TryLater

SETTLE = timedelta(minutes=15)
"""How long a letter of unknown fate waits for evidence; longer than any server's 600 s after the dot."""
GIVE_UP = timedelta(days=5)
_REST, _LONG_REST = 60.0, 900.0  # seconds; a wrong password tried every minute locks the account
_HOUR = timedelta(hours=1)
_FULL_HOUR = "一小时内发出的信过多，稍后自动发出"
_STALE = f"写好后 {GIVE_UP.days} 天未能送出，内容可能已经过时，放行即发"
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=4)
_GREYLISTED = timedelta(minutes=15)
"""A recipient put off is not asked for sooner: who asks too soon is put off anew. As long as the rest after a limit,
so that the queue keeps its order."""

log = structlog.get_logger()


class Agent(Protocol):
    """A mail submission server.

    Returns one of the four outcomes for one letter; raises SubmissionUnreachable when no letter at all could be
    handed over, which says nothing against this one.
    """

    def send(
        self,
        envelope_from: str,
        recipients: tuple[str, ...],
        content: bytes,
        before_dot: Callable[[], None],
        copies: tuple[str, ...] = (),
    ) -> Outcome: ...


class Patient:
    """An agent that leaves its server in peace for a while after it could not be reached."""

    def __init__(self, agent: Agent, clock: Callable[[], float] = monotonic) -> None:
        self._agent = agent
        self._clock = clock
        self._failure: SubmissionUnreachable | None = None
        self._until = 0.0
        self._limited: set[bytes] = set()

    def send(
        self,
        envelope_from: str,
        recipients: tuple[str, ...],
        content: bytes,
        before_dot: Callable[[], None],
        copies: tuple[str, ...] = (),
    ) -> Outcome:
        """As the agent does; until the rest is over, its last failure is told again without contacting the server.

        A letter that meets a limit of ours ends the sending, and keeps its place. Not so the second time: it might be
        the letter after all, and the others must not wait for it.
        """
        if self._failure is not None and self._clock() < self._until:
            raise self._failure.again()
        try:
            outcome = self._agent.send(envelope_from, recipients, content, before_dot, copies)
            self._mind_limit(outcome, content)
        except SubmissionUnreachable as error:
            self._failure = error
            self._until = self._clock() + (_LONG_REST if error.permanent else _REST)
            raise
        self._failure = None
        return outcome

    def _mind_limit(self, outcome: Outcome, content: bytes) -> None:
        if not isinstance(outcome, TryLater) or not outcome.limit:
            return
        which = sha256(content).digest()
        if which not in self._limited:
            self._limited.add(which)
            todo = "待发邮件已保存，稍后按原顺序自动续发；如常发生，请向邮箱服务商申请提高发信额度"
            raise SubmissionUnreachable("发信服务器", f"发信额度已用完（{outcome.reason}）", todo, permanent=True)


@dataclass(frozen=True, slots=True)
class Emptied:
    """What became of the outbox: how many letters left, and why no more, when the server could not be reached.

    copy_refused: in which words the server refused the copy to ourselves, once for all.
    """

    sent: int = 0
    away: SubmissionUnreachable | None = None
    copy_refused: str = ""


@dataclass(frozen=True, slots=True)
class Brake:
    """How many letters may leave: what goes beyond waits, and staff are told. The end of any loop, and of any flood
    of mails with other people's addresses in From."""

    per_address_and_day: int = 50
    per_case_and_day: int = 50
    answers_per_hour: int = 3000


def send_due(
    outbox: Outbox,
    bounces: Bounces,
    agent: Agent,
    envelope_from: str,
    brake: Brake,
    now: Callable[[], datetime],
    stopping: Callable[[], bool] = lambda: False,
    wait: timedelta = timedelta(0),
    limit: int = 200,
    copy_to: str = "",
) -> Emptied:
    """Send what is due, oldest first. Ends early when the server is away, or between two letters when told to stop.

    wait: how old letters must be that a further mail may overtake. Beyond the most answers of an hour the rest stays in
    the queue, but for what goes to staff; beyond what one address or case gets in a day, a letter is left to them.
    copy_to: our own address, named as one more recipient: its copy tells that the letter was taken.
    """
    sent, copy_refused = 0, ""
    room = brake.answers_per_hour - outbox.answered_since(now() - _HOUR)
    for letter_id in outbox.due(now(), wait, limit, answers=room > 0):
        if stopping():
            break
        letter = outbox.take(letter_id)
        if letter is None:
            continue
        if letter.answers and room <= 0:
            outbox.put_back(letter.id, _FULL_HOUR)
            continue
        if reason := _held_back(outbox, bounces, letter, brake, now()):
            outbox.park(letter.id, now(), reason)
            continue
        try:
            dot, copies = _before_dot(outbox, letter.id, now), _copies(letter, copy_to)
            outcome = agent.send(envelope_from, letter.recipients, letter.content, dot, copies)
        except SubmissionUnreachable as error:
            outbox.put_back(letter.id, str(error))
            return Emptied(sent, error, copy_refused)
        if refused := _copy_refused(outcome, copy_to):
            copy_to, copy_refused = "", refused
            if isinstance(outcome, TryLater):
                outbox.put_back(letter.id, refused)
                continue
        _write_down(outbox, bounces, letter, outcome, now())
        log.info("letter", letter=letter.letter, id=letter.id, outcome=type(outcome).__name__, attempt=letter.attempts)
        sent += isinstance(outcome, Sent)
        room -= letter.answers and isinstance(outcome, Sent)
    if room <= 0 and outbox.due(now(), wait, 1):
        outbox.note_held(now(), now() - _HOUR, f"一小时内发出的信已达 {brake.answers_per_hour} 封")
    return Emptied(sent, copy_refused=copy_refused)


def _copies(letter: DueLetter, copy_to: str) -> tuple[str, ...]:
    """Who gets a letter beside its recipients: its Cc, and we ourselves last, whom no field names."""
    named = copies_in(letter.content)
    known = {address.lower() for address in (*letter.recipients, *named)}
    return (*named, copy_to) if copy_to and copy_to.lower() not in known else named


def _copy_refused(outcome: Outcome, copy_to: str) -> str:
    """The words in which the copy to ourselves was refused for good; "" when it was not. A copy must never keep a
    letter from leaving: a server that hangs up on it has refused it."""
    match outcome:
        case Sent(refused=refused):
            return next((r.reason for r in refused if r.address == copy_to and r.for_good), "")
        case TryLater(reason=reason, address=address) if copy_to and address == copy_to:
            return reason
    return ""


def _before_dot(outbox: Outbox, letter_id: int, now: Callable[[], datetime]) -> Callable[[], None]:
    return lambda: outbox.before_dot(letter_id, now() + SETTLE)


def _held_back(outbox: Outbox, bounces: Bounces, letter: DueLetter, brake: Brake, now: datetime) -> str:
    """Why a letter is not sent by itself, in Chinese; "" when it is. What goes to staff always leaves."""
    if not letter.answers or letter.released:
        return ""
    for address in letter.recipients:
        if why := bounces.why(address):
            return f"发往这个地址的信曾被退回（{why}），放行即再试"
    if now - letter.created > GIVE_UP:
        return _STALE
    since = now - timedelta(days=1)
    if any(outbox.sent_to_since(a, since) >= brake.per_address_and_day for a in letter.recipients):
        return "一天之内发往这个地址的信过多"
    if letter.case_id is not None and outbox.sent_about_since(letter.case_id, since) >= brake.per_case_and_day:
        return "一天之内就这一报送件发出的信过多"
    return ""


def _write_down(outbox: Outbox, bounces: Bounces, letter: DueLetter, outcome: Outcome, now: datetime) -> None:
    match outcome:
        case Sent(refused=refused):
            others = {a.lower() for a in (*letter.recipients, *copies_in(letter.content))}
            left_out = (f"{r.address} 没有收下：{r.reason}" for r in refused if r.address.lower() in others)
            outbox.sent(letter.id, now, "；".join(left_out))
        case TryLater(reason=reason) if now - letter.created > GIVE_UP:
            outbox.park(letter.id, now, f"多次未能送出：{reason}")
        case TryLater(reason=reason, address=address, limit=limit):
            wait = _GREYLISTED if limit else max(_wait(letter.attempts), _GREYLISTED if address else _FIRST_WAIT)
            outbox.later(letter.id, reason, now + wait)
        case Refused(reason=reason, address=address, unknown=unknown):
            outbox.park(letter.id, now, f"被拒收：{reason}")
            if unknown and address is not None:
                bounces.mark(address, reason, now)
        case Ambiguous(reason=reason):
            outbox.ambiguous(letter.id, reason, now + SETTLE)


def _wait(attempts: int) -> timedelta:
    return min(_FIRST_WAIT * (1 << min(attempts - 1, 10)), _LONGEST_WAIT)
