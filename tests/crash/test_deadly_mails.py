"""A mail that kills its reader, or the whole service, is tried twice, set aside and shown to staff; nobody waits for it."""

from pathlib import Path

import pytest

from tests.crash.driver import Forks, Place
from tests.crash.dying import Plan
from tests.crash.fragile_reader import POISON
from tests.crash.scenarios import IN_TIME, UNITS, Delivery, Desk, sha256_of


@pytest.fixture
def good() -> Delivery:
    desk = Desk()
    return Delivery(desk.complete(desk.bureau("云江市"), UNITS[0]), IN_TIME)


@pytest.fixture
def bad() -> Delivery:
    desk = Desk()
    return Delivery(POISON + b"\r\n" + desk.complete(desk.bureau("望海市"), UNITS[1]), IN_TIME)


def story(where: Place, mail: Delivery) -> list[tuple[object, ...]]:
    return where.query(f"SELECT state, attempts, verdict FROM mail WHERE sha256 = '{sha256_of(mail.content)}'")


def test_c12_a_mail_that_kills_the_whole_service_twice_is_set_aside_at_the_third_start(
    here: Place, forks: Forks, readings: Path, good: Delivery, bad: Delivery
) -> None:
    here.arrives(bad, good)
    plan = Plan(readings=str(readings), deadly=sha256_of(bad.content))

    codes = [forks.run(here, plan=plan).code for _ in range(4)]

    assert codes == [-9, -9, 0, 0]
    assert story(here, bad) == [("quarantined", 3, None)]
    assert (here.letters_to(UNITS[0]), here.letters_to(UNITS[1])) == (["receipt"], [])
    assert "读取时多次异常中止" in forks.run(here, "digest", plan=plan).out


def test_c12_a_mail_that_kills_its_reader_holds_up_nobody(
    here: Place, forks: Forks, readings: Path, good: Delivery, bad: Delivery
) -> None:
    here.arrives(bad, good)
    plan = Plan(readings=str(readings), poisonous=True)

    first = forks.run(here, plan=plan)

    assert (first.code, here.letters_to(UNITS[0])) == (0, ["receipt"])
    assert story(here, bad) == [("archived", 1, None)]
    for _ in range(3):
        assert forks.run(here, plan=plan).code == 0
    assert story(here, bad) == [("quarantined", 3, None)]
    assert here.letters_to(UNITS[1]) == []
    assert "读取时多次异常中止" in forks.run(here, "digest", plan=plan).out


def test_c12_a_mail_that_killed_its_reader_once_is_read_at_the_second_try(
    here: Place, forks: Forks, readings: Path, bad: Delivery
) -> None:
    here.arrives(bad)
    forks.run(here, plan=Plan(readings=str(readings), poisonous=True))

    forks.run(here, plan=Plan(readings=str(readings)))

    assert here.letters_to(UNITS[1]) == ["receipt"]
