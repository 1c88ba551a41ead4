"""A case as the workbook needs it: plain values, made from the records by whoever wires the workbook."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from service.domain.judgement import Channel, Piece, PieceState, Verdict
from service.domain.rules import Rulebook
from service.domain.submission import Row, Table


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


def entries(cases: Iterable[CaseForWorkbook], number: int, rulebook: Rulebook) -> list[Entry]:
    """The rows of one table over all cases: cities in the directory's order, then case numbers, then as written."""
    found = [
        Entry(case, table, row, city_name(row.city, rulebook) or case.city or row.city or "")
        for case in cases
        if case.counts
        for table in case.tables
        if table.number == number
        for row in table.rows
    ]
    order = {city.name: n for n, city in enumerate(rulebook.cities)}
    return sorted(found, key=lambda e: (order.get(e.city, len(order)), e.case.number))


def city_name(written: str | None, rulebook: Rulebook) -> str | None:
    """The directory's name for a city as people write it (云江, 岭海省云江市, 云江市东区); None when unclear."""
    text = "".join((written or "").split())
    if not text:
        return None
    exact = [c.name for c in rulebook.cities if text in (c.name, c.name.removesuffix("市"), *c.aliases)]
    inside = [c.name for c in rulebook.cities if c.name in text]
    return next(iter(exact), None) or (inside[0] if len(inside) == 1 else None)
