"""Tables on the pages of a PDF that an office program made, for people to look at: one grid for each ruled table.

Only what is drawn with rules and carries its text is read; a scan has neither. What a printer parted is put together
again: a table that goes on over the page, a row that was cut, columns that did not fit beside the others.
"""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import pairwise, takewhile
from typing import TYPE_CHECKING, Any, Final

from service.reading.forms.folding import squeeze
from service.reading.forms.grid import Grid, Merge, Position, Workbook
from service.reading.forms.limits import MAX_CELL_TEXT, MAX_CELLS
from service.reading.forms.package import FileDamaged
from service.reading.forms.strings import RichText, RunStyle
from service.reading.forms.symbols import is_symbol_font

if TYPE_CHECKING:
    from pdfplumber.page import Page

_PAGES: Final = 30
_LETTERS: Final = 20_000  # of a page
_DRAWN: Final = 20_000  # rules and rectangles of a page
_SAME: Final = 1.5  # points: edges closer than this are one
_LINES_ABOVE: Final = 12
_PADDING: Final = 1.0  # of a letter's size, kept free before a cell's edge
_OVERPRINTED: Final = 0.5  # of a letter's width that lies under the next one

_Rectangle = tuple[float, float, float, float]  # left, top, right, bottom in points from the top left
_Letter = dict[str, Any]


def read_pages(content: bytes) -> Workbook:
    """The ruled tables of a PDF with a text layer, page by page. Raises FileDamaged when it cannot be opened."""
    import pdfplumber

    found: list[_Ruled] = []
    room = MAX_CELLS
    try:
        with pdfplumber.open(BytesIO(content)) as document:
            for page in document.pages[:_PAGES]:
                for table in _tables(page):
                    room -= len(table.grid.cells)
                    if room < 0:
                        break
                    _add(found, table)
                page.close()
    except Exception:  # whatever a broken object makes of itself in the middle of pdfminer
        raise FileDamaged("PDF 文件不完整或已损坏") from None
    return Workbook(tuple(table.grid for table in found))


@dataclass(frozen=True, slots=True)
class _Ruled:
    """A table with the edges at which its rows and columns begin, in points from the top left of its page."""

    grid: Grid
    rows: tuple[float, ...]
    columns: tuple[float, ...]

    @property
    def lines(self) -> Mapping[int, Mapping[int, str]]:
        """The texts by row and column."""
        lines: dict[int, dict[int, str]] = {number: {} for number in range(1, len(self.rows) + 1)}
        for (row, column), text in self.grid.cells.items():
            lines[row][column] = text
        return lines


# -- one page ---------------------------------------------------------------------------------------------


def _tables(page: "Page") -> Iterator[_Ruled]:
    if len(page.chars) > _LETTERS or len(page.lines) + len(page.rects) + len(page.curves) > _DRAWN:
        return
    end = 0.0
    for table in sorted(page.find_tables(), key=lambda found: found.bbox[1]):
        _, top, _, bottom = table.bbox
        above = _words(page, (0.0, end, float(page.width), top))
        end = max(end, bottom)
        ruled = _ruled([cell for cell in table.cells if cell], page.chars, f"第{page.page_number}页", above)
        if ruled.grid.cells:
            yield ruled


def _words(page: "Page", area: _Rectangle) -> tuple[str, ...]:
    """The lines of text in a strip of the page."""
    if area[3] - area[1] < _SAME:
        return ()
    text = page.within_bbox(area, strict=False).extract_text() or ""
    return tuple(line.strip() for line in text.splitlines() if line.strip())[-_LINES_ABOVE:]


def _ruled(cells: Sequence[_Rectangle], letters: Sequence[_Letter], sheet: str, above: tuple[str, ...]) -> _Ruled:
    columns, rows = _edges([c[0] for c in cells]), _edges([c[1] for c in cells])
    texts: dict[Position, str] = {}
    merges: list[Merge] = []
    for cell in sorted(cells, key=lambda c: (c[1], c[0])):
        left, top, right, bottom = cell
        place = _at(rows, top), _at(columns, left)
        last = _before(rows, bottom), _before(columns, right)
        if last > place:
            merges.append(Merge(*place, *last))
        lines = list(_lines([letter for letter in letters if _is_in(letter, cell)]))
        text = "" if any(map(_is_overprinted, lines)) else _text(lines, cell[2])
        if squeeze(text):
            texts[place] = text[:MAX_CELL_TEXT]
    return _Ruled(Grid(sheet, texts, merges=tuple(merges), above=above), rows, columns)


def _edges(values: Sequence[float]) -> tuple[float, ...]:
    found: list[float] = []
    for value in sorted(values):
        if not found or value - found[-1] > _SAME:
            found.append(value)
    return tuple(found)


def _at(edges: Sequence[float], value: float) -> int:
    """Which row or column begins at a place, counted from 1."""
    return min(range(len(edges)), key=lambda number: abs(edges[number] - value)) + 1


def _before(edges: Sequence[float], value: float) -> int:
    """Which row or column is the last to begin before a place."""
    return sum(edge < value - _SAME for edge in edges)


