"""SIGTERM in the middle of a poll, and two services over one data folder."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from service.locking import only_one
from tests.crash.driver import Ended, Forks, Place, counted, place, start
from tests.crash.dying import Plan
from tests.crash.scenarios import SCENARIOS, Desk

SCENARIO = "a_mornings_mail"
NO_DIGEST = 'digest_at = "23:59"'


@pytest.mark.parametrize(
    ("command", "at"), [(("poll", "--once"), 90), (("run",), 60), (("run",), 160)], ids=["poll", "run", "run_later"]
)
def test_c13_told_to_stop_in_the_middle_it_ends_well_and_the_next_run_finishes_the_work(
    command: tuple[str, ...], at: int, forks: Forks, tmp_path: Path, rules: Path, readings: Path
) -> None:
    scenario = SCENARIOS[SCENARIO](Desk())
    with place(tmp_path / "here", rules, boxes=scenario.boxes, more=NO_DIGEST) as here:
        here.arrives(*scenario.deliveries)
        plan, log = counted(here, Plan(readings=str(readings), slow_at=at, seconds=1.0))
        ended = stopped(start(here, *command, plan=plan), log, at)

        assert ended.code == 0, ended.err
        assert "Traceback" not in ended.err
        assert here.query("SELECT count(*) FROM outbox WHERE state IN ('sending', 'dot')") == [(0,)]
        assert len(here.delivered()) < len(scenario.letters)

        forks.run(here, plan=Plan(readings=str(readings)))

        assert sorted((to, kind) for to, kind, _ in here.delivered()) == sorted(scenario.letters)
        assert here.query("SELECT count(*) FROM mail WHERE state = 'archived'") == [(0,)]
        assert here.integrity() == [("ok",)]


def stopped(process: "subprocess.Popen[str]", log: Path, at: int) -> Ended:
    """Send SIGTERM once the process has come to that step."""
    until = time.monotonic() + 60
    while not log.exists() or log.read_bytes().count(b"\n") < at:
        assert process.poll() is None and time.monotonic() < until
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    return Ended(process.returncode, out, err)


def test_c14_a_second_service_over_the_same_data_names_the_first_and_ends(here: Place, forks: Forks) -> None:
    with only_one(here.data):
        for command in (("poll", "--once"), ("run",)):
            ended = forks.run(here, *command)

            assert ended.code == 24
            assert f"pid {os.getpid()}" in ended.err
    assert forks.run(here).code == 0
