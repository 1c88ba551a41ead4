"""Read one picture of a page: turn it upright, recognise it once, and look again where a red seal lies over text."""

import dataclasses
from typing import TYPE_CHECKING

from service.domain.submission import LetterSource
from service.reading.letters import seal, seal_text, second_look, upright, washing
from service.reading.letters.model import Box, Line, Ocr, Quad, SealMark, Sheet, Words
from service.reading.letters.reading_order import in_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.reading.letters.model import Picture

LONG_SIDE = 2000  # px: 16 pt type is 38 px high, as much as the recogniser uses
_UNSURE = 0.45  # a line whose characters are less certain than this on average was not read
_BESIDE = 6.0  # how far left and right of a seal its signature may reach, in radii: names have up to 24 characters
_ABOVE = 1.3
_GLANCE_LINES = 24
_FULL_PAGE = 80  # pieces of text; a page of a letter has up to 30 lines
_HEAD_LINES, _FOOT_LINES = 40, 16
_SEAL_SHOWS = 700  # px: on a smaller picture a seal may go unseen
_SEEN = 12  # of 255
_COMMON = 0.3  # of a line's length
_RIM = 3  # px: a line that touches the edge of a piece was cut by it


def read_picture(picture: "Picture", ocr: Ocr) -> Sheet:
    """The page in a picture (RGB). Raises OcrFailed when it cannot be recognised."""
    if _is_blank(picture):
        return Sheet((), LetterSource.OCR, colour=False)
    page = upright.upright(picture, ocr)
    marks = seal.find_seals(page.picture)
    lines = _read(page, _worth_reading(page.boxes), ocr)
    for mark in marks.seals:
        lines = _looked_at_again(lines, mark, page.picture, ocr)
    sure = [line for line in lines if _sureness(line) >= _UNSURE]
    once = [line for line in sure if not line.other]
    again = second_look.read_again(once, page.picture, ocr)
    return Sheet(
        lines=in_order([*again, *(line for line in sure if line.other)]),
        source=LetterSource.OCR,
        seals=seal_text.with_texts(marks.seals, page.picture, ocr),
        colour=marks.colour and (bool(marks.seals) or max(picture.shape) >= _SEAL_SHOWS),
        perhaps_sealed=marks.red_patch,
        blurred=len(lines) >= 5 and len(sure) < len(lines) / 2,
    )


def glance(picture: "Picture", ocr: Ocr) -> Sheet:
    """The first lines of a page, enough to tell a table from a text."""
    if _is_blank(picture):
        return Sheet((), LetterSource.OCR, colour=False)
    page = upright.upright(picture, ocr)
    lines = _read(page, _from_the_top(page.boxes)[:_GLANCE_LINES], ocr)
    sure = in_order(line for line in lines if _sureness(line) >= _UNSURE)
    return Sheet(sure, LetterSource.OCR, colour=seal.in_colour(page.picture))


def _is_blank(picture: "Picture") -> bool:
    """Nothing differs from anything else by more than a reader could see."""
    return int(picture.max()) - int(picture.min()) < _SEEN


def _read(page: upright.Upright, boxes: "Sequence[Quad]", ocr: Ocr) -> list[Line]:
    words = ocr.read([upright.strip(page.picture, box) for box in boxes])
    return [_line(one, box, page.picture.shape[1]) for one, box in zip(words, boxes, strict=True)]


def _worth_reading(boxes: "Sequence[Quad]") -> "Sequence[Quad]":
    """All of them; of a page as full as a table, its head and its foot."""
    if len(boxes) <= _FULL_PAGE:
        return boxes
    ordered = _from_the_top(boxes)
    return [*ordered[:_HEAD_LINES], *ordered[-_FOOT_LINES:]]


def _from_the_top(boxes: "Sequence[Quad]") -> list[Quad]:
    return sorted(boxes, key=lambda box: box[0][1])


def _looked_at_again(lines: list[Line], mark: SealMark, picture: "Picture", ocr: Ocr) -> list[Line]:
    """The lines with those under a seal read anew from a copy in which the seal's ink is washed out."""
    width = picture.shape[1]
    zone = Box(
        max(0.0, mark.x - _BESIDE * mark.across),
        max(0.0, mark.y - _ABOVE * mark.down),
        mark.x + _BESIDE * mark.across,
        mark.y + _ABOVE * mark.down,
    )
    left, top, right, bottom = (round(side * width) for side in (zone.left, zone.top, zone.right, zone.bottom))
    cut = picture[top:bottom, left:right]
    clean = washing.washed(cut, picture, mark)
    if clean is None:
        return [_covered(line, mark) for line in lines]
    found = ocr.lines(clean)
    found = [line for line in found if line.score >= _UNSURE and not _is_cut(line.box, cut)]
    boxes = [_moved(line.box, left, top) for line in found]
    before = ocr.read([upright.strip(picture, box) for box in boxes])
    again = [
        _line(Words(line.text, line.sure), box, width, (raw,))
        for line, box, raw in zip(found, boxes, before, strict=True)
    ]
    lit = picture.copy()
    lit[top:bottom, left:right] = clean
    again = second_look.read_again(again, lit, ocr)
    return [line for line in lines if not _replaced(line, zone, again)] + again


def _covered(line: Line, mark: SealMark) -> Line:
    under = line.box is not None and mark.touches(line.box)
    return dataclasses.replace(line, covered=True) if under else line


def _is_cut(box: Quad, piece: "Picture") -> bool:
    height, width = piece.shape[:2]
    return any(not (_RIM < x < width - _RIM and _RIM < y < height - _RIM) for x, y in box)


def _replaced(line: Line, zone: Box, again: "Sequence[Line]") -> bool:
    """True for a line inside the zone when something was read again in its place."""
    box = line.box
    if box is None or not (zone.top < box.middle[1] < zone.bottom and zone.left < box.middle[0] < zone.right):
        return False
    return any(one.box is not None and _is_the_same(one.box, box) for one in again)


def _is_the_same(one: Box, other: Box) -> bool:
    """True for places in one row that lie over one another; two seals side by side have lines of their own."""
    common = min(one.right, other.right) - max(one.left, other.left)
    in_a_row = abs(one.middle[1] - other.middle[1]) < other.height / 2
    return in_a_row and common > _COMMON * (other.right - other.left)


def _line(words: Words, box: Quad, width: int, other: tuple[Words, ...] = ()) -> Line:
    xs, ys = [point[0] / width for point in box], [point[1] / width for point in box]
    return Line(words.text, Box(min(xs), min(ys), max(xs), max(ys)), words.sure, other)


def _sureness(line: Line) -> float:
    return Words(line.text, line.sure).score


def _moved(box: Quad, right: int, down: int) -> Quad:
    a, b, c, d = ((x + right, y + down) for x, y in box)
    return a, b, c, d
