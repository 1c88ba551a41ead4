"""From a class and a seed to the file of a letter and what a careful clerk would read in it.

Seeds up to 9,999 are for development: look at these letters as closely as you like. Seeds from 10,000 on are held out:
they are only measured, never looked at while reading is being improved. The letters of 10,000 to 10,199 have been
looked at since; the table in ARCHITECTURE.md is of 10,200 on.
"""

import dataclasses
import datetime
import random
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image

from tests.specimens.letters import wording
from tests.specimens.letters.classes import CLASSES, Kind
from tests.specimens.letters.composing import pages_of
from tests.specimens.letters.organs import Organ
from tests.specimens.letters.papers import PAPERS
from tests.specimens.letters.plans import Plan

DEVELOPMENT, HELD_OUT = 0, 10_000  # first seeds


@dataclass(frozen=True, slots=True)
class Letter:
    """A file, what the letter in it says, and what is to be said of its seal."""

    name: str
    content: bytes
    pages: int
    organ: Organ
    title: str
    day: datetime.date
    number: str | None
    addressee: str
    seal: str


def a_letter(kind_name: str, seed: int) -> Letter:
    """The same letter for the same class and seed, on machines with the same faces."""
    kind = CLASSES[kind_name]
    rng = random.Random(f"{kind_name} {seed}")
    plan = kind.draw(rng)
    pages = [_taken(page, kind, rng) for page in pages_of(_written(plan, kind), rng.choice(kind.dpi), rng)]
    file = kind.file if len(pages) == 1 or kind.file in ("pdf", "tiff") else rng.choice(("pdf", "tiff"))
    number = wording.plain_number(plan.number) if plan.number else None
    return Letter(
        name=f"letter.{file}",
        content=_file(pages, file, rng.randint(*kind.quality)),
        pages=len(pages),
        organ=plan.organ,
        title=plan.title,
        day=plan.day,
        number=number,
        addressee=plan.addressee,
        seal=kind.seal,
    )


def _written(plan: Plan, kind: Kind) -> Plan:
    """In traditional glyphs where the class says so."""
    if not kind.traditional:
        return plan
    return dataclasses.replace(
        plan,
        organ=dataclasses.replace(plan.organ, name=plan.organ.name.translate(wording.TRADITIONAL)),
        title=plan.title.translate(wording.TRADITIONAL),
        addressee=plan.addressee.translate(wording.TRADITIONAL),
        body=[text.translate(wording.TRADITIONAL) for text in plan.body],
    )


def _taken(page: Image.Image, kind: Kind, rng: random.Random) -> Image.Image:
    pixels = PAPERS[kind.paper](np.asarray(page), rng)
    for damage in kind.damages:
        pixels = damage(pixels, rng)
    return Image.fromarray(pixels)


def _file(pages: list[Image.Image], kind: str, quality: int) -> bytes:
    out = BytesIO()
    first, *rest = pages
    if kind == "jpg":
        first.save(out, "JPEG", quality=quality)
    elif kind == "png":
        first.convert("1").save(out, "PNG")
    elif kind == "tiff":
        first.save(out, "TIFF", save_all=True, append_images=rest, compression="tiff_lzw")
    else:
        first.save(out, "PDF", save_all=True, append_images=rest, resolution=first.width / 8.27, quality=quality)
    return out.getvalue()