def _is_in(letter: _Letter, cell: _Rectangle) -> bool:
    across, down = (letter["x0"] + letter["x1"]) / 2, (letter["top"] + letter["bottom"]) / 2
    return bool(cell[0] <= across < cell[2] and cell[1] <= down < cell[3])


# -- one cell ---------------------------------------------------------------------------------------------


def _lines(letters: Sequence[_Letter]) -> Iterator[list[_Letter]]:
    """Letters in lines from top to bottom; a line's letters overlap in height with its first one."""
    line: list[_Letter] = []
    for letter in sorted(letters, key=lambda one: (one["top"] + one["bottom"]) / 2):
        if line and (letter["top"] + letter["bottom"]) / 2 > line[0]["bottom"]:
            yield sorted(line, key=lambda one: float(one["x0"]))
            line = []
        line.append(letter)
    if line:
        yield sorted(line, key=lambda one: float(one["x0"]))


def _is_overprinted(line: Sequence[_Letter]) -> bool:
    """True where text ran over into this cell from another: what stands there cannot be told apart."""
    return any(one["x1"] - other["x0"] > _OVERPRINTED * (one["x1"] - one["x0"]) for one, other in pairwise(line))


def _text(lines: Sequence[Sequence[_Letter]], edge: float) -> str:
    """A cell's text as it was typed: lines that were only wrapped are put together again."""
    rich = RichText()
    for line, below in pairwise([*lines, []]):
        for letter in line:
            rich.add(letter["text"], _style(letter))
        if below and not _is_wrapped(line, below, edge):
            rich.add("\n")
    return rich.text


def _is_wrapped(line: Sequence[_Letter], below: Sequence[_Letter], edge: float) -> bool:
    """True when the next line's first word did not fit on this one: nobody began a new line there."""
    end, first = line[-1], below[0]
    word = sum(1 for _ in takewhile(lambda one: one["text"].isascii() and not one["text"].isspace(), below))
    if not word:  # Chinese breaks anywhere, but for a bracket that draws its neighbour along
        word = 1 + (unicodedata.category(first["text"][:1]) == "Ps")
    needed = below[min(word, len(below)) - 1]["x1"] - first["x0"] + _PADDING * end["size"]
    return bool(edge - end["x1"] < needed)


def _style(letter: _Letter) -> RunStyle:
    font = str(letter["fontname"]).rpartition("+")[2]
    return RunStyle(font) if is_symbol_font(font) else RunStyle()


# -- what a printer parted --------------------------------------------------------------------------------


def _add(tables: list[_Ruled], new: _Ruled) -> None:
    """Puts a table after the others, or to the one before it that it is a part of."""
    if tables and tables[-1].grid.sheet != new.grid.sheet and not new.grid.above:
        last = tables[-1]
        if _is_level(last.rows, new.rows) and _are_other_heads(last, new):
            tables[-1] = _beside(last, new)
            return
        if _is_level(last.columns, new.columns):
            tables[-1] = _below(last, new)
            return
    tables.append(new)


def _is_level(edges: Sequence[float], others: Sequence[float]) -> bool:
    return len(edges) == len(others) and all(
        abs(one - other) <= _SAME for one, other in zip(edges, others, strict=True)
    )


def _are_other_heads(left: _Ruled, right: _Ruled) -> bool:
    """True when the right table begins with titles of columns, none of which the left one has."""
    heads = [squeeze(text) for _, text in sorted(right.lines[1].items())]
    titled = bool(heads) and len(heads) == len(right.columns) and not any(map(str.isnumeric, heads))
    return titled and {squeeze(text) for text in left.lines[1].values()}.isdisjoint(heads)


def _below(upper: _Ruled, lower: _Ruled) -> _Ruled:
    """One table out of two: header rows that came again are left out, a row cut by the page's end is whole again."""
    before, after = upper.lines, lower.lines
    repeated = sum(1 for _ in takewhile(lambda n: after[n] and after[n] == before.get(n), after))
    cut = after.get(repeated + 1, {})
    is_cut = bool(cut) and 1 not in cut and bool(before[len(before)])
    shift = len(before) - repeated - is_cut
    cells = dict(upper.grid.cells)
    for (row, column), text in lower.grid.cells.items():
        if row > repeated:
            place = row + shift, column
            cells[place] = cells.get(place, "") + text
    merges = (
        Merge(m.top + shift, m.left, m.bottom + shift, m.right) for m in lower.grid.merges if m.top > repeated + is_cut
    )
    rows = (*upper.rows, *lower.rows[repeated + is_cut :])
    return replace(upper, grid=replace(upper.grid, cells=cells, merges=(*upper.grid.merges, *merges)), rows=rows)


def _beside(left: _Ruled, right: _Ruled) -> _Ruled:
    shift = len(left.columns)
    cells = dict(left.grid.cells) | {(row, column + shift): text for (row, column), text in right.grid.cells.items()}
    merges = (Merge(m.top, m.left + shift, m.bottom, m.right + shift) for m in right.grid.merges)
    grid = replace(left.grid, cells=dict(sorted(cells.items())), merges=(*left.grid.merges, *merges))
    edge = left.columns[-1]
    return _Ruled(grid, left.rows, (*left.columns, *(edge + column for column in right.columns)))
