"""The text of an OFD page in pieces with their places (GB/T 33190-2016, chapter 11)."""

import math
from collections.abc import Iterator, Sequence
from typing import Final

from service.reading.forms.package import Element, attribute, descendants
from service.reading.letters.model import Box, Line
from service.reading.letters.ofd.notation import UPRIGHT, Matrix, Rectangle, matrix, number, rectangle

_CHARACTERS: Final = 6000  # of one page
_ASCENT: Final = 0.88  # of the size: from the upper edge to the baseline
_LEVEL: Final = 0.05  # radians: text that leans more belongs to a watermark or a stamp


def lines_of(objects: Sequence[Element], width: float) -> Iterator[Line]:
    """Pieces of text with their boxes in page widths."""
    left = _CHARACTERS
    for element in objects:
        if not element.tag.endswith("}TextObject"):
            continue
        turned = matrix(element) or UPRIGHT
        if abs(math.atan2(turned[1], turned[0])) > _LEVEL:
            continue
        x, y, _, _ = rectangle(element)
        for text, box in _pieces(element, number(attribute(element, "Size"), 4.0)):
            left -= len(text)
            if left < 0:
                return
            if text.strip():
                yield Line(" ".join(text.split()), _on_page(box, turned, (x, y), width))


def _pieces(element: Element, size: float) -> Iterator[tuple[str, Rectangle]]:
    """The text codes of one object (11.3): where a step is missing, characters stand side by side."""
    x = y = 0.0
    for code in descendants(element, "TextCode"):
        x, y = number(attribute(code, "X"), x), number(attribute(code, "Y"), y)
        text = code.text or ""
        steps = _steps(attribute(code, "DeltaX") or "")
        advance = sum(steps[: len(text) - 1]) + sum(map(_wide, text[len(steps) : -1])) * size
        end = advance + (size * _wide(text[-1]) if text else 0.0)
        yield text, (x, y - _ASCENT * size, max(end, 0.0), size)
        x += end


def _wide(letter: str) -> float:
    return 0.5 if letter.isascii() else 1.0


def _steps(written: str) -> list[float]:
    """ "2.5 g 3 5" -> 2.5, 5, 5, 5: "g" repeats."""
    words, place = written.split(), 0
    steps: list[float] = []
    while place < len(words) and len(steps) < _CHARACTERS:
        if words[place] == "g" and place + 2 < len(words):
            times = min(int(number(words[place + 1], 0.0)), _CHARACTERS)
            steps += [number(words[place + 2], 0.0)] * times
            place += 3
        else:
            steps.append(number(words[place], 0.0))
            place += 1
    return steps


def _on_page(box: Rectangle, turned: Matrix, origin: tuple[float, float], width: float) -> Box:
    a, b, c, d, e, f = turned
    left, top, across, down = box
    corners = [(left, top), (left + across, top + down)]
    xs = sorted(a * x + c * y + e + origin[0] for x, y in corners)
    ys = sorted(b * x + d * y + f + origin[1] for x, y in corners)
    return Box(xs[0] / width, ys[0] / width, xs[1] / width, ys[1] / width)
