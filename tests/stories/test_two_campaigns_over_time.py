"""Rules, archive and command line of a mailbox with two campaigns: each folder by itself, nothing lost between them."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from service.cli.main import run
from service.errors import ConfigurationInvalid, RulesInvalid
from service.polling import Poller
from service.records.views import Views
from service.reloading import INCIDENT, Incident
from service.settings import load_settings
from service.trial import Result, try_rules
from service.wiring import Service, open_service, open_trial
from tests.servers.pair import ServerPair
from tests.stories.campaigns import OF_2021, OF_BOTH, Office, change


@pytest.fixture
def office(servers: ServerPair, tmp_path: Path) -> Office:
    return Office(servers, tmp_path)


@pytest.fixture
def settled(office: Office) -> Office:
    """One case in each campaign, and a mail that waits for staff."""
    for city, rules in (("云江市", "rules"), ("望海市", "rules-2021")):
        office.receives(
            office.says(
                office.bureau(city), office.letter(office.bureau(city)), office.form(office.bureau(city), rules)
            )
        )
    third = office.bureau("碧川市")
    office.receives(office.says(third, office.letter(third), office.untitled(third, "rules")))
    return office


@pytest.fixture
def service(office: Office) -> Iterator[Service]:
    with open_service(office.settings) as service:
        yield service


def versions(service: Service) -> list[str]:
    return [parts.rules.rulebook.version for parts in service.campaigns]


# -- rules -----------------------------------------------------------------------------------------------


def test_a_saved_folder_is_taken_up_by_itself(office: Office, service: Service) -> None:
    poller, before = Poller(service, rules_settle=0.0), versions(service)
    poller.poll()
    change(office.folder / "rules-2021" / "units.csv", lambda old: old.replace(",direct,", ",ask,"))

    poller.poll()

    after = versions(service)
    assert after[0] == before[0] and after[1] != before[1]


def test_a_broken_folder_stops_nobody_and_only_its_own_admins_are_told(office: Office, service: Service) -> None:
    poller, before = Poller(service, rules_settle=0.0), versions(service)
    change(office.folder / "rules-2021" / "units.csv", lambda old: old.replace(",direct,", ",dirct,"))
    change(office.folder / "rules" / "units.csv", lambda old: old.replace(",direct,", ",ask,"))

    poller.poll()

    after = versions(service)
    assert after[0] != before[0] and after[1] == before[1]
    letters = [
        m for m in Views(service.parts.records.engine).letters(["pending", "parked"]) if m.template == "rules_broken"
    ]
    assert [letter.campaign for letter in letters] == ["LH2021"]
    assert office.letters_of("rules_broken")[0][0] == f"{OF_2021}\n{OF_BOTH}"
    incidents = [Incident.read(parts.records.note(parts.scope.key(INCIDENT))).open for parts in service.campaigns]
    assert incidents == [False, True]


def test_a_number_that_is_taken_is_no_rule_to_go_by(office: Office, service: Service) -> None:
    poller, before = Poller(service, rules_settle=0.0), versions(service)
    change(office.folder / "rules-2021" / "campaign.toml", lambda old: old.replace('"LH2021"', '"LH2020"'))

    poller.poll()

    assert versions(service) == before


def test_a_service_that_starts_with_one_broken_folder_goes_on_by_the_last_of_it(office: Office) -> None:
    with open_service(office.settings) as service:
        good = versions(service)
    change(office.folder / "rules-2021" / "units.csv", lambda old: old.replace(",direct,", ",dirct,"))

    with open_service(office.settings) as service:
        assert versions(service) == good
        assert [campaign.loaded_from is None for campaign in service.running] == [False, True]


@pytest.mark.parametrize(("prefix", "seen"), [("LH2020", "都是“LH2020”"), ("lh20", "一个是另一个的开头")])
def test_numbers_that_people_would_confuse_are_refused(office: Office, prefix: str, seen: str) -> None:
    change(office.folder / "rules-2021" / "campaign.toml", lambda old: old.replace('"LH2021"', f'"{prefix}"'))

    with pytest.raises(RulesInvalid, match=seen) as caught, open_service(office.settings):
        pass
    assert caught.value.exit_code == 20


def test_the_problems_of_all_folders_are_told_at_once(office: Office) -> None:
    for name in ("rules", "rules-2021"):
        change(office.folder / name / "units.csv", lambda old: old.replace(",direct,", ",dirct,", 1))

    with pytest.raises(RulesInvalid) as caught, open_service(office.settings):
        pass
    assert [problem.partition("/")[0] for problem in caught.value.problems] == ["rules", "rules-2021"]


# -- configuration ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ('[service]\nrules_dir = "old"\n[[campaign]]\nrules_dir = "a"\n', "“old”不起作用"),
        ('[[campaign]]\nrules_dir = "a"\n[[campaign]]\nrules_dir = "./a"\n', "出现了 2 次"),
        ('[[campaign]]\ntemplates_dir = "a"\n', "[[campaign]] 第1个 rules_dir：缺少这一项"),
        ('[[campaign]]\nrules_dir = "a"\nrule_dir = "b"\n', "是不是 rules_dir"),
        ('[campaign]\nrules_dir = "a"\n', "两层方括号"),
    ],
)
def test_a_configuration_that_contradicts_itself_is_refused(text: str, seen: str, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(text, "utf-8")

    with pytest.raises(ConfigurationInvalid) as caught:
        load_settings(tmp_path / "config.toml")
    assert seen in str(caught.value)


def test_one_campaign_is_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[service]\nrules_dir = "mine"\n', "utf-8")
    plain = load_settings(tmp_path / "config.toml")
    (tmp_path / "config.toml").write_text('[[campaign]]\nrules_dir = "mine"\n', "utf-8")

    assert load_settings(tmp_path / "config.toml") == plain
    assert plain.campaigns == (plain,)


def test_letters_may_be_a_campaigns_own(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text(
        '[service]\ntemplates_dir = "all"\n[[campaign]]\nrules_dir = "a"\n[[campaign]]\nrules_dir = "b"\ntemplates_dir = "own"\n'
    )

    first, second = load_settings(tmp_path / "config.toml").campaigns
    assert (first.templates_dir.name, second.templates_dir.name) == ("all", "own")
    assert (first.campaign_name, second.campaign_name) == ("a", "b")


# -- the archive again -----------------------------------------------------------------------------------


def tried(office: Office, folder: Path) -> Result:
    with open_trial(office.settings, folder) as (past, readings, rules):
        return try_rules(past, readings, rules)


def test_a_trial_leaves_the_other_campaign_as_it_is(settled: Office) -> None:
    same = settled.folder / "same"
    shutil.copytree(settled.folder / "rules-2021", same)
    assert tried(settled, same).changed == []

    change(same / "checks.toml", lambda old: old.replace("[L104]", "[S602]", 0) + "\n")
    change(same / "cities.csv", lambda old: old.replace("望海市科技创新局", "望海市科学技术局"))
    changed = tried(settled, same).changed

    assert [entry.number for entry in changed] == ["LH2021-0001"]


def test_rules_of_no_campaign_are_not_tried(settled: Office) -> None:
    strange = settled.folder / "strange"
    shutil.copytree(settled.folder / "rules-2021", strange)
    change(strange / "campaign.toml", lambda old: old.replace('"LH2021"', '"LH2022"'))

    with pytest.raises(RulesInvalid, match="没有编号字头为“LH2022”的征集活动"):
        tried(settled, strange)


def test_a_backup_holds_both_folders_and_brings_back_what_is_gone(settled: Office, tmp_path: Path) -> None:
    config, copy = str(settled.folder / "config.toml"), tmp_path / "copy"
    before = settled.stands()
    text = (settled.folder / "rules-2021" / "campaign.toml").read_text("utf-8")
    assert run(["backup", str(copy), "--config", config]) == 0
    shutil.rmtree(settled.settings.data_dir)
    shutil.rmtree(settled.folder / "rules-2021")

    assert run(["restore", str(copy), "--config", config]) == 0

    assert (settled.folder / "rules-2021" / "campaign.toml").read_text("utf-8") == text
    assert settled.stands() == before


# -- the command line ------------------------------------------------------------------------------------


def test_commands_tell_campaigns_apart(
    settled: Office, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    config = ["--config", str(settled.folder / "config.toml")]

    def said(*arguments: str, code: int = 0) -> str:
        assert run([*arguments, *config]) == code
        out, err = capfdbinary.readouterr()
        return (out + err).decode()

    assert [c["number"] for c in json.loads(said("cases", "--json"))] == ["LH2020-0001", "LH2021-0001"]
    assert [c["number"] for c in json.loads(said("cases", "--json", "--campaign", "lh2021"))] == ["LH2021-0001"]
    assert "没有“GD2020”这项征集活动：LH2020、LH2021" in said("cases", "--campaign", "GD2020", code=2)
    assert "请用 --campaign 写明其中一项" in said("blank-forms", str(tmp_path / "forms"), code=2)
    assert said("blank-forms", str(tmp_path / "forms"), "--campaign", "LH2021")
    assert "征集活动：2021年" in said("why", "LH2021-0001")
    assert said("rules", "check").count("规则有效") == 2
    assert "一个邮箱办 2 项" in said("doctor")

    said("workbook", str(tmp_path / "all.xlsx"))
    said("workbook", str(tmp_path / "one.xlsx"), "--campaign", "LH2020")
    assert sorted(p.name for p in tmp_path.glob("*.xlsx")) == ["all-LH2020.xlsx", "all-LH2021.xlsx", "one.xlsx"]
    assert load_workbook(tmp_path / "all-LH2021.xlsx").sheetnames == load_workbook(tmp_path / "one.xlsx").sheetnames

    said("digest", "--out", str(tmp_path / "digest"))
    assert sorted(p.name for p in (tmp_path / "digest").glob("*.html")) == ["digest-LH2020.html", "digest-LH2021.html"]


def test_explain_tells_the_campaign_and_the_sign(
    office: Office, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    from service.demo.mime import make_mail

    bureau = office.bureau("云江市")
    files = []
    for number, form in enumerate((office.form(bureau, "rules-2021"), office.untitled(bureau, "rules"))):
        files.append(tmp_path / f"{number}.eml")
        files[-1].write_bytes(make_mail(office.says(bureau, office.letter(bureau), form)))

    assert (
        run(
            [
                "explain",
                *map(str, files),
                "--json",
                "--received",
                "2020-03-20T09:00:00+08:00",
                "--config",
                str(office.folder / "config.toml"),
            ]
        )
        == 0
    )

    first, second = map(json.loads, capfdbinary.readouterr().out.decode().splitlines())
    assert first["campaign"]["prefix"] == "LH2021"
    assert first["campaign"]["sign"] == "form"
    assert first["verdict"] == "accepted"
    assert "2021" in first["reply"]["text"]
    assert second["campaign"]["doubt"]
    assert [f["code"] for f in second["findings"]] == ["C701"]
    assert second["reply"] is None
