"""The mailbox that speaks for a unit (S602), and rows that stand twice in a case (F222)."""

from dataclasses import replace

import pytest

from service.domain.judgement import Severity, Verdict
from service.domain.submission import Row
from tests.builders import (
    UNIVERSITY,
    a_case,
    a_row,
    a_rulebook,
    a_submission,
    a_table,
    an_envelope,
    found,
    four_tables,
    judged,
    of_unit,
)


def every_code(*arguments: object, **more: object) -> list[str]:
    return [f.code for f in judged(*arguments, rules=a_rulebook(), **more).decision.findings]  # type: ignore[arg-type]


def test_a_mailbox_that_is_registered_nowhere_is_noted_and_accepted() -> None:
    judgement = judged(of_unit(UNIVERSITY), rules=a_rulebook())

    assert judgement.decision.verdict is Verdict.ACCEPTED
    assert found(judgement, "S602").severity is Severity.REMARK
    assert "someone@freemail.example" in found(judgement, "S602").message


def test_a_mailbox_of_the_units_own_is_not_noted() -> None:
    unit = a_rulebook().unit(UNIVERSITY)
    assert unit is not None
    own = [*unit.addresses, *(f"kyc@{domain}" for domain in unit.domains), *(f"a@mail.{d}" for d in unit.domains)]

    assert own
    for address in own:
        assert "S602" not in every_code(of_unit(UNIVERSITY, envelope=an_envelope(address)))


def test_a_mailbox_that_wrote_in_the_case_before_is_noted_once() -> None:
    first = judged(of_unit(UNIVERSITY), rules=a_rulebook())

    assert "S602" not in every_code(of_unit(UNIVERSITY), earlier=a_case(first))


def with_rows(*rows: Row) -> list[str]:
    tables = (a_table(1, rows), *four_tables()[1:])
    return every_code(a_submission(tables=tables))


ROW = replace(a_row(), row=3)


@pytest.mark.parametrize(
    ("other", "is_noted"),
    [
        (replace(ROW, row=4), True),
        (replace(ROW, row=4, cells={**ROW.cells, "seq": "99"}), True),
        (replace(ROW, row=4, cells={key: f" {value} " for key, value in ROW.cells.items()}), True),
        (replace(ROW, row=4, cells={**ROW.cells, "post": "另一个岗位"}), False),
        (replace(ROW, row=4, unit="另一个单位"), False),
    ],
    ids=["the_same", "another_number", "other_spaces", "another_post", "another_unit"],
)
def test_a_row_that_stands_twice_is_noted(other: Row, is_noted: bool) -> None:
    assert ("F222" in with_rows(ROW, other)) is is_noted


def test_two_rows_with_nothing_but_the_unit_are_no_repeat() -> None:
    bare = Row(3, ROW.unit, ROW.city, {"unit": ROW.unit or ""})

    assert "F222" not in with_rows(bare, replace(bare, row=4))
