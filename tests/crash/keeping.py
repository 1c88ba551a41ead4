"""What tests of backup, restore and rebuild share: a service that lost its data, and its records whole."""

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.crash.driver import Forks, Place, counted
from tests.crash.dying import Plan
from tests.crash.scenarios import IN_TIME, UNITS, Delivery, Desk

TABLES = ("mail", "collection_case", "case_version", "outbox", "sighting", "counter", "note", "event")


def lose_data(where: Place) -> None:
    """The disk is gone, and with it everything below the data folder."""
    shutil.rmtree(where.data)


def take_in(where: Place, forks: Forks, plan: Plan) -> None:
    """Run until a mail is in the ledger, and die before it is judged."""
    step = 0
    has_mails = "SELECT count(*) FROM sqlite_master WHERE name = 'mail'"
    while where.query(has_mails) != [(1,)] or where.query("SELECT state FROM mail") != [("archived",)]:
        step += 1
        assert forks.run(where, plan=replace(counted(where, plan)[0], kill_at=step)).was_killed


def records(file: Path, tables: Sequence[str] = TABLES) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, without the numbers that SQLite gives to rows of the outbox."""
    with closing(sqlite3.connect(file)) as connection:
        found = {}
        for table in tables:
            names = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            wanted = ", ".join(name for name in names if not (table == "outbox" and name == "id"))
            found[table] = sorted(connection.execute(f"SELECT {wanted} FROM {table}"), key=repr)
        return found


def before_and_after(desk: Desk) -> tuple[list[Delivery], list[Delivery]]:
    """A mail that a backup knows, and two that came later, the second in answer to our letter about the first."""
    first = Delivery(desk.complete(desk.bureau("云江市"), UNITS[0]), IN_TIME)
    return [first], [Delivery(mail, IN_TIME) for mail in desk.missing_letter(desk.bureau("望海市"), UNITS[1])]
