"""The database is full or locked, the disk takes no more: nothing half done, nothing lost, and it goes on by itself."""

import sqlite3
from pathlib import Path

from tests.crash.driver import Forks, Place, State
from tests.crash.dying import Plan
from tests.crash.scenarios import IN_TIME, SCENARIOS, UNITS, Delivery, Desk

MORNING = "correction_and_follow_up"
BIG = 3_000_000


def halves(where: Place) -> list[tuple[object, ...]]:
    """Records that lack a part: a verdict without its letter or version, a letter or version without its verdict."""
    judged = "SELECT sha256 FROM mail WHERE state = 'judged'"
    return where.query(
        f"SELECT sha256 FROM ({judged}) WHERE sha256 NOT IN (SELECT mail_sha256 FROM outbox)"
        f" OR sha256 NOT IN (SELECT mail_sha256 FROM case_version)"
        f" UNION SELECT mail_sha256 FROM outbox WHERE mail_sha256 NOT IN ({judged})"
        f" UNION SELECT mail_sha256 FROM case_version WHERE mail_sha256 NOT IN ({judged})"
        " UNION SELECT number FROM collection_case c WHERE versions !="
        " (SELECT count(*) FROM case_version v WHERE v.case_id = c.id)"
    )


def test_d1_a_database_that_fills_up_holds_no_half_record_at_any_size(
    here: Place, forks: Forks, readings: Path
) -> None:
    scenario = SCENARIOS[MORNING](Desk())
    here.arrives(*scenario.deliveries)
    plan = Plan(readings=str(readings))
    needed = pages_of_an_empty_database(here, forks, plan)

    failures = 0
    for pages in range(needed, needed + 200):
        ended = forks.run(here, plan=Plan(readings=str(readings), pages=pages))
        assert halves(here) == []
        if ended.code == 0:
            break
        failures += 1
        assert (ended.code, "请清出磁盘空间" in ended.err) == (23, True), ended.err

    assert failures > 5
    forks.run(here, plan=plan)
    assert sorted((to, kind) for to, kind, _ in here.delivered()) == sorted(scenario.letters)
    assert here.integrity() == [("ok",)]


def pages_of_an_empty_database(where: Place, forks: Forks, plan: Plan) -> int:
    """Made by a command that takes in no mail."""
    assert forks.run(where, "cases", plan=plan).code == 0
    return int(str(where.query("PRAGMA page_count")[0][0]))


def test_d2_a_database_locked_for_long_costs_a_mail_nothing(here: Place, forks: Forks, readings: Path) -> None:
    scenario = SCENARIOS[MORNING](Desk())
    plan = Plan(readings=str(readings), busy_ms=50)
    forks.run(here, plan=plan)
    here.arrives(*scenario.deliveries)
    other = sqlite3.connect(here.data / "records.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    for _ in range(3):
        ended = forks.run(here, plan=plan)
        assert (ended.code, "另一个程序长时间占用" in ended.err) == (23, True), ended.err
    other.execute("ROLLBACK")
    other.close()

    assert forks.run(here, plan=plan).code == 0
    assert sorted((to, kind) for to, kind, _ in here.delivered()) == sorted(scenario.letters)
    assert here.query("SELECT max(attempts) FROM mail") == [(1,)]


def test_d5_a_mail_that_does_not_fit_on_the_disk_waits_on_the_server_and_the_smaller_ones_go_on(
    here: Place, forks: Forks, readings: Path
) -> None:
    desk = Desk()
    large = desk.complete(desk.bureau("望海市"), UNITS[1], text="附件较大。" + "一" * (BIG // 2))
    small = desk.complete(desk.bureau("云江市"), UNITS[0])
    here.arrives(Delivery(large, IN_TIME), Delivery(small, IN_TIME))
    full = Plan(readings=str(readings), file_bytes=BIG // 2)

    for _ in range(3):
        ended = forks.run(here, plan=full)
        assert ended.code == 23
        assert "请检查磁盘空间" in ended.err
    assert (here.letters_to(UNITS[0]), here.letters_to(UNITS[1])) == (["receipt"], [])
    assert large in here.servers.mails(here.boxes[0])
    assert not list((here.data / "archive" / "incoming").iterdir())

    assert forks.run(here, plan=Plan(readings=str(readings))).code == 0
    assert here.letters_to(UNITS[1]) == ["receipt"]


def test_d5_with_no_room_for_anything_nothing_is_lost(here: Place, forks: Forks, readings: Path) -> None:
    """Neither the mail nor the database finds room: as a disk that is full to the last byte."""
    scenario = SCENARIOS[MORNING](Desk())
    plan = Plan(readings=str(readings))
    forks.run(here, plan=plan)
    here.arrives(*scenario.deliveries)

    assert forks.run(here, plan=Plan(readings=str(readings), file_bytes=4096)).code == 23

    assert forks.run(here, plan=plan).code == 0
    after: State = here.state()
    assert sorted((to, kind) for to, kind, _ in after.delivered) == sorted(scenario.letters)
    assert {mail[1] for mail in after.mails} == {"judged"}
