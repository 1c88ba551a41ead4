"""`rules trial` says of every mail exactly what a service with those rules would have decided."""

import json
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from service import trial
from service.archive import Archive
from service.cli.main import run
from service.demo.machines import vacation
from service.demo.mime import File, make_mail
from service.demo.world import Sender
from service.polling import Poller
from service.records.snapshots import decision_from
from service.records.views import Views
from service.settings import Settings
from service.trial import Outcome, Result
from service.wiring import open_service, open_trial
from tests.servers.pair import UNIT, in_process
from tests.stories.conftest import IN_TIME, Station, answering

Triple = tuple[str, str, str]


@dataclass
class Day:
    """A day's mails as a service has judged them, and other rules to try over them."""

    station: Station
    work: Path

    @property
    def settings(self) -> Settings:
        return self.station.settings

    def rules(self, *edits: "Edit") -> Path:
        """A copy of the rules with some edits made."""
        folder = self.work / f"rules-{len(list(self.work.iterdir()))}"
        shutil.copytree(self.settings.rules_dir, folder)
        for edit in edits:
            edit.make(folder)
        return folder

    def trial(self, folder: Path) -> tuple[Result, dict[str, Triple]]:
        """The trial's findings, and what it says of every mail."""
        with open_trial(self.settings, folder) as (past, readings, rules):
            result = trial.try_rules(past, readings, rules)
        said = {m.sha256: _triple(Outcome.of(decision_from(m.decision))) for m in past if m.decision}
        return result, said | {c.sha256: _triple(c.after) for c in (*result.changed, *result.moved)}

    def fresh(self, folder: Path) -> dict[str, Triple]:
        """What a new service with these rules decides on the same mails."""
        data = self.work / f"data-{folder.name}"
        (data / "archive").mkdir(parents=True)
        shutil.copytree(self.settings.data_dir / "archive" / "readings", data / "archive" / "readings")
        shutil.copyfile(self.settings.data_dir / "signing.key", data / "signing.key")
        settings = replace(
            self.settings, data_dir=data, rules_dir=folder, database_url=f"sqlite:///{data / 'records.db'}", smtp=None
        )
        with open_service(settings) as service:
            assert Poller(service).poll().failed == 0
            mails = Views(service.parts.records.engine).in_state("judged")
        return {m.sha256: _triple(Outcome.of(m.decision)) for m in mails if m.decision and m.sha256}


def _triple(outcome: Outcome) -> Triple:
    return outcome.verdict, outcome.route, outcome.decided_by


@dataclass(frozen=True)
class Edit:
    """A change of one file that an admin might make."""

    name: str
    file: str
    change: Callable[[str], str]

    def make(self, folder: Path) -> None:
        text = (folder / self.file).read_text("utf-8")
        changed = self.change(text)
        assert changed != text, self.name
        (folder / self.file).write_text(changed, "utf-8")


def swap(name: str, file: str, old: str, new: str, count: int = 1) -> Edit:
    return Edit(name, file, lambda text: text.replace(old, new, count))


def without_rule(title: str) -> Edit:
    def drop(text: str) -> str:
        head, *rules = text.split("[[rule]]")
        return "[[rule]]".join([head, *(rule for rule in rules if title not in rule)])

    return Edit(f"no rule {title}", "routing.toml", drop)


ON_TOP = '[[rule]]\nname = "试加"\nchannel = "staff"\nreason = "请看"\nname_contains = ["精密"]\n\n[[rule]]'
EDITS = [
    swap("direct units are asked about", "units.csv", ",direct,", ",ask,", -1),
    swap("direct units report through their city", "units.csv", "岭州市,lhu", "云江市,lhu"),
    swap("no more direct", "units.csv", ",direct,", ",via_city,", -1),
    swap("a missing form is for staff", "checks.toml", '[F201]\nmeaning = "没有征集表电子版"\nseverity = "correct"',
         '[F201]\nmeaning = "没有征集表电子版"\nseverity = "staff"'),
    Edit("a missing letter is remarked", "checks.toml", lambda t: t.replace('severity = "correct"', 'severity = "remark"', 1)),
    swap("wrong ways are for staff", "checks.toml", "[R401]", "[R401]\nenabled = false"),
    without_rule("以市名开头的市属单位"),
    without_rule("不在直接报送城市、以市名开头的企业"),
    Edit("a rule on top of all", "routing.toml", lambda t: t.replace("[[rule]]", ON_TOP, 1)),
    swap("names of letters weigh little", "routing.toml", "letter_signer = 1.0", "letter_signer = 0.2"),
    swap("an earlier deadline", "campaign.toml", "2020-03-25", "2020-03-01"),
    swap("nothing but letters", "campaign.toml", '"cover_letter", "tables"', '"cover_letter"'),
    swap("another prefix", "campaign.toml", "LH2020", "LH2021"),
]  # fmt: skip


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("station")
    with in_process() as servers:
        station = Station(servers, folder)
        station.settings = replace(
            station.settings,
            mailboxes=tuple(m.model_copy(update={"filing": "leave"}) for m in station.settings.mailboxes),
        )
        _fill(station)
        yield Day(station, tmp_path_factory.mktemp("work"))


