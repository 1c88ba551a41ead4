"""The last good rules are kept whole, whatever happens to the folder meanwhile."""

from pathlib import Path

from service import rulebook
from service.keeping import KeptRules
from tests.rulebook.conftest import RulesFolder


def test_what_was_kept_last_gives_the_same_rules(rules: RulesFolder, tmp_path: Path) -> None:
    kept = KeptRules(tmp_path / "kept")
    assert kept.last() is None

    first = rules.load()
    kept.keep(rules.path, first)
    second = rules.change("units.csv", ",direct,", ",ask,").load()
    kept.keep(rules.path, second)

    last = kept.last()
    assert last is not None
    assert rulebook.load(last).version == second.version
    rules.change("units.csv", ",ask,", ",direct,")
    kept.keep(rules.path, first)
    last = kept.last()
    assert last is not None and rulebook.load(last).version == first.version


def test_a_folder_that_changed_meanwhile_is_not_kept_for_what_it_was(rules: RulesFolder, tmp_path: Path) -> None:
    kept = KeptRules(tmp_path / "kept")
    first = rules.load()
    kept.keep(rules.path, first)
    second = rules.change("units.csv", ",direct,", ",ask,").load()

    rules.change("units.csv", ",ask,", ",dirct,")
    kept.keep(rules.path, second)

    last = kept.last()
    assert last is not None and rulebook.load(last).version == first.version
    assert [p.name for p in (tmp_path / "kept").iterdir() if p.name.startswith(".")] == []


def test_what_a_crash_left_and_what_cannot_be_written_stops_nothing(rules: RulesFolder, tmp_path: Path) -> None:
    root = tmp_path / "kept"
    (root / ".draft-left").mkdir(parents=True)
    KeptRules(root).keep(rules.path, rules.load())
    assert not (root / ".draft-left").exists()
    (root / "current").write_text("gone")
    assert KeptRules(root).last() is None

    (tmp_path / "file").write_text("")
    KeptRules(tmp_path / "file").keep(rules.path, rules.load())
    assert KeptRules(tmp_path / "file").last() is None
