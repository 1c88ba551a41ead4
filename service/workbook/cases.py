"""A case as the workbook needs it: plain values, made from the records by whoever wires the workbook."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from service.domain.judgement import Channel, Piece, PieceState, Verdict
from service.domain.nil import fold
from service.domain.places import city_of
from service.domain.rules import Rulebook
from service.domain.submission import Row, Table
from service.values import Value, of_row


@dataclass(frozen=True, slots=True)
class CaseForWorkbook:
    """One case in its newest version."""

    number: str
    unit: str | None
    city: str | None
    channel: Channel
    on_time: bool
    state: Verdict  # after its newest version
    received: datetime  # first mail of the case
    letter_number: str | None = None  # 发文字号
    letter_date: date | None = None
    tables: tuple[Table, ...] = ()
    pieces: tuple[Piece, ...] = ()
    listed_units: Mapping[str, str] = field(default_factory=dict)  # a unit as written -> the directory's name

    @property
    def counts(self) -> bool:
        """Whether its rows belong into the consolidated tables: what must be reported elsewhere does not."""
        return self.state in (Verdict.ACCEPTED, Verdict.NEEDS_CORRECTION, Verdict.STAFF_REVIEW)

    def state_of(self, piece: str) -> PieceState:
        """How a piece stands; one that the decision does not name is missing."""
        return next((p.state for p in self.pieces if p.piece == piece), PieceState.MISSING)

    def rows_of(self, number: int) -> int:
        return sum(len(t.rows) for t in self.tables if t.number == number)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a consolidated table and where it came from."""

    case: CaseForWorkbook
    table: Table
    row: Row
    city: str
    values: Mapping[str, Value] = field(default_factory=dict)  # normalised, by column key
    again: str = ""  # where the same unit's rows in another case stand; staff look whether they are one need
    counted: bool = True  # False for a row that another case holds word for word: it is counted there

    @property
    def listed_unit(self) -> str:
        """The directory's name for the unit where it was written otherwise."""
        name = self.case.listed_units.get(self.row.unit or "", "")
        return name if name != self.row.unit else ""


def entries(cases: Iterable[CaseForWorkbook], number: int, rulebook: Rulebook) -> list[Entry]:
    """The rows of one table over all cases: cities in the directory's order, then case numbers, then as written."""
    found = [
        Entry(case, table, row, _city(row, case, rulebook), of_row(row, table, rulebook))
        for case in cases
        if case.counts
        for table in case.tables
        if table.number == number
        for row in table.rows
    ]
    order = {city.name: n for n, city in enumerate(rulebook.cities)}
    return sorted(_marked(found), key=lambda e: (order.get(e.city, len(order)), e.case.number))


def _marked(found: list[Entry]) -> Iterator[Entry]:
    """The rows of units that stand in several cases told apart: the first of two that are alike is counted."""
    by_unit: dict[str, list[Entry]] = {}
    for entry in sorted(found, key=lambda e: e.case.number):
        if entry.row.unit:
            by_unit.setdefault(fold(entry.listed_unit or entry.row.unit), []).append(entry)
    several = {unit for unit, own in by_unit.items() if len({e.case.number for e in own}) > 1}
    for entry in found:
        unit = fold(entry.listed_unit or entry.row.unit or "")
        yield _beside(entry, by_unit[unit]) if unit in several else entry


def _beside(entry: Entry, of_unit: Sequence[Entry]) -> Entry:
    others = [e for e in of_unit if e.case.number != entry.case.number]
    said = _said(entry.row)
    same = next((e for e in others if _said(e.row) == said), None)
    if same is not None and same.case.number < entry.case.number:
        return replace(entry, again=f"{_spot(same)}（内容相同，已在该处计入）", counted=False)
    note = "内容相同，只计本行" if same else "同一单位，请核对是否同一需求"
    return replace(entry, again=f"{_spot(same or others[0])}（{note}）")


def _spot(entry: Entry) -> str:
    return f"{entry.case.number} {entry.table.sheet}第{entry.row.row}行"


def _said(row: Row) -> frozenset[tuple[str, str]]:
    """What a row says besides its number and whose it is."""
    cells = {(key, fold(value)) for key, value in row.cells.items() if key not in ("seq", "unit", "city")}
    answers = {(a.question, repr((a.tick, fold(a.text or ""), a.choices))) for a in row.answers}
    return frozenset((key, value) for key, value in cells | answers if value)


def _city(row: Row, case: CaseForWorkbook, rulebook: Rulebook) -> str:
    """The city as the directory names it, else the case's, else as written."""
    found = city_of(row.city, rulebook)
    return (found.name if found else case.city) or row.city or ""
