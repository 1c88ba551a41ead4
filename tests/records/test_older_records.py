"""Records of an earlier version of the service: read by a rebuild as they are, and brought up to date when opened."""

from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

import service.records.engine as engine_module
from service.records.carrying import old_records
from service.records.engine import open_engine

MOMENT = "2020-03-20 04:00:00.000000"


@pytest.fixture
def first_version(tmp_path: Path) -> Path:
    """A database of the first version with a case, its mail, and a mail of no case."""
    file = tmp_path / "records.db"
    config = Config()
    config.set_main_option("script_location", str(Path(engine_module.__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    engine.dispose()
    with closing(connect(file)) as raw, raw:
        raw.execute(
            "INSERT INTO collection_case (id, number, campaign, channel, state, on_time, complete, first_received, updated, versions)"
            f" VALUES (1, 'LH2020-0001', 'LH2020', 'unknown', 'accepted', 1, 1, '{MOMENT}', '{MOMENT}', 1)"
        )
        for sha256, case in (("a" * 64, "1"), ("b" * 64, "NULL")):
            raw.execute(
                "INSERT INTO mail (sha256, size, received, state, attempts, problem, subject, rules_version, decision, case_id)"
                f" VALUES ('{sha256}', 1, '{MOMENT}', 'judged', 0, '', '', '', '', {case})"
            )
    return file


def test_a_rebuild_reads_records_of_an_earlier_version_whole(first_version: Path) -> None:
    with old_records(first_version) as old:
        assert old.is_whole
        assert sorted(old.mails) == ["a" * 64, "b" * 64]
        assert old.mails["a" * 64].number == "LH2020-0001"


def test_mails_of_a_case_learn_their_campaign(first_version: Path) -> None:
    engine = open_engine(f"sqlite:///{first_version}")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT campaign FROM mail ORDER BY sha256")).scalars().all() == ["LH2020", ""]
    engine.dispose()
