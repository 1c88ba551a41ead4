"""A grid as the table finder walks it: row by row, with merged cells answered from their top left one."""

from collections import defaultdict
from typing import Final

from service.reading.forms.grid import PLAIN, CellDetail, Grid, Merge, Position

_MAX_COVERED: Final = 200_000


class SheetView:
    """Reading access to a grid."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        by_row: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for (row, column), text in grid.cells.items():
            by_row[row].append((column, text))
        for row, column in grid.details:  # a check box over an empty cell is content too
            if (row, column) not in grid.cells and grid.details[row, column].boxes:
                by_row[row].append((column, ""))
        for cells in by_row.values():
            cells.sort()
        self.by_row = dict(by_row)
        self.rows = sorted(by_row)
        self._covered = _covered(grid.merges, self.rows[-1] if self.rows else 0)
        self.has_merges = bool(self._covered)

    def own(self, row: int) -> list[tuple[int, str]]:
        """The cells of a row that hold something themselves: (column, text), left to right."""
        return self.by_row.get(row, [])

    def merge(self, place: Position) -> Merge | None:
        """The merge a cell belongs to."""
        return self._covered.get(place) if self._covered else None

    def owner(self, place: Position) -> Position:
        """The cell that speaks for this one: itself, or the top left of its merge."""
        merge = self.merge(place)
        return (merge.top, merge.left) if merge else place

    def text(self, place: Position) -> str:
        """What a person sees in this cell, "" when it is empty."""
        return self.grid.cells.get(self.owner(place), "").strip()

    def detail(self, place: Position) -> CellDetail:
        return self.grid.details.get(self.owner(place), PLAIN) if self.grid.details else PLAIN

    def continues_from_above(self, place: Position) -> bool:
        """Whether the cell is the lower part of a merge."""
        merge = self.merge(place)
        return merge is not None and merge.top < place[0]


def _covered(merges: tuple[Merge, ...], last_row: int) -> dict[Position, Merge]:
    covered: dict[Position, Merge] = {}
    for merge in merges:
        for row in range(merge.top, min(merge.bottom, last_row) + 1):
            for column in range(merge.left, merge.right + 1):
                covered[row, column] = merge
            if len(covered) > _MAX_COVERED:
                return covered
    return covered
