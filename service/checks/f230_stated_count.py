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
SENTENCES: Sentences = {"default": ("words", "tables", "count"), "units": ("words", "tables", "count")}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    letter = dossier.letter
    if letter is None or dossier.states_nil or not _is_complete(dossier, rulebook):
        return
    for stated in stated_in(letter.text.replace("\n", ""), rulebook):
        if stated.number not in _explanations(stated, dossier, rulebook):
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


def _explanations(stated: Stated, dossier: Dossier, rulebook: Rulebook) -> set[int]:
    """Every number that the letter could rightly have stated."""
    found = set(_people(_of(stated.counts.tables, dossier), rulebook))
    for tables in _meant(stated, rulebook):
        rows = _of(tables, dossier)
        left_out = sum(len(table.left_out) for table in dossier.tables if table.number in tables)
        count = _count(stated, rows)
        found |= {*range(count, count + left_out + 1), len(_units(rows)), len(rows)}
    return found


def _meant(stated: Stated, rulebook: Rulebook) -> Iterator[tuple[int, ...]]:
    """The tables that the number may be of: a total may leave any of them out."""
    every = tuple(form.number for form in rulebook.forms.tables)
    if stated.counts.of is Counted.ROWS and len(stated.counts.tables) == 1:
        yield from (stated.counts.tables, every)
    else:
        yield from (some for size in range(1, len(every) + 1) for some in combinations(every, size))


def _people(rows: _Rows, rulebook: Rulebook) -> Iterator[int]:
    """The sums of the columns that hold numbers: some count people, not posts."""
    keys = {c.key for form in rulebook.forms.tables for c in form.columns if c.kind is ColumnKind.COUNT}
    for key in keys:
        yield sum(int(found[0]) for _, row in rows if (found := re.search(r"\d{1,4}", row.cells.get(key, ""))))
