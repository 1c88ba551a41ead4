"""Writing that belongs to a stamp, in a PDF whose seal is drawn with characters instead of a picture.

Such characters stand in the page's text and would be read into the signature they lie on: 东学东陵师范大学. They are
told by standing aslant along a ring, and by their red ink.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.reading.letters.model import Box, Line, SealMark

_ASLANT = math.radians(4)
_RING_LEAST = 4  # characters: three words aslant may be a watermark's corner
_NEIGHBOUR = 0.16  # page widths between characters of one ring; seals are 0.18 to 0.24 wide
_LARGEST = 0.16  # page widths: the radius of no seal
_HEAD = 0.42  # page widths from the top: red above it is the letterhead
_APART = 1.6  # character heights: a wider gap begins another piece of a line


@dataclass(frozen=True, slots=True)
class Glyph:
    """One character as it stands on the page. lean: radians from the page's own direction, -pi to pi."""

    text: str
    box: Box
    lean: float
    red: bool

    @property
    def is_aslant(self) -> bool:
        return abs(self.lean) > _ASLANT


@dataclass(frozen=True, slots=True)
class Ring:
    """A circle of characters: centre and radius in page widths, and what it says, clockwise."""

    x: float
    y: float
    radius: float
    text: str

    def holds(self, glyph: Glyph) -> bool:
        x, y = glyph.box.middle
        return math.hypot(x - self.x, y - self.y) < 1.25 * self.radius


def are_stamped(glyphs: Sequence[Glyph]) -> bool:
    """True when some characters of a page may be a stamp's; else its lines can be taken as they are."""
    return any(g.is_aslant or _is_low_and_red(g) for g in glyphs)


def rings_of(glyphs: Sequence[Glyph]) -> tuple[Ring, ...]:
    """The rings that characters standing aslant form."""
    found = []
    for cluster in _clusters([g for g in glyphs if g.is_aslant]):
        if len(cluster) < _RING_LEAST or (circle := _circle(cluster)) is None:
            continue
        ring = Ring(*circle, "")
        writing = [g for g in glyphs if g in cluster or (g.red and abs(_distance(ring, g) / ring.radius - 1) < 0.12)]
        found.append(replace(ring, text=_clockwise(ring, writing)))
    return tuple(found)


def without_stamps(glyphs: Sequence[Glyph], rings: Sequence[Ring]) -> list[Glyph]:
    """The characters of the letter itself."""

    def is_stamp(glyph: Glyph) -> bool:
        inside = any(ring.holds(glyph) for ring in rings)
        return glyph.is_aslant or (glyph.red and inside) or _is_low_and_red(glyph)

    return [g for g in glyphs if not is_stamp(g)]


def lines_of(glyphs: Sequence[Glyph]) -> list[Line]:
    """Characters put together to pieces of one line each."""
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: g.box.middle[1]):
        if rows and abs(glyph.box.middle[1] - rows[-1][-1].box.middle[1]) < glyph.box.height / 2:
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return [piece for row in rows for piece in _pieces(sorted(row, key=lambda g: g.box.left))]


def told(marks: Sequence[SealMark], rings: Sequence[Ring]) -> tuple[SealMark, ...]:
    """Seal marks with the writing of the ring that lies on them."""

    def with_text(mark: SealMark) -> SealMark:
        ring = next((r for r in rings if math.hypot(r.x - mark.x, r.y - mark.y) < mark.across), None)
        return replace(mark, text=ring.text) if ring and mark.text is None else mark

    return tuple(map(with_text, marks))


def _is_low_and_red(glyph: Glyph) -> bool:
    return glyph.red and glyph.box.top > _HEAD


def _clusters(glyphs: list[Glyph]) -> list[list[Glyph]]:
    """Characters near one another, from neighbour to neighbour."""
    left, found = list(glyphs), []
    while left:
        cluster = [left.pop()]
        for member in cluster:  # grows while it is walked
            near = [g for g in left if math.dist(g.box.middle, member.box.middle) < _NEIGHBOUR]
            cluster += near
            left = [g for g in left if g not in near]
        found.append(cluster)
    return found


def _circle(glyphs: Sequence[Glyph]) -> tuple[float, float, float] | None:
    """Centre and radius of the circle nearest to the characters (least squares); None when they form none."""
    import numpy

    points = numpy.array([g.box.middle for g in glyphs])
    equations = numpy.column_stack((2 * points, numpy.ones(len(points))))
    (x, y, rest), *_ = numpy.linalg.lstsq(equations, (points**2).sum(axis=1), rcond=None)
    square = rest + x * x + y * y
    if not 0 < square < _LARGEST**2:
        return None
    radius = math.sqrt(square)
    off = max(abs(math.hypot(px - x, py - y) - radius) for px, py in points)
    return (float(x), float(y), radius) if off < 0.3 * radius else None


def _distance(ring: Ring, glyph: Glyph) -> float:
    x, y = glyph.box.middle
    return math.hypot(x - ring.x, y - ring.y)


def _clockwise(ring: Ring, glyphs: Sequence[Glyph]) -> str:
    """The writing from behind its widest gap on."""
    around = sorted((math.atan2(g.box.middle[1] - ring.y, g.box.middle[0] - ring.x), g.text) for g in glyphs)
    angles = [angle for angle, _ in around]
    gaps = [b - a for a, b in zip(angles, [*angles[1:], angles[0] + 2 * math.pi], strict=True)]
    start = (gaps.index(max(gaps)) + 1) % len(around)
    return "".join(text for _, text in [*around[start:], *around[:start]])


def _pieces(row: Sequence[Glyph]) -> list[Line]:
    groups: list[list[Glyph]] = []
    for glyph in row:
        if groups and glyph.box.left - groups[-1][-1].box.right < _APART * glyph.box.height:
            groups[-1].append(glyph)
        else:
            groups.append([glyph])
    return [Line("".join(g.text for g in group), _around([g.box for g in group])) for group in groups]


def _around(boxes: Sequence[Box]) -> Box:
    return Box(
        min(b.left for b in boxes), min(b.top for b in boxes), max(b.right for b in boxes), max(b.bottom for b in boxes)
    )
