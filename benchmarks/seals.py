"""How often a seal's ring is taken for another unit's: `python -m benchmarks.seals [--seals N] [--seed S]`.

Seals of an invented province with 21 bureaus whose names differ by one or two characters are drawn, scanned with
every kind of damage, read, and routed beside a letter of the same unit. A contradiction or a wrong unit is a false
alarm on somebody's desk: none is wanted. Exit code 1 when there is one.
"""

import argparse
import dataclasses
import random
import sys
from collections import Counter
from collections.abc import Iterator
from io import BytesIO

import numpy
from PIL import Image

from service.demo.letters import Page, Seal, SealMark, Text
from service.demo.scanning import Scan, Tone, as_jpeg, scanned
from service.demo.typefaces import text_width
from service.domain.rules import City, Rulebook
from service.domain.submission import CoverLetter, LetterSource
from service.domain.submission import Seal as SealSeen
from service.reading.letters import Ocr, OcrProcess
from service.reading.letters.seal import find_seals
from service.reading.letters.seal_text import with_texts
from service.routing import who_speaks
from tests.builders import a_rulebook, a_submission

_CITIES = [
    "浅州", "深川", "珠岛", "沙头", "沙尾", "佛岭", "韶岭", "梅州", "惠州", "东湾", "中岭", "江州", "阳州", "湛州",
    "茂州", "肇州", "清州", "潮州", "揭州", "云州", "河州",
]  # fmt: skip
_LONG_SIDE = 2000  # px, as pages are read
_DAMAGE: dict[str, tuple[dict[str, float], Scan, int]] = {
    "200 dpi": ({}, Scan(), 82),
    "100 dpi": ({}, Scan(dpi=100), 82),
    "JPEG quality 20": ({}, Scan(dpi=150), 20),
    "noise": ({}, Scan(noise=22.0), 82),
    "blurred": ({}, Scan(dpi=150, blur=1.6), 82),
    "photo": ({}, Scan(photo=1.0), 82),
    "careless photo": ({}, Scan(photo=2.0, blur=0.8), 60),
    "faint": ({"strength": 0.3, "wear": 0.4}, Scan(), 82),
    "heavy": ({"strength": 1.0, "wear": 0.0}, Scan(), 82),
    "worn": ({"wear": 0.8}, Scan(), 82),
    "small": ({"diameter_mm": 36.0}, Scan(dpi=150), 82),
    "grey": ({}, Scan(tone=Tone.GREY), 82),
}


def rules() -> Rulebook:
    """The invented province with 21 more cities."""
    book = a_rulebook()
    return dataclasses.replace(book, cities=(*book.cities, *map(_city, _CITIES)))


def _city(name: str) -> City:
    bureau = f"{name}市科学技术局"
    return City("", f"{name}市", bureau, (f"{name}市科技局",), "", "", "", (), (), (), (), "cities.csv:2")


def _page(unit: str, look: dict[str, float], chance: random.Random) -> Page:
    """The foot of a letter: unit, date, and the seal over both."""
    centre = 150.0
    seal = Seal(unit, **{"tilt": chance.uniform(-6, 6), **look})  # type: ignore[arg-type]
    return (
        Text(unit, centre - text_width(unit, 16) / 2, 200),
        Text("2020年3月20日", centre - 20, 210),
        SealMark(seal, centre + chance.uniform(-3, 3), 206 + chance.uniform(-3, 3)),
    )


def _read(page: Image.Image, quality: int, ocr: Ocr) -> tuple[str | None, float]:
    """The ring's text on a page as it arrives, and its least certain character."""
    image = Image.open(BytesIO(as_jpeg(page, quality))).convert("RGB")
    image.thumbnail((_LONG_SIDE, _LONG_SIDE))
    picture = numpy.asarray(image)
    marks = with_texts(find_seals(picture).seals, picture, ocr)
    return next(((mark.text, mark.text_sure) for mark in marks if mark.text), (None, 1.0))


def outcomes(unit: str, text: str | None, sure: float, book: Rulebook) -> Iterator[str]:
    """What routing makes of the seal beside a signature of the same unit, and where no signature was read."""
    for signer in (unit, None):
        letter = CoverLetter(
            ("函.jpg",), LetterSource.OCR, 1, "x", signer, addressee=book.campaign.department,
            seal=SealSeen.PRESENT, seal_text=text, seal_sure=sure,
        )  # fmt: skip
        route = who_speaks(a_submission(letters=(letter,), tables=(), text=""), book)
        kind = "contradiction" if route.contradiction else "open" if route.unit is None else "right"
        yield f"{'signed' if signer else 'unsigned'} {'wrong' if route.unit not in (None, unit) else kind}"


def main() -> int:
    """Print a line for each kind of damage."""
    options = argparse.ArgumentParser()
    options.add_argument("--seals", type=int, default=600)
    options.add_argument("--seed", type=int, default=1)
    asked = options.parse_args()
    book, chance, counts = rules(), random.Random(asked.seed), {name: Counter[str]() for name in _DAMAGE}
    units = [*(city.bureau for city in book.cities), *(unit.name for unit in book.units if unit.route == "direct")]
    with OcrProcess() as ocr:
        for number in range(asked.seals):
            name = list(_DAMAGE)[number % len(_DAMAGE)]
            look, scan, quality = _DAMAGE[name]
            unit = chance.choice(units)
            text, sure = _read(scanned(_page(unit, look, chance), scan, number), quality, ocr)
            counts[name].update(outcomes(unit, text, sure, book))
    for name, count in counts.items():
        print(f"{name:18}" + "  ".join(f"{kind} {times}" for kind, times in sorted(count.items())))
    false = sum(n for c in counts.values() for kind, n in c.items() if kind.endswith(("wrong", "contradiction")))
    print(f"{asked.seals} seals, {false} false alarms")
    return 1 if false else 0


if __name__ == "__main__":
    sys.exit(main())
