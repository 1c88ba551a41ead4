"""Finds 表1-4 in grids: several on one sheet, one over several sheets, on hidden sheets only as a last resort.

Format-blind: whatever a grid was made from, the same rules of the campaign recognise it.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from service.domain.rules import Forms
from service.domain.submission import Table
from service.reading.forms.folding import fold
from service.reading.forms.grid import Grid, column_letters
from service.reading.forms.headers import FormIndex, Header, asks, form_index
from service.reading.forms.plans import is_nil
from service.reading.forms.rows import RowReader, Taken
from service.reading.forms.sheetview import SheetView
from service.reading.forms.upright import LEAST_NAMES, Upright, Words, laid_down

_TITLE_HINT, _SHEET_HINT = 5.0, 3.0
_MAX_TITLE_CELLS: Final = 8
_TITLE_ROWS: Final = 12  # how far above a header its title may stand
_TITLE_WORD, _TITLE_LETTERS, _MOST_TITLES = "表", 80, 4
_OWN_NAMES: Final = 4  # of a table that an upright form without its title bears
_MOST_CELLS: Final = 5000  # of a sheet of upright forms
_UNIT_LETTERS, _ROW_CELLS = 4, 4  # of a row that goes on with the table before it
_VALUE_ENDS: Final = re.compile(r"\s{2,}|[\t\n]|[一-鿿]{2,6}(?:[(（][^()（）]*[)）])?\s*[:：]")


@dataclass(slots=True)
class Stretch:
    """A header and the rows that follow it; or a title without a header."""

    number: int
    header: Header | None
    rows: list[int] = field(default_factory=list)
    reporter: str | None = None
    titled: bool = False  # a title of its own stands above the header
    above: dict[int, str] = field(default_factory=dict)  # by column, what stood last in it: for 同上 in the next row


class TableFinder:
    """Finds the tables of these forms. Built once per rules."""

    def __init__(self, forms: Forms) -> None:
        self._forms = forms
        self._index: FormIndex = form_index(forms)
        self._rows = RowReader(forms)
        notes = tuple(fold(word).rstrip(":") for word in forms.note_words)
        self._words = Words(self._index.knows, self._index.asks, lambda text: fold(text).strip().startswith(notes))
        labels = "|".join(
            re.escape(fold(x).split("(")[0]) for x in sorted(forms.reporter_labels, key=len, reverse=True)
        )
        self._reporter = (
            re.compile(rf"(?:^|\s)(?:{labels})\s*(?:\([^()]*\))?\s*:\s*(.*)", re.DOTALL) if labels else None
        )

    def find(self, grids: Sequence[Grid], attachment: str) -> tuple[Table, ...]:
        """All tables of a file, in its order."""
        shown = [grid for grid in grids if not grid.hidden]
        visible, unread = self._lying(shown, attachment)
        if not visible:
            visible, unread = self._upright(shown, attachment)
        if visible and unread:
            visible[-1] = replace(visible[-1], unread=(*visible[-1].unread, *unread))
        numbers = {table.number for table in visible}
        for grid in grids:
            if grid.hidden:
                hidden = (t for t in self._tables(grid, attachment, None)[0] if t.number not in numbers and t.rows)
                visible.extend(replace(t, left_out=("该表在隐藏的工作表中", *t.left_out)) for t in hidden)
        return tuple(visible)

    def _lying(self, grids: Sequence[Grid], attachment: str) -> tuple[list[Table], list[str]]:
        """Tables with their columns side by side, and the sheets that look like more of them."""
        found: list[Table] = []
        unread: list[str] = []
        last: Stretch | None = None
        for grid in grids:
            tables, ending = self._tables(grid, attachment, last)
            if not tables and ((last and _is_as_wide(grid, last)) or self._laid_down(grid)):
                unread.append(grid.sheet)
            found.extend(tables)
            last = ending or last
        return found, unread

    def _upright(self, grids: Sequence[Grid], attachment: str) -> tuple[list[Table], list[str]]:
        """Forms that stand upright, one for each unit, and the sheets that look like more of them."""
        found: list[Table] = []
        unread: list[str] = []
        for grid in grids:
            forms = self._laid_down(grid)
            tables = [table for form in forms for table in self._tables(form.grid, attachment, None)[0]]
            if len(tables) == len(forms) > 0 and all(map(self._is_sure, forms, tables)):
                found.extend(form.stood_up(table) for form, table in zip(forms, tables, strict=True))
            elif (
                len(grid.cells) <= _MOST_CELLS
                and not self._explains(grid)
                and sum(map(self._index.knows, grid.cells.values())) >= LEAST_NAMES
            ):
                unread.append(grid.sheet)
        return found, unread

    def _is_sure(self, form: Upright, table: Table) -> bool:
        """Whether an upright form is ours: it bears a table's title, or enough names that no other table has. Forms of
        other campaigns ask for a name, a degree and a telephone number too."""
        titles = (form.grid.sheet, *form.grid.above)
        names = [form.grid.cells[1, column] for column in range(1, len(form.places) + 1)]
        titled = any(self._index.title_of(title) == table.number for title in titles)
        return len(table.rows) == 1 and (titled or self._index.own_names(table.number, names) >= _OWN_NAMES)

    def _laid_down(self, grid: Grid) -> list[Upright]:
        if len(grid.cells) > _MOST_CELLS or self._explains(grid):
            return []
        return laid_down(SheetView(grid), self._words)

    def _explains(self, grid: Grid) -> bool:
        """Whether a sheet tells how to fill the form in: names of columns with remarks beside them are no form."""
        return any(map(self._words.is_note, (grid.sheet, *grid.above[-1:], next(iter(grid.cells.values()), ""))))

    def _tables(self, grid: Grid, attachment: str, last: Stretch | None) -> tuple[list[Table], Stretch | None]:
        """The grid's tables and the last stretch with a header; `last`: that of the grid before it."""
        sheet = SheetView(grid)
        tables: list[Table] = []
        previous: Stretch | None = None
        for found in self._stretches(sheet, last):
            stretch = found if found.header else self._with_header_of(sheet, found, previous)
            if stretch.header is None:
                tables.extend(self._nil_title(sheet, stretch, attachment))
                continue
            table = self._table(sheet, stretch, attachment)
            if previous is not None and tables and _goes_on(previous, stretch):
                tables[-1] = _together(tables[-1], table)
            else:
                tables.append(table)
            previous = stretch
        return tables, previous

    def _with_header_of(self, sheet: SheetView, stretch: Stretch, previous: Stretch | None) -> Stretch:
        """A stretch under a title alone, as more of the table above it where its rows are: 表1（续）."""
        if previous is None or previous.number != stretch.number or not self._continues(sheet, previous, stretch.rows):
            return stretch
        return replace(_continued(previous), rows=stretch.rows)

    def _continues(self, sheet: SheetView, last: Stretch, rows: Sequence[int]) -> bool:
        """Whether rows without a header are more of the table before them."""
        if last.header is None:
            return False
        least = min(_ROW_CELLS, len(last.header.width))
        full = (dict(sheet.own(row)) for row in rows if len(sheet.own(row)) >= least)
        return _is_more(next(full, {}), last.header, self._forms.ditto_words)

    # -- where tables begin and end ---------------------------------------------------------------------

    def _stretches(self, sheet: SheetView, last: Stretch | None) -> list[Stretch]:
        stretches: list[Stretch] = []
        above = [number for line in sheet.grid.above if (number := self._index.title_of(line)) is not None]
        told = above[-1] if above else None
        if (
            last is not None
            and (last.number == told or not sheet.grid.above)
            and self._continues(sheet, last, sheet.rows)
        ):
            stretches.append(_continued(last))  # a table split by hand, or spread over sheets
        named = self._index.title_of(sheet.grid.sheet)
        title: tuple[int, int] | None = (above[-1], 0) if above else None
        reporter = next((r for line in sheet.grid.above if (r := self._reporter_in(line, ""))), None)
        skip_to = 0
        for row in sheet.rows:
            if row <= skip_to:
                continue
            number = self._title_row(sheet, row)
            if number is not None:
                title, reporter = (number, row), None
                stretches.append(Stretch(number, None))
                continue
            header = self._index.header_at(sheet, row, _hints(title, named, row))
            if header is not None:
                skip_to = header.bottom
                if self._is_repeat(stretches, header):
                    continue
                titled = (
                    bool(stretches) and stretches[-1].header is None and stretches[-1].number == header.table.number
                )
                if titled:
                    stretches.pop()
                stretches.append(Stretch(header.table.number, header, [], reporter, titled))
                title, reporter = None, None
            else:
                reporter = self._add(sheet, row, stretches) or reporter
        return stretches

    def _add(self, sheet: SheetView, row: int, stretches: list[Stretch]) -> str | None:
        """Gives the row to the table above it; returns a reporter named in it."""
        found = None
        cells = sheet.own(row)
        for index, (_, text) in enumerate(cells) if any("：" in text or ":" in text for _, text in cells) else ():
            found = found or self._reporter_in(text, cells[index + 1][1] if index + 1 < len(cells) else "")
        if stretches:
            stretches[-1].rows.append(row)
            if found and stretches[-1].reporter is None and stretches[-1].header is not None:
                stretches[-1].reporter = found
        return found

    def _title_row(self, sheet: SheetView, row: int) -> int | None:
        cells = [text for _, text in sheet.own(row) if text.strip()] if len(sheet.own(row)) <= _MAX_TITLE_CELLS else []
        if len(cells) > 2:
            return None
        return next((number for text in cells if (number := self._index.title_of(text)) is not None), None)

    def _is_repeat(self, stretches: list[Stretch], header: Header) -> bool:
        """The same header again (printed at the top of each page)."""
        return bool(stretches) and stretches[-1].header is not None and stretches[-1].header.letters == header.letters

    def _reporter_in(self, text: str, beside: str) -> str | None:
        if self._reporter is None or (":" not in text and "：" not in text):
            return None
        found = self._reporter.search(fold(text))
        if found is None:
            return None
        value = text[found.start(1) :].strip()
        end = _VALUE_ENDS.search(value)
        value = (value[: end.start()] if end else value).strip(" 　_＿")
        return value or (beside.strip() if ":" not in fold(beside) else "") or None

    # -- one table --------------------------------------------------------------------------------------

    def _table(self, sheet: SheetView, stretch: Stretch, attachment: str) -> Table:
        header = stretch.header
        if header is None:
            raise ValueError("a stretch without a header is no table")
        taken = self._rows.read(sheet, header, stretch.rows, stretch.above)
        nil = bool(taken.nil_rows) and not taken.rows
        reporter = stretch.reporter or next((unit for unit in taken.nil_units if unit and not self._is_nil(unit)), None)
        rows = taken.rows
        if header.column_of("unit") is None:  # what stands above the table need not stand in every row
            rows = [replace(row, unit=reporter) for row in rows]
        return Table(
            number=stretch.number,
            attachment=attachment,
            sheet=sheet.grid.sheet,
            rows=tuple(rows),
            nil=nil,
            header_row=header.top,
            columns=_columns(header),
            reporter=reporter,
            left_out=(*_told(taken), *((sheet.grid.cut,) if sheet.grid.cut else ())),
            unread=self._index.foreign_blocks(header.labels.values(), stretch.number),
            heading=_heading(sheet, header.top),
        )

    def _nil_title(self, sheet: SheetView, stretch: Stretch, attachment: str) -> Iterable[Table]:
        """A title with nothing but 无 under it is a nil table."""
        words = [text for row in stretch.rows for _, text in sheet.own(row) if text.strip()]
        if words and all(self._is_nil(word) for word in words):
            yield Table(stretch.number, attachment, sheet.grid.sheet, (), nil=True)

    def _is_nil(self, text: str) -> bool:
        return is_nil(text, self._forms.nil_words)


