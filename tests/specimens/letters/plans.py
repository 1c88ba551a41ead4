"""What one letter looks like, drawn by chance within what its class holds fixed."""

import dataclasses
import datetime
import random
from dataclasses import dataclass
from enum import StrEnum

from tests.specimens.letters import wording
from tests.specimens.letters.faces import Face, Kind, faces
from tests.specimens.letters.organs import Organ, organs


class Layout(StrEnum):
    GENERAL = "general"  # 通用格式: red letterhead, number centred under it, one red rule
    LETTER = "letter"  # 信函格式: double red rules, number at the right
    HOME = "home"  # what a small office makes


class Place(StrEnum):
    STANDARD = "standard"  # the name centred over a date that stands in by two characters
    FLUSH = "flush"  # both end at the right margin
    CENTRE = "centre"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Seal:
    """A stamp: how it is made, how much ink it took and where it stands relative to the date (mm)."""

    shape: str = "round"  # round, oval
    star: bool = True
    code: bool = False  # 13 digits along the lower rim
    rings: int = 1
    size: float = 42.0
    strength: float = 0.85
    wear: float = 0.2
    tilt: float = 0.0
    colour: tuple[int, int, int] = (208, 32, 40)
    shift: tuple[float, float] = (0.0, -5.0)
    cut: float = 0.0  # the share of it that did not print


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that stands on a letter."""

    organ: Organ
    title: str
    day: datetime.date
    date_text: str
    addressee: str
    body: list[str]
    number: str | None
    layout: Layout
    head: Face
    text: Face
    size: float  # pt
    pitch: float  # mm
    place: Place = Place.STANDARD
    number_first: bool = True  # home-made: above the title
    date_first: bool = False
    second: Organ | None = None  # signs too
    address: bool = False  # a line with the address under the letterhead
    table: bool = False
    annex: bool = True
    contact: str = "typed"  # typed, hand, none
    alone: bool = False  # the signature has a page of its own
    seal: Seal | None = None
    second_seal: Seal | None = None
    urgent: bool = False  # 急件 in red
    received: bool = False  # the stamp of an office that received it
    notes: bool = False  # somebody's handwriting


def a_plan(rng: random.Random, *, style: str = "any", length: int | None = None, **fixed: object) -> Plan:
    """A letter of any kind; fixed holds fields of the plan."""
    organ = fixed.pop("organ", None) or rng.choice(organs())
    assert isinstance(organ, Organ)
    on, layout = wording.day(rng), rng.choice(list(Layout))
    numbered = rng.random() < (0.85 if layout is not Layout.HOME else 0.45)
    size = rng.choice((16.0, 16.0, 15.0, 14.0))
    plan = Plan(
        organ=organ,
        title=wording.title(rng, organ),
        day=on,
        date_text=wording.date_text(rng, on, style),
        addressee=rng.choice(wording.ADDRESSEES),
        body=wording.paragraphs(rng, rng.choice((0, 0, 1, 1, 2)) if length is None else length),
        number=wording.number(rng, organ) if numbered else None,
        layout=layout,
        head=rng.choice(faces(Kind.SONG)),
        text=rng.choice((*faces(Kind.SONG), *faces(Kind.SONG), *faces(Kind.KAI), rng.choice(faces(Kind.HEI)))),
        size=size,
        pitch=size * rng.uniform(1.5, 1.85) * 25.4 / 72,
        place=rng.choice((*[Place.STANDARD] * 5, Place.FLUSH, Place.FLUSH, Place.CENTRE)),
        number_first=rng.random() < 0.5,
        address=rng.random() < 0.15,
        annex=rng.random() < 0.7,
        contact=rng.choice(("typed", "none", "hand")),
        seal=a_seal(rng),
    )
    return dataclasses.replace(plan, **fixed)  # type: ignore[arg-type]


def a_seal(rng: random.Random, **fixed: object) -> Seal:
    """A seal as people press it: somewhat turned, somewhat beside its place."""
    seal = Seal(
        code=rng.random() < 0.5,
        size=rng.choice((38.0, 40.0, 42.0, 42.0, 45.0)),
        strength=rng.uniform(0.6, 0.95),
        wear=rng.uniform(0.0, 0.4),
        tilt=rng.uniform(-12, 12),
        colour=(rng.randint(190, 228), rng.randint(20, 60), rng.randint(30, 70)),
        shift=(rng.uniform(-9, 9), rng.uniform(-9, 2)),
    )
    return dataclasses.replace(seal, **fixed)  # type: ignore[arg-type]