def _fill(station: Station) -> None:
    """Complete and incomplete mails of all channels, then replies, repeats, questions and machines."""
    bureau, other = station.bureau("云江市"), station.bureau("望海市")
    direct, away = station.world.units_by_route("direct")[0], station.world.units_by_route("via_city")[0]
    firm = Sender("云江丙丁精密机械有限公司", "云江市", "via_city", (), (), "")
    stranger = Sender("岭海省新材料研究院", "岭州市", "direct", (), (), "")
    form, letter = station.pieces.form, station.pieces.letter_pdf

    def sends(who: Sender, *files: File, by: str = UNIT, **changes: object) -> None:
        station.arrives(make_mail(replace(station.mail(who, files, **changes), sender=by)))

    sends(bureau, letter(bureau), form(bureau))
    sends(other, form(other))
    sends(direct, letter(direct), form(direct), by=f"a@{direct.domains[0]}")
    sends(direct, form(direct), by=f"b@{direct.domains[0]}", text="补充材料")
    sends(away, letter(away), form(away))
    sends(firm, form(firm), by="firm@freemail.example")
    sends(firm, letter(firm), by="firm@freemail.example", text="补报送函。")
    sends(stranger, letter(stranger), form(stranger), by="s@freemail.example")
    sends(other, letter(bureau), form(direct), by="x@freemail.example")
    station.arrives(vacation(UNIT, IN_TIME))
    station.arrives(make_mail(station.mail(bureau, (), subject="请问", text="请问是否需要报送纸质件？")))
    station.poll()
    missing = station.mail(other, (letter(other),), text="补上报送函。", date=IN_TIME + timedelta(hours=2))
    again = station.complete(bureau)
    station.arrives(make_mail(replace(again, message_id="<again@city.example>")))
    station.arrives(b"Received: from relay.example; Fri, 20 Mar 2020 09:05:00 +0800\r\n"
                    + make_mail(replace(again, message_id="<again@city.example>")))  # fmt: skip
    asked = station.raw_letters()[station.kinds().index("correction")]
    station.arrives(answering(asked, missing))
    station.poll()


def test_under_the_same_rules_nothing_changes(day: Day) -> None:
    result, said = day.trial(day.rules())

    assert (result.mails, result.unchanged, result.changed, result.moved) == (14, 14, [], [])
    assert (result.findings, result.anew) == (0, 0)
    assert said == day.fresh(day.rules())


@pytest.mark.parametrize("edit", [pytest.param(edit, id=edit.name.replace(" ", "_")) for edit in EDITS])
def test_a_changed_rule_is_predicted_mail_by_mail(day: Day, edit: Edit) -> None:
    folder = day.rules(edit)

    result, said = day.trial(folder)

    assert said == day.fresh(folder)
    assert result.anew == 0


@pytest.mark.parametrize("seed", range(3))
def test_several_changes_together_are_predicted_mail_by_mail(day: Day, seed: int) -> None:
    chosen = random.Random(seed).sample([e for e in EDITS if "direct" not in e.name], 3)
    folder = day.rules(*chosen)

    _, said = day.trial(folder)

    assert said == day.fresh(folder)


def test_mails_are_read_anew_where_the_rules_of_reading_changed_and_that_is_told(day: Day) -> None:
    folder = day.rules(swap("another name", "units.csv", "岭海大学,", "岭海联合大学,"))

    result, said = day.trial(folder)

    assert result.anew == 14
    assert said == day.fresh(folder)


