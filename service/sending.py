"""Emptying the outbox: each letter is taken, handed to the submission server, and its fate written down.

What SMTP allows and no more: between the final dot and the server's answer nobody knows (RFC 1047). A letter
caught there is never blindly sent again; see `Outbox.resolve_dots`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

import structlog

from service.domain.outgoing import DueLetter
from service.errors import SubmissionUnreachable
from service.records.outbox import Outbox
from service.replies.smtp import Ambiguous, Outcome, Refused, Sent, TryLater

SETTLE = timedelta(minutes=15)
"""How long a letter of unknown fate waits for evidence; longer than any server's 600 s after the dot."""
GIVE_UP = timedelta(days=5)
UNREACHABLE_WAIT = timedelta(minutes=1)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=2), timedelta(hours=4)

log = structlog.get_logger()


class Agent(Protocol):
    """A mail submission server.

    Returns one of the four outcomes for one letter; raises SubmissionUnreachable when no letter at all could be
    handed over, which says nothing against this one.
    """

    def send(
        self, envelope_from: str, recipients: tuple[str, ...], content: bytes, before_dot: Callable[[], None]
    ) -> Outcome: ...


@dataclass(frozen=True, slots=True)
class Brake:
    """The most letters one address gets within a day: the end of any loop."""

    per_address_and_day: int = 50


def send_due(outbox: Outbox, agent: Agent, envelope_from: str, brake: Brake, now: Callable[[], datetime]) -> int:
    """Send what is due, oldest first; returns how many left. Ends early when the server is away."""
    outbox.resolve_dots(now(), SETTLE)
    sent = 0
    for letter_id in outbox.due(now()):
        letter = outbox.take(letter_id)
        if letter is None:
            continue
        if _too_many(outbox, letter, brake, now()):
            outbox.park(letter.id, now(), "too many letters to this address within a day")
            continue
        try:
            outcome = agent.send(
                envelope_from, letter.recipients, letter.content, partial(outbox.before_dot, letter.id)
            )
        except SubmissionUnreachable as error:
            outbox.later(letter.id, str(error), now() + UNREACHABLE_WAIT)
            log.warning("submission unreachable", error=str(error))
            break
        _write_down(outbox, letter, outcome, now())
        log.info("letter", letter=letter.letter, id=letter.id, outcome=type(outcome).__name__, attempt=letter.attempts)
        sent += isinstance(outcome, Sent)
    return sent


def _too_many(outbox: Outbox, letter: DueLetter, brake: Brake, now: datetime) -> bool:
    since = now - timedelta(days=1)
    return any(outbox.sent_to_since(a, since) >= brake.per_address_and_day for a in letter.recipients)


def _write_down(outbox: Outbox, letter: DueLetter, outcome: Outcome, now: datetime) -> None:
    match outcome:
        case Sent():
            outbox.sent(letter.id, now)
        case TryLater(reason=reason) if now - letter.created > GIVE_UP:
            outbox.park(letter.id, now, f"given up: {reason}")
        case TryLater(reason=reason):
            outbox.later(letter.id, reason, now + _wait(letter.attempts))
        case Refused(reason=reason):
            outbox.park(letter.id, now, f"refused: {reason}")
        case Ambiguous(reason=reason):
            outbox.ambiguous(letter.id, reason, now + SETTLE)


def _wait(attempts: int) -> timedelta:
    return min(_FIRST_WAIT * (1 << min(attempts - 1, 10)), _LONGEST_WAIT)
