"""The kinds of letters that are measured: what each holds fixed, what it was printed on, what happened to it.

`SEALED`, `BARE` and `COPIED` tell what an honest reader says of the seal: there, not there, cannot be told.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.specimens.letters import damage, wording
from tests.specimens.letters.organs import organs
from tests.specimens.letters.papers import Pixels
from tests.specimens.letters.plans import Layout, Place, Plan, a_plan, a_seal

SEALED, BARE, COPIED = "sealed", "bare", "copied"
_Draw = Callable[[random.Random], Plan]
_Damage = Callable[[Pixels, random.Random], Pixels]


@dataclass(frozen=True, slots=True)
class Kind:
    """A class of letters."""

    draw: _Draw
    paper: str = "white"
    damages: tuple[_Damage, ...] = ()
    dpi: tuple[int, ...] = (200,)
    quality: tuple[int, int] = (70, 90)
    file: str = "jpg"  # jpg, png, pdf, tiff; letters of several pages are pdf or tiff
    seal: str = SEALED
    faint: bool = False  # too faint, or in a shape of its own: recall is not promised, only that nothing is denied
    traditional: bool = False
    clean: bool = False  # its cost is promised


def _any(**fixed: object) -> _Draw:
    return lambda rng: a_plan(rng, **fixed)  # type: ignore[arg-type]


def _with_seal(style: str = "any", **look: object) -> _Draw:
    return lambda rng: a_plan(rng, style=style, seal=a_seal(rng, **look))


def _one_of(**choices: tuple[object, ...]) -> _Draw:
    return lambda rng: a_plan(rng, **{name: rng.choice(some) for name, some in choices.items()})  # type: ignore[arg-type]


def _bracketed(rng: random.Random) -> Plan:
    organ = rng.choice(organs())
    number = wording.number(rng, organ, rng.choice(wording.BRACKETS))
    return a_plan(rng, organ=organ, number=number)


def _long_named(rng: random.Random) -> Plan:
    return a_plan(rng, organ=rng.choice([organ for organ in organs() if len(organ.name) >= 14]))


def _two_signers(rng: random.Random) -> Plan:
    """The first leads, and seals."""
    first, second = rng.sample(organs(), 2)
    seal = a_seal(rng, shift=(6.0, -8.0), size=40.0)
    return a_plan(rng, organ=first, second=second, seal=seal, place=Place.STANDARD)


def _two_seals(rng: random.Random) -> Plan:
    """Side by side."""
    first, second = rng.sample(organs(), 2)
    seal, other = a_seal(rng, shift=(6.0, -8.0), size=40.0), a_seal(rng, shift=(0.0, -6.0), size=40.0)
    return a_plan(rng, organ=first, second=second, seal=seal, second_seal=other, place=Place.STANDARD)


def _over_the_date(style: str) -> _Draw:
    return lambda rng: a_plan(
        rng,
        style=style,
        seal=a_seal(rng, shift=(rng.uniform(-6, 6), rng.uniform(-4, 6)), strength=rng.uniform(0.75, 1.0)),
    )


def _dark(rng: random.Random) -> Plan:
    colour = (rng.randint(150, 185), rng.randint(5, 30), rng.randint(15, 40))
    return a_plan(rng, seal=a_seal(rng, strength=1.0, wear=0.05, colour=colour))


_BESIDE = (-50.0, -4.0)
CLASSES: dict[str, Kind] = {
    "clean scan": Kind(_any(), clean=True),
    "general layout": Kind(_any(layout=Layout.GENERAL), clean=True),
    "letter layout": Kind(_any(layout=Layout.LETTER), clean=True),
    "home-made": Kind(_any(layout=Layout.HOME), damages=(damage.slightly_skewed,)),
    "signature centred or left": Kind(_one_of(place=(Place.CENTRE, Place.LEFT))),
    "date above the name": Kind(_any(date_first=True)),
    "letterhead with address": Kind(_any(address=True)),
    "table inside": Kind(_any(table=True, length=1)),
    "long body": Kind(_any(length=13, annex=True), file="pdf"),
    "signature alone on the last": Kind(_any(length=5, alone=True), file="tiff"),
    "dates in 〇○O零": Kind(_any(style="chinese")),
    "dates with marks": Kind(_any(style="dots")),
    "brackets of all kinds": Kind(_bracketed),
    "traditional glyphs": Kind(_any(), traditional=True),
    "names of 14 to 24": Kind(_long_named),
    "two signers, one seal": Kind(_two_signers),
    "two signers, two seals": Kind(_two_seals),
    "seal over the date, Arabic": Kind(_over_the_date("arabic")),
    "seal over the date, 〇一二": Kind(_over_the_date("chinese")),
    "dark seal": Kind(_dark),
    "faint seal": Kind(_with_seal(strength=0.38, wear=0.35)),
    "very faint seal": Kind(_with_seal(strength=0.22, wear=0.25), faint=True),
    "oval seal": Kind(_with_seal(shape="oval", star=False, size=45.0), faint=True),
    "seal without star": Kind(_with_seal(star=False)),
    "double ring, 13 digits": Kind(_with_seal(rings=2, code=True)),
    "cut seal": Kind(_with_seal(cut=0.25), faint=True),
    "seal beside": Kind(_with_seal(shift=_BESIDE)),
    "no seal": Kind(_any(seal=None), seal=BARE),
    "no seal, 急件 and 收文章": Kind(_any(seal=None, urgent=True, received=True), seal=BARE),
    "no seal, tinted or lined": Kind(_any(seal=None), paper="lined", seal=BARE),
    "no seal, red cloth": Kind(_any(seal=None), damages=(damage.on_a_red_cloth,), seal=BARE),
    "grey copy": Kind(_any(), damages=(damage.grey,), seal=COPIED),
    "grey copy, seal over date": Kind(_over_the_date("any"), damages=(damage.grey,), seal=COPIED),
    "grey copy, no seal": Kind(_any(seal=None), damages=(damage.grey,), seal=COPIED),
    "fax": Kind(_any(), damages=(damage.faxed,), file="png", seal=COPIED),
    "fax, seal beside": Kind(_with_seal(shift=_BESIDE), damages=(damage.faxed,), file="png", seal=COPIED),
    "100 dpi": Kind(_any(), dpi=(100, 110)),
    "150 dpi": Kind(_any(), dpi=(150,)),
    "300 dpi": Kind(_any(), dpi=(300,)),
    "JPEG 20 to 40": Kind(_any(), quality=(20, 40), dpi=(150, 200)),
    "skew": Kind(_any(), damages=(damage.skewed,)),
    "on its side": Kind(_any(), damages=(damage.on_its_side,)),
    "on its head": Kind(_any(), damages=(damage.on_its_head,)),
    "photo with shadow": Kind(_any(), damages=(damage.photographed,)),
    "blur": Kind(_any(), damages=(damage.blurred,)),
    "noise": Kind(_any(), damages=(damage.noisy,)),
    "photo of a screen": Kind(_any(), damages=(damage.off_a_screen,)),
    "crumpled": Kind(_any(), damages=(damage.crumpled,)),
    "low light": Kind(_any(), damages=(damage.in_low_light,)),
    "red table cloth": Kind(_any(), damages=(damage.on_a_red_cloth,)),
    "tinted paper": Kind(_any(), paper="tinted"),
    "lined paper": Kind(_any(), paper="lined"),
    "binder holes": Kind(_any(), paper="binder"),
    "staple": Kind(_any(), paper="stapled"),
    "收文章, 急件": Kind(_any(received=True, urgent=True)),
    "handwritten notes": Kind(_any(notes=True, contact="hand")),
    "扫描全能王": Kind(_any(), damages=(damage.photographed, damage.watermarked)),
}
