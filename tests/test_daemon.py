"""The daemon's time: a round for every ring, a clock that is set, a digest that is due once."""

import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from service.daemon import Rounds, keep_time
from service.demo.world import lay_over
from service.reporting import send_daily_digest
from service.settings import load_settings
from service.wiring import desk_of, open_service

ROOT = Path(__file__).parents[1]
EIGHT = datetime(2020, 3, 20, 0, 0, tzinfo=UTC)  # in the campaign's zone; the digest is due at 08:30


def test_a_ring_between_rounds_asks_for_one() -> None:
    asked: list[str] = []

    Rounds(lambda: None, lambda: asked.append("soon")).ring()

    assert asked == ["soon"]


def test_e5_a_ring_during_a_round_leads_to_another_when_it_is_over_and_to_one_only() -> None:
    asked: list[str] = []

    def poll() -> None:
        rounds.ring()
        rounds.ring()
        asked.clear()  # what is asked for during a round, the scheduler leaves out

    rounds = Rounds(poll, lambda: asked.append("soon"))
    rounds.go()

    assert asked == ["soon"]


@pytest.mark.parametrize("by", [-7200.0, 3 * 86400.0], ids=["back_two_hours", "ahead_three_days"])
def test_e3_a_clock_that_is_set_makes_everything_due_once(by: float) -> None:
    stopping, caught_up, looks = threading.Event(), [], 0

    def clock() -> float:
        nonlocal looks
        looks += 1
        if looks == 6:
            stopping.set()
        return 1e9 + monotonic() + (by if looks > 3 else 0.0)

    keep_time(stopping, lambda: caught_up.append(looks), every=0.001, clock=clock)

    assert caught_up == [4]


class Days:
    """A service without mailboxes, and the clock on its wall."""

    def __init__(self, folder: Path) -> None:
        for name in ("rules", "mail_templates"):
            shutil.copytree(ROOT / name, folder / name)
        lay_over(folder / "rules")
        self._config = folder / "config.toml"
        self._config.write_text("[service]\n")
        self.now = EIGHT

    def digests(self, *looks: timedelta) -> list[str]:
        """The subjects of all digests there are, after a look whether one is due after each of these waits."""
        with open_service(load_settings(self._config), lambda: self.now) as service:
            for wait in looks:
                self.now += wait
                send_daily_digest(service)
            return [letter.subject for letter in desk_of(service).views.letters(["pending"])]


@pytest.fixture
def days(tmp_path: Path) -> Days:
    return Days(tmp_path)


HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_e4_a_digest_whose_time_was_slept_through_is_sent_late_and_once(days: Days) -> None:
    assert days.digests(timedelta(0)) == []
    (subject,) = days.digests(3 * HOUR, HOUR, HOUR)
    assert "3月19日" in subject
    assert days.digests(HOUR) == [subject]  # by another process, too


def test_e3_a_clock_that_goes_back_brings_no_second_digest(days: Days) -> None:
    (subject,) = days.digests(HOUR)

    assert days.digests(-2 * HOUR, HOUR, HOUR, -DAY, 2 * HOUR) == [subject]


def test_e6_after_three_days_of_silence_one_digest_covers_them(days: Days) -> None:
    first = days.digests(HOUR)

    (_, second) = days.digests(3 * DAY, HOUR)

    assert len(first) == 1
    assert "3月20日" in second and "3月22日" in second


def test_e6_a_day_without_mail_has_its_digest(days: Days) -> None:
    assert len(days.digests(HOUR, DAY, DAY)) == 3
