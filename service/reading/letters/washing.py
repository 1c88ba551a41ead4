"""Wash a seal's ink out of a piece of a page, so that the type under it can be read."""

import math
from typing import TYPE_CHECKING

import numpy

from service.reading.letters.model import SealMark
from service.reading.letters.seal import in_colour, redness

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.reading.letters.model import Picture

_APART = 40  # levels of 255 between type and ink: less, and they cannot be told apart
_INK = 0.1  # redness
_PAPER = 0.75  # of the paper's level: what is darker is printed
_DARKEST = 4  # percent of what is printed


def washed(piece: "Picture", page: "Picture", mark: SealMark) -> "Picture | None":
    """The piece in grey, lit so that the seal's ink is as bright as paper and black type stays dark.

    None when the ink is as dark as the type, as on a fax.
    """
    grey = piece[:, :, 0] if in_colour(page) else piece.mean(axis=2)
    ink = _red_ink(page, mark) if in_colour(page) else _ring_ink(page, mark)
    black = _type(grey)
    if ink - black < _APART:
        return None
    lit = numpy.clip((grey - black) * (255 / (0.95 * ink - black)), 0, 255).astype(numpy.uint8)
    return numpy.repeat(lit[:, :, None], 3, axis=2)


def _type(grey: "NDArray[numpy.uint8] | NDArray[numpy.floating]") -> float:
    """The level of the type, which may cover little of a piece: the darkest of what is no paper."""
    printed = grey[grey < _PAPER * numpy.percentile(grey, 85)]
    return float(numpy.percentile(printed, _DARKEST)) if printed.size else 0.0


def _red_ink(page: "Picture", mark: SealMark) -> float:
    """The usual level of the ink in the red channel, its darker part."""
    unit = page.shape[1]
    x, y, reach = mark.x * unit, mark.y * unit, mark.across * unit
    disc = page[max(0, int(y - reach)) : int(y + reach), max(0, int(x - reach)) : int(x + reach)]
    red = disc[redness(disc) > _INK][:, 0]
    return float(numpy.percentile(red, 30)) if red.size else 200.0


def _ring_ink(page: "Picture", mark: SealMark) -> float:
    """The usual level of a grey seal's ring."""
    angles = numpy.arange(180) * (2 * math.pi / 180)
    levels: list[NDArray[numpy.floating]] = []
    for share in numpy.arange(0.94, 1.02, 0.01):
        x = (mark.x + mark.across * share * numpy.cos(angles)) * page.shape[1]
        y = (mark.y + mark.down * share * numpy.sin(angles)) * page.shape[1]
        columns = numpy.clip(x.astype(int), 0, page.shape[1] - 1)
        levels.append(page[numpy.clip(y.astype(int), 0, page.shape[0] - 1), columns].mean(axis=1))
    return float(numpy.median(numpy.min(levels, axis=0)))
