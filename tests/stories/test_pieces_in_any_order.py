"""Three mails instead of one: any split of the pieces, in any order, ends in the same case."""

import random
from dataclasses import replace
from datetime import timedelta

import pytest

from service.demo.mime import File, make_mail
from service.wiring import desk_of, open_service
from tests.stories.conftest import IN_TIME, Station, answering, over_sqlite

__all__ = ["over_sqlite"]

LETTER = 0


@pytest.mark.parametrize(
    "split",
    [
        pytest.param([[2, 3], [1], [LETTER], [4]], id="one_by_one_letter_late"),
        pytest.param([[LETTER, 4], [1, 2, 3]], id="letter_first"),
        pytest.param([[3], [LETTER, 1, 2, 4]], id="one_table_first"),
    ],
)
def test_the_final_record_is_that_of_one_complete_mail(station: Station, split: list[list[int]]) -> None:
    bureau, rng = station.bureau("望海市"), random.Random(len(split))
    tables = station.pieces.scribe.tables(bureau)
    pieces: dict[int, File] = {LETTER: station.pieces.letter_pdf(bureau)}

    for hour, part in enumerate(split):
        files = [pieces[LETTER]] if LETTER in part else []
        if held := [t for t in tables if t.number in part]:
            files.append(station.pieces.workbook(held))
        mail = station.mail(bureau, tuple(files), date=IN_TIME + timedelta(hours=hour))
        replies = hour > 0 and rng.random() < 0.5  # half of the people write anew instead of answering
        station.arrives(answering(station.raw_letters()[-1], mail) if replies else make_mail(mail))
        station.poll()

    with open_service(station.settings) as service:
        views = desk_of(service).views
        (case,) = views.cases()
        newest = views.newest(case.id)
    assert case.state == "accepted" and newest is not None
    assert {t.number: len(t.rows) for t in newest.holding.tables} == {t.number: len(t.rows) for t in tables}
    assert station.kinds()[-1] == "receipt"


@pytest.mark.parametrize(("owed", "cases"), [(True, 1), (False, 2)], ids=["owed", "there_already"])
def test_a_bureaus_form_from_a_mailbox_nobody_knows_completes_its_case_and_changes_none(
    station: Station, owed: bool, cases: int
) -> None:
    bureau = station.bureau("望海市")
    letter, form = station.pieces.letter_pdf(bureau), station.pieces.form(bureau)
    station.arrives(make_mail(station.mail(bureau, (letter,) if owed else (letter, form))))
    station.poll()

    again = station.mail(bureau, (station.pieces.form(bureau),))
    colleague = replace(again, sender="clerk@elsewhere.example", sender_name="张三")
    station.arrives(answering(station.raw_letters()[-1], colleague))
    station.poll()

    states = [state for _, state in station.numbers()]
    assert (len(states), states[0]) == (cases, "accepted")
