"""The records made anew from the archive: the same as before when nothing changed, and no letter leaves."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.crash.driver import Ended, Forks, Place, counted, place, rules_for_all, run
from tests.crash.dying import Plan
from tests.crash.keeping import before_and_after, records, take_in
from tests.crash.scenarios import IN_TIME, SCENARIOS, UNITS, Delivery, Desk
from tests.crash.test_every_step import EVERY
from tests.crash.test_lost_database import damaged, damaged_within, emptied, removed


@pytest.fixture
def plan(readings: Path) -> Plan:
    return Plan(readings=str(readings))


def rebuilt(where: Place, forks: Forks, plan: Plan, *options: str) -> Ended:
    ended = forks.run(where, "rebuild", *options, plan=plan)
    assert ended.code == 0, ended.err
    return ended


def polled(where: Place, forks: Forks, plan: Plan) -> None:
    ended = forks.run(where, plan=plan)
    assert ended.code == 0, ended.err


@pytest.mark.parametrize("name", SCENARIOS)
def test_where_nothing_changed_the_records_are_the_same_row_for_row(
    name: str, tmp_path: Path, rules: Path, forks: Forks, plan: Plan
) -> None:
    scenario = SCENARIOS[name](Desk())
    with place(tmp_path / "here", rules, boxes=scenario.boxes) as here:
        here.arrives(*scenario.deliveries)
        polled(here, forks, plan)
        assert forks.run(here, "digest", "--send", plan=plan).code == 0
        here.arrives(Delivery(b"", IN_TIME))  # one that cannot be fetched
        polled(here, forks, plan)
        before, state = records(here.data / "records.db"), here.state()

        ended = rebuilt(here, forks, plan)

        assert records(here.data / "records.db") == before
        (aside,) = here.data.glob("records.db.before-*")
        assert records(aside) == before
        assert "结论与原来不同" not in ended.out
        assert here.integrity() == [("ok",)]
        polled(here, forks, plan)
        assert here.state() == state


def test_a_letter_that_was_not_sent_waits_for_staff(here: Place, forks: Forks, plan: Plan) -> None:
    here.smtp_port = 1
    here.write_config()
    here.arrives(*before_and_after(Desk())[0])
    assert forks.run(here, plan=plan).code == 22
    ((content,),) = here.query("SELECT content FROM outbox")

    ended = rebuilt(here, forks, plan)

    assert "搁置待人工的信 1 封" in ended.out
    assert here.query("SELECT state, content, reason FROM outbox") == [
        ("parked", content, "台账曾由存档重建，不能确定这封信是否已经发出")
    ]
    here.smtp_port = 0
    here.write_config()
    polled(here, forks, plan)
    assert here.letters_to(UNITS[0]) == []


def test_a_mail_that_was_not_judged_yet_is_answered_afterwards(here: Place, forks: Forks, plan: Plan) -> None:
    here.arrives(*before_and_after(Desk())[0])
    take_in(here, forks, plan)

    rebuilt(here, forks, plan)
    polled(here, forks, plan)

    assert here.letters_to(UNITS[0]) == ["receipt"]


@pytest.mark.parametrize("spoil", [damaged, damaged_within, emptied, removed], ids=lambda f: f.__name__)
def test_without_a_readable_database_every_mail_is_judged_again_and_nobody_is_written_to(
    spoil: Callable[[Path], None], here: Place, forks: Forks, plan: Plan
) -> None:
    known, later = before_and_after(Desk())
    here.arrives(*known, *later)
    polled(here, forks, plan)
    state, before = here.state(), here.delivered()
    spoil(here.data / "records.db")

    ended = rebuilt(here, forks, plan)
    for _ in range(2):
        polled(here, forks, plan)

    assert "没有用到完整的原数据库" in ended.out
    assert here.delivered() == before
    after = here.state()
    assert [case[1:] for case in after.cases] == [case[1:] for case in state.cases]
    assert [mail[:4] for mail in after.mails] == [mail[:4] for mail in state.mails]
    assert [letter[:3] for letter in after.letters] == [letter[:3] for letter in state.letters]
    assert after.letter_states.keys() <= {"sent", "parked"}
    assert here.integrity() == [("ok",)]


def test_what_a_damaged_database_still_tells_is_kept(here: Place, forks: Forks, plan: Plan) -> None:
    """Its outbox is gone; numbers and times of arrival are not."""
    known, later = before_and_after(Desk())
    here.arrives(*known, *later)
    polled(here, forks, plan)
    before = records(here.data / "records.db", ("collection_case", "case_version", "sighting"))
    damaged_within(here.data / "records.db")

    rebuilt(here, forks, plan)

    assert records(here.data / "records.db", ("collection_case", "case_version", "sighting")) == before
    assert here.state().letter_states == {"parked": 3}


def test_under_changed_rules_the_mails_that_are_judged_otherwise_are_named_and_nobody_is_written_to(
    tmp_path: Path, forks: Forks, plan: Plan
) -> None:
    (tmp_path / "own").mkdir()
    own, desk = rules_for_all(tmp_path / "own"), Desk()
    with place(tmp_path / "here", own) as here:
        unit = desk.world.units_by_route("via_city")[0]
        here.arrives(
            Delivery(desk.complete(unit, UNITS[2]), IN_TIME),
            Delivery(desk.complete(desk.bureau("云江市"), UNITS[0]), IN_TIME),
        )
        polled(here, forks, plan)
        numbers = dict(here.query("SELECT sha256, number FROM mail JOIN collection_case c ON c.id = case_id"))
        before = here.delivered()
        units = own / "rules" / "units.csv"
        text = units.read_text("utf-8")
        changed = text.replace(",via_city,", ",direct,")
        assert changed != text
        units.write_text(changed, encoding="utf-8")

        ended = run(here, "rebuild", plan=plan)  # a fork would know the rules as they were

        assert ended.code == 0, ended.err
        assert "结论与原来不同的 1 封" in ended.out
        assert dict(here.query("SELECT sha256, number FROM mail JOIN collection_case c ON c.id = case_id")) == numbers
        letters = here.query("SELECT letter, state FROM outbox WHERE letter != 'receipt' OR state != 'sent'")
        assert ("redirect", "sent") in letters
        assert len(letters) == 2 and {state for _, state in letters} == {"sent", "parked"}
        polled(here, forks, plan)
        assert here.delivered() == before


def test_a_mail_whose_bytes_are_gone_is_set_aside_and_told(
    here: Place, forks: Forks, plan: Plan, tmp_path: Path
) -> None:
    known, _ = before_and_after(Desk())
    here.arrives(*known)
    polled(here, forks, plan)
    shutil.rmtree(here.data / "archive")
    bare = replace(plan, readings="")

    ended = rebuilt(here, forks, bare)

    assert "原件读不到" in ended.err
    assert here.query("SELECT state FROM mail") == [("quarantined",)]
    assert here.query("SELECT letter, state FROM outbox") == [("receipt", "sent")]


def test_postgresql_is_refused(here: Place, forks: Forks, plan: Plan) -> None:
    here.config.write_text(
        here.config.read_text("utf-8") + '[database]\nurl = "postgresql+psycopg://nobody@127.0.0.1:1/x"\n', "utf-8"
    )

    ended = forks.run(here, "rebuild", plan=plan)

    assert (ended.code, "只适用于 SQLite" in ended.err) == (23, True)


@pytest.mark.parametrize("spoil", [None, removed, damaged], ids=["whole", "removed", "damaged"])
def test_whatever_step_a_rebuild_dies_at_nothing_changed_or_all_is_new(
    spoil: Callable[[Path], None] | None, tmp_path: Path, rules: Path, forks: Forks, plan: Plan
) -> None:
    known, later = before_and_after(Desk())
    with place(tmp_path / "here", rules) as here:
        here.arrives(*known, *later)
        polled(here, forks, plan)
        if spoil:
            spoil(here.data / "records.db")
        delivered, data = here.delivered(), tmp_path / "data"
        shutil.copytree(here.data, data)
        counting, log = counted(here, plan)
        rebuilt(here, forks, counting)
        count, wanted = len(log.read_text().splitlines()), len(here.query("SELECT sha256 FROM mail"))

        found = []
        for at in range(1, count + 1, 1 if EVERY else max(1, count // (5 if spoil else 10))):
            shutil.rmtree(here.data)
            shutil.copytree(data, here.data)
            before = _look(here)
            ended = forks.run(here, "rebuild", plan=replace(counting, kill_at=at))
            if not ended.was_killed:
                found.append(f"step {at}: was not killed: {ended.code} {ended.err}")
            after = _look(here)
            if after not in (before, wanted):
                found.append(f"step {at}: {after} instead of {before}")
            rebuilt(here, forks, plan)
            for _ in range(2):
                polled(here, forks, plan)
            if here.delivered() != delivered:
                found.append(f"step {at}: {here.delivered()} instead of {delivered}")
            if _look(here) != wanted or here.integrity() != [("ok",)]:
                found.append(f"step {at}: not whole")
            if list(here.data.glob("records.db.rebuilding*")):
                found.append(f"step {at}: something was left")
        assert not found, "\n".join(found)


def _look(where: Place) -> object:
    """How many mails the database knows, or why it tells nothing."""
    file = where.data / "records.db"
    if not file.exists():
        return "gone"
    try:
        with closing(sqlite3.connect(file)) as connection:
            return len(connection.execute("SELECT sha256 FROM mail").fetchall())
    except sqlite3.DatabaseError:
        return "damaged"
