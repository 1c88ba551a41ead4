"""What the letter readers pass among themselves: lines with places, sheets, and the reading of one document.

Lengths are in page widths (an upright A4 page is 1 wide and 1.41 high), so nothing depends on a resolution.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from service.domain.submission import CoverLetter, LetterSource, Problem

if TYPE_CHECKING:  # this module is imported at every start of the reading worker; numpy is not
    from numpy import uint8
    from numpy.typing import NDArray

    Picture = NDArray[uint8]  # height x width x 3, RGB

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]  # clockwise from top left


class LooksLike(StrEnum):
    """What a document is, judged by its pages alone."""

    LETTER = "letter"
    FORM = "form"
    OTHER = "other"
    DECORATION = "decoration"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Words:
    """Characters as recognised, and how sure each of them is (0..1)."""

    text: str
    sure: tuple[float, ...] = ()

    @property
    def score(self) -> float:
        """Mean certainty; 0 when nothing was read."""
        return sum(self.sure) / len(self.sure) if self.sure else 0.0


@dataclass(frozen=True, slots=True)
class OcrLine:
    """One line found in a picture: text, its four corners in pixels, mean certainty."""

    text: str
    box: Quad
    score: float
    sure: tuple[float, ...] = ()


class Ocr(Protocol):
    """Reads printed Chinese in RGB pictures (height x width x 3, uint8).

    Raises `OcrUnavailable` when recognition cannot run here at all, `OcrFailed` when this picture defeats it.
    """

    def lines(self, image: "Picture") -> list[OcrLine]:
        """Find and read the lines of an upright picture, in no promised order."""

    def boxes(self, image: "Picture") -> list[Quad]:
        """Find lines without reading them; the picture may lie on its side."""

    def upside_down(self, strips: "Sequence[Picture]") -> list[float]:
        """How sure it is (0..1) that each strip of text stands on its head."""

    def read(self, strips: "Sequence[Picture]") -> list[Words]:
        """Read upright strips that hold one line each."""


class OcrFailed(Exception):
    """This picture could not be recognised in time or memory."""


class OcrUnavailable(OcrFailed):
    """Recognition does not run on this installation."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle in page widths."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a sheet. box is None in editable text."""

    text: str
    box: Box | None = None
    sure: tuple[float, ...] = ()  # per character of text; empty: the text is certain
    other: tuple[Words, ...] = ()  # further readings of the same line
    covered: bool = False  # a seal that could not be washed out lies over it

    def readings(self) -> list[tuple[str, tuple[float, ...]]]:
        """Every way the line was read, with the certainty of its characters."""
        return [(self.text, self.sure), *((words.text, words.sure) for words in self.other)]


@dataclass(frozen=True, slots=True)
class SealMark:
    """A round red mark: centre and half axes in page widths, and how much it is like a seal.

    coverage: share of 72 directions in which the ring is there. star: 0..1 for a five-pointed star inside.
    """

    x: float
    y: float
    across: float
    down: float
    coverage: float
    star: float
    text: str | None = None  # the ring's writing, when it was read
    text_sure: float = 1.0  # of its least certain character

    def touches(self, box: Box) -> bool:
        """True when the box and the mark share some area."""
        dx = max(box.left - self.x, 0.0, self.x - box.right) / self.across
        dy = max(box.top - self.y, 0.0, self.y - box.bottom) / self.down
        return dx * dx + dy * dy < 1


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as read. colour None: the page has no picture to judge (editable text)."""

    lines: tuple[Line, ...]
    source: LetterSource
    seals: tuple[SealMark, ...] = ()
    colour: bool | None = None
    perhaps_sealed: bool = False  # no seal was made out, but something that may be one
    blurred: bool = False  # lines are there but could not be made out
    page: int = 1  # its number in the file


@dataclass(frozen=True, slots=True)
class DocumentReading:
    """What one file turned out to be.

    text is line by line; note and why are Chinese (what to tell people; how it was judged). letter is set only
    when looks_like is letter; part is what a page that is no letter by itself would add to one (for `combine`).
    """

    looks_like: LooksLike
    letter: CoverLetter | None
    pages: int
    text: str
    problem: Problem | None
    note: str
    why: str
    path: str
    part: CoverLetter | None = None
    points: int = 0  # how much speaks for a letter of this campaign; only for comparing letters