def test_what_was_read_anew_may_be_kept_for_the_next_trial(day: Day, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    folder = day.rules(swap("yet another name", "units.csv", "岭海大学,", "岭海综合大学,"))
    command = ["--config", str(day.settings.file), "rules", "trial", str(folder), "--json"]

    assert [run([*command, "--keep-readings"]), run(command)] == [0, 0]

    said = capfdbinary.readouterr()
    first, second = map(json.loads, said.out.splitlines())
    assert (first.pop("read_anew"), second.pop("read_anew")) == (14, 0)
    assert first == second
    assert "要重新读取 14 封" in said.err.decode()


def test_a_trial_writes_nothing_and_runs_beside_the_service(
    day: Day, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    folder = day.rules(EDITS[0])
    before = _contents(day.settings.data_dir)

    assert run(["--config", str(day.settings.file), "rules", "trial", str(folder), "--json"]) == 0
    assert _contents(day.settings.data_dir) == before
    with open_service(day.settings):
        assert run(["--config", str(day.settings.file), "rules", "trial", str(folder), "--json"]) == 0

    first, second = map(json.loads, capfdbinary.readouterr().out.splitlines())
    assert first == second
    assert first["mails"] == 14 and first["unchanged"] == 14 - len(first["changed"])
    change = first["changed"][0]
    assert set(change) >= {"mail", "case", "before", "after"}
    assert set(change["before"]) >= {"verdict", "route", "decided_by"}


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def test_rules_that_decide_nothing_are_told(day: Day) -> None:
    late = '[[rule]]\nname = "迟"\nchannel = "staff"\nreason = "请看"\nname_contains = ["精密机械"]\nname_suffixes = ["有限公司"]\n'
    never = (
        '[[rule]]\nname = "无"\nchannel = "staff"\nreason = "请看"\nname_contains = ["园区"]\nname_excludes = ["园"]\n'
    )

    def insert(text: str) -> str:
        head, _, last = text.rpartition("[[rule]]")
        return head.replace("[[rule]]", ON_TOP, 1) + late + never + "[[rule]]" + last

    folder = day.rules(Edit("two idle rules", "routing.toml", insert))
    result, _ = day.trial(folder)

    lines = (folder / "routing.toml").read_text("utf-8").split("\n")
    at = {name: lines.index(f'name = "{name}"') for name in ("试加", "迟", "无")}
    assert result.shadowed[f"routing.toml:{at['迟']}"] == (f"routing.toml:{at['试加']}",)
    assert "永远不会起作用" in result.dead[f"routing.toml:{at['无']}"]


def test_invalid_rules_end_with_20_and_an_empty_archive_says_so(
    day: Day, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = day.rules(swap("broken", "units.csv", ",direct,", ",dirct,"))
    assert run(["--config", str(day.settings.file), "rules", "trial", str(broken)]) == 20
    assert "是否想写“direct”" in capsys.readouterr().err

    shutil.copy(str(day.settings.file), tmp_path / "config.toml")
    for name in ("rules", "mail_templates"):
        shutil.copytree(day.settings.rules_dir.parent / name, tmp_path / name)
    assert run(["--config", str(tmp_path / "config.toml"), "rules", "trial", str(tmp_path / "rules")]) == 0
    assert "还没有处理过的邮件" in capsys.readouterr().out
    assert not (tmp_path / "data").exists()
    assert next(iter(Archive(tmp_path / "data")), None) is None


def test_without_a_configuration_it_says_where_to_look(
    day: Day, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("COLLECTION_MAILBOX_CONFIG", raising=False)

    assert run(["rules", "trial", str(day.rules())]) == 24
    assert "没有配置" in capsys.readouterr().err


def test_a_mail_of_a_sender_who_is_forbidden_is_shown_with_the_line_that_forbids_him(day: Day) -> None:
    folder = day.rules(swap("a sender is forbidden", "routing.toml", "forbidden = []", f'forbidden = ["{UNIT}"]'))
    line = (folder / "routing.toml").read_text("utf-8").partition('\nforbidden = ["')[0].count("\n") + 2

    changed = day.trial(folder)[0].changed

    assert changed
    assert {change.forbidden for change in changed} == {f"routing.toml:{line}"}
