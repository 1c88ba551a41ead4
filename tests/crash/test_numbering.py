"""Whatever a server does to the numbers of its mails, and people to the mails: one record and one letter each."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.crash.driver import Forks, Place, place
from tests.crash.dying import Plan
from tests.crash.scenarios import BOX, IN_TIME, SECOND_BOX, UNITS, Delivery, Desk
from tests.servers.proxy import FaultProxy


@pytest.fixture
def plan(readings: Path) -> Plan:
    return Plan(readings=str(readings))


@pytest.fixture
def mails() -> list[Delivery]:
    desk = Desk()
    pairs = zip(("云江市", "望海市"), UNITS, strict=False)
    return [Delivery(desk.complete(desk.bureau(city), unit), IN_TIME) for city, unit in pairs]


@pytest.mark.parametrize("replacement", [b"[UIDVALIDITY 0]", b"[X-NOTHING]"], ids=["zero", "absent"])
def test_a10_a_server_without_a_reliable_numbering_is_read_again_and_nobody_is_answered_again(
    replacement: bytes, here: Place, forks: Forks, plan: Plan, mails: list[Delivery]
) -> None:
    here.arrives(*mails)
    with FaultProxy(here.servers.imap_port) as line:
        line.offers = (rb"\[UIDVALIDITY \d+\]", replacement)
        here.imap_port = line.port
        here.write_config()
        for _ in range(3):
            assert forks.run(here, plan=plan).code == 0

    assert [here.letters_to(unit) for unit in UNITS[:2]] == [["receipt"], ["receipt"]]
    assert here.query("SELECT count(*) FROM collection_case") == [(2,)]


def test_a11_another_mail_under_the_number_of_an_earlier_one_is_judged_too(
    tmp_path: Path, rules: Path, forks: Forks, plan: Plan, mails: list[Delivery]
) -> None:
    """A server set up anew: the same UIDVALIDITY, the numbers given out again."""
    first, second = mails[0], replace(mails[1], received=IN_TIME + timedelta(hours=1))
    with place(tmp_path / "here", rules, filing="leave") as here:
        here.arrives(first)
        forks.run(here, plan=plan)
        with place(tmp_path / "anew", rules, filing="leave") as anew, FaultProxy(anew.servers.imap_port) as line:
            anew.arrives(second)
            ((validity,),) = here.query("SELECT uidvalidity FROM sighting")
            line.offers = (rb"\[UIDVALIDITY \d+\]", b"[UIDVALIDITY %d]" % validity)
            here.imap_port = line.port
            here.write_config()
            for _ in range(2):
                assert forks.run(here, plan=plan).code == 0

        assert here.query("SELECT count(DISTINCT uid) FROM sighting") == [(1,)]
        assert [here.letters_to(unit) for unit in UNITS[:2]] == [["receipt"], ["receipt"]]


def test_a_letter_of_unknown_fate_waits_a_day_for_a_mailbox_that_is_away_and_no_longer(
    tmp_path: Path, rules: Path, forks: Forks, plan: Plan, mails: list[Delivery]
) -> None:
    with place(tmp_path / "here", rules, boxes=(BOX, SECOND_BOX)) as here:
        here.arrives(mails[0])
        forks.run(here, plan=plan)
        with closing(sqlite3.connect(here.data / "records.db")) as connection, connection:
            connection.execute("UPDATE outbox SET state = 'dot', not_before = datetime('now') || '.000000'")
        config = here.config.read_text("utf-8")
        here.config.write_text(config.replace(SECOND_BOX, "nobody@dept.example"), "utf-8")

        assert forks.run(here, plan=replace(plan, later=3600)).code == 21
        assert here.query("SELECT state FROM outbox") == [("dot",)]
        assert forks.run(here, plan=replace(plan, later=90_000)).code == 21
        assert here.query("SELECT state, resent FROM outbox") == [("sent", 1)]


def test_a17_a_mail_that_people_move_away_and_back_is_one_record(
    here: Place, forks: Forks, plan: Plan, mails: list[Delivery]
) -> None:
    here.arrives(*mails)
    forks.run(here, plan=plan)
    for folder in here.servers.folders(BOX):
        if folder != "INBOX" and folder.endswith("齐备"):
            for uid in list(here.servers.flags(BOX, folder)):
                here.servers.remove(BOX, uid, folder)
    here.arrives(*(replace(mail, received=IN_TIME + timedelta(days=1)) for mail in mails))

    for _ in range(2):
        assert forks.run(here, plan=plan).code == 0

    assert here.servers.mails(BOX) == []  # filed again
    assert [here.letters_to(unit) for unit in UNITS[:2]] == [["receipt"], ["receipt"]]
    assert here.query("SELECT state, versions FROM collection_case") == [("accepted", 1)] * 2
