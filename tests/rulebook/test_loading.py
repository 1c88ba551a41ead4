"""A rules folder becomes a rulebook."""

from datetime import datetime
from pathlib import Path

import pytest

from service import rulebook
from service.domain.judgement import Channel, Severity
from service.domain.rules import QuestionKind, UnitRoute
from service.errors import RulesInvalid
from tests.rulebook.conftest import RulesFolder

ROOT = Path(__file__).parents[2]
CODES = {
    *(f"L10{n}" for n in range(1, 8)),
    *(f"F20{n}" for n in range(1, 8)),
    *(f"F21{n}" for n in range(6)),
    *("F220", "F221", "F222", "F223", "F224", "F230"),
    *(f"A30{n}" for n in range(1, 7)),
    *(f"R40{n}" for n in range(1, 5)),
    *("T501", "S601", "S602", "C701"),
}
GENERAL = ("forms.toml", "routing.toml", "checks.toml", "letter.toml", "mail.toml")


def test_the_packaged_rules_are_valid_and_complete() -> None:
    summary = rulebook.explain_rules(rulebook.defaults_folder())

    assert (summary.cities, summary.checks) == (21, len(CODES))
    assert summary.direct >= 70
    assert summary.via_city >= 30
    assert summary.ask >= 5
    assert summary.warnings == ()


def test_every_code_has_a_setting_that_names_its_line() -> None:
    book = rulebook.load(rulebook.defaults_folder())

    assert set(book.checks) == CODES
    lines = (rulebook.defaults_folder() / "checks.toml").read_text("utf-8").split("\n")
    for code, setting in book.checks.items():
        assert lines[int(setting.source.removeprefix("checks.toml:")) - 1] == f"[{code}]"


def test_every_routing_rule_names_its_line() -> None:
    lines = (rulebook.defaults_folder() / "routing.toml").read_text("utf-8").split("\n")

    for rule in rulebook.load(rulebook.defaults_folder()).routing_rules:
        assert lines[int(rule.source.removeprefix("routing.toml:")) - 1] == "[[rule]]"


def test_a_line_of_a_directory_names_the_row_that_a_spreadsheet_program_shows(rules: RulesFolder) -> None:
    rules.change("units.csv", "岭海大学附属医院,,省属,医院", '岭海大学附属医院,,省属,"医院\n（三级）"')
    book = rules.load()

    assert [city.source for city in book.cities] == ["cities.csv:2", "cities.csv:3", "cities.csv:4"]
    assert [unit.source for unit in book.units] == [f"units.csv:{row}" for row in range(2, 7)]


def test_the_questions_are_those_of_the_notice() -> None:
    forms = rulebook.load(rulebook.defaults_folder()).forms
    ours = {q.key: (q.kind, q.parent) for table in forms.tables for q in table.questions()}

    tick, text, choice = QuestionKind.TICK, QuestionKind.TEXT, QuestionKind.CHOICE
    assert ours == {
        "nyx.plan_nyx": (tick, None),
        "nyx.plan_text": (text, "nyx.plan_nyx"),
        "nyx.budget": (tick, "nyx.plan_nyx"),
        "doctor.will_doctor": (tick, None),
        "doctor.budget": (tick, "doctor.will_doctor"),
        "doctor.plan_text": (text, "doctor.will_doctor"),
        "join.join": (tick, None),
        "join.group": (choice, "join.join"),
        "join.projects": (text, "join.join"),
        "join.budget": (tick, "join.join"),
        "join.foreign_affairs_quota": (tick, "join.join"),
        "self.self": (tick, None),
        "self.plan_text": (text, "self.self"),
    }
    group = forms.question("join.group")
    assert group is not None
    assert [c.key for c in group.choices] == ["zhongdongou", "aoxin"]


def test_texts_are_limited_to_the_notices_200_characters() -> None:
    forms = rulebook.load(rulebook.defaults_folder()).forms
    texts = [q for table in forms.tables for q in table.questions() if q.kind is QuestionKind.TEXT]

    assert [q.limit for q in texts] == [200, 200, 200, 200]


@pytest.mark.parametrize("name", GENERAL)
def test_files_that_serve_any_province_name_no_place_of_one(name: str) -> None:
    text = (rulebook.defaults_folder() / name).read_text("utf-8")

    for folder in (rulebook.defaults_folder(), ROOT / "service/demo/rules"):
        book = rulebook.load(folder)
        places = [book.campaign.province, book.campaign.province.removesuffix("省")]
        places += [part for city in book.cities for part in (city.name, city.name.removesuffix("市"))]
        assert [place for place in places if place in text] == []


def test_three_files_are_all_it_takes_to_serve_another_province() -> None:
    book = rulebook.load(ROOT / "service/demo/rules")

    assert book.campaign.province == "岭海省"
    assert len(book.forms.tables) == 4
    assert len(book.routing_rules) > 5
    assert set(book.checks) == CODES


def test_what_the_campaign_leaves_out_follows_from_the_other_files(rules: RulesFolder) -> None:
    campaign = rules.load().campaign

    assert campaign.province == "岭海省"
    assert campaign.seat_city == "岭州市"
    assert campaign.form_title == "《海外人才与科技交流合作需求征集表（表1-4）》"
    assert campaign.contact == ""
    assert "岭海省科学技术厅" in campaign.addressees


