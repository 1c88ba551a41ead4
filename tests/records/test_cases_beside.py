"""What a unit sent itself and what its bureau reports for it: linked, both told, and nobody asked about the other's."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from service import routing
from service.domain.judgement import Judgement, Severity, Verdict
from service.domain.submission import Submission
from service.parts import Rules
from service.pipeline import conclude
from service.records.engine import open_engine
from service.records.rulings import Before
from service.records.store import Records
from service.records.tentative import Known, Tentative
from tests.builders import (
    CITY,
    IN_TIME,
    OWN,
    UNIVERSITY,
    a_row,
    a_rulebook,
    a_submission,
    a_table,
    a_trusting_rulebook,
    an_envelope,
    answers_for,
    found,
    four_tables,
    of_unit,
    the_wording,
)
from tests.records.conftest import a_letter as our_letter
from tests.records.conftest import arrives

COMPANY, OTHER = "云江精密机械有限公司", "云江智能装备有限公司"
RULES = Rules(a_trusting_rulebook(), the_wording(), OWN, frozenset())


class World:
    """The records and a walk in memory, which must say the same."""

    def __init__(self, folder: Path) -> None:
        self.records = Records(open_engine(f"sqlite:///{folder}/records.db"))
        self.walk = Tentative()
        self._mails = 0

    def take(self, mail: Submission) -> Judgement:
        self._mails += 1
        at: datetime = IN_TIME + timedelta(hours=self._mails)
        arrives(self.records, mail, uid=self._mails, at=at)
        join, judgement = conclude(mail, at, self.records, RULES)
        again, same = conclude(mail, at, self.walk, RULES)
        assert same.decision == judgement.decision
        done = self.records.record(judgement, join, "LH2020", "r", lambda number: our_letter(mail, number), at)
        assert done is not None
        self.walk.record(same, again, "LH2020", Known(done.number))
        return judgement


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def of_company(unit: str = COMPANY, **changes: object) -> Submission:
    return of_unit(unit, CITY, sha256="c" * 64, envelope=an_envelope("a@firm.example"), **changes)


def of_bureau(*units: str, **changes: object) -> Submission:
    rows = [a_row(unit, CITY, row=n) for n, unit in enumerate(units, 3)]
    tables = (
        a_table(1, rows),
        *(a_table(n, [a_row(units[0], CITY, answers=answers_for(n), cells={})]) for n in (3, 4)),
    )
    return a_submission(sha256="b" * 64, tables=tables, **changes)


def notes(judgement: Judgement) -> list[tuple[str, str]]:
    return [(f.variant, f.message) for f in judgement.decision.findings if f.code == "F222"]


def test_a_redirected_unit_that_its_bureau_reports_later_is_linked(world: World) -> None:
    first = world.take(of_company())
    later = world.take(of_bureau(OTHER, COMPANY))

    assert (first.decision.verdict, notes(first)) == (Verdict.WRONG_ROUTE, [])
    assert later.decision.verdict is Verdict.ACCEPTED
    note = found(later, "F222")
    assert (note.variant, note.severity, note.place.row) == ("redirected", Severity.REMARK, 4)
    assert f"“{COMPANY}”曾自行来件（报送件 LH2020-0001）" in note.message


def test_a_unit_that_reports_after_its_bureau_is_linked_too(world: World) -> None:
    world.take(of_bureau(OTHER, COMPANY))
    later = world.take(of_company())

    assert later.decision.verdict is Verdict.WRONG_ROUTE
    ((variant, message),) = notes(later)
    assert variant == "elsewhere"
    assert "LH2020-0001" in message
    assert "第4行" in message


def test_a_direct_units_own_rows_in_a_bureaus_set_are_told_with_both_places(world: World) -> None:
    world.take(of_unit(UNIVERSITY, CITY, sha256="d" * 64))
    later = world.take(of_bureau(OTHER, UNIVERSITY))

    note = found(later, "F222")
    assert (note.variant, note.place.row, note.place.table) == ("elsewhere", 4, 1)
    assert "“征集表.xlsx”的表1第3行" in note.message


def test_units_that_stand_in_one_case_alone_are_linked_to_nothing(world: World) -> None:
    world.take(of_company())

    assert notes(world.take(of_bureau(OTHER))) == []


def test_a_case_is_never_beside_itself(world: World) -> None:
    whole = of_bureau(OTHER, COMPANY)
    world.take(whole)

    assert notes(world.take(replace(whole, sha256="e" * 64, envelope=an_envelope(subject="更正材料")))) == []


def test_a_mail_that_is_judged_again_is_not_beside_the_case_it_began(world: World) -> None:
    whole = of_bureau(OTHER, COMPANY)
    world.take(whole)
    world.take(of_company())

    again = Before(world.records, whole.sha256)

    names = routing.units_named(whole.tables, a_rulebook())
    assert [case.unit for case in again.beside(names, "LH2020", None)] == [COMPANY]


def test_the_names_asked_for_are_the_units_by_all_their_names_and_the_bureaus_of_their_cities() -> None:
    names = routing.units_named(four_tables("岭大", "云江市"), a_rulebook())

    assert {"岭大", "岭海大学", "云江市科学技术局"} <= names
