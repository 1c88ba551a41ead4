"""The neutral grid: what every file kind is turned into before anything is recognised in it.

Rows and columns count from 1, as people name cells. A grid is sparse: what is not in `cells` is empty.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

Position = tuple[int, int]  # row, column
Span = tuple[int, int]  # start and end in a cell's text


@dataclass(frozen=True, slots=True)
class Box:
    """A check box drawn over a cell (a form control), with the words it carries itself."""

    checked: bool
    caption: str = ""


@dataclass(frozen=True, slots=True)
class CellDetail:
    """What plain text does not tell about a cell; most cells have none."""

    struck: tuple[Span, ...] = ()  # letters with a line through them
    stressed: tuple[Span, ...] = ()  # letters set off by colour, underline, highlight or bold
    boxes: tuple[Box, ...] = ()  # in reading order
    overlay: bool = False  # a picture or drawing lies over the cell
    boolean: bool | None = None  # a logical value (an Excel 365 check box)
    error: bool = False  # #DIV/0! and the like


PLAIN = CellDetail()


@dataclass(frozen=True, slots=True)
class Merge:
    """Cells shown as one; the value stands in the top left one."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet, or one table of a document."""

    sheet: str
    cells: Mapping[Position, str]  # text as people see it, never blank
    details: Mapping[Position, CellDetail] = field(default_factory=dict)
    merges: tuple[Merge, ...] = ()
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    above: tuple[str, ...] = ()  # lines of text that stand before the table in a document
    floating: tuple[str, ...] = ()  # text boxes
    cut: str = ""  # Chinese: which limit ended the reading, "" when all was read


@dataclass(frozen=True, slots=True)
class Workbook:
    """All grids of a file, in order, and what was noticed on the way."""

    grids: tuple[Grid, ...]
    macros: bool = False
    loose_text: str = ""  # text outside any table


@lru_cache(maxsize=1024)
def column_letters(column: int) -> str:
    """1 -> "A", 28 -> "AB"."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


@lru_cache(maxsize=8192)
def cell_name(position: Position) -> str:
    """(5, 4) -> "D5"."""
    return f"{column_letters(position[1])}{position[0]}"


@lru_cache(maxsize=4096)
def column_number(letters: str) -> int:
    """ "AB" -> 28; 0 when the letters name no column."""
    number = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            return 0
        number = number * 26 + ord(letter) - 64
    return number if number <= 16384 else 0
