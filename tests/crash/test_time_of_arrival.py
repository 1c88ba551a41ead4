"""On time is what our server took before the deadline, whatever the mail says of its date and wherever we run."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.crash.driver import Forks, Place
from tests.crash.dying import Plan
from tests.crash.scenarios import UNITS, Delivery, Desk

DEADLINE = datetime.fromisoformat("2020-03-25T23:59:59+08:00")
DATES = (
    (),
    (b"Thu, 01 Jan 1970 00:00:00 +0000",),
    (b"Fri, 20 Mar 2099 09:00:00 +0800",),
    ("星期三".encode("gb18030"),),
    (b"Fri, 20 Mar 2020 09:00:00 +0800", b"Wed, 01 Apr 2020 09:00:00 +0800"),
    (b"Fri, 20 Mar 2020 09:00:00 +9999",),
    (b"=?utf-8?B?7aCA?=\x00",),
)


def on_time(where: Place) -> list[object]:
    """By order of arrival."""
    return [row[0] for row in where.query("SELECT on_time FROM mail ORDER BY received")]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"])
def test_e2_the_last_second_is_on_time_and_the_next_is_late_in_every_time_zone(
    zone: str, here: Place, forks: Forks, readings: Path
) -> None:
    desk = Desk()
    for seconds, city, unit in zip((0, 1), ("云江市", "望海市"), UNITS, strict=False):
        here.arrives(Delivery(desk.complete(desk.bureau(city), unit), DEADLINE + timedelta(seconds=seconds)))

    assert forks.run(here, plan=Plan(readings=str(readings), zone=zone)).code == 0

    assert on_time(here) == [1, 0]
    assert here.query("SELECT received FROM mail ORDER BY received") == [
        ("2020-03-25 15:59:59.000000",),
        ("2020-03-25 16:00:00.000000",),
    ]
    assert [here.letters_to(unit) for unit in UNITS[:2]] == [["receipt"], ["receipt"]]


def test_e1_the_date_that_a_mail_gives_itself_decides_nothing(here: Place, forks: Forks, readings: Path) -> None:
    desk = Desk()
    bureaus = iter(desk.world.bureaus)
    for number, dates in enumerate(DATES):
        for days in (-1, 1):
            mail = with_dates(desk.complete(next(bureaus), UNITS[number % 3]), dates)
            here.arrives(Delivery(mail, DEADLINE + timedelta(days=days, seconds=number)))

    assert forks.run(here, plan=Plan(readings=str(readings))).code == 0

    assert on_time(here) == [1] * len(DATES) + [0] * len(DATES)
    assert here.query("SELECT letter, state, count(*) FROM outbox GROUP BY 1, 2") == [
        ("receipt", "sent", 2 * len(DATES))
    ]


def with_dates(mail: bytes, dates: tuple[bytes, ...]) -> bytes:
    head, body = mail.split(b"\r\n\r\n", 1)
    fields = [field for field in head.split(b"\r\n") if not field.lower().startswith(b"date:")]
    return b"\r\n".join([*(b"Date: " + date for date in dates), *fields]) + b"\r\n\r\n" + body
