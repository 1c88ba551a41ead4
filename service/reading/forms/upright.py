"""Forms that stand upright: one unit to a page, the name of each column beside its value, 单位名称 | … | 所在地市 | …

Laid down as the one row they would be in the official table, which the same rules then read. Only what is
unmistakable: names in columns of their own, one value beside each, no name twice.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from service.domain.submission import Row, Table
from service.reading.forms.folding import squeeze
from service.reading.forms.grid import CellDetail, Grid, Position, cell_name
from service.reading.forms.sheetview import SheetView

LEAST_NAMES: Final = 5  # of columns
_NAME_LETTERS: Final = 60
_NEAR: Final = 6  # rows looked at on either side
_COLONS: Final = (":", "：")
Pair = tuple[Position, Position]  # where a name stands, and where its value does


@dataclass(frozen=True, slots=True)
class Words:
    """What the rules know of a cell's text."""

    knows: Callable[[str], bool]  # the name of a column, a block or a question
    asks: Callable[[str], bool]  # a question, which two blocks may share
    is_note: Callable[[str], bool]  # a note or a signature


@dataclass(frozen=True, slots=True)
class Upright:
    """A form laid down, and where its values stood."""

    grid: Grid  # names in row 1, values in row 2
    places: dict[str, str]  # the cell of a value as it lies, and as it stood
    first: int  # the row where the first name stood

    def stood_up(self, table: Table) -> Table:
        """A table that was read lying, with the places of the file."""
        rows = tuple(self._row(row) for row in table.rows)
        return replace(table, rows=rows, header_row=self.first, columns=(), left_out=())

    def _row(self, row: Row) -> Row:
        return replace(
            row,
            row=self.first,
            places={key: self.places.get(cell, cell) for key, cell in row.places.items()},
            answers=tuple(replace(a, cell=self.places.get(a.cell, a.cell)) for a in row.answers),
        )


def laid_down(sheet: SheetView, words: Words) -> list[Upright]:
    """The forms that stand upright in a sheet, one below another; none when that is not beyond doubt."""
    knows, asks = words.knows, words.asks
    columns, widest = _name_columns(sheet, knows), max((column for _, column in sheet.grid.cells), default=0)
    forms: list[list[Pair]] = []
    over = False  # a form ends with its notes and signatures; a value may not stand among them
    for row in sheet.rows:
        cells = [(column, text) for column, text in sheet.own(row) if text.strip()]
        if len(cells) == 1 and not knows(cells[0][1]):
            if forms and not words.is_note(cells[0][1]) and _is_open(sheet, forms[-1][-1], widest, asks):
                return []
            over = bool(forms)
            continue
        found = _pairs(sheet, row, cells, columns)
        if found is None:
            return []
        for pair in found:
            if not forms or sheet.text(pair[0]) == sheet.text(forms[0][0][0]):
                forms.append([])
                over = False
            if over:
                return []
            forms[-1].append(pair)
    for pairs in forms:
        names = [sheet.text(name) for name, _ in pairs]
        once = [squeeze(name) for name in names if not asks(name)]
        if sum(map(knows, names)) < LEAST_NAMES or len(set(once)) < len(once):
            return []
    starts = [0, *(pairs[-1][0][0] for pairs in forms)]
    return [_laid(sheet, pairs, start) for pairs, start in zip(forms, starts, strict=False)]


def _is_open(sheet: SheetView, pair: Pair, widest: int, asks: Callable[[str], bool]) -> bool:
    """Whether what stands below a name may be its value: there is no room beside it, or no answer to its question."""
    name, value = pair
    return value[1] > widest or (asks(sheet.text(name)) and not sheet.text(value))


def stands_upright(sheet: SheetView, row: int, cells: Sequence[tuple[int, str]], knows: Callable[[str], bool]) -> bool:
    """Whether a row that looks like a header is part of a form that stands upright: other names stand below its first
    one, or above it where a value is beside it."""
    column, first = cells[0]

    def names(rows: Sequence[int]) -> bool:
        there = [sheet.grid.cells.get((one, column), "") for one in rows]
        found = [
            squeeze(name) != squeeze(first) and not name.rstrip().endswith(_COLONS) and knows(name) for name in there
        ]
        return found[:1] == [True] or sum(found) > 1

    place = bisect_left(sheet.rows, row)
    if names(sheet.rows[place + 1 : place + 1 + _NEAR]):
        return True
    return not knows(cells[1][1]) and names(sheet.rows[max(0, place - _NEAR) : place][::-1])


def _name_columns(sheet: SheetView, knows: Callable[[str], bool]) -> set[int]:
    """The columns whose cells are names of columns, most of them."""
    filled: Counter[int] = Counter()
    known: Counter[int] = Counter()
    for row in sheet.rows:
        for column, text in sheet.own(row):
            if text.strip() and len(sheet.own(row)) > 1:
                filled[column] += 1
                known[column] += knows(text)
    return {column for column, number in known.items() if number > 1 and number * 2 > filled[column]}


def _pairs(sheet: SheetView, row: int, cells: list[tuple[int, str]], columns: Collection[int]) -> list[Pair] | None:
    """Each name of a row with the place of its value; None when a value stands beside no name, or two beside one."""
    pairs: list[Pair] = []
    free = False
    for column, text in cells:
        if column in columns:
            if len(text) > _NAME_LETTERS:
                return None
            merge = sheet.merge((row, column))
            beside = (merge.right if merge else column) + 1
            pairs.append(((row, column), (row, beside)))
            free = True
        elif free and pairs[-1][1] == (row, column):
            free = False
        else:
            return None
    return pairs


def _laid(sheet: SheetView, pairs: list[Pair], start: int) -> Upright:
    """`start`: the last row of the form above."""
    cells: dict[Position, str] = {}
    details: dict[Position, CellDetail] = {}
    places: dict[str, str] = {}
    for column, (name, value) in enumerate(pairs, 1):
        cells[1, column] = sheet.text(name)
        if text := sheet.text(value):
            cells[2, column] = text
        if value in sheet.grid.details:
            details[2, column] = sheet.grid.details[value]
        places[cell_name((2, column))] = cell_name(value)
    first = pairs[0][0][0]
    over = [sheet.own(row) for row in sheet.rows if start < row < first]
    titles = tuple(text for cells_of_row in over if len(cells_of_row) == 1 for _, text in cells_of_row)
    laid = replace(
        sheet.grid, cells=cells, details=details, merges=(), hidden_rows=frozenset(), above=(*sheet.grid.above, *titles)
    )
    return Upright(laid, places, first)
