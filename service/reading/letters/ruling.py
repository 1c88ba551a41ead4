"""Whether a ruled table fills a page: seen from its lines alone, a hundred times cheaper than reading it."""

from typing import TYPE_CHECKING

import numpy

from service.reading.letters.seal import shrink

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from service.reading.letters.model import Picture

    Mask = NDArray[numpy.bool_]

_LONG_SIDE = 900  # px
_DARK = 40  # levels of 255 below the paper: a hair line that was averaged
_RUN = 0.06  # of the long side: taller than any type, and a line that leans keeps to it
_THICK = 4  # px: what is dark there too is no line
_LINES = 4  # of each direction: letters have rules across, and none down
_WHOLE = 0.9


def is_ruled(picture: "Picture") -> bool:
    """True for a page with a table's grid, upright or on its side."""
    small = shrink(picture, _LONG_SIDE).min(axis=2).astype(numpy.int16)
    dark = small < numpy.percentile(small[::4, ::4], 80) - _DARK
    run = round(_RUN * max(dark.shape))
    return _lines(dark, run) >= _LINES and _lines(numpy.ascontiguousarray(dark.T), run) >= _LINES


def _lines(dark: "Mask", run: int) -> int:
    """How many thin lines run across."""
    thin = dark.copy()
    thin[_THICK:-_THICK] &= ~(dark[: -2 * _THICK] | dark[2 * _THICK :])
    near = thin.copy()
    near[1:] |= thin[:-1]
    near[:-1] |= thin[1:]
    total = numpy.cumsum(near, axis=1, dtype=numpy.int32)
    whole = (total[:, run:] - total[:, :-run] >= _WHOLE * run).any(axis=1)
    return int(numpy.count_nonzero(numpy.diff(numpy.flatnonzero(whole), prepend=-_THICK) > _THICK // 2))
