"""`rules apply` decides the recorded cases again, exactly as `rules trial` told, and sends nothing by itself."""

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from service.cli.main import run
from service.demo.mime import make_mail
from service.records.engine import open_engine
from service.records.past import case_mails
from service.records.snapshots import decision_from
from service.records.tables import Mail, Outgoing
from service.settings import load_settings
from service.trial import Change, Outcome, try_rules
from service.wiring import open_trial
from tests.servers.pair import UNIT
from tests.stories.conftest import IN_TIME, Station, answering
from tests.stories.test_the_desk import contradictory, from_staff, letters, office
from tests.stories.test_trial import EDITS, Day, Edit, day

__all__ = ["contradictory", "day", "office"]

_mail = Mail.__table__  # type: ignore[attr-defined]
_outbox = Outgoing.__table__  # type: ignore[attr-defined]
SINCE = ["--since", "2020-01-01"]


@dataclass(frozen=True)
class Copy:
    """A copy of a played history, under other rules."""

    folder: Path
    capture: pytest.CaptureFixture[bytes]

    def apply(self, *options: str) -> dict[str, object]:
        self.capture.readouterr()
        command = ["--config", str(self.folder / "config.toml"), "rules", "apply", *(options or SINCE), "--json"]
        assert run(command) == 0
        return json.loads(self.capture.readouterr().out)  # type: ignore[no-any-return]

    def trial(self) -> dict[str, Change]:
        settings = load_settings(self.folder / "config.toml")
        with open_trial(settings, settings.rules_dir) as (past, readings, rules):
            return {change.sha256: change for change in try_rules(past, readings, rules).changed}

    def decisions(self) -> dict[str, Outcome]:
        return {
            sha256: Outcome.of(decision_from(text))
            for sha256, text in self.rows(_mail.c.sha256, _mail.c.decision)
            if text
        }

    def letters(self) -> list[tuple[str, str, str]]:
        rows = self.rows(_outbox.c.mail_sha256, _outbox.c.letter, _outbox.c.state)
        return [(row[0], row[1], row[2]) for row in rows]

    def rows(self, *columns: object) -> list[tuple[str, ...]]:
        engine = open_engine(f"sqlite:///{self.folder / 'data' / 'records.db'}")
        with engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(select(*columns))]  # type: ignore[call-overload]
        engine.dispose()
        return found


