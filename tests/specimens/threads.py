"""Cases that take two mails: what was missing comes as a reply to our letter."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from service.demo.mails import reply_to
from service.demo.mime import Mail, make_mail
from service.demo.submissions import samples
from tests.specimens import habits
from tests.specimens.expected import Expected
from tests.specimens.scenarios import CHINA, Desk, new_desk, no_form, no_letter


@dataclass(frozen=True)
class Thread:
    """A first mail, and the answer to the letter that it gets from us."""

    first: bytes
    first_expected: Expected
    answer: Callable[[bytes], bytes]  # our letter's bytes -> the reply's
    answer_expected: Expected


def thread(seed: int, carriers: tuple[str, ...] = habits.CARRIERS) -> Thread:
    """Half of the threads lack the letter first, half the form."""
    desk = new_desk("thread", seed, carriers)
    if desk.rng.random() < 0.5:
        first, expected = no_letter(desk)
        files, carrier = desk.letter()
        outcome = desk.expect("accepted", carrier=carrier, kind="follow_up")
    else:
        first, expected = no_form(desk)
        tables = desk.scribe.tables(desk.sender)
        files = desk.form(tables)
        outcome = desk.expect("accepted", tables=tables, kind="follow_up")
    return Thread(first, expected, lambda letter: _answer(desk, files, first, letter), outcome)


def _answer(desk: Desk, files: list, first: bytes, our_letter: bytes) -> bytes:  # type: ignore[type-arg]
    text = desk.scribe.say(samples()["mail"]["supplement"], desk.sender)
    date = datetime(2020, 3, 25, 10, 0, tzinfo=CHINA) + timedelta(minutes=desk.rng.randint(0, 600))
    address = _address(first)
    mail = replace(Mail(address, "", text, date), files=tuple(files))
    return make_mail(reply_to(our_letter, mail))


def _address(first: bytes) -> str:
    """Whoever wrote first answers."""
    line = next(line for line in first.split(b"\r\n") if line.startswith(b"From: "))
    return line.rpartition(b"<")[2].removeprefix(b"From: ").rstrip(b">").decode()