def test_a_direct_unit_without_a_seat_sits_where_direct_units_sit(rules: RulesFolder) -> None:
    rules.change("units.csv", "岭海大学附属医院,,省属,医院,岭州市", "岭海大学附属医院,,省属,医院,")

    unit = rules.load().unit("岭海大学附属医院")

    assert unit is not None
    assert unit.seat_city == "岭州市"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        pytest.param("2020-03-25T23:59:59+08:00", "2020-03-25T23:59:59+08:00", id="with_offset"),
        pytest.param('"2020-03-25T23:59:59+08:00"', "2020-03-25T23:59:59+08:00", id="quoted"),
        pytest.param("2020-03-25", "2020-03-25T23:59:59+08:00", id="a_day_means_its_end"),
        pytest.param('"2020-03-25"', "2020-03-25T23:59:59+08:00", id="a_quoted_day"),
        pytest.param("2020-03-25T18:00:00", "2020-03-25T18:00:00+08:00", id="in_the_campaigns_zone"),
        pytest.param("2020-03-25T10:00:00Z", "2020-03-25T18:00:00+08:00", id="in_utc"),
    ],
)
def test_a_deadline_may_be_written_in_several_ways(rules: RulesFolder, written: str, moment: str) -> None:
    rules.change("campaign.toml", "2020-03-25T23:59:59+08:00", written)

    assert rules.load().campaign.deadline == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("written", "pieces"),
    [
        pytest.param('[pieces]\nrequired = ["cover_letter"]', ("cover_letter",), id="a_list"),
        pytest.param('[pieces]\nrequired = "tables"', ("tables",), id="one_word"),
        pytest.param("[pieces]\ncover_letter = true\ntables = false", ("cover_letter",), id="switches"),
        pytest.param("[pieces]", ("cover_letter", "tables"), id="silent"),
        pytest.param("", ("cover_letter", "tables"), id="absent"),
        pytest.param("[pieces]\nrequired = []", (), id="nothing_required"),
    ],
)
def test_the_pieces_of_a_case_may_be_written_in_several_ways(
    rules: RulesFolder, written: str, pieces: tuple[str, ...]
) -> None:
    rules.change("campaign.toml", '[pieces]\nrequired = ["cover_letter", "tables"]', written)

    assert rules.load().campaign.required_pieces == pieces


def test_people_may_be_written_with_their_names(rules: RulesFolder) -> None:
    rules.change("campaign.toml", "admins = []", 'admins = ["李四 <LiSi@STE.linghai.example>"]')

    assert rules.load().campaign.admins == ("lisi@ste.linghai.example",)


def test_an_admin_changes_one_check_and_the_others_keep_their_settings(rules: RulesFolder) -> None:
    rules.write("checks.toml", 'F213 = "correct"\n[l105]\nenabled = false\n')
    checks = rules.load().checks

    assert set(checks) == CODES
    assert (checks["F213"].severity, checks["F213"].source) == (Severity.CORRECT, "checks.toml:1")
    assert (checks["L105"].enabled, checks["L105"].severity) == (False, Severity.REMARK)


def test_staff_in_a_routing_rule_means_that_nobody_else_decides(rules: RulesFolder) -> None:
    rules.write(
        "routing.toml",
        '[[rule]]\nname = "甲"\nchannel = "via_city"\nreason = "由市汇总"\ncity_known = true\n'
        '[[rule]]\nname = "乙"\nchannel = "staff"\nreason = "请判断"\n',
    )

    assert [rule.channel for rule in rules.load().routing_rules] == [Channel.VIA_CITY, None]


def test_the_version_changes_with_any_file_and_the_reading_version_only_with_what_reading_uses(
    rules: RulesFolder,
) -> None:
    first = rules.load()
    second = rules.change("units.csv", ",direct,", ",ask,").load()
    third = rules.change("letter.toml", '"零报送"', '"零报送", "零需求"').load()
    fourth = rules.change("units.csv", "岭大|LHU", "岭大").load()  # letters are compared with names

    assert len({first.version, second.version, third.version, fourth.version}) == 4
    assert first.reading_version == second.reading_version
    assert len({second.reading_version, third.reading_version, fourth.reading_version}) == 3


def test_the_version_does_not_depend_on_where_the_folder_lies(
    rules: RulesFolder, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = RulesFolder(tmp_path_factory.mktemp("elsewhere"))
    for file in rules.path.iterdir():
        elsewhere.write(file.name, file.read_bytes())

    assert rules.load().version == elsewhere.load().version


def test_routes_are_read_in_any_case(rules: RulesFolder) -> None:
    rules.change("units.csv", "direct,\n", "Direct ,\n")

    assert rules.load().units[0].route is UnitRoute.DIRECT


def test_a_letterhead_and_a_signature_may_stand_in_the_campaign(rules: RulesFolder) -> None:
    rules.change(
        "campaign.toml", "[pieces]", 'letterhead = "引智处"\nsignature = ["岭海省科学技术厅", "引智处"]\n[pieces]'
    )

    campaign = rules.load().campaign

    assert (campaign.letterhead, campaign.signature) == ("引智处", ("岭海省科学技术厅", "引智处"))


def test_a_signature_as_long_as_a_letter_is_a_problem(rules: RulesFolder) -> None:
    lines = ", ".join(f'"{n}"' for n in range(7))
    rules.change("campaign.toml", "[pieces]", f"signature = [{lines}]\n[pieces]")

    with pytest.raises(RulesInvalid, match="signature：有7行；请不要超过6行"):
        rules.load()
