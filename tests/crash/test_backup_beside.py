"""A backup is made while the service runs; what lies on a database server is said not to be in it."""

import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from service.backup import back_up
from service.backup.manifest import read_manifest
from service.bench import now
from service.cli.doctor import backup_sign
from service.cli.main import run as command
from service.errors import BackupUnusable
from service.records.engine import open_engine
from service.records.store import LAST_BACKUP, Records
from service.settings import Settings, load_settings
from tests.crash.driver import Forks, Place, start
from tests.crash.dying import Plan
from tests.crash.keeping import before_and_after, lose_data
from tests.crash.scenarios import UNITS, Desk


@pytest.fixture
def plan(readings: Path) -> Plan:
    return Plan(readings=str(readings))


def test_a_backup_made_beside_the_running_service_is_whole(
    here: Place, forks: Forks, plan: Plan, tmp_path: Path
) -> None:
    known, later = before_and_after(Desk())
    here.arrives(*known)
    assert forks.run(here, plan=plan).code == 0
    with start(here, "run", plan=plan) as daemon:
        here.arrives(*later)
        ended, until = [], time.monotonic() + 60
        while len(ended) < 4 or here.query("SELECT count(*) FROM mail WHERE state = 'judged'") != [(3,)]:
            assert daemon.poll() is None and time.monotonic() < until
            ended.append(forks.run(here, "backup", str(tmp_path / f"safe-{len(ended) % 2}"), plan=plan))
        daemon.terminate()
        _, told = daemon.communicate(timeout=60)
    assert daemon.returncode == 0, told
    assert [(run.code, run.err) for run in ended] == [(0, "")] * len(ended)
    forks.run(here, plan=plan)
    delivered = here.delivered()
    lose_data(here)

    assert forks.run(here, "restore", str(tmp_path / "safe-1"), plan=plan).code == 0
    for _ in range(2):
        assert forks.run(here, plan=plan).code == 0

    assert here.delivered() == delivered
    assert sorted(here.letters_to(UNITS[1])) == ["correction", "receipt"]
    assert here.query("SELECT state, count(*) FROM mail GROUP BY state") == [("judged", 3)]


@pytest.fixture
def on_a_server(here: Place, forks: Forks, plan: Plan) -> Settings:
    """A service whose database lies on a server."""
    here.arrives(*before_and_after(Desk())[0])
    assert forks.run(here, plan=plan).code == 0
    return replace(load_settings(here.config), database_url="postgresql+psycopg://nobody@127.0.0.1:1/x")


def test_a_database_on_a_server_is_no_part_of_a_backup(on_a_server: Settings, tmp_path: Path) -> None:
    made = back_up(on_a_server, tmp_path / "safe", now())

    assert (made.new_mails, made.manifest.database) == (1, None)
    assert "records.db" not in made.manifest.files


def test_a_backup_without_its_database_ends_well_only_for_those_who_said_so(
    on_a_server: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("service.cli.keeping.settings", lambda **_: on_a_server)
    monkeypatch.setattr("service.datafolder.note_backup", lambda *_: None)  # no server here

    silent = command(["backup", str(tmp_path / "safe")])
    told = capfd.readouterr().err
    knowing = command(["backup", str(tmp_path / "safe"), "--without-database"])

    assert (silent, knowing) == (23, 0)
    assert "pg_dump" in told
    assert capfd.readouterr().err == ""


def test_doctor_tells_how_old_the_newest_backup_is(here: Place, forks: Forks, plan: Plan, tmp_path: Path) -> None:
    assert forks.run(here, plan=plan).code == 0
    settings = load_settings(here.config)

    never = backup_sign(settings)
    forks.run(here, "backup", str(tmp_path / "safe"), plan=plan)
    fresh = backup_sign(settings)
    engine = open_engine(settings.database_url)
    Records(engine).set_note(LAST_BACKUP, f"{(now() - timedelta(days=5)).isoformat()} /mnt/safe")
    engine.dispose()
    old = backup_sign(settings)

    assert (never.warning, "从未备份" in never.text) == (True, True)
    assert (fresh.warning, fresh.text) == (False, f"最近一次在 0 小时前（{tmp_path / 'safe'}）")
    assert (old.warning, "5 天前" in old.text) == (True, True)


def test_a_folder_that_cannot_be_made_is_told(here: Place, forks: Forks, plan: Plan, tmp_path: Path) -> None:
    assert forks.run(here, plan=plan).code == 0
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(BackupUnusable, match="磁盘空间和权限"):
        back_up(load_settings(here.config), tmp_path / "file" / "safe", now())

    assert forks.run(here, "backup", str(tmp_path / "file"), plan=plan).code == 2


def test_a_manifest_of_another_format_is_not_guessed_at(here: Place, forks: Forks, plan: Plan, tmp_path: Path) -> None:
    assert forks.run(here, plan=plan).code == 0
    forks.run(here, "backup", str(tmp_path / "safe"), plan=plan)
    file = tmp_path / "safe" / "manifest.json"
    text = file.read_text("utf-8")

    for old, new in (('"format": 1', '"format": 2'), ('"state": "state-', '"state": "../state-'), ("{", "[")):
        file.write_text(text.replace(old, new, 1), "utf-8")
        with pytest.raises(BackupUnusable):
            read_manifest(tmp_path / "safe")
