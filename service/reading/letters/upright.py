"""Turn a photographed or scanned page until its text stands upright, and cut out its lines.

Quarter turns come from the shape of the lines, half turns from the OCR's own classifier, the rest from their slope.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy
from PIL import Image

from service.reading.letters.model import Ocr, Point, Quad

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.reading.letters.model import Picture

_TELLING_LINES = 12  # the longest ones are asked whether they stand on their heads
_BEYOND_DOUBT = 0.9
_FEW = 8  # ends of lines: fewer are read both ways instead, a seal's writing may be most of them
_ELONGATED = 2.0  # a box this much longer than thick shows which way its text runs
_SLOPE = math.radians(0.3)  # less is not worth resampling for
_STEEP = math.radians(4)  # more, and lines are looked for again
_PIECE = 4  # the classifier sees pieces this many times wider than high


@dataclass(frozen=True, slots=True)
class Upright:
    """An upright picture and where its lines are."""

    picture: "Picture"
    boxes: tuple[Quad, ...]


def upright(picture: "Picture", ocr: Ocr) -> Upright:
    """The picture turned so that its text can be read; as it is when it shows no text."""
    boxes = ocr.boxes(picture)
    if _lies_on_its_side(boxes):
        picture = numpy.ascontiguousarray(numpy.rot90(picture))
        boxes = ocr.boxes(picture)
    if _stands_on_its_head(picture, boxes, ocr):
        height, width = picture.shape[:2]
        picture = numpy.ascontiguousarray(picture[::-1, ::-1])
        boxes = [_quad([(width - x, height - y) for x, y in box]) for box in boxes]
    return _levelled(Upright(picture, tuple(_quad(list(box)) for box in boxes)), ocr)


def strip(picture: "Picture", box: Quad) -> "Picture":
    """What a box holds, as an upright strip."""
    width = max(2, round(max(math.dist(box[0], box[1]), math.dist(box[3], box[2]))))
    height = max(2, round(max(math.dist(box[0], box[3]), math.dist(box[1], box[2]))))
    left, top = (max(0, math.floor(min(point[axis] for point in box)) - 2) for axis in (0, 1))
    right, bottom = (math.ceil(max(point[axis] for point in box)) + 2 for axis in (0, 1))
    cut = Image.fromarray(picture[top:bottom, left:right])
    a, b, c, d = ((x - left, y - top) for x, y in box)
    turned = cut.transform((width, height), Image.Transform.QUAD, (*a, *d, *c, *b), Image.Resampling.BICUBIC)
    return numpy.asarray(turned)


def _lies_on_its_side(boxes: "Sequence[Quad]") -> bool:
    tall = sum(down for across, down in map(_extent, boxes) if down > _ELONGATED * across)
    wide = sum(across for across, down in map(_extent, boxes) if across > _ELONGATED * down)
    return tall > wide


def _stands_on_its_head(picture: "Picture", boxes: "Sequence[Quad]", ocr: Ocr) -> bool:
    longest = sorted(boxes, key=lambda box: -_extent(box)[0])[:_TELLING_LINES]
    strips = [strip(picture, _quad(list(box))) for box in longest]
    pieces = [piece for one in strips for piece in _pieces(one)]
    if 0 < len(pieces) < _FEW:
        return _well_read([one[::-1, ::-1] for one in strips], ocr) > _well_read(strips, ocr)
    votes = ocr.upside_down(pieces)
    return bool(votes) and sum(votes) > len(votes) / 2


def _well_read(strips: "Sequence[Picture]", ocr: Ocr) -> float:
    """How many characters are read beyond doubt."""
    return sum(sum(sure for sure in words.sure if sure > _BEYOND_DOUBT) for words in ocr.read(strips))


def _pieces(line: "Picture") -> list["Picture"]:
    """The left and the right end of a line, in the shape that the classifier was trained on."""
    width = line.shape[0] * _PIECE
    if line.shape[1] <= width * 1.5:
        return [line]
    return [line[:, :width], line[:, -width:]]


def _levelled(page: Upright, ocr: Ocr) -> Upright:
    slope = _slope(page.boxes)
    if abs(slope) < _SLOPE:
        return page
    height, width = page.picture.shape[:2]
    image = Image.fromarray(page.picture)
    turned = image.rotate(math.degrees(slope), Image.Resampling.BICUBIC, fillcolor=_paper(page.picture))
    picture = numpy.asarray(turned)
    if abs(slope) > _STEEP:
        return Upright(picture, tuple(_quad(list(box)) for box in ocr.boxes(picture)))
    middle = (width / 2, height / 2)
    boxes = tuple(_quad([_turned(point, middle, -slope) for point in box]) for box in page.boxes)
    return Upright(picture, boxes)


def _slope(boxes: "Sequence[Quad]") -> float:
    """The usual angle of the lines (radians, clockwise positive), longer lines counting for more."""
    angles = []
    for box in boxes:
        across, down = _extent(box)
        if across > 3 * down or across > 200:
            angle = math.atan2(box[1][1] - box[0][1], box[1][0] - box[0][0])
            angles += [angle] * max(1, round(across / 100))
    return sorted(angles)[len(angles) // 2] if angles else 0.0


def _paper(picture: "Picture") -> tuple[int, int, int]:
    red, green, blue = (int(numpy.percentile(picture[::8, ::8, channel], 80)) for channel in range(3))
    return red, green, blue


def _turned(point: Point, middle: Point, angle: float) -> Point:
    x, y = point[0] - middle[0], point[1] - middle[1]
    sine, cosine = math.sin(angle), math.cos(angle)
    return middle[0] + x * cosine - y * sine, middle[1] + x * sine + y * cosine


def _extent(box: Quad) -> tuple[float, float]:
    """How far a box reaches across and down the picture, measured along its sides."""
    first, second = math.dist(box[0], box[1]), math.dist(box[1], box[2])
    level = abs(box[1][0] - box[0][0]) >= abs(box[1][1] - box[0][1])
    return (first, second) if level else (second, first)


def _quad(points: list[Point]) -> Quad:
    """Corners in order, clockwise from top left."""
    return (
        min(points, key=lambda p: p[0] + p[1]),
        max(points, key=lambda p: p[0] - p[1]),
        max(points, key=lambda p: p[0] + p[1]),
        min(points, key=lambda p: p[0] - p[1]),
    )
