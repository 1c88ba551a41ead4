"""Read the date's line again where it was read with doubt: cut out otherwise and softened, so that a slip of the
recogniser is not repeated. What the readings are worth together is for `signed_date` to say.
"""

import dataclasses
import re
from typing import TYPE_CHECKING

import numpy
from PIL import Image, ImageFilter

from service.reading.letters import upright
from service.reading.letters.dates import find_date
from service.reading.letters.model import Box, Line, Ocr, Quad, Words
from service.reading.letters.text import chinese, clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.reading.letters.model import Picture

_DOUBT = 0.9  # of the least certain character
_LIKE_A_DATE = re.compile(r"年.{0,3}月|月.{0,4}[日号]|[12二].{2,4}年.{1,6}日|(?:19|20)\d\d[-/.]\d")
_IN_A_SENTENCE = re.compile("[，。；《》]")
_LONGEST = 24  # Chinese characters: more, and it is a sentence
_MARGIN = 0.18  # of the line's height, added above and below
_BESIDE = 0.8  # and at both ends, where the first character is often cut off
_SOFT = 0.9  # px
_MOST = 4  # lines of one page


def read_again(lines: "Sequence[Line]", picture: "Picture", ocr: Ocr) -> list[Line]:
    """The lines, doubtful dates among them with two readings more."""
    doubtful = [line for line in lines if _is_doubtful_date(line)][-_MOST:]
    strips = [strip for line in doubtful for strip in _strips(line, picture)]
    if not strips:
        return list(lines)
    words = ocr.read(strips)
    again = {id(line): tuple(words[2 * place : 2 * place + 2]) for place, line in enumerate(doubtful)}
    return [_with(line, again.get(id(line), ())) for line in lines]


def _with(line: Line, words: tuple[Words, ...]) -> Line:
    return dataclasses.replace(line, other=(*line.other, *(one for one in words if one.text))) if words else line


def _is_doubtful_date(line: Line) -> bool:
    """True for what looks like a date and has no reading that is certain, or two dates."""
    if line.box is None or chinese(line.text) > _LONGEST or _IN_A_SENTENCE.search(line.text) or not line.sure:
        return False
    read = [(text, sure) for text, sure in line.readings() if _LIKE_A_DATE.search(_plain(text))]
    days = {dated.day for text, _ in read if (dated := find_date(text)) is not None}
    return bool(read) and (len(days) > 1 or max(_certainty(text, sure) for text, sure in read) < _DOUBT)


def _certainty(text: str, sure: tuple[float, ...]) -> float:
    """Of month and day, 0 where none was made out: most years vouch for themselves."""
    dated = find_date(text)
    if dated is None:
        return 0.0
    kept = [certain for character, certain in zip(text, sure, strict=False) if not character.isspace()]
    return min(kept[dated.year_end : dated.end], default=0.0)


def _plain(text: str) -> str:
    return clean(text).replace(" ", "")


def _strips(line: Line, picture: "Picture") -> "tuple[Picture, Picture]":
    """The line with more paper around it, and the same softened and darkened."""
    assert line.box is not None
    wide = upright.strip(picture, _quad(line.box, picture.shape[1]))
    soft = Image.fromarray(wide).convert("L").filter(ImageFilter.GaussianBlur(_SOFT))
    dark = numpy.asarray(soft.point(lambda level: round(255 * (level / 255) ** 1.5)))
    return wide, numpy.repeat(dark[:, :, None], 3, axis=2)


def _quad(box: Box, unit: int) -> Quad:
    more, beside = _MARGIN * box.height, _BESIDE * box.height
    left, top = max(0.0, box.left - beside) * unit, max(0.0, box.top - more) * unit
    right, bottom = (box.right + beside) * unit, (box.bottom + more) * unit
    return (left, top), (right, top), (right, bottom), (left, bottom)
