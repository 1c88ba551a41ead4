"""Pages of a PDF through pdfium: the text where it carries one, a picture where it does not.

Nothing in the file is run: pdfium is built without JavaScript here, and launch actions are never followed.
"""

import ctypes
import itertools
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from service.domain.submission import LetterSource, Problem
from service.reading.letters import stamped
from service.reading.letters.model import Box, Line, Point, Sheet
from service.reading.letters.reading_order import in_order, joined
from service.reading.letters.text_layer import SCAN_SHARE, is_told_by

if TYPE_CHECKING:
    from service.reading.letters.model import Picture

_DAMAGED = "PDF 文件不完整或已损坏，请重新导出后发送"
_POINTS = 72
_CHARACTERS = 6000  # of one page: a page of a letter has under a thousand
_PICTURES = 200  # of one page that are looked at
_STAMP = (60, 230)  # points: 21 to 81 mm
_BELOW_HEAD = 0.75  # of the page's height from its foot
_SPACED = 0.3  # share of pieces that are one character: more, and the program placed every character by itself
_FINE = 16  # device units a point
_GLANCE_SIDE = 420  # px: a seal's ring is still three pixels wide


class PdfRefused(Exception):
    """The file cannot be opened. problem tells why."""

    def __init__(self, problem: Problem, note: str) -> None:
        super().__init__(note)
        self.problem = problem
        self.note = note


@contextmanager
def opened(content: bytes) -> "Iterator[Pdf]":
    """The PDF for as long as the block runs. Raises PdfRefused."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error):
            raise PdfRefused(Problem.ENCRYPTED, "PDF 设置了打开密码，请取消密码后重新发送") from None
        raise PdfRefused(Problem.DAMAGED, _DAMAGED) from None
    try:
        document.init_forms()  # an electronic seal may be drawn as a form field
        if len(document) == 0:
            raise PdfRefused(Problem.DAMAGED, "PDF 文件没有页面，请重新导出后发送")
        yield Pdf(document)
    except pypdfium2.PdfiumError:  # a page that cannot be loaded or drawn
        raise PdfRefused(Problem.DAMAGED, _DAMAGED) from None
    finally:
        document.close()


@dataclass(frozen=True, slots=True)
class Pdf:
    """An open PDF; pages are counted from 0. Not for use by two threads."""

    document: Any

    def __len__(self) -> int:
        return len(self.document)

    def sheet(self, number: int) -> Sheet | None:
        """The page's text with its places, or None when the page must be read as a picture."""
        page = self.document[number]
        try:
            if _is_scan(page):
                return None
            lines, turn, rings = _lines(page)
            if not is_told_by(lines):
                return None
            return self._with_seals(page, lines, turn, rings)
        finally:
            page.close()

    def picture(self, number: int, long_side: int) -> "Picture":
        """The page drawn with its longer side at most long_side pixels."""
        page = self.document[number]
        try:
            return _drawn(page, long_side)
        finally:
            page.close()

    def shown(self, number: int, long_side: int) -> "Picture":
        """The page as its text stands, at any key of its own."""
        import numpy

        page = self.document[number]
        try:
            _, turn, _ = _lines(page)
            return numpy.ascontiguousarray(numpy.rot90(_drawn(page, long_side), turn))
        finally:
            page.close()

    def _with_seals(self, page: Any, lines: list[Line], turn: int, rings: tuple[stamped.Ring, ...]) -> Sheet:
        import numpy

        from service.reading.letters import seal

        glance = numpy.ascontiguousarray(numpy.rot90(_drawn(page, _GLANCE_SIDE), turn))
        # What is drawn from text and vectors would show a red seal, even when nothing on it is red.
        found = seal.find_seals(glance)
        marks = stamped.told(found.seals, rings)
        perhaps = found.red_patch or _has_stamp_like_picture(page)
        return Sheet(in_order(lines), LetterSource.TEXT_LAYER, marks, colour=True, perhaps_sealed=perhaps)


def _drawn(page: Any, long_side: int) -> "Picture":
    import numpy

    width, height = page.get_size()
    scale = min(300 / _POINTS, long_side / max(width, height, 1.0))
    bitmap = page.render(scale=scale, rev_byteorder=True, may_draw_forms=True)
    try:
        return numpy.ascontiguousarray(bitmap.to_numpy()[:, :, :3])
    finally:
        bitmap.close()


def _is_scan(page: Any) -> bool:
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    covered = 0.0
    for number, image in enumerate(page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)):
        left, low, right, top = image.get_bounds()
        covered += abs(min(right, width * 2) - max(left, 0)) * abs(min(top, height * 2) - max(low, 0))
        if number > _PICTURES:
            break
    return bool(covered > SCAN_SHARE * width * height)


