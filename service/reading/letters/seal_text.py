"""Read the writing in a seal's ring: unwrap the ring into a straight strip, then recognise it."""

import dataclasses
import math
from typing import TYPE_CHECKING

import numpy

from service.reading.letters.model import Ocr, SealMark
from service.reading.letters.seal import in_colour, redness

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from service.reading.letters.model import Picture

_HEIGHT = 48  # px of the strip: what the recogniser wants
_OUTER, _INNER = 0.95, 0.53  # of the radius: where names stand
_MARGIN = 16  # px of paper before and behind the writing: beside a long gap the first character is lost more often
_SURE = 0.7
_MOST = 3  # seals of one page that are read


def with_texts(marks: "Sequence[SealMark]", picture: "Picture", ocr: Ocr) -> tuple[SealMark, ...]:
    """The marks of a page, the likeliest of them with their text, when it can be made out."""
    likely = sorted(marks, key=lambda mark: (mark.star, mark.coverage), reverse=True)[:_MOST]
    return tuple(with_text(mark, picture, ocr) if mark in likely else mark for mark in marks)


def with_text(mark: SealMark, picture: "Picture", ocr: Ocr) -> SealMark:
    """The mark with its ring's text, when it can be made out."""
    words = ocr.read([unwrapped(mark, picture)])[0]
    text = words.text.strip()
    if len(text) < 3 or words.score < _SURE:
        return mark
    return dataclasses.replace(mark, text=text, text_sure=min(words.sure, default=0.0))


def unwrapped(mark: SealMark, picture: "Picture") -> "Picture":
    """The ring as a strip of dark type on white that begins in the widest gap of its writing."""
    unit = picture.shape[1]
    width = round(_HEIGHT * 2 * math.pi * (_OUTER + _INNER) / 2 / (_OUTER - _INNER))
    angles = numpy.arange(width) * (2 * math.pi / width) + math.pi / 2  # from the bottom, clockwise as text runs
    radii = numpy.linspace(_OUTER, _INNER, _HEIGHT)[:, None]
    x = (mark.x + mark.across * numpy.cos(angles) * radii) * unit
    y = (mark.y + mark.down * numpy.sin(angles) * radii) * unit
    ring = _bilinear(picture, x, y)
    ink = redness(ring.astype(numpy.uint8)) if in_colour(picture) else 255 - ring.mean(axis=2)
    dark = 255 - 255 * numpy.clip(ink / max(0.05, float(numpy.percentile(ink, 95))), 0, 1)
    begin, length = _written(ink)
    strip = numpy.roll(dark, -begin, axis=1)[:, :length].astype(numpy.uint8)
    return numpy.repeat(strip[:, :, None], 3, axis=2)


def _written(ink: "NDArray[numpy.float32]") -> tuple[int, int]:
    """First column and length of the writing, which ends where the longest stretch without any begins."""
    busy = ink[_HEIGHT // 6 : -_HEIGHT // 6].mean(axis=0)
    around = busy.size
    smooth = numpy.convolve(numpy.concatenate([busy[-4:], busy, busy[:4]]), numpy.ones(9) / 9, "valid")
    columns = numpy.flatnonzero(smooth >= 0.35 * smooth.max())
    if columns.size == 0:
        return 0, around
    gaps = numpy.diff(numpy.append(columns, columns[0] + around))
    widest = int(gaps.argmax())
    margin = min(_MARGIN, int(gaps[widest]) // 2)
    begin = int(columns[widest] + gaps[widest]) - margin
    return begin % around, around - int(gaps[widest]) + 2 * margin


def _bilinear(picture: "Picture", x: "NDArray[numpy.float64]", y: "NDArray[numpy.float64]") -> "NDArray[numpy.float64]":
    x, y = x.clip(0, picture.shape[1] - 1.001), y.clip(0, picture.shape[0] - 1.001)
    left, top = x.astype(int), y.astype(int)
    right, low = (x - left)[:, :, None], (y - top)[:, :, None]
    above = picture[top, left] * (1 - right) + picture[top, left + 1] * right
    below = picture[top + 1, left] * (1 - right) + picture[top + 1, left + 1] * right
    mixed: NDArray[numpy.float64] = above * (1 - low) + below * low
    return mixed
