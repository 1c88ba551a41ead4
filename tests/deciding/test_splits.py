"""However the pieces of a set are split over mails, and in whatever order they come, the case ends the same."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.judgement import Judgement, Verdict
from service.domain.rules import UnitRoute
from service.domain.submission import Row, Submission, Table
from tests.builders import (
    BUREAU,
    UNIVERSITY,
    a_case,
    a_letter,
    a_row,
    a_rulebook,
    a_scan,
    a_submission,
    a_table,
    an_attachment,
    an_envelope,
    answers_for,
    four_tables,
    judged,
)

LETTER = 0
PIECES = range(5)  # the letter and 表1 to 表4
COMPANIES = ("云江精密机械有限公司", "云江光学仪器厂", "云江市人民医院", "云江生物制品有限公司")

ELSEWHERE = next(unit.name for unit in a_rulebook().units if unit.route is UnitRoute.VIA_CITY)
SENDERS = (BUREAU, UNIVERSITY, ELSEWHERE, "云江某某新材料有限公司", "岭海省某某研究院")

splits = st.lists(st.integers(0, 4), min_size=5, max_size=5).flatmap(
    lambda place: st.permutations(sorted(set(place))).map(
        lambda order: [[piece for piece in PIECES if place[piece] == mail] for mail in order]
    )
)
"""The pieces of each mail, for one to five mails."""


def mails_of(
    split: Sequence[Sequence[int]], whole: Submission, texts: Sequence[str], replies: bool
) -> list[Submission]:
    """The set as so many mails of its sender."""
    return [
        replace(
            whole,
            sha256=f"{n + 1:064x}",
            envelope=an_envelope(in_reply_to=("<receipt@dept.example>",) if replies and n else ()),
            text=texts[n % len(texts)],
            attachments=(
                *((a_scan(),) if LETTER in pieces else ()),
                *((an_attachment(),) if set(pieces) - {LETTER} else ()),
            ),
            letters=whole.letters if LETTER in pieces else (),
            tables=tuple(table for table in whole.tables if table.number in pieces),
        )
        for n, pieces in enumerate(split)
    ]


def concluded(mails: Sequence[Submission]) -> list[Judgement]:
    """The mails judged one after the other."""
    done: list[Judgement] = []
    for mail in mails:
        done.append(judged(mail, earlier=a_case(done[-1]) if done else None))
    return done


def record(judgement: Judgement) -> object:
    """What stands in the end, but for which mail brought it."""
    decision, dossier = judgement.decision, judgement.dossier
    route = decision.route
    return (
        (decision.verdict, decision.on_time, route.channel, route.unit, route.report_to, route.contradiction),
        sorted((f.code, f.message, f.severity) for f in decision.findings),
        sorted((piece.piece, piece.state, piece.rows) for piece in decision.pieces),
        dossier.letter,
        sorted(dossier.tables, key=lambda table: table.number),
        dossier.undecided,
    )


def a_set(sender: str, rows: int, city: str = "岭州市") -> Submission:
    """A sender's letter and four tables; of so many rows when it is a bureau, of that city when it is not."""
    if sender != BUREAU:
        return a_submission(letters=(a_letter(sender),), tables=four_tables(sender, city))
    return a_submission(tables=tuple(a_table(n, _rows(n, COMPANIES[:rows])) for n in (1, 2, 3, 4)))


def _with_a_fault(table: Table) -> Table:
    """The first row of a table with questions leaves one open."""
    if table.number < 3:
        return table
    first, *others = table.rows
    return replace(table, rows=(replace(first, answers=first.answers[1:]), *others))


def _rows(number: int, units: Sequence[str]) -> list[Row]:
    answers = answers_for(number) if number > 2 else ()
    cells = {} if number > 2 else None
    return [a_row(unit, row=3 + n, cells=cells, answers=answers) for n, unit in enumerate(units)]


@given(
    splits,
    st.sampled_from(SENDERS),
    st.integers(1, 4),
    st.lists(st.sampled_from(["", "见附件", "现报送材料，请查收。", "补充材料，请查收。"]), min_size=1, max_size=5),
    st.sampled_from(["云江市", "岭州市", ""]),
    st.booleans(),
    st.booleans(),
)
@settings(max_examples=300, deadline=None)
def test_any_split_of_the_pieces_over_one_to_five_mails_in_any_order_ends_in_the_same_record(
    split: list[list[int]], sender: str, rows: int, texts: list[str], city: str, replies: bool, is_faulty: bool
) -> None:
    whole = a_set(sender, rows, city)
    if is_faulty:
        whole = replace(whole, tables=tuple(_with_a_fault(table) for table in whole.tables))

    last = concluded(mails_of(split, whole, texts, replies))[-1]

    assert record(last) == record(judged(whole))


@given(splits, st.sampled_from([BUREAU, UNIVERSITY]), st.booleans())
@settings(max_examples=150, deadline=None)
def test_only_the_last_piece_makes_a_case_complete(split: list[list[int]], sender: str, replies: bool) -> None:
    verdicts = [j.decision.verdict for j in concluded(mails_of(split, a_set(sender, 2), ["见附件"], replies))]

    assert verdicts[-1] is Verdict.ACCEPTED
    came: set[int] = set()
    for pieces, verdict in zip(split, verdicts, strict=True):
        came |= set(pieces)
        assert (verdict is Verdict.ACCEPTED) <= (LETTER in came)


@given(st.permutations(COMPANIES), st.integers(1, 4), st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_a_bureaus_units_may_come_in_supplements_of_any_size_and_order(
    units: list[str], first: int, second: int
) -> None:
    parts = [part for part in (units[:first], units[first : first + second], units[first + second :]) if part]
    mails = [
        a_submission(
            sha256=f"{n + 1:064x}",
            text="补充报送下列单位的需求，请查收。" if n else "现报送第一批，请查收。",
            attachments=(*(() if n else (a_scan(),)), an_attachment()),
            letters=() if n else (a_letter(),),
            tables=tuple(a_table(number, _rows(number, part)) for number in (1, 2, 3, 4)),
        )
        for n, part in enumerate(parts)
    ]

    last = concluded(mails)[-1]

    assert last.decision.verdict is Verdict.ACCEPTED
    for number in (1, 2, 3, 4):
        held = [row.unit for table in last.dossier.tables if table.number == number for row in table.rows]
        assert sorted(held, key=str) == sorted(COMPANIES)


@pytest.mark.parametrize(
    ("second", "is_told"),
    [("云江某某新材料有限公司", False), ("云江某某新材枓有限公司", False), ("云江某某光学仪器有限公司", True)],
    ids=["the_same", "misread", "another"],
)
def test_a_unit_that_stands_in_no_directory_may_go_on_and_another_in_its_case_is_for_staff(
    second: str, is_told: bool
) -> None:
    first = judged(a_set("云江某某新材料有限公司", 1, "云江市"))
    follows = a_submission(sha256="2" * 64, letters=(a_letter(second),), tables=())

    judgement = judged(follows, earlier=a_case(first))

    assert (judgement.decision.verdict is Verdict.STAFF_REVIEW) == is_told
    assert bool(judgement.decision.route.contradiction) == is_told