def _hints(title: tuple[int, int] | None, named: int | None, row: int) -> dict[int, float]:
    hints: dict[int, float] = {}
    if named is not None:
        hints[named] = _SHEET_HINT
    if title is not None and row - title[1] <= _TITLE_ROWS:
        hints[title[0]] = hints.get(title[0], 0.0) + _TITLE_HINT
    return hints


def _is_as_wide(grid: Grid, last: Stretch) -> bool:
    """Whether a grid ends in the column where the table before it did, with rows as full as the form's."""
    rows = Counter(row for row, _ in grid.cells)
    widest = max((column for _, column in grid.cells), default=0)
    if last.header is None or widest != max(last.header.width):
        return False
    return max(rows.values()) >= min(_ROW_CELLS, len(last.header.width))


def _continued(last: Stretch) -> Stretch:
    """More of a table, where no header stands."""
    nowhere = replace(last.header, top=0, bottom=0) if last.header else None
    return Stretch(last.number, nowhere, [], last.reporter, above=dict(last.above))


def _is_more(cells: Mapping[int, str], header: Header, dittos: Collection[str]) -> bool:
    """Whether a row is a unit's, in the very columns of the table before it, under its number or with its questions."""
    if not cells:
        return False
    unit, seq = header.column_of("unit"), header.column_of("seq")
    name = cells.get(unit, "").strip() if unit is not None else ""
    if unit is not None and name not in dittos and (len(name) < _UNIT_LETTERS or name.isdigit()):
        return False
    if max(cells) > max(header.width):
        return False
    if seq is not None and fold(cells.get(seq, "")).strip(" ().、").isdigit():
        return True
    if seq is None and unit is not None and len(cells) * 2 > len(header.targets):
        return True
    return any(asks(header.targets[c], cells.get(c, "")) for c in header.asked)


