"""F222: the same row stands twice in a case.

Noted only: a row too many is seen by staff, a need that was left out is not.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Place, Route
from service.domain.nil import fold
from service.domain.rules import Rulebook
from service.domain.submission import Answer, Row, Table, Tick

CODE = "F222"
EXPLANATION = """
同一张表里有两行除序号外完全相同（单位、各栏和勾选都一样）时，记下后一行，照常受理，请工作人员汇总时核对。
只写了单位名称、没有其他内容的行不算。
"""
SENTENCES: Sentences = {"default": ("first",)}
_NUMBER = "seq"
_LEAST = 2  # things said besides the unit


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    first: dict[tuple[object, ...], tuple[Table, Row]] = {}
    for table, row in dossier.filled_rows:
        said = _said(row)
        if len(said) < _LEAST or not row.unit:
            continue
        key = (table.number, fold(row.unit), said)
        if key not in first:
            first[key] = table, row
            continue
        place = Place(table.attachment, table.number, table.sheet, row.row)
        yield Seen(place, values={"first": _place(*first[key], table)})


def _said(row: Row) -> frozenset[tuple[str, str]]:
    cells = {(key, fold(value)) for key, value in row.cells.items() if key not in (_NUMBER, "unit", "city")}
    answers = {(a.question, _answer(a)) for a in row.answers}
    return frozenset((key, value) for key, value in cells | answers if value)


def _answer(answer: Answer) -> str:
    tick = "" if answer.tick in (None, Tick.UNANSWERED) else str(answer.tick)
    return "|".join((tick, fold(answer.text or ""), *sorted(answer.choices or ()))).strip("|")


def _place(table: Table, row: Row, beside: Table) -> str:
    """Where the first of the two stands, as seen from the other's table."""
    here = (table.attachment, table.sheet) == (beside.attachment, beside.sheet)
    return f"第{row.row}行" if here else f"“{table.attachment}”的{table.sheet}第{row.row}行"
