"""What a cell can mean. Every content has a `text` that reads back as itself."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple


class Standing(StrEnum):
    """How far a cell was understood."""

    SURE = "sure"
    UNSURE = "unsure"  # understood, but it may have been meant otherwise: 1000 in a column of 万元
    UNKNOWN = "unknown"  # nothing to count with (若干, 面议), or more than can be understood
    NOT_OF_KIND = "not_of_kind"  # something else stands there: a name in the column of telephones
    DAMAGED = "damaged"  # a spreadsheet program has cut it: 1.38E+10


def bounds_text(lower: object, upper: object, unit: str = "") -> str:
    """2-3万元, 3人以上, 5人以内, 3人: as the parsers read it again."""
    if lower == upper:
        return f"{lower}{unit}"
    if upper is None:
        return f"{lower}{unit}以上"
    return f"{upper}{unit}以内" if lower is None else f"{lower}-{upper}{unit}"


@dataclass(frozen=True, slots=True)
class Count:
    """How many people; a bound is None where it is open."""

    lower: int | None
    upper: int | None
    about: bool = False  # 约, 左右, 十余

    @property
    def text(self) -> str:
        return ("约" if self.about else "") + bounds_text(self.lower, self.upper)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in ten thousands (万) of a currency, a bound None where it is open."""

    lower: Decimal | None
    upper: Decimal | None
    currency: str = "CNY"  # ISO 4217
    per: str | None = None  # "year", "month", "person", "person-year"; None: as a whole
    about: bool = False
    in_wan: bool = True  # False: a bare number whose unit nobody wrote, kept as it stands

    @property
    def text(self) -> str:
        coin = "" if self.currency == "CNY" else self.currency
        unit = f"万{coin or '元'}" if self.in_wan else ""
        lower, upper = (None if n is None else f"{n:f}" for n in (self.lower, self.upper))
        per = {"year": "/年", "month": "/月", "person": "/人", "person-year": "/人/年"}.get(self.per or "", "")
        before = ("约" if self.about else "") + ("" if self.in_wan else coin)
        return before + bounds_text(lower, upper, unit) + per


@dataclass(frozen=True, slots=True)
class Day:
    """A date, or only its month or year."""

    year: int
    month: int | None = None
    day: int | None = None

    @property
    def text(self) -> str:
        """ISO 8601, as far as it is known."""
        parts = (f"{self.year:04d}", *(f"{n:02d}" for n in (self.month, self.day) if n is not None))
        return "-".join(parts)


@dataclass(frozen=True, slots=True)
class Phones:
    """Numbers in the order written: 020-83160000转12, 19900001234, 400-000-1234, +852-20000000."""

    numbers: tuple[str, ...]

    @property
    def text(self) -> str:
        return "、".join(self.numbers)


@dataclass(frozen=True, slots=True)
class Emails:
    """Addresses in the order written, their domains in lower case."""

    addresses: tuple[str, ...]

    @property
    def text(self) -> str:
        return ";".join(self.addresses)


@dataclass(frozen=True, slots=True)
class Said:
    """Yes or no, with the word that says it."""

    yes: bool
    text: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """Some of a column's choices, in the column's order, and what was written besides."""

    choices: tuple[str, ...]
    besides: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "、".join((*self.choices, *self.besides))


@dataclass(frozen=True, slots=True)
class CityName:
    """A city of the directory."""

    text: str


Content = Count | Money | Day | Phones | Emails | Said | Chosen | CityName


class Reading(NamedTuple):
    """What a parser makes of a text. content is None unless the standing is sure or unsure."""

    standing: Standing
    content: Content | None = None


UNKNOWN = Reading(Standing.UNKNOWN)
NOT_OF_KIND = Reading(Standing.NOT_OF_KIND)
DAMAGED = Reading(Standing.DAMAGED)


def sure(content: Content) -> Reading:
    return Reading(Standing.SURE, content)


def unsure(content: Content) -> Reading:
    return Reading(Standing.UNSURE, content)


@dataclass(frozen=True, slots=True)
class Value:
    """A cell of a row: what was written and what it means."""

    key: str  # the column's
    kind: str  # count, money, date, phone, email, yes_no, choice, city
    written: str
    standing: Standing
    content: Content | None = None