@pytest.fixture
def copy(day: Day, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Copy:
    shutil.copytree(day.settings.file.parent, tmp_path / "copy")
    return Copy(tmp_path / "copy", capfdbinary)


CHOSEN = [EDITS[0], EDITS[2], EDITS[5], EDITS[10], EDITS[11]]


def newest_of(copy: Copy) -> set[str]:
    settings = load_settings(copy.folder / "config.toml")
    return {mails[-1] for mails in case_mails(settings.database_url).values()}


@pytest.mark.parametrize("edit", [pytest.param(edit, id=edit.name.replace(" ", "_")) for edit in CHOSEN])
def test_what_a_trial_told_is_what_happens_and_only_once(copy: Copy, edit: Edit) -> None:
    edit.make(copy.folder / "rules")
    told, before, sent = copy.trial(), copy.decisions(), copy.letters()

    dry = copy.apply(*SINCE, "--dry-run")
    assert (copy.decisions(), copy.letters()) == (before, sent)
    done = copy.apply()

    assert {key: dry[key] for key in ("changed", "left", "unchanged")} == {
        key: done[key] for key in ("changed", "left", "unchanged")
    }
    after = copy.decisions()
    changed = {change["mail"] for change in done["changed"]}  # type: ignore[attr-defined]
    assert changed or done["left"] or not told.keys() & newest_of(copy)
    for sha256 in changed & told.keys():
        assert after[sha256] == told[sha256].after
    left = {entry["case"] for entry in done["left"]}  # type: ignore[attr-defined]
    newest = {change.sha256 for change in told.values() if change.number and change.number not in left}
    assert {sha256 for sha256 in newest if after[sha256].verdict != before[sha256].verdict} <= changed
    assert {sha256 for sha256 in before if before[sha256] != after[sha256]} == changed
    new = copy.letters()[len(sent) :]
    assert {state for _, _, state in new} <= {"draft"}
    assert len(new) == done["letters"]

    again = copy.apply()
    assert (again["changed"], again["letters"]) == ([], 0)
    assert copy.letters()[len(sent) :] == new


def test_a_case_that_would_fall_apart_is_left_to_staff(copy: Copy) -> None:
    """Nobody knows for whom mails from a unit's domain speak any more, once that unit is asked about."""
    EDITS[0].make(copy.folder / "rules")
    before = copy.decisions()

    assert [left["case"] for left in copy.apply()["left"]] == ["LH2020-0003"]  # type: ignore[attr-defined]
    assert copy.decisions() == before


def test_mails_of_before_stay_as_they_are(copy: Copy) -> None:
    EDITS[2].make(copy.folder / "rules")
    before = copy.decisions()

    done = copy.apply("--since", "2020-03-21")

    assert (done["cases"], done["changed"]) == (0, [])
    assert copy.decisions() == before


def test_under_the_same_rules_nothing_happens(copy: Copy) -> None:
    before, sent = copy.decisions(), copy.letters()

    assert copy.apply()["changed"] == []
    assert (copy.decisions(), copy.letters()) == (before, sent)


@pytest.mark.parametrize("edit", [EDITS[5], EDITS[10]], ids=["wrong_ways", "deadline"])
def test_a_rebuild_afterwards_comes_to_the_same(copy: Copy, edit: Edit) -> None:
    edit.make(copy.folder / "rules")
    assert copy.apply()["changed"]
    decisions, sent, newest = copy.decisions(), copy.letters(), newest_of(copy)

    assert run(["--config", str(copy.folder / "config.toml"), "rebuild"]) == 0

    rebuilt = copy.decisions()
    assert {sha256: rebuilt[sha256] for sha256 in newest} == {sha256: decisions[sha256] for sha256 in newest}
    assert {letter for letter in copy.letters() if letter[2] != "superseded"} == {
        letter for letter in sent if letter[2] != "superseded"
    }
    assert copy.apply()["changed"] == []


def test_what_staff_ruled_stands(office: Station, contradictory: tuple[str, bytes]) -> None:
    number, digest = contradictory
    office.arrives(answering(digest, from_staff(f"受理 {number}")))
    office.poll()
    assert (office.numbers(), office.kinds()) == ([(number, "accepted")], ["handover", "receipt"])
    EDITS[9].make(office.settings.rules_dir)

    assert apply(office) == 0
    office.poll()

    assert (office.numbers(), office.kinds()) == ([(number, "accepted")], ["handover", "receipt"])


def without_form(office: Station) -> None:
    """Admins decide that a letter alone is enough."""
    campaign = office.settings.rules_dir / "campaign.toml"
    text = campaign.read_text("utf-8")
    changed = re.sub(r"(?m)^required = .*$", 'required = ["cover_letter"]', text)
    assert changed != text
    campaign.write_text(changed, encoding="utf-8")


def apply(office: Station) -> int:
    return run(["--config", str(office.settings.file), "rules", "apply", *SINCE])


def test_the_letter_leaves_when_staff_release_it_and_the_story_tells_both_decisions(
    office: Station, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    bureau = office.bureau("云江市")
    office.settings = load_settings(office.settings.file)
    office.arrives(make_mail(office.mail(bureau, (office.pieces.letter_pdf(bureau),))), IN_TIME)
    office.poll()
    assert office.kinds() == ["correction"]
    without_form(office)

    assert apply(office) == 0
    office.poll()
    assert office.kinds() == ["correction"]
    ((number, state),) = office.numbers()
    assert state == "accepted"
    ((_, shown),) = letters(office, "draft")
    office.arrives(answering(shown, from_staff("放行")))
    office.poll()
    assert office.kinds() == ["correction", "receipt"]

    capfdbinary.readouterr()
    assert run(["--config", str(office.settings.file), "why", number, "--json"]) == 0
    (mail,) = [m for m in json.loads(capfdbinary.readouterr().out)["mails"] if m["earlier"]]
    assert (mail["earlier"][0]["verdict"], mail["verdict"]) == ("needs_correction", "accepted")
    assert "reapplied" in {event["what"] for event in mail["events"]}
    assert UNIT in str(office.letters()[-1]["To"])
