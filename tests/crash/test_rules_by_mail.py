"""kill -9 while the rules are changed by mail: each step happens once, and no file is ever half of one version.

A run is killed at a step, and run again. Then the folder is as after a run that nobody killed, and the admin was told
once. In the usual suite a few steps of each run are taken; CRASH_TESTS=full takes every one.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import pytest

from service import rulebook
from service.amending.tokens import token_for
from service.demo.mime import File, Mail, make_mail
from service.replies.identity import message_id_for
from tests.crash.driver import Forks, Place, counted, place
from tests.crash.dying import Plan
from tests.crash.scenarios import BOX, IN_TIME, KEY, UNITS, Delivery
from tests.crash.test_every_step import EVERY

ADMIN = UNITS[0]
PLAN = Plan(rules_change=True)
STEPS = 3  # of each run, in the usual suite
NO_HARM = ("connect", "sent ", "send ")


@dataclass
class Desk:
    """A department whose rules lie where steps are counted, and what its admin does."""

    where: Place

    @property
    def rules(self) -> Path:
        return self.where.shared / "rules"

    def version(self) -> str:
        return rulebook.load(self.rules).version

    def change(self) -> bytes:
        """A mail with two changed files."""
        cities = (self.rules / "cities.csv").read_text("utf-8").replace(",海湾", ",内湾", 1)
        units = (self.rules / "units.csv").read_text("utf-8").replace(",direct,", ",ask,", 1)
        files = (File("cities.csv", cities.encode(), "text/csv"), File("units.csv", units.encode(), "text/csv"))
        return self.answers("请看附件", *files)

    def after(self) -> str:
        """The version that the change leads to."""
        place = self.where.folder / "after"
        shutil.copytree(self.rules, place, dirs_exist_ok=True)
        for name, old, new in (("cities.csv", ",海湾", ",内湾"), ("units.csv", ",direct,", ",ask,")):
            file = place / name
            file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
        return rulebook.load(place).version

    def answers(self, text: str, *files: File) -> bytes:
        """The admin's reply to a letter that went to admins alone."""
        ours = message_id_for("rules_answer", "0" * 64, 0, KEY, "dept.example")
        plain = Mail(ADMIN, "修改规则", text, IN_TIME, files, to=BOX)
        return make_mail(replace(plain, in_reply_to=ours, references=(ours,)))

    def told(self) -> list[str]:
        """Kinds of letters that the admin got."""
        return [kind for to, kind, _ in self.where.delivered() if to == ADMIN]


@contextmanager
def desk(folder: Path, packaged: Path, kept: Path | None = None) -> Iterator[Desk]:
    """kept: the data folder of a desk where something was done already."""
    with place(folder, folder / "data" / "own", more="rules_by_mail = true") as where:
        if kept is None:
            shutil.copytree(packaged, where.shared)
            campaign = where.shared / "rules" / "campaign.toml"
            head, _, _ = campaign.read_text("utf-8").partition("admins")
            campaign.write_text(f'{head}admins = ["{ADMIN}"]\n', "utf-8")
        else:
            shutil.copytree(kept, where.data, dirs_exist_ok=True)
        yield Desk(where)


@dataclass(frozen=True)
class Stage:
    """What was done before, what comes now, and what it leads to: the version in force and the letter's kind."""

    kept: Path
    mails: tuple[bytes, ...]
    version: str
    letter: str


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory, rules: Path, forks: Forks) -> dict[str, Stage]:
    """A change that is asked for, enabled, taken back."""
    folder = tmp_path_factory.mktemp("stages")
    with desk(folder / "place", rules) as office:
        base, after, change = office.version(), office.after(), office.change()
        token = token_for(sha256(change).hexdigest(), base, after, KEY)
        enabling, undoing = office.answers(f"启用 {token}"), office.answers("回退")
        found = {}
        for name, content, version, letter in (
            ("asked", change, base, "rules_trial"),
            ("enabled", enabling, after, "rules_answer"),
            ("undone", undoing, base, "rules_answer"),
        ):
            kept = folder / name
            shutil.copytree(office.where.data, kept)
            found[name] = Stage(kept, (content,), version, letter)
            office.where.arrives(Delivery(content, IN_TIME))
            ended = forks.run(office.where, plan=PLAN)
            assert ended.code == 0, ended.err
            assert office.version() == version, ended.err
            assert office.told()[-1] == letter
    return found


def steps_of(stage: Stage, folder: Path, rules: Path, forks: Forks) -> list[str]:
    with desk(folder, rules, stage.kept) as office:
        arrive(office, stage)
        plan, log = counted(office.where, PLAN)
        assert forks.run(office.where, plan=plan).code == 0
        return log.read_text().splitlines()


def arrive(office: Desk, stage: Stage) -> None:
    office.where.arrives(*(Delivery(content, IN_TIME) for content in stage.mails))


@pytest.mark.parametrize("name", ["asked", "enabled", "undone"])
def test_whatever_step_the_service_dies_at_the_rules_change_once_and_the_admin_hears_once(
    name: str, stages: dict[str, Stage], tmp_path: Path, rules: Path, forks: Forks
) -> None:
    stage = stages[name]
    steps = steps_of(stage, tmp_path / "counted", rules, forks)
    telling = [at for at, step in enumerate(steps, 1) if not step.startswith(NO_HARM)]
    chosen = range(1, len(steps) + 1) if EVERY else telling[len(telling) // (2 * STEPS) :: len(telling) // STEPS]

    found = []
    for at in chosen:
        with desk(tmp_path / str(at), rules, stage.kept) as office:
            arrive(office, stage)
            plan, _ = counted(office.where, PLAN)
            killed = forks.run(office.where, plan=replace(plan, kill_at=at))
            again = forks.run(office.where, plan=PLAN)
            third = forks.run(office.where, plan=PLAN)
            told = office.told()
            doubtful = int(str(office.where.query("SELECT count(*) FROM outbox WHERE state = 'dot'")[0][0]))
            seen = (killed.was_killed, again.code, third.code, office.version(), told.count(stage.letter) + doubtful)
            if seen != (True, 0, 0, stage.version, 1) and not (doubtful and told):
                found.append(f"step {at} ({steps[at - 1]}): {seen} {told} {again.err[-300:]}")
            if (office.where.data / "rules_being_written").exists():
                found.append(f"step {at}: the journal is left")

    assert not found, "\n".join(found)
