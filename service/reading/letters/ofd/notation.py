"""How OFD writes places, numbers and matrices (GB/T 33190-2016, 7.3). Lengths are millimetres from the top left."""

import math
import posixpath
from typing import Final

from service.reading.forms.package import Element, attribute, descendants

Rectangle = tuple[float, float, float, float]  # left, top, width, height
Matrix = tuple[float, float, float, float, float, float]
UPRIGHT: Final[Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_LONGEST_SIDE: Final = 2000.0  # mm


def place(part: str, location: str | None) -> str:
    """A location (ST_Loc) seen from a part: absolute with a leading slash, else beside it."""
    wanted = (location or "").replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), wanted)).lstrip("/")


def text_of(parent: Element, name: str) -> str:
    """The words in the first element of that name; "" when there is none."""
    found = next(iter(descendants(parent, name)), None)
    return (found.text or "").strip() if found is not None else ""


def number(written: str | None, otherwise: float) -> float:
    """A number that can be a length; otherwise for what is none."""
    try:
        found = float(written) if written else otherwise
    except ValueError:
        return otherwise
    return found if math.isfinite(found) and abs(found) < 1e6 else otherwise


def _numbers(written: str | None, count: int) -> list[float] | None:
    words = (written or "").split()
    return [number(word, 0.0) for word in words] if len(words) == count else None


def rectangle(element: Element) -> Rectangle:
    """An element's boundary; nothing at the corner when it has none."""
    left, top, width, height = _numbers(attribute(element, "Boundary"), 4) or (0.0, 0.0, 0.0, 0.0)
    return left, top, width, height


def matrix(element: Element) -> Matrix | None:
    """An element's own matrix (CTM)."""
    found = _numbers(attribute(element, "CTM"), 6)
    return (found[0], found[1], found[2], found[3], found[4], found[5]) if found else None


def size(area: Element | None, otherwise: tuple[float, float]) -> tuple[float, float]:
    """Width and height of a page, by its physical box."""
    box = _numbers(text_of(area, "PhysicalBox"), 4) if area is not None else None
    if box is None or not all(10 <= side <= _LONGEST_SIDE for side in box[2:]):
        return otherwise
    return box[2], box[3]
