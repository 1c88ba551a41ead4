"""A round red mark is found on any page, and red letterheads, rules and papers are not taken for one."""

import dataclasses
import math
import time
from collections.abc import Sequence

import numpy
import pytest
from PIL import Image, ImageDraw

from service.demo.letters import Layout, Seal
from service.demo.scanning import Scan, Tone, scanned
from service.reading.letters.model import Words
from service.reading.letters.seal import Marks, find_seals
from service.reading.letters.seal_text import unwrapped, with_texts
from tests.reading.letters.specimens import BUREAU, a_page
from tests.specimens.letters.plans import Seal as Stamp
from tests.specimens.letters.seals import seal_ink


def marks_on(page: Image.Image) -> Marks:
    return find_seals(numpy.asarray(page.convert("RGB")))


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize(
    "scan",
    [
        pytest.param(Scan(dpi=60), id="60_dpi"),
        pytest.param(Scan(dpi=200, noise=22.0), id="noise"),
        pytest.param(Scan(dpi=100, photo=2.0, blur=0.8), id="careless_photo"),
        pytest.param(Scan(dpi=100, quarter_turns=1), id="turned"),
    ],
)
def test_a_seal_is_found_however_the_page_was_taken(layout: Layout, scan: Scan) -> None:
    marks = marks_on(scanned(a_page(layout=layout), scan))

    assert len(marks.seals) == 1
    assert marks.seals[0].star > 0.5


@pytest.mark.parametrize(
    "look",
    [
        pytest.param({"strength": 0.2}, id="very_faint"),
        pytest.param({"strength": 1.0, "colour": (170, 10, 25)}, id="dark"),
        pytest.param({"colour": (228, 92, 40)}, id="orange"),
        pytest.param({"colour": (205, 30, 110)}, id="magenta"),
        pytest.param({"diameter_mm": 36.0}, id="small"),
        pytest.param({"diameter_mm": 50.0}, id="large"),
        pytest.param({"wear": 0.8}, id="worn"),
    ],
)
def test_a_seal_of_any_ink_is_found(look: dict[str, object]) -> None:
    page = a_page(seal=Seal(BUREAU, **look))  # type: ignore[arg-type]

    assert len(marks_on(scanned(page, Scan(dpi=100))).seals) == 1


@pytest.mark.parametrize("layout", [Layout.GENERAL, Layout.LETTER])
def test_red_letterheads_and_rules_are_no_seal(layout: Layout) -> None:
    assert marks_on(scanned(a_page(layout=layout, seal=None), Scan(dpi=100))) == Marks((), colour=True)


def test_a_red_table_cloth_is_no_seal() -> None:
    page = scanned(a_page(seal=None), Scan(dpi=100))
    desk = Image.new("RGB", (page.width + 160, page.height + 160), (176, 24, 30))
    desk.paste(page, (80, 80))

    assert marks_on(desk).seals == ()


def test_a_red_square_chop_is_no_seal() -> None:
    page = scanned(a_page(seal=None), Scan(dpi=100))
    ImageDraw.Draw(page).rectangle((480, 800, 620, 940), outline=(214, 30, 38), width=6)

    assert marks_on(page).seals == ()


@pytest.mark.parametrize("colour", [(214, 30, 38), (240, 178, 180)], ids=["strong", "faint"])
def test_an_oval_stamp_leaves_open_whether_there_is_a_seal(colour: tuple[int, int, int]) -> None:
    page = scanned(a_page(seal=None), Scan(dpi=100))
    draw = ImageDraw.Draw(page)
    draw.ellipse((480, 800, 650, 915), outline=colour, width=5)
    draw.ellipse((520, 830, 610, 885), outline=colour, width=5)

    marks = marks_on(page)

    assert marks.red_patch or marks.seals


def test_a_line_of_red_type_is_no_patch() -> None:
    page = scanned(a_page(seal=None), Scan(dpi=100))
    draw = ImageDraw.Draw(page)
    for left in range(200, 600, 14):
        draw.rectangle((left, 700, left + 9, 716), outline=(214, 30, 38), width=2)

    assert not marks_on(page).red_patch


def test_two_seals_side_by_side_are_two() -> None:
    page = scanned(a_page(), Scan(dpi=100))
    width, height = page.size
    page.paste(page.crop((width // 2, height // 2, width, height)), (0, height // 2))

    assert len(marks_on(page).seals) == 2


def test_a_page_without_colour_can_show_no_red() -> None:
    assert marks_on(scanned(a_page(seal=None), Scan(dpi=100, tone=Tone.GREY))) == Marks((), colour=False)


def test_a_grey_seal_is_seen_as_a_dark_ring() -> None:
    marks = marks_on(scanned(a_page(), Scan(dpi=100, tone=Tone.GREY)))

    assert (len(marks.seals), marks.colour) == (1, False)


def test_looking_for_seals_costs_a_fraction_of_recognition() -> None:
    page = numpy.asarray(scanned(a_page(), Scan(dpi=170)))
    find_seals(page)
    start = time.process_time()

    find_seals(page)

    assert time.process_time() - start < 0.3


class Remembering:
    """Reads every strip as the same words, and keeps what it was shown."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.strips: list[object] = []

    def read(self, strips: Sequence[object]) -> list[Words]:
        self.strips += strips
        return [self.words] * len(strips)


def test_a_rings_text_comes_with_its_least_certain_character() -> None:
    page = numpy.asarray(scanned(a_page(), Scan(dpi=100)))
    ocr = Remembering(Words("云江市", (0.99, 0.71, 0.95)))

    (mark,) = with_texts(find_seals(page).seals, page, ocr)  # type: ignore[arg-type]  # it only reads

    assert (mark.text, mark.text_sure) == ("云江市", 0.71)


def test_of_a_page_full_of_seals_only_a_few_are_read() -> None:
    page = numpy.asarray(scanned(a_page(), Scan(dpi=100)))
    (mark,) = find_seals(page).seals
    ocr = Remembering(Words("云江市", (0.99,) * 3))

    with_texts([dataclasses.replace(mark, coverage=mark.coverage - n / 100) for n in range(8)], page, ocr)  # type: ignore[arg-type]

    assert len(ocr.strips) == 3


def test_the_strip_holds_the_writing_and_little_else() -> None:
    page = numpy.asarray(scanned(a_page(), Scan(dpi=200)))
    (mark,) = find_seals(page).seals

    strip = unwrapped(mark, page)

    ring = 48 * 2 * math.pi * 0.74 / 0.42
    assert strip.shape[0] == 48
    assert 0.4 * ring < strip.shape[1] < 0.7 * ring  # eight characters take half of the ring


def test_on_a_grey_page_an_unbroken_ring_is_a_seal_without_a_star_too() -> None:
    page = Image.new("RGB", (1654, 2339), "white")
    ink = seal_ink(Stamp(star=False, wear=0.0), BUREAU, 200 / 25.4, 0)
    page.paste(ink, (900, 1600), ink)

    marks = marks_on(page.convert("L"))

    assert (len(marks.seals), marks.colour) == (1, False)
