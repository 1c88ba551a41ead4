"""A database that is damaged, empty, too new, gone or restored from an older copy: nobody is answered again."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash.driver import Forks, Place, place
from tests.crash.dying import Plan
from tests.crash.scenarios import IN_TIME, UNITS, Delivery, Desk


@pytest.fixture
def plan(readings: Path) -> Plan:
    return Plan(readings=str(readings))


def damaged(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[:4096] = b"\xa5" * 4096
    file.write_bytes(content)


def damaged_within(file: Path) -> None:
    """It opens, and fails at the first look into a table."""
    connection = sqlite3.connect(file)
    (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'outbox'").fetchone()
    connection.close()
    content = bytearray(file.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xa5" * 4096
    file.write_bytes(content)


def of_a_newer_program(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def removed(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize("spoil", [damaged, of_a_newer_program, emptied, removed], ids=lambda f: f.__name__)
def test_d6_a_database_that_cannot_be_used_ends_the_start_and_is_not_made_anew(
    spoil: Callable[[Path], None], here: Place, forks: Forks, plan: Plan
) -> None:
    desk, file = Desk(), here.data / "records.db"
    here.arrives(Delivery(desk.complete(desk.bureau("云江市"), UNITS[0]), IN_TIME))
    assert forks.run(here, plan=plan).code == 0
    spoil(file)
    before = file.read_bytes() if file.exists() else None
    here.arrives(Delivery(desk.complete(desk.bureau("望海市"), UNITS[1]), IN_TIME))

    for command in (("poll", "--once"), ("run",)):
        ended = forks.run(here, *command, plan=plan)
        assert (ended.code, "备份恢复" in ended.err, "Traceback" in ended.err) == (23, True, False), ended.err

    assert (file.read_bytes() if file.exists() else None) == before
    assert [here.letters_to(unit) for unit in UNITS[:2]] == [["receipt"], []]


def test_d6_damage_inside_the_database_is_told_and_no_mail_is_blamed(here: Place, forks: Forks, plan: Plan) -> None:
    desk = Desk()
    forks.run(here, plan=plan)
    damaged_within(here.data / "records.db")
    here.arrives(Delivery(desk.complete(desk.bureau("云江市"), UNITS[0]), IN_TIME))

    for command in (("poll", "--once"), ("poll", "--once"), ("poll", "--once"), ("run",)):
        ended = forks.run(here, *command, plan=plan)
        assert (ended.code, "备份恢复" in ended.err) == (23, True), ended.err

    assert here.query("SELECT state, attempts FROM mail") == [("archived", 0)]
    assert here.letters_to(UNITS[0]) == []


@pytest.fixture(params=["move", "leave"])
def restored(request: pytest.FixtureRequest, tmp_path: Path, rules: Path, forks: Forks, plan: Plan) -> Iterator[Place]:
    """One mail is in the database's copy; two that came later were answered and are not; the copy is put back."""
    desk = Desk()
    second = desk.missing_letter(desk.bureau("望海市"), UNITS[1])
    with place(tmp_path / "here", rules, filing=request.param) as here:
        here.arrives(Delivery(desk.complete(desk.bureau("云江市"), UNITS[0]), IN_TIME))
        forks.run(here, plan=plan)
        shutil.copyfile(here.data / "records.db", tmp_path / "copy.db")
        here.arrives(*(Delivery(mail, IN_TIME) for mail in second))
        forks.run(here, plan=plan)
        assert here.letters_to(UNITS[1]) == ["correction", "receipt"]
        for left in here.data.glob("records.db*"):
            left.unlink()
        shutil.copyfile(tmp_path / "copy.db", here.data / "records.db")
        yield here


def test_d7_a_database_restored_from_an_older_copy_learns_the_rest_from_the_archive_and_writes_to_nobody(
    restored: Place, forks: Forks, plan: Plan
) -> None:
    before = restored.delivered()

    for _ in range(2):
        assert forks.run(restored, plan=plan).code == 0

    assert restored.delivered() == before
    assert restored.query("SELECT state, count(*) FROM mail GROUP BY state") == [("judged", 3)]
    assert restored.query("SELECT state, versions FROM collection_case ORDER BY id") == [
        ("accepted", 1),
        ("accepted", 2),
    ]
    assert restored.query("SELECT letter, state FROM outbox ORDER BY id") == [
        ("receipt", "sent"),
        ("correction", "parked"),
        ("receipt", "parked"),
    ]
    assert "数据库曾恢复到较早的备份" in forks.run(restored, "digest", plan=plan).out


def test_d7_after_a_restore_new_mail_is_answered_as_always(restored: Place, forks: Forks, plan: Plan) -> None:
    desk = Desk()
    restored.arrives(Delivery(desk.complete(desk.bureau("南屿市"), UNITS[2]), IN_TIME))

    forks.run(restored, plan=plan)

    assert restored.letters_to(UNITS[2]) == ["receipt"]
    assert restored.letters_to(UNITS[1]) == ["correction", "receipt"]


def test_d7_a_letter_that_waited_in_the_older_copy_is_left_to_staff(restored: Place, forks: Forks, plan: Plan) -> None:
    """It waited when the copy was made; whether it left since, nobody knows."""
    connection = sqlite3.connect(restored.data / "records.db")
    connection.execute("UPDATE outbox SET state = 'pending', sent_at = NULL")
    connection.commit()
    connection.close()

    forks.run(restored, plan=plan)

    assert restored.letters_to(UNITS[0]) == ["receipt"]
    assert restored.query("SELECT state FROM outbox ORDER BY id LIMIT 1") == [("parked",)]