def _has_stamp_like_picture(page: Any) -> bool:
    """True for a picture as large as a stamp below the letterhead: one printed in black shows no red."""
    import pypdfium2.raw as pdfium

    height = page.get_height()
    for image in itertools.islice(page.get_objects([pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3), _PICTURES):
        left, low, right, top = image.get_bounds()
        fits = all(_STAMP[0] < side < _STAMP[1] for side in (right - left, top - low))
        if fits and (low + top) / 2 < _BELOW_HEAD * height:
            return True
    return False


def _lines(page: Any) -> tuple[list[Line], int, tuple[stamped.Ring, ...]]:
    """The text in pieces of one line, placed in widths of the page as the text stands; the turns that takes; and
    the rings of a seal drawn with characters, which are no part of the text."""
    text = page.get_textpage()
    try:
        count = min(text.count_chars(), _CHARACTERS)
        turn = _turn(page, text, count)
        if _may_be_stamped(page, text, count, turn):
            glyphs = _glyphs(page, text, count, turn)
            if stamped.are_stamped(glyphs):
                rings = stamped.rings_of(glyphs)
                return stamped.lines_of(stamped.without_stamps(glyphs, rings)), turn, rings
        pieces = _pieces(page, text, count, turn)
        if sum(len(piece.text) == 1 for piece in pieces) > _SPACED * len(pieces):
            return stamped.lines_of(_glyphs(page, text, count, turn)), turn, ()
        return joined(pieces), turn, ()
    finally:
        text.close()


def _pieces(page: Any, text: Any, count: int, turn: int) -> list[Line]:
    pieces, frame = [], _Frame(page, turn)
    for number in range(text.count_rects(0, count) if count > 0 else 0):
        rectangle = text.get_rect(number)
        words = " ".join(text.get_text_bounded(*rectangle).split())
        if words:
            pieces.append(Line(words, frame.box(rectangle)))
    return pieces


def _may_be_stamped(page: Any, text: Any, count: int, turn: int) -> bool:
    """A cheap look before every character is placed."""
    import pypdfium2.raw as pdfium

    main = ((turn - page.get_rotation() // 90) % 4) * math.pi / 2
    for place in range(count):
        if abs(_lean(pdfium.FPDFText_GetCharAngle(text, place), main)) > 0.05 or _is_red(text, place):
            return True
    return False


def _glyphs(page: Any, text: Any, count: int, turn: int) -> list[stamped.Glyph]:
    import pypdfium2.raw as pdfium

    main = ((turn - page.get_rotation() // 90) % 4) * math.pi / 2
    box, frame, found = pdfium.FS_RECTF(), _Frame(page, turn), []
    for place in range(count):
        character = chr(pdfium.FPDFText_GetUnicode(text, place) or 32)
        if character.isspace() or not character.isprintable():
            continue
        if not pdfium.FPDFText_GetLooseCharBox(text, place, box):
            continue
        rectangle = (box.left, box.bottom, box.right, box.top)
        lean = _lean(pdfium.FPDFText_GetCharAngle(text, place), main)
        found.append(stamped.Glyph(character, frame.box(rectangle), lean, _is_red(text, place)))
    return found


def _lean(angle: float, main: float) -> float:
    """From the page's direction; 0 for a character without one."""
    return 0.0 if angle < 0 else (angle - main + math.pi) % (2 * math.pi) - math.pi


def _is_red(text: Any, place: int) -> bool:
    import pypdfium2.raw as pdfium

    red, green, blue, opaque = ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint()
    if not pdfium.FPDFText_GetFillColor(text, place, red, green, blue, opaque):
        return False
    return bool(red.value > 120 and red.value > 1.8 * max(green.value, blue.value))


def _turn(page: Any, text: Any, count: int) -> int:
    """How many quarter turns counter-clockwise make most of the text stand upright, as the page is shown."""
    import pypdfium2.raw as pdfium

    votes = [0, 0, 0, 0]
    for place in range(0, count, max(1, count // 60)):
        angle = pdfium.FPDFText_GetCharAngle(text, place)
        if angle >= 0:
            votes[round(angle / (math.pi / 2)) % 4] += 1
    shown: int = page.get_rotation() // 90
    return (votes.index(max(votes)) + shown) % 4


class _Frame:
    """Where things stand on a page as it is shown, turned."""

    def __init__(self, page: Any, turn: int) -> None:
        import pypdfium2.raw as pdfium

        self._size: Point = page.get_size()
        self._turn = turn
        self._across, self._down = ctypes.c_int(), ctypes.c_int()
        width, height = (round(side * _FINE) for side in self._size)
        self._to_device = partial(pdfium.FPDF_PageToDevice, page, 0, 0, width, height, 0)

    def box(self, rectangle: tuple[float, float, float, float]) -> Box:
        """A rectangle of the page's own axes in page widths."""
        left, low, right, top = rectangle
        corners = [self._shown(left, low), self._shown(right, top)]
        width, height = self._size
        for _ in range(self._turn):
            corners = [(y, width - x) for x, y in corners]
            width, height = height, width
        (x, y), (other_x, other_y) = corners
        across, down = sorted((x / width, other_x / width)), sorted((y / width, other_y / width))
        return Box(across[0], down[0], across[1], down[1])

    def _shown(self, x: float, y: float) -> Point:
        """A point of the page's own axes in points from the top left."""
        self._to_device(x, y, self._across, self._down)
        return self._across.value / _FINE, self._down.value / _FINE
