"""Before the deadline, who lacks something is reminded once for each day that the rules name, and nobody else."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from service.demo.mime import make_mail
from service.domain.rules import Reminders
from service.polling import Poller
from service.reminding import day_due, is_working_day
from service.wiring import open_service
from tests.stories.conftest import IN_TIME, Station, answering

ZONE = ZoneInfo("Asia/Shanghai")
DEADLINE = datetime(2020, 3, 25, 23, 59, 59, tzinfo=ZONE)
PLAN = Reminders(days_before=(3, 1))


def at(day: int, hour: int = 10, month: int = 3) -> datetime:
    return datetime(2020, month, day, hour, tzinfo=ZONE).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (at(19), None),  # too early
        (at(22), None),  # a Sunday
        (at(23), 3),  # the first working day after it
        (at(23, 8), None),
        (at(23, 17), None),
        (at(24), 1),
        (at(25), 1),
        (at(26), None),
    ],
)
def test_a_reminder_is_due_on_a_working_day_in_office_hours(now: datetime, due: int | None) -> None:
    assert day_due(PLAN, DEADLINE, now, ZONE) == due


def test_the_official_calendar_says_what_a_working_day_is() -> None:
    assert is_working_day(date(2020, 4, 26))  # a Sunday that was worked for the May holidays
    assert not is_working_day(date(2020, 10, 1))
    assert is_working_day(date(2040, 1, 2))  # not told yet: a Monday


@pytest.fixture
def office(station: Station) -> Station:
    remind(station, "days_before = [3, 1]")
    station.settings = replace(station.settings, drafts=frozenset())
    return station


def remind(station: Station, line: str, old: str = "days_before = []") -> None:
    file: Path = station.settings.rules_dir / "campaign.toml"
    written = file.read_text(encoding="utf-8")
    if "[reminders]" not in written:
        written += "\n[reminders]\ndays_before = []\nsilent = false\n"
    assert old in written
    file.write_text(written.replace(old, line), encoding="utf-8")


def poll(station: Station, now: datetime) -> None:
    with open_service(station.settings, lambda: now) as service:
        Poller(service).poll()


def incomplete(station: Station) -> None:
    bureau = station.bureau("云江市")
    station.arrives(make_mail(station.mail(bureau, (station.pieces.form(bureau),))))
    poll(station, at(20))


def test_a_case_that_lacks_the_letter_is_reminded_once_for_each_day(office: Station) -> None:
    incomplete(office)
    for now in (at(20), at(23), at(23, 11), at(24), at(25), at(26)):
        poll(office, now)

    assert office.kinds() == ["correction", "reminder", "reminder"]
    letter = office.letters()[1]
    assert "报送函扫描件" in str(letter["Subject"])
    assert letter["In-Reply-To"] == office.letters()[0]["Message-ID"]


def test_a_reply_to_the_reminder_completes_the_case_and_ends_the_reminders(office: Station) -> None:
    incomplete(office)
    poll(office, at(23))
    bureau = office.bureau("云江市")
    rest = office.mail(bureau, (office.pieces.letter_pdf(bureau),), text="补上。", date=IN_TIME + timedelta(days=3))
    office.arrives(answering(office.raw_letters()[1], rest))
    for now in (at(23, 15), at(24), at(25)):
        poll(office, now)

    assert office.kinds() == ["correction", "reminder", "receipt"]
    assert [state for _, state in office.numbers()] == ["accepted"]


def test_nobody_is_reminded_unless_the_rules_say_so(station: Station) -> None:
    incomplete(station)
    for now in (at(23), at(24), at(25)):
        poll(station, now)

    assert station.kinds() == ["correction"]


def test_a_silent_bureau_is_only_written_to_by_staff(office: Station) -> None:
    remind(office, "silent = true", "silent = false")
    poll(office, at(23))

    with open_service(office.settings) as service:
        waiting = service.parts.records.outbox.waiting_for_staff(("draft",))
    assert waiting
    assert all("尚未收到贵单位的材料" in letter.subject for letter in waiting)
    assert office.kinds() == []
