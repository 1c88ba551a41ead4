"""A page full of a table is told by its lines, so that it need not be read to find the letter beside it."""

import numpy
import pytest
from PIL import Image, ImageDraw

from service.demo.letters import Layout
from service.demo.scanning import Scan, scanned
from service.reading.letters.ruling import is_ruled
from tests.reading.letters.specimens import a_page, form_page


def ruled(page: Image.Image, step: int = 60) -> Image.Image:
    """The page with a grid drawn over it."""
    draw, (width, height) = ImageDraw.Draw(page), page.size
    for x in range(80, width - 80, 2 * step):
        draw.line((x, 150, x, height - 200), fill=(30, 30, 30), width=2)
    for y in range(150, height - 199, step):
        draw.line((80, y, width - 80, y), fill=(30, 30, 30), width=2)
    return page


@pytest.mark.parametrize("lean", [0, 2, -2], ids=["straight", "left", "right"])
@pytest.mark.parametrize("turned", [False, True], ids=["upright", "on_its_side"])
def test_a_table_is_seen_by_its_grid(lean: int, turned: bool) -> None:
    page = ruled(scanned(form_page(), Scan(dpi=100))).rotate(lean, fillcolor="white")
    page = page.rotate(90, expand=True) if turned else page

    assert is_ruled(numpy.asarray(page))


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("scan", [Scan(dpi=100), Scan(dpi=150, photo=2.0), Scan(noise=22.0)], ids=str)
def test_a_letter_has_no_grid(layout: Layout, scan: Scan) -> None:
    assert not is_ruled(numpy.asarray(scanned(a_page(layout=layout), scan)))
