"""F230: the letter states a number of needs or units, and the tables hold another.

Noted only, and only when nothing can explain the difference: all tables that the case holds are compared.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.checks.stated import Stated, stated_in
from service.domain.judgement import Dossier, Place, Route
from service.domain.nil import fold
from service.domain.rules import ColumnKind, Counted, Rulebook
from service.domain.submission import Row, Table

CODE = "F230"
EXPLANATION = """
报送函写明需求几项、单位几家，而已收到的各表行数（单位数）不同时，只作记录，照常受理。
分几封邮件报来的，合起来比。说法含糊（约、近、去年）、还有文件没能打开、
或者按人数、按别的表算能对上的，都不算。说法写在 letter.toml 里。
"""
_ONE_NUMBER = re.compile(r"(\d{1,4})\D{0,2}")  # 3, 3人
SENTENCES: Sentences = {"default": ("words", "tables", "count"), "units": ("words", "tables", "count")}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    letter = dossier.letter
    if letter is None or dossier.states_nil or not _is_complete(dossier, rulebook):
        return
    for stated in stated_in(letter.text.replace("\n", ""), rulebook):
        if not _explains(stated, dossier, rulebook):
            count = _count(stated, _of(stated.counts.tables, dossier))
            labels = (form.label for form in rulebook.forms.tables if form.number in stated.counts.tables)
            values = {"words": stated.words, "tables": "、".join(labels), "count": str(count)}
            variant = "units" if stated.counts.of is Counted.UNITS else "default"
            yield Seen(Place(attachment=letter.attachment), variant, values)


def _is_complete(dossier: Dossier, rulebook: Rulebook) -> bool:
    """True when no further rows can be on their way or in a file that was not read."""
    hidden = pieces.hiders(dossier, pieces.FORM) or dossier.submission.printed_tables
    return bool(dossier.filled_rows) and not hidden and pieces.FORM not in pieces.missing(dossier, rulebook)


_Rows = Sequence[tuple[Table, Row]]


def _of(tables: Sequence[int], dossier: Dossier) -> _Rows:
    return [(table, row) for table, row in dossier.filled_rows if table.number in tables]


def _count(stated: Stated, rows: _Rows) -> int:
    return len(_units(rows)) if stated.counts.of is Counted.UNITS else len(rows)


def _units(rows: _Rows) -> set[str]:
    return {fold(row.unit) for _, row in rows if row.unit}


def _explains(stated: Stated, dossier: Dossier, rulebook: Rulebook) -> bool:
    """True when the letter could rightly have stated its number, however it counts."""
    return any(
        stated.number in _countings(stated, tables, dossier, rulebook)
        or _may_count_people(stated, tables, dossier, rulebook)
        for tables in _meant(stated, rulebook)
    )


def _meant(stated: Stated, rulebook: Rulebook) -> Iterator[tuple[int, ...]]:
    """The tables that the number may be of: a total may leave any of them out."""
    every = tuple(form.number for form in rulebook.forms.tables)
    if stated.counts.of is Counted.ROWS and len(stated.counts.tables) == 1:
        yield from (stated.counts.tables, every)
    else:
        yield from (some for size in range(1, len(every) + 1) for some in combinations(every, size))


def _countings(stated: Stated, tables: Sequence[int], dossier: Dossier, rulebook: Rulebook) -> set[int]:
    """Rows, units, serial numbers, people; and rows that may have been left out wrongly."""
    rows = _of(tables, dossier)
    left_out = sum(len(table.left_out) for table in dossier.tables if table.number in tables)
    count = _count(stated, rows)
    serials = {
        (table.number, table.attachment, table.sheet, row.cells["seq"]) for table, row in rows if "seq" in row.cells
    }
    people = (_people(rows, key) for key in _people_keys(rulebook))
    return {*range(count, count + left_out + 1), len(rows), len(_units(rows)), len(serials), *(n for n in people if n)}


def _may_count_people(stated: Stated, tables: Sequence[int], dossier: Dossier, rulebook: Rulebook) -> bool:
    """True when the letter's larger number may be one of people, and the rows leave open how many (若干)."""
    rows = _of(tables, dossier)
    return (
        stated.counts.of is Counted.ROWS
        and stated.number > len(rows)
        and any(
            _people(rows, key) is None for key in _people_keys(rulebook) if any(key in row.cells for _, row in rows)
        )
    )


def _people(rows: _Rows, key: str) -> int | None:
    """Rows, those with a number of people counted as so many; None when a cell does not say how many."""
    total = 0
    for _, row in rows:
        written = row.cells.get(key)
        found = _ONE_NUMBER.fullmatch(written.strip()) if written is not None else None
        if written is not None and found is None:
            return None
        total += int(found[1]) if found else 1
    return total


def _people_keys(rulebook: Rulebook) -> set[str]:
    return {c.key for form in rulebook.forms.tables for c in form.columns if c.kind is ColumnKind.COUNT}
