"""Emptying the outbox: each letter is taken, handed to the submission server, and its fate written down.

What SMTP allows and no more: between the final dot and the server's answer nobody knows (RFC 1047). A letter
caught there is never blindly sent again; see `Outbox.resolve_dots`. A letter waits its turn: when the server is
away, none overtakes another.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
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
_REST, _REST_AFTER_REFUSED_LOGIN = 60.0, 900.0  # seconds; a wrong password tried every minute locks the account
_HOUR = timedelta(hours=1)
_FULL_HOUR = "一小时内发出的信过多，稍后自动发出"
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=4)

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

    def send(
        self,
        envelope_from: str,
        recipients: tuple[str, ...],
        content: bytes,
        before_dot: Callable[[], None],
        copies: tuple[str, ...] = (),
    ) -> Outcome:
        """As the agent does; until the rest is over, its last failure is told again without contacting the server."""
        if self._failure is not None and self._clock() < self._until:
            raise self._failure.again()
        try:
            outcome = self._agent.send(envelope_from, recipients, content, before_dot, copies)
        except SubmissionUnreachable as error:
            self._failure = error
            self._until = self._clock() + (_REST_AFTER_REFUSED_LOGIN if error.permanent else _REST)
            raise
        self._failure = None
        return outcome


@dataclass(frozen=True, slots=True)
class Emptied:
    """What became of the outbox: how many letters left, and why no more, when the server could not be reached."""

    sent: int = 0
    away: SubmissionUnreachable | None = None


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
) -> Emptied:
    """Send what is due, oldest first. Ends early when the server is away, or between two letters when told to stop.

    wait: how old letters must be that a further mail may overtake. Beyond the most answers of an hour the rest stays in
    the queue, but for what goes to staff; beyond what one address or case gets in a day, a letter is left to them.
    """
    sent = 0
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
            dot, copies = _before_dot(outbox, letter.id, now), copies_in(letter.content)
            outcome = agent.send(envelope_from, letter.recipients, letter.content, dot, copies)
        except SubmissionUnreachable as error:
            outbox.put_back(letter.id, str(error))
            return Emptied(sent, error)
        _write_down(outbox, letter, outcome, now())
        log.info("letter", letter=letter.letter, id=letter.id, outcome=type(outcome).__name__, attempt=letter.attempts)
        sent += isinstance(outcome, Sent)
        room -= letter.answers and isinstance(outcome, Sent)
    if room <= 0 and outbox.due(now(), wait, 1):
        outbox.note_held(now(), now() - _HOUR, f"一小时内发出的信已达 {brake.answers_per_hour} 封")
    return Emptied(sent)


def _before_dot(outbox: Outbox, letter_id: int, now: Callable[[], datetime]) -> Callable[[], None]:
    return lambda: outbox.before_dot(letter_id, now() + SETTLE)


def _held_back(outbox: Outbox, bounces: Bounces, letter: DueLetter, brake: Brake, now: datetime) -> str:
    """Why a letter is not sent by itself, in Chinese; "" when it is. What goes to staff always leaves."""
    if not letter.answers or letter.released:
        return ""
    for address in letter.recipients:
        if why := bounces.why(address):
            return f"发往这个地址的信曾被退回（{why}），放行即再试"
    since = now - timedelta(days=1)
    if any(outbox.sent_to_since(a, since) >= brake.per_address_and_day for a in letter.recipients):
        return "一天之内发往这个地址的信过多"
    if letter.case_id is not None and outbox.sent_about_since(letter.case_id, since) >= brake.per_case_and_day:
        return "一天之内就这一报送件发出的信过多"
    return ""


def _write_down(outbox: Outbox, letter: DueLetter, outcome: Outcome, now: datetime) -> None:
    match outcome:
        case Sent():
            outbox.sent(letter.id, now)
        case TryLater(reason=reason) if now - letter.created > GIVE_UP:
            outbox.park(letter.id, now, f"多次未能送出：{reason}")
        case TryLater(reason=reason):
            outbox.later(letter.id, reason, now + _wait(letter.attempts))
        case Refused(reason=reason):
            outbox.park(letter.id, now, f"被拒收：{reason}")
        case Ambiguous(reason=reason):
            outbox.ambiguous(letter.id, reason, now + SETTLE)


def _wait(attempts: int) -> timedelta:
    return min(_FIRST_WAIT * (1 << min(attempts - 1, 10)), _LONGEST_WAIT)
