"""F222: the same row stands twice in a case, or rows of the same unit in two cases.

Noted only: a row too many is seen by staff, a need that was left out is not.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import CaseBeside, Dossier, Place, Route, Severity
from service.domain.nil import fold
from service.domain.rules import Rulebook
from service.domain.submission import Answer, Row, Table, Tick

CODE = "F222"
EXPLANATION = """
同一张表里有两行除序号外完全相同（单位、各栏和勾选都一样）时，记下后一行，照常受理，请工作人员汇总时核对。
只写了单位名称、没有其他内容的行不算。
同一单位在另一报送件的同一张表里也有行，或曾自行来件、已转报，也记下来，两处都写明，汇总时只计一次。
"""
SENTENCES: Sentences = {
    "default": ("first",),
    "elsewhere": ("unit", "number", "there"),
    "redirected": ("unit", "number"),
}
_OF_THE_ROW = ("seq", "unit", "city")
_LEAST = 2  # things said besides the unit


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    yield from _twice_here(dossier)
    for case in dossier.beside:
        yield from _elsewhere(dossier, case)


def _elsewhere(dossier: Dossier, case: CaseBeside) -> Iterator[Seen]:
    """What another case holds of this one's units, each unit told once. Other people's: never asked of a submitter."""
    held = _rows_by_unit(case)
    told: set[str] = set()
    for table, row in dossier.filled_rows:
        unit = fold(row.unit or "")
        if not unit or unit in told:
            continue
        values = {"unit": row.unit or "", "number": case.number}
        place = Place(table.attachment, table.number, table.sheet, row.row)
        if case.redirected and (unit == fold(case.unit or "") or any(name == unit for _, name in held)):
            yield Seen(place, "redirected", values, soften=Severity.REMARK)
        elif other := held.get((table.number, unit)):
            values["there"] = f"“{other[0].attachment}”的{other[0].sheet}第{other[1].row}行"
            yield Seen(place, "elsewhere", values, soften=Severity.REMARK)
        else:
            continue
        told.add(unit)


def _rows_by_unit(case: CaseBeside) -> dict[tuple[int, str], tuple[Table, Row]]:
    """The first row of each unit in each table."""
    found: dict[tuple[int, str], tuple[Table, Row]] = {}
    for table in case.tables:
        for row in table.rows:
            if row.unit:
                found.setdefault((table.number, fold(row.unit)), (table, row))
    return found


def _twice_here(dossier: Dossier) -> Iterator[Seen]:
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
    cells = {(key, said) for key, value in row.cells.items() if key not in _OF_THE_ROW and (said := fold(value))}
    answers = {(a.question, said) for a in row.answers if (said := _answer(a))}
    return frozenset(cells | answers)


def _answer(answer: Answer) -> str:
    tick = "" if answer.tick in (None, Tick.UNANSWERED) else str(answer.tick)
    if not answer.text and not answer.choices:  # most answers are a tick
        return tick
    return "|".join((tick, fold(answer.text or ""), *sorted(answer.choices or ()))).strip("|")


def _place(table: Table, row: Row, beside: Table) -> str:
    """Where the first of the two stands, as seen from the other's table."""
    here = (table.attachment, table.sheet) == (beside.attachment, beside.sheet)
    return f"第{row.row}行" if here else f"“{table.attachment}”的{table.sheet}第{row.row}行"
