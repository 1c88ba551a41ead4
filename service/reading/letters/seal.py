"""Find round red seals in a picture of a page: a ring of the right size with an empty margin around it.

Promises a mark that is there, never that it is genuine. Works from an RGB array with numpy alone, so that a page
with a text layer can be looked at in about 15 ms. Sizes come from 国发〔1999〕25号: seals are 3.8 to 5 cm across.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy

from service.reading.letters.model import SealMark

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.reading.letters.model import Picture

    Plane = NDArray[numpy.floating]

_LONG_SIDE = 1000  # px of the picture that is measured; rings are first looked for at half of it
_SMALLEST, _LARGEST = 0.055, 0.18  # radius of a seal in short sides of the page (A4: 23 to 76 mm across)
_STEP = 1.12  # from one tried radius to the next
_GRAIN = 32  # sides of what is transformed are multiples: fast ones, and few
_RED = 0.20  # how red ink is, 0..1
_FAINT = (0.085, 0.05)  # and how red at least; such a ring must have its star
_DARK = (0.15, 0.35)  # how dark a seal is on a grey or black-and-white page
_WHOLE = 0.85  # the share of its ring that must be seen there: lines of text are dark too
_UNBROKEN = 0.97  # the same for a ring whose star cannot be made out, under type or for want of one
_FEW = 60  # red pixels: less is no seal
_DIRECTIONS = 72
_COVERAGE = 0.62  # share of directions that must show the ring
_COVERAGE_ALONE = 0.75  # the same for a ring without a star: the corners of a square are red too
_CANDIDATES = 12
_STAR = 0.5
_PATCH = 0.036  # side of a cell in short sides of the page; nine cells are as large as the smallest stamp
_PATCH_CELLS = 6  # of nine that must show ink
_PATCH_RED = 0.1  # how red its ink is at least
_PATCH_INK = 0.015  # share of a cell
_LETTERHEAD = 0.25  # share of the page from the top
_RULE = 0.4  # share of a row: more is a rule across the page
_TINT = 10  # levels of 255: a channel that differs by more somewhere makes a page a coloured one


@dataclass(frozen=True, slots=True)
class Marks:
    """The seals of one page, whether the page is in colour at all (so a red seal would show), and whether there is
    red below the letterhead that may be a seal of another shape."""

    seals: tuple[SealMark, ...]
    colour: bool
    red_patch: bool = False


def find_seals(picture: "Picture") -> Marks:
    """The red seals of an upright page; on a page without colour, dark rings that can be nothing else."""
    small = shrink(picture, _LONG_SIDE)
    colour = in_colour(small)
    ink = redness(small) if colour else _darkness(small)
    found = _red_rings(ink) if colour else _dark_rings(ink)
    marks = tuple(_scaled(mark, small.shape[1]) for mark in found)
    return Marks(marks, colour, colour and not marks and _has_red_patch(ink))


def in_colour(picture: "Picture") -> bool:
    """False for grey and black-and-white pages, where a red seal would not look red."""
    red, green, blue = (picture[:, :, channel] for channel in range(3))
    spread = numpy.maximum(numpy.maximum(red, green), blue) - numpy.minimum(numpy.minimum(red, green), blue)
    return bool(numpy.count_nonzero(spread > _TINT) > spread.size * 2e-4)


def redness(picture: "Picture") -> "Plane":
    """How much redder than its paper each pixel is: about 0 for grey of any depth, up to 1 for pure red."""
    some = picture[::4, ::4].astype(numpy.float32).reshape(-1, 3)
    black, paper = numpy.percentile(some, (1, 85), axis=0)
    black = numpy.minimum(black.min(), 0.6 * paper.min())
    levels = numpy.arange(256, dtype=numpy.float32)[:, None]
    shades = numpy.clip((levels - black) / numpy.maximum(paper - black, 24), 0, 1)  # of every level, by channel
    red, green, blue = (shades[:, channel][picture[:, :, channel]] for channel in range(3))
    redder: Plane = red - (green + blue) / 2
    return redder


def shrink(picture: "Picture", long_side: int) -> "Picture":
    """The picture reduced by whole-number averaging until its longer side is at most long_side."""
    factor = math.ceil(max(picture.shape[:2]) / long_side)
    if factor == 1:
        return picture
    height, width = (max(1, side // factor) for side in picture.shape[:2])
    total = numpy.zeros((height, width, 3), numpy.uint32)
    for down in range(factor):
        for across in range(factor):
            total += picture[down::factor, across::factor][:height, :width]
    mean: Picture = (total // (factor * factor)).astype(numpy.uint8)
    return mean


def _darkness(picture: "Picture") -> "Plane":
    grey = picture.mean(axis=2, dtype=numpy.float32)
    dark: Plane = 1 - numpy.minimum(grey / max(40.0, float(numpy.percentile(grey[::4, ::4], 85))), 1)
    return dark


def _red_rings(red: "Plane") -> list[SealMark]:
    found = _rings(red, _RED, (_RED,))
    return found or [mark for mark in _rings(red, _FAINT[-1], _FAINT) if mark.star > _STAR and _stands_out(mark, red)]


def _stands_out(mark: SealMark, red: "Plane") -> bool:
    """False for a broken ring among the red type and stamps of a letterhead."""
    return mark.y > _LETTERHEAD * red.shape[0] or mark.coverage > _COVERAGE_ALONE


def _dark_rings(dark: "Plane") -> list[SealMark]:
    found = _rings(dark, _DARK[0], _DARK)
    return [mark for mark in found if mark.coverage > (_WHOLE if mark.star > _STAR else _UNBROKEN)]


def _has_red_patch(red: "Plane") -> bool:
    """True for red that reaches as far down as across, as an oval or square stamp or a faint ring does; rules and
    lines of red type do not."""
    side = round(_PATCH * min(red.shape))
    ink = red[round(_LETTERHEAD * red.shape[0]) :] > _PATCH_RED
    ink[ink.mean(axis=1) > _RULE] = False
    height, width = (length // side * side for length in ink.shape)
    cells = ink[:height, :width].reshape(height // side, side, width // side, side).mean(axis=(1, 3)) > _PATCH_INK
    if min(cells.shape) < 3:
        return False
    squares = numpy.lib.stride_tricks.sliding_window_view(cells, (3, 3))
    rows, columns, inked = squares.max(axis=3).min(axis=2), squares.max(axis=2).min(axis=2), squares.sum(axis=(2, 3))
    return bool((rows & columns & (inked >= _PATCH_CELLS)).any())


def _scaled(mark: SealMark, unit: float) -> SealMark:
    x, y, across, down = (float(length / unit) for length in (mark.x, mark.y, mark.across, mark.down))
    return SealMark(x, y, across, down, mark.coverage, mark.star)


def _rings(red: "Plane", level: float, measured_at: tuple[float, ...]) -> list[SealMark]:
    """Rings of what is redder than a level, each measured at the level that shows its star best."""
    mask = (red > level).astype(numpy.float32)
    if numpy.count_nonzero(mask) < _FEW:
        return []
    masks = [(red > other).astype(numpy.float32) for other in measured_at]
    found: list[SealMark] = []
    for x, y, radius in _candidates(mask):
        if any(math.hypot(x - one.x, y - one.y) < 0.6 * one.across for one in found):
            continue
        measured = [mark for one in masks if (mark := _measured(one, x, y, radius)) is not None]
        mark = max(measured, key=lambda mark: mark.star, default=None)
        if mark is not None and not any(math.hypot(mark.x - one.x, mark.y - one.y) < one.across for one in found):
            found.append(mark)
    return found


def _candidates(mask: "Plane") -> list[tuple[float, float, float]]:
    """Places where a ring could be, likeliest first: correlation with rings of every size, outside counted against."""
    even = mask[: mask.shape[0] // 2 * 2, : mask.shape[1] // 2 * 2]
    half = (even[::2, ::2] + even[::2, 1::2] + even[1::2, ::2] + even[1::2, 1::2]) / 4
    if not half.any():
        return []
    top, left, inked = _inked(half)
    reach = int(_LARGEST * min(half.shape) * 1.3) + 2  # further from ink nothing scores
    height, width = (_GRAIN * math.ceil((side + 2 * reach) / _GRAIN) for side in inked.shape)
    page = numpy.zeros((height, width), numpy.float32)
    page[reach : reach + inked.shape[0], reach : reach + inked.shape[1]] = inked
    seen = numpy.fft.rfft2(page)
    peaks: list[tuple[float, float, float, float]] = []
    radius = _SMALLEST * min(half.shape)
    while radius <= _LARGEST * min(half.shape):
        score = numpy.fft.irfft2(seen * _ring(page.shape, radius), page.shape)
        peaks += [(value, x - reach + left, y - reach + top, radius) for value, x, y in _tops(score, radius)]
        radius *= _STEP
    peaks.sort(reverse=True)
    return [(2 * x, 2 * y, 2 * radius) for value, x, y, radius in peaks[:_CANDIDATES] if value > 0.15]


def _inked(plane: "Plane") -> tuple[int, int, "Plane"]:
    """The smallest part of a plane that holds all of its ink, and where its top and left stand."""
    rows, columns = (numpy.flatnonzero(plane.any(axis=axis)) for axis in (1, 0))
    top, left = int(rows[0]), int(columns[0])
    return top, left, plane[top : rows[-1] + 1, left : columns[-1] + 1]


@lru_cache(maxsize=128)
def _ring(shape: tuple[int, ...], radius: float) -> "Plane":
    """Transform of a ring around the origin, +1 in all, with what lies just outside it at -1, for correlation; real,
    because a ring is as it is seen in a mirror."""
    down = numpy.fft.fftfreq(shape[0], 1 / shape[0])[:, None]
    across = numpy.fft.fftfreq(shape[1], 1 / shape[1])[None, :]
    away = numpy.hypot(down, across)
    on = (abs(away - radius) < max(1.0, 0.06 * radius)).astype(numpy.float32)
    outside = ((away > 1.12 * radius) & (away < 1.25 * radius)).astype(numpy.float32)
    ring: Plane = numpy.fft.rfft2(on / on.sum() - outside / outside.sum()).real.copy()
    return ring


def _tops(score: "Plane", radius: float) -> list[tuple[float, float, float]]:
    tops = []
    rest = score.copy()
    near = int(radius)
    for _ in range(3):
        y, x = numpy.unravel_index(int(rest.argmax()), rest.shape)
        tops.append((float(rest[y, x]), float(x), float(y)))
        rest[max(0, y - near) : y + near, max(0, x - near) : x + near] = 0
    return tops


def _measured(mask: "Plane", x: float, y: float, radius: float) -> SealMark | None:
    """The ring near a candidate as an ellipse, if it holds up to measuring."""
    across, down = radius, radius
    for _ in range(3):
        x, y, across, down = _fitted(mask, x, y, across, down)
    if not 0.7 < across / down < 1.43 or not _right_size(across, mask) or not _right_size(down, mask):
        return None
    coverage = _coverage(mask, x, y, across, down)
    outside = _filled(mask, x, y, across, down, 1.09, 1.22)
    inside = _filled(mask, x, y, across, down, 0.0, 0.90)
    star = _star(mask, x, y, across, down)
    enough = _COVERAGE if star > _STAR else _COVERAGE_ALONE
    if coverage < enough or outside > 0.3 or not 0.02 < inside < 0.6:
        return None
    return SealMark(x, y, across, down, coverage, star)


def _right_size(radius: float, mask: "Plane") -> bool:
    return bool(0.9 * _SMALLEST < radius / min(mask.shape) < 1.1 * _LARGEST)


def _sampled(mask: "Plane", x: "Plane", y: "Plane") -> "Plane":
    columns, rows = numpy.rint(x).astype(int), numpy.rint(y).astype(int)
    inside = (columns >= 0) & (rows >= 0) & (columns < mask.shape[1]) & (rows < mask.shape[0])
    if not inside.all():
        rows, columns = rows.clip(0, mask.shape[0] - 1), columns.clip(0, mask.shape[1] - 1)
    sampled: Plane = mask[rows, columns] * inside
    return sampled


def _polar(
    mask: "Plane", x: float, y: float, across: float, down: float, radii: "Plane", directions: int = _DIRECTIONS
) -> "Plane":
    """The mask along directions (rows) at shares of the radius (columns)."""
    right, low = _circle(directions)
    return _sampled(mask, x + across * right[:, None] * radii[None, :], y + down * low[:, None] * radii[None, :])


@lru_cache(maxsize=8)
def _circle(directions: int) -> tuple["Plane", "Plane"]:
    """Cosines and sines of directions all around."""
    angles = numpy.arange(directions) * (2 * math.pi / directions)
    return numpy.cos(angles), numpy.sin(angles)


@lru_cache(maxsize=1)
def _terms() -> "Plane":
    """What a circle moved by (a, b) and stretched by c is made of: r(angle) = 1 + a cos + b sin + c cos 2."""
    angles = numpy.arange(_DIRECTIONS) * (2 * math.pi / _DIRECTIONS)
    return numpy.stack([numpy.ones_like(angles), numpy.cos(angles), numpy.sin(angles), numpy.cos(2 * angles)], axis=1)


def _fitted(mask: "Plane", x: float, y: float, across: float, down: float) -> tuple[float, float, float, float]:
    """One step of fitting an upright ellipse to the outermost red in each direction, outliers left out."""
    radii = numpy.arange(1.16, 0.84, -0.01)
    seen = _polar(mask, x, y, across, down, radii) > 0
    hit = seen.any(axis=1)
    if hit.sum() < _DIRECTIONS // 3:
        return x, y, across, down
    share = radii[seen.argmax(axis=1)]
    usual = numpy.median(share[hit])
    hit &= abs(share - usual) < 0.08
    size, right, low, stretch = numpy.linalg.lstsq(_terms()[hit], share[hit], rcond=None)[0]
    return x + right * across, y + low * down, across * (size + stretch), down * (size - stretch)


def _coverage(mask: "Plane", x: float, y: float, across: float, down: float) -> float:
    seen = _polar(mask, x, y, across, down, numpy.arange(0.95, 1.035, 0.01))
    return float((seen > 0).any(axis=1).mean())


def _filled(mask: "Plane", x: float, y: float, across: float, down: float, inner: float, outer: float) -> float:
    radii = numpy.linspace(max(inner, 0.02), outer, 24)
    weights = radii / radii.sum()
    return float((_polar(mask, x, y, across, down, radii) @ weights).mean())


def _star(mask: "Plane", x: float, y: float, across: float, down: float) -> float:
    """How much the middle repeats itself five times around (0..1): a five-pointed star does, at any turn."""
    middle = _polar(mask, x, y, across, down, numpy.linspace(0.12, 0.42, 16), directions=120)
    reach = middle.mean(axis=1)
    if reach.mean() < 0.08:
        return 0.0
    waves = abs(numpy.fft.rfft(reach))[1:13]
    return float(waves[4] / math.sqrt(float((waves**2).sum()) + 1e-9))
