"""Whole mails around these letters: how people pack a letter of one or several pages beside its form.

Every mail is complete and comes from a unit that reports to the department itself: nothing is to be asked of it.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from io import BytesIO

import numpy as np
from PIL import Image

from service.demo.mime import Client, File, Mail, gbk_zip, make_mail
from service.demo.paper import picture_of
from service.demo.pieces import FORM_NAME, Pieces
from service.demo.printed import printed_tables
from service.demo.submissions import Scribe, official_forms
from service.demo.world import Sender, the_world
from tests.specimens.letters import damage
from tests.specimens.letters.composing import pages_of
from tests.specimens.letters.organs import Organ, organs
from tests.specimens.letters.plans import Plan, a_plan

_CHINA = timezone(timedelta(hours=8))
PACKINGS = (
    "one scan",
    "names that lie",
    "pages as pictures",
    "pages as pictures, zipped",
    "TIFF of several pages",
    "behind the form in one PDF",
    "zip",
    "mail in a mail",
)


@dataclass(frozen=True, slots=True)
class WholeMail:
    """A mail, the letter in it, and the files that hold it, in order, by the end of their path."""

    packing: str
    content: bytes
    plan: Plan
    letter_files: tuple[str, ...]
    form_file: str
    received: datetime


def a_mail(seed: int) -> WholeMail:
    """The packings take turns."""
    rng = random.Random(f"mail {seed}")
    packing = PACKINGS[seed % len(PACKINGS)]
    sender = rng.choice([*the_world().bureaus, *the_world().units_by_route("direct")])
    plan = a_plan(rng, organ=_organ(sender), length=7 if "pages" in packing else None)
    pages = [Image.fromarray(damage.slightly_skewed(np.asarray(page), rng)) for page in pages_of(plan, 200, rng)]
    pieces = Pieces(Scribe(seed, the_world(), official_forms()), the_world(), official_forms())
    form = pieces.form(sender).content
    files, letter_files, form_file = _packed(packing, pages, form, sender, pieces, rng)
    written = datetime(2020, 3, 24, 9, 30, tzinfo=_CHINA)
    mail = Mail(sender.address, "报送征集表", "见附件，请查收。", written, files, client=rng.choice(list(Client)))
    if packing == "mail in a mail":
        inner = File("转发的邮件.eml", make_mail(mail))
        mail = Mail(sender.address, "Fw: 报送征集表", "请查收。", written, (inner,))
    return WholeMail(packing, make_mail(mail), plan, letter_files, form_file, mail.received)


def _organ(sender: Sender) -> Organ:
    return next(one for one in organs() if one.name == sender.name)


_Packed = tuple[tuple[File, ...], tuple[str, ...], str]


def _packed(
    packing: str, pages: list[Image.Image], form: bytes, sender: Sender, pieces: Pieces, rng: random.Random
) -> _Packed:
    sheet = File(FORM_NAME, form)
    if packing == "names that lie":
        name = rng.choice(("征集表（表1-4）.pdf", "附件1.pdf", "单位简介.pdf"))
        return (File(name, _pdf(pages)), File("报送函.xlsx", form)), (name,), "报送函.xlsx"
    if packing.startswith("pages as pictures"):
        names = _page_names(len(pages), rng)
        pictures = {name: _jpeg(page) for name, page in zip(names, pages, strict=True)}
        if packing.endswith("zipped"):
            return (File("报送材料.zip", gbk_zip({**pictures, FORM_NAME: form})),), names, FORM_NAME
        shuffled = sorted(pictures, key=lambda _: rng.random())  # people mark them in any order
        return (*(File(name, pictures[name]) for name in shuffled), sheet), names, FORM_NAME
    if packing == "TIFF of several pages":
        return (File("报送函.tif", _tiff(pages)), sheet), ("报送函.tif",), FORM_NAME
    if packing == "behind the form in one PDF":
        tables = pieces.scribe.tables(sender)[:1]
        front = [picture_of(page, 150) for page in printed_tables(official_forms(), tables, sender.name)]
        return (File("盖章材料.pdf", _pdf([*front, *pages])), sheet), ("盖章材料.pdf",), FORM_NAME
    if packing == "zip":
        content = gbk_zip({"报送函扫描件.pdf": _pdf(pages), FORM_NAME: form})
        return (File(f"{sender.name}.zip", content),), ("报送函扫描件.pdf",), FORM_NAME
    return (File("报送函.pdf", _pdf(pages)), sheet), ("报送函.pdf",), FORM_NAME


def _page_names(count: int, rng: random.Random) -> tuple[str, ...]:
    """In the order of the pages; counted as programs and people do."""
    pattern, first = rng.choice(
        (("第{}页.jpg", 1), ("扫描{:04}.jpg", 9), ("报送函{}.jpg", 9), ("IMG_2020032{}.jpg", 1))
    )
    return tuple(pattern.format(first + place) for place in range(count))


def _jpeg(page: Image.Image) -> bytes:
    out = BytesIO()
    page.save(out, "JPEG", quality=80)
    return out.getvalue()


def _pdf(pages: list[Image.Image]) -> bytes:
    out = BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=200)
    return out.getvalue()


def _tiff(pages: list[Image.Image]) -> bytes:
    out = BytesIO()
    pages[0].save(out, "TIFF", save_all=True, append_images=pages[1:], compression="tiff_lzw")
    return out.getvalue()
