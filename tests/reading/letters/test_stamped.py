"""A seal drawn with characters is no part of the signature it lies on."""

import math

import pytest

from service.reading.letters.model import Box, SealMark
from service.reading.letters.stamped import Glyph, are_stamped, lines_of, rings_of, told, without_stamps

SIGNATURE, DATE = "岭海师范大学", "2020年3月18日"
_SIZE = 0.027


def written(text: str, left: float, top: float, red: bool = False) -> list[Glyph]:
    return [
        Glyph(c, Box(left + n * _SIZE, top, left + (n + 1) * _SIZE, top + _SIZE), 0.0, red) for n, c in enumerate(text)
    ]


def ring(text: str, x: float = 0.7, y: float = 1.0, radius: float = 0.08, red: bool = True) -> list[Glyph]:
    """Characters along a circle, open below, as seals carry a unit's name."""
    found = []
    for n, character in enumerate(text):
        lean = math.radians(-120 + 240 * n / (len(text) - 1))
        cx, cy = x + radius * math.sin(lean), y - radius * math.cos(lean)
        found.append(Glyph(character, Box(cx - 0.012, cy - 0.012, cx + 0.012, cy + 0.012), lean, red))
    return found


@pytest.fixture
def page() -> list[Glyph]:
    return [
        *written("岭海师范大学文件", 0.3, 0.15, red=True),
        *written(SIGNATURE, 0.62, 0.97),
        *ring("岭海师范大学"),
        *written("测试样章", 0.645, 1.02, red=True),
        *written(DATE, 0.6, 1.03),
    ]


def test_the_signature_and_date_are_read_without_the_seal_that_lies_on_them(page: list[Glyph]) -> None:
    lines = [line.text for line in lines_of(without_stamps(page, rings_of(page)))]

    assert lines == ["岭海师范大学文件", SIGNATURE, DATE]


def test_the_ring_says_whose_seal_it_is(page: list[Glyph]) -> None:
    (found,) = rings_of(page)

    assert found.text == "岭海师范大学"
    assert math.dist((found.x, found.y), (0.7, 1.0)) < 0.01
    (mark,) = told([SealMark(0.7, 1.0, 0.1, 0.1, 1.0, 1.0)], [found])
    assert mark.text == "岭海师范大学"


def test_a_black_ring_is_a_ring_too() -> None:
    glyphs = [*written(SIGNATURE, 0.62, 0.97), *ring("岭海师范大学科学技术处", red=False)]

    lines = [line.text for line in lines_of(without_stamps(glyphs, rings_of(glyphs)))]

    assert SIGNATURE in lines


def test_a_red_letterhead_alone_changes_nothing() -> None:
    assert not are_stamped([*written("岭海师范大学文件", 0.3, 0.15, red=True), *written(SIGNATURE, 0.6, 1.0)])


def test_a_watermark_across_the_page_is_no_ring() -> None:
    glyphs = [
        Glyph(c, Box(0.1 * n, 0.1 * n, 0.1 * n + 0.05, 0.1 * n + 0.05), math.radians(45), False)
        for n, c in enumerate("内部资料", 1)
    ]

    assert rings_of(glyphs) == ()
    assert without_stamps(glyphs, ()) == []