def _goes_on(previous: Stretch, stretch: Stretch) -> bool:
    """Whether a table found below is the one above, printed on (and not another unit's)."""
    if previous.number != stretch.number:
        return False
    return stretch.reporter is None or stretch.reporter == previous.reporter


def _together(first: Table, second: Table) -> Table:
    rows = (*first.rows, *second.rows)
    return replace(
        first,
        rows=rows,
        nil=(first.nil or second.nil) and not rows,
        left_out=(*first.left_out, *second.left_out),
        unread=tuple(dict.fromkeys((*first.unread, *second.unread))),
    )


def _heading(sheet: SheetView, top: int) -> tuple[str, ...]:
    """What looks like titles above a header, the last ones."""
    nearest = sheet.rows[max(0, bisect_left(sheet.rows, top) - _TITLE_ROWS) : bisect_left(sheet.rows, top)]
    rows = (sheet.own(row) for row in nearest if row >= top - _TITLE_ROWS)
    lines = [*sheet.grid.above, *(text.strip() for cells in rows if len(cells) <= 2 for _, text in cells)]
    return tuple(line for line in lines if _TITLE_WORD in line and len(line) <= _TITLE_LETTERS)[-_MOST_TITLES:]


def _columns(header: Header) -> tuple[tuple[str, str, str], ...]:
    columns = sorted({*header.targets, *header.labels})
    keys = {column: target.key for column, target in header.targets.items()}
    return tuple((keys.get(c, ""), header.labels.get(c, ""), column_letters(c)) for c in columns)


def _told(taken: Taken) -> list[str]:
    """What was left out, neighbouring rows with one reason in one line."""
    entries = taken.left_out if not taken.rows else sorted([*taken.left_out, *((r, "无需求") for r in taken.nil_rows)])
    told: list[list[int | str]] = []
    for row, reason in entries:
        if told and told[-1][2] == reason and told[-1][1] == row - 1:
            told[-1][1] = row
        else:
            told.append([row, row, reason])
    return [f"第{a}行：{why}" if a == b else f"第{a}-{b}行：{why}" for a, b, why in told]
