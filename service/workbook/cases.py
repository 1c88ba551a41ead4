"""A case as the workbook needs it: plain values, made from the records by whoever wires the workbook."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from service.domain.judgement import Channel, Piece, PieceState, Verdict
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
    return sorted(found, key=lambda e: (order.get(e.city, len(order)), e.case.number))


def _city(row: Row, case: CaseForWorkbook, rulebook: Rulebook) -> str:
    """The city as the directory names it, else the case's, else as written."""
    found = city_of(row.city, rulebook)
    return (found.name if found else case.city) or row.city or ""
