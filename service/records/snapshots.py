"""Decisions and case holdings as JSON: how judged values are kept, word for word, in the records."""

from datetime import datetime

from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass

from service.domain.judgement import CaseSoFar, Decision, Dossier, Piece, PieceState, Route, Verdict
from service.domain.submission import CoverLetter, Table
from service.records.standing import Standing


@dataclass(frozen=True, slots=True)
class Holding:
    """What a case holds after one mail."""

    route: Route
    letter: CoverLetter | None
    letter_mail: str | None
    tables: tuple[Table, ...]
    table_mails: tuple[str, ...]
    pieces: tuple[Piece, ...]
    sent: datetime | None = None  # when the newest mail was written, as its senders say
    undecided: tuple[int, ...] = ()  # tables of which nobody said yet whether later rows replace or add

    @property
    def asked(self) -> frozenset[str]:
        """The pieces that were to be corrected."""
        return frozenset(piece.piece for piece in self.pieces if piece.state is PieceState.FAULTY)


_DECISION = TypeAdapter(Decision)
_HOLDING = TypeAdapter(Holding)


def decision_json(decision: Decision) -> str:
    return _DECISION.dump_json(decision).decode()


def decision_from(text: str) -> Decision:
    return _DECISION.validate_json(text)


def holding_json(dossier: Dossier, decision: Decision) -> str:
    holding = Holding(
        decision.route,
        dossier.letter,
        dossier.letter_mail,
        dossier.tables,
        dossier.table_mails,
        decision.pieces,
        dossier.newest_sent,
        () if decision.verdict is Verdict.ACCEPTED else dossier.undecided,
    )
    return _HOLDING.dump_json(holding).decode()


def holding_from(text: str) -> Holding:
    return _HOLDING.validate_json(text)


def so_far(case: Standing, holding: Holding, writers: frozenset[str]) -> CaseSoFar:
    """A case as the next mail finds it: where it stands, what it holds, and everyone who wrote in it."""
    return CaseSoFar(
        number=case.number,
        route=holding.route,
        letter=holding.letter,
        letter_mail=holding.letter_mail,
        tables=holding.tables,
        table_mails=holding.table_mails,
        addresses=writers,
        versions=case.versions,
        first_received=case.first_received,
        on_time=case.on_time,
        complete=case.complete,
        asked=holding.asked,
        sent=holding.sent,
        undecided=holding.undecided,
    )
