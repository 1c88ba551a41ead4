"""What lies in the mailboxes before a run that is to be killed."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from service.demo.mime import File, Mail, make_mail
from service.demo.pieces import Pieces
from service.demo.submissions import Scribe, official_forms
from service.demo.world import Sender, the_world
from service.replies.identity import message_id_for

BOX, SECOND_BOX = "collection@dept.example", "second@dept.example"
KEY = bytes(range(32))
IN_TIME = datetime(2020, 3, 20, 1, 0, tzinfo=UTC)
UNITS = ("a@unit.example", "b@unit.example", "c@unit.example")
USERS = dict.fromkeys((BOX, SECOND_BOX, *UNITS), "secret")


@dataclass(frozen=True)
class Delivery:
    """A mail in one of our mailboxes."""

    content: bytes
    received: datetime
    box: str = BOX


@dataclass(frozen=True)
class Scenario:
    """Mails in order of arrival, and the letters that a run without faults leads to: (recipient, kind)."""

    deliveries: tuple[Delivery, ...]
    letters: tuple[tuple[str, str], ...]
    overtaken: int = 0  # letters that a newer one takes the place of

    @property
    def boxes(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((BOX, *(d.box for d in self.deliveries))))


class Desk:
    """Writes mails of invented units."""

    def __init__(self) -> None:
        self.world = the_world()
        self.pieces = Pieces(Scribe(7, self.world, official_forms()), self.world, official_forms())
        self._count = 0

    def bureau(self, city: str) -> Sender:
        return self.world.bureau_of(city)

    def complete(self, unit: Sender, address: str, **changes: object) -> bytes:
        return self.mail(unit, address, (self.pieces.letter_pdf(unit), self.pieces.form(unit)), **changes)

    def mail(self, unit: Sender, address: str, files: tuple[File, ...], **changes: object) -> bytes:
        self._count += 1
        plain = Mail(
            address, f"{unit.name}报送征集表", "现报送有关材料，请查收。", IN_TIME + timedelta(minutes=self._count),
            files, unit.name, to=BOX,
        )  # fmt: skip
        return make_mail(replace(plain, **changes))  # type: ignore[arg-type]

    def missing_letter(self, unit: Sender, address: str) -> tuple[bytes, bytes]:
        """A mail without its letter, and the answer to our correction that brings it."""
        first = self.mail(unit, address, (self.pieces.form(unit),))
        ours = message_id_for("correction", sha256_of(first), 0, KEY, "dept.example")
        letter = self.pieces.letter_pdf(unit)
        second = self.mail(
            unit, address, (letter,), subject="回复：请补正", text="补上报送函。", in_reply_to=ours, references=(ours,)
        )
        return first, second


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _arriving(*mails: bytes, box: str = BOX) -> tuple[Delivery, ...]:
    return tuple(Delivery(mail, IN_TIME + timedelta(minutes=n), box) for n, mail in enumerate(mails))


def complete_mail(desk: Desk) -> Scenario:
    mail = desk.complete(desk.bureau("云江市"), UNITS[0])
    return Scenario(_arriving(mail), ((UNITS[0], "receipt"),))


def correction_and_follow_up(desk: Desk) -> Scenario:
    mails = desk.missing_letter(desk.bureau("云江市"), UNITS[0])
    return Scenario(_arriving(*mails), ((UNITS[0], "correction"), (UNITS[0], "receipt")))


def two_mails_of_a_minute(desk: Desk) -> Scenario:
    """Form and letter, one after the other, before the first is answered: one letter about both."""
    unit = desk.bureau("云江市")
    form = desk.mail(unit, UNITS[0], (desk.pieces.form(unit),))
    letter = desk.mail(unit, UNITS[0], (desk.pieces.letter_pdf(unit),))
    return Scenario(_arriving(form, letter), ((UNITS[0], "receipt"),), overtaken=1)


def wrong_route(desk: Desk) -> Scenario:
    unit = desk.world.units_by_route("via_city")[0]
    return Scenario(_arriving(desk.complete(unit, UNITS[0])), ((UNITS[0], "redirect"),))


def duplicate_delivery(desk: Desk) -> Scenario:
    """The same bytes twice, and once more by another way."""
    mail = desk.complete(desk.bureau("云江市"), UNITS[0])
    relayed = b"Received: from relay.unit.example; Fri, 20 Mar 2020 09:05:00 +0800\r\n" + mail
    return Scenario(_arriving(mail, mail, relayed), ((UNITS[0], "receipt"),))


def unreadable_mail(desk: Desk) -> Scenario:
    good = desk.complete(desk.bureau("云江市"), UNITS[0])
    return Scenario(_arriving(b"\x00\xff\xfe" * 500, b"", good), ((UNITS[0], "receipt"),))


def two_mailboxes(desk: Desk) -> Scenario:
    """One unit in each, and one mail that was sent to both."""
    both = desk.complete(desk.bureau("云江市"), UNITS[0])
    other = desk.complete(desk.bureau("望海市"), UNITS[1])
    deliveries = (*_arriving(both), *_arriving(both, other, box=SECOND_BOX))
    return Scenario(deliveries, ((UNITS[0], "receipt"), (UNITS[1], "receipt")))


def a_mornings_mail(desk: Desk) -> Scenario:
    """All of it together."""
    corrected = desk.missing_letter(desk.bureau("望海市"), UNITS[1])
    wrong = desk.complete(desk.world.units_by_route("via_city")[0], UNITS[2])
    good = desk.complete(desk.bureau("云江市"), UNITS[0])
    first = _arriving(good, corrected[0], b"\x00\xff\xfe" * 500, corrected[1], good)
    second = _arriving(wrong, good, box=SECOND_BOX)
    letters = ((UNITS[0], "receipt"), (UNITS[1], "correction"), (UNITS[1], "receipt"), (UNITS[2], "redirect"))
    return Scenario((*first, *second), letters)


SCENARIOS: Mapping[str, Callable[[Desk], Scenario]] = {
    function.__name__: function
    for function in (
        complete_mail, correction_and_follow_up, two_mails_of_a_minute, wrong_route, duplicate_delivery, unreadable_mail,
        two_mailboxes, a_mornings_mail,
    )
}  # fmt: skip
