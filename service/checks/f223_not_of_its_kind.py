"""F223: a value is not of its column's kind or outside its choices, or a recommended column is missing.

Noted only: the first few places of a column, then how many more. Silent about 若干, 面议, 无 and all that can be
understood at least in part, about money told in words, and about columns under another heading than the form's:
that one may have asked for something else.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Place, Route, Severity
from service.domain.rules import Column, Rulebook, TableForm
from service.domain.submission import Row, Table
from service.values import Standing, Value, of_row
from service.values.columns import bears_its_name, headings

CODE = "F223"
EXPLANATION = """
需求人数、金额、电话、邮箱等列里写的明显是别的内容，选项列写了可选项以外的内容，或缺少建议填写的列时，只作记录。
写“若干”“面议”“无”的、多少能看懂的、列名与原表不同的，都不算。每列只列出前几处，其余计数；缺列每张表只记一次。
"""
_OF_A_COLUMN = ("text", "choices")
SENTENCES: Sentences = {
    "count": _OF_A_COLUMN,
    "money": _OF_A_COLUMN,
    "date": _OF_A_COLUMN,
    "phone": _OF_A_COLUMN,
    "email": _OF_A_COLUMN,
    "damaged": _OF_A_COLUMN,
    "choice": _OF_A_COLUMN,
    "more": ("count",),
    "more_choices": ("count",),
    "columns": ("columns",),
}
_LISTED = 5
_LONGEST = 20  # characters of a cell that a sentence repeats
_WRONG = frozenset({Standing.NOT_OF_KIND, Standing.DAMAGED})


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    setting = rulebook.checks.get(CODE)
    listed = setting.limits.get("listed", _LISTED) if setting else _LISTED
    told: set[tuple[int, tuple[str, ...]]] = set()
    for table in dossier.tables:
        form = rulebook.forms.table(table.number)
        rows = [row for of, row in dossier.filled_rows if of is table]
        if form is None or not rows:
            continue
        missing = tuple(column.label for column in _missing(table, form))
        if missing and (table.number, missing) not in told:
            told.add((table.number, missing))
            columns = "、".join(f"「{label}」" for label in missing) + "列"
            place = Place(table.attachment, table.number, table.sheet)
            # The columns of 表1 and 表2 are known only from their like: nobody is asked for one.
            yield Seen(place, "columns", {"columns": columns}, soften=Severity.REMARK)
        yield from _cells(table, form, rows, rulebook, listed)


def _missing(table: Table, form: TableForm) -> Iterator[Column]:
    """The recommended columns that a table with a known header lacks; F220 speaks of the units' names."""
    present = {key for key, _, _ in table.columns if key}
    if present:
        yield from (c for c in form.columns if c.required and c.key != "unit" and c.key not in present)


def _cells(table: Table, form: TableForm, rows: list[Row], rulebook: Rulebook, listed: int) -> Iterator[Seen]:
    written_over = headings(table)
    found: dict[str, list[tuple[Row, Value]]] = {}
    for row in rows:
        for value in of_row(row, table, rulebook).values():
            if value.standing in _WRONG:
                found.setdefault(value.key, []).append((row, value))
    for column in form.columns:
        wrong = found.get(column.key, [])
        if not bears_its_name(column, written_over.get(column.key)):
            wrong = [(row, value) for row, value in wrong if value.standing is Standing.DAMAGED]
        yield from (_seen(table, column, row, value) for row, value in wrong[:listed])
        if len(wrong) > listed:
            place = _place(table, column, wrong[listed][0])
            yield Seen(place, "more_choices" if column.choices else "more", {"count": str(len(wrong) - listed)})


def _place(table: Table, column: Column, row: Row) -> Place:
    cell = row.places.get(column.key)
    return Place(table.attachment, table.number, table.sheet, row.row, column.label, cell)


def _seen(table: Table, column: Column, row: Row, value: Value) -> Seen:
    text = " ".join(value.written.split())
    shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    variant = "damaged" if value.standing is Standing.DAMAGED else value.kind
    return Seen(_place(table, column, row), variant, {"text": shown, "choices": "、".join(column.choices)})
