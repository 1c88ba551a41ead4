"""Files of a rules folder are written all or none, and a person's work is never written over."""

import json
import os
from pathlib import Path

import pytest

from service.amending import writing
from service.amending.writing import Journal

OLD, NEW = b"old\n", b"new\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "rules"
    place.mkdir()
    for name in ("cities.csv", "units.csv"):
        (place / name).write_bytes(OLD)
    return place


@pytest.fixture
def journal(folder: Path, tmp_path: Path) -> Journal:
    return Journal(folder, tmp_path / "data")


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_files_are_replaced_added_and_removed_with_their_modes(folder: Path, journal: Journal) -> None:
    (folder / "units.csv").chmod(0o664)

    journal.write_all({"cities.csv": None, "routing.toml": NEW, "units.csv": NEW})

    assert contents(folder) == {"routing.toml": NEW, "units.csv": NEW}
    assert (folder / "units.csv").stat().st_mode & 0o777 == 0o664
    assert not journal.is_unfinished


def test_what_cannot_all_be_written_leaves_all_as_it_was(
    folder: Path, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, fsync, left = contents(folder), os.fsync, [2]

    def full(descriptor: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise OSError(28, "No space left on device")
        fsync(descriptor)

    monkeypatch.setattr(writing.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        journal.write_all({"cities.csv": NEW, "units.csv": NEW})

    assert contents(folder) == before
    assert not journal.is_unfinished


def test_what_died_in_the_middle_is_finished_by_whoever_comes_next(
    folder: Path, journal: Journal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def dies(self: Path, target: Path) -> Path:
        if Path(target) == folder / "units.csv":
            raise OSError(5, "Input/output error")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", dies)
    with pytest.raises(OSError, match="Input/output"):
        journal.write_all({"cities.csv": NEW, "units.csv": NEW})
    assert contents(folder) == {"cities.csv": NEW, "units.csv": OLD}
    assert journal.is_unfinished
    monkeypatch.undo()

    Journal(folder, tmp_path / "data").finish()

    assert contents(folder) == {"cities.csv": NEW, "units.csv": NEW}
    assert not journal.is_unfinished


def test_a_file_that_a_person_saved_meanwhile_is_his(folder: Path, journal: Journal, tmp_path: Path) -> None:
    place = tmp_path / "data" / "rules_being_written"
    place.mkdir(parents=True)
    (place / "units.csv").write_bytes(NEW)
    (place / "files.json").write_text(json.dumps({"units.csv": ["0" * 64, "1" * 64]}))

    journal.finish()

    assert contents(folder)["units.csv"] == OLD
    assert not journal.is_unfinished


def test_a_journal_without_its_list_is_none(folder: Path, journal: Journal, tmp_path: Path) -> None:
    (tmp_path / "data" / "rules_being_written").mkdir(parents=True)
    (tmp_path / "data" / "rules_being_written" / "units.csv").write_bytes(b"half")

    journal.finish()
    journal.write_all({"units.csv": NEW})

    assert contents(folder)["units.csv"] == NEW
