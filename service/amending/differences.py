"""What a change of the rules changes, as people read it: rows of tables by their columns, lines of text files."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from service.domain.amendments import Difference, What
from service.overlaying import Rows
from service.rulebook.files import TABLES

_KEYS = {"cities.csv": "city", "units.csv": "name"}


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    key: str
    cells: Mapping[str, str]

    def told(self) -> str:
        return "，".join(f"{name}={text}" for name, text in self.cells.items() if text and text != self.key)


def differences(name: str, before: Rows, after: Rows) -> tuple[Difference, ...]:
    """Between two states of a table (rows), or of a text file (rows of one cell)."""
    if name in TABLES:
        return tuple(_of_tables(name, _read(name, before), _read(name, after)))
    return tuple(_of_lines(name, [row[0] for row in before], [row[0] for row in after]))


def _read(name: str, rows: Rows) -> list[_Row]:
    top = next((number for number, row in enumerate(rows) if any(row)), 0)
    header = [cell.strip().casefold().replace(" ", "_") for cell in rows[top]] if rows else []
    found = []
    for number, row in enumerate(rows[top + 1 :], top + 2):
        cells = {column: cell.strip() for column, cell in zip(header, row, strict=False) if column}
        if any(cells.values()):
            found.append(_Row(number, cells.get(_KEYS[name], ""), cells))
    return found


def _of_tables(name: str, before: Sequence[_Row], after: Sequence[_Row]) -> Iterator[Difference]:
    matcher = SequenceMatcher(None, [row.key for row in before], [row.key for row in after], autojunk=False)
    gone: list[_Row] = []
    come: list[_Row] = []
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        old, new = before[start:end], after[new_start:new_end]
        if tag == "equal" or len(old) == len(new):
            for one, other in zip(old, new, strict=True):
                yield from _of_rows(name, one, other)
            continue
        gone += old
        come += new
    moved = {row.key: row for row in gone if row.key in {other.key for other in come}}
    for row in come:
        if row.key in moved:
            yield from _of_rows(name, moved[row.key], row)
        else:
            yield Difference(name, row.line, What.ADDED, row.key, "", "", row.told())
    for row in gone:
        if row.key not in moved:
            yield Difference(name, row.line, What.REMOVED, row.key, "", row.told(), "")


def _of_rows(name: str, before: _Row, after: _Row) -> Iterator[Difference]:
    for column in dict.fromkeys((*before.cells, *after.cells)):
        old, new = before.cells.get(column, ""), after.cells.get(column, "")
        if old != new:
            yield Difference(name, after.line, What.CHANGED, after.key or before.key, column, old, new)


def _of_lines(name: str, before: Sequence[str], after: Sequence[str]) -> Iterator[Difference]:
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        old, new = (" ".join(line.strip() for line in lines) for lines in (before[start:end], after[new_start:new_end]))
        what = What.CHANGED if tag == "replace" else What.ADDED if tag == "insert" else What.REMOVED
        if old.strip() or new.strip():
            yield Difference(name, (new_start if new else start) + 1, what, "", "", old, new)
