"""Rules are changed while the service runs: a sound change counts from the next mail on, a broken one never."""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from service.demo.mime import Mail, make_mail
from service.errors import RulesInvalid
from service.polling import Poller
from service.records.views import Views
from service.reloading import INCIDENT, Incident, RulesWatch
from service.reporting import digest_facts
from service.wiring import Service, desk_of, open_desk, open_service
from tests.servers.pair import BOX, UNIT, ServerPair, in_process
from tests.stories.conftest import Station, over_sqlite

__all__ = ["over_sqlite"]

ADMIN = UNIT
AT_ONCE = 0.0


class Desk:
    """A running service whose rules somebody edits."""

    def __init__(self, station: Station, service: Service, poller: Poller) -> None:
        self.station, self.service, self._poller = station, service, poller
        self.folder = station.settings.rules_dir
        self._count = 0

    def poll(self) -> None:
        report = self._poller.poll()
        assert report.failed == 0

    def decides(self) -> tuple[str, str]:
        """What becomes of one more mail of a bureau that forgot its files: the deciding line, and the rules' version."""
        self._count += 1
        mail = Mail(
            "kjj@yunjiang.example", "云江市科学技术局报送", "现报送征集表，见附件。", datetime(2020, 3, 20, tzinfo=UTC),
            sender_name="云江市科学技术局", to=BOX, message_id=f"<n{id(self)}{self._count}@x.example>",
        )  # fmt: skip
        self.station.arrives(make_mail(mail))
        self.poll()
        newest = Views(self.service.parts.records.engine).judged_between(
            datetime(2000, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
        )[-1]
        assert newest.decision is not None
        return newest.decision.verdict.value, self.service.parts.rules.rulebook.version

    def incident(self) -> Incident:
        return Incident.read(self.service.parts.records.note(INCIDENT))

    def told(self) -> list[str]:
        """The subjects of what admins were sent."""
        return [str(m["Subject"]) for m in self.station.letters() if "规则通知" in str(m["Subject"])]


@pytest.fixture
def station(servers: ServerPair, tmp_path: Path) -> Station:
    return with_admin(Station(servers, tmp_path))


def with_admin(station: Station) -> Station:
    campaign = station.settings.rules_dir / "campaign.toml"
    head, _, _ = campaign.read_text("utf-8").partition("admins")
    campaign.write_text(f'{head}admins = ["{ADMIN}"]\n', "utf-8")
    return station


@pytest.fixture
def desk(station: Station) -> Iterator[Desk]:
    with open_service(station.settings) as service:
        yield Desk(station, service, Poller(service, rules_settle=AT_ONCE))


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_saved_change_counts_from_the_next_mail_on_and_is_logged_by_line(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict, before = desk.decides()
    change(
        desk.folder / "checks.toml",
        '[F201]\nmeaning = "没有征集表电子版"\nseverity = "correct"',
        "[F201]\nenabled = false",
    )
    change(desk.folder / "checks.toml", "[L101]\nmeaning", "[L101]\nenabled = false\nmeaning")

    later, after = desk.decides()

    assert (verdict, later) == ("needs_correction", "accepted")
    assert before != after
    logged = capsys.readouterr()
    assert "checks.toml：第" in logged.out + logged.err
    assert desk.told() == []


def test_a_file_that_is_still_being_written_waits(station: Station) -> None:
    with open_service(station.settings) as service:
        watch = RulesWatch(service, settle=3600)
        version = service.parts.rules.rulebook.version
        change(station.settings.rules_dir / "units.csv", ",direct,", ",ask,")

        assert watch.look() is False
        assert service.parts.rules.rulebook.version == version
        assert RulesWatch(service, settle=0).look() is True
        assert service.parts.rules.rulebook.version != version


def test_a_file_saved_again_as_it_was_changes_nothing(desk: Desk) -> None:
    version = desk.service.parts.rules.rulebook.version
    file = desk.folder / "units.csv"
    file.write_bytes(file.read_bytes())

    desk.poll()

    assert desk.service.parts.rules.rulebook.version == version
    assert desk.told() == []


def test_changed_words_are_in_the_next_letter(desk: Desk) -> None:
    words = desk.station.settings.templates_dir / "correction.words"
    change(words, "{% macro subject() %}", "{% macro subject() %}请看：")

    desk.decides()

    (letter,) = Views(desk.service.parts.records.engine).letters(["pending", "parked", "sent"])
    assert letter.subject.startswith("请看：")


def test_admins_hear_once_of_broken_rules_and_once_of_their_mending(desk: Desk) -> None:
    units = desk.folder / "units.csv"
    good = units.read_bytes()
    change(units, ",direct,", ",dirct,")
    desk.poll()
    units.write_bytes(units.read_bytes())  # saved again as it was
    desk.poll()
    desk.poll()
    assert desk.told() == ["【规则通知】规则有1处问题，没有启用"]
    assert desk.incident().open
    facts = digest_facts(desk_of(desk.service), None)
    assert len(facts.rules_problems) == 1 and "是否想写“direct”" in facts.rules_problems[0]

    units.write_bytes(good + "新单位,,省属,高校,岭州市,,,direct,\n".encode())
    desk.poll()
    desk.poll()

    assert desk.told() == ["【规则通知】规则有1处问题，没有启用", "【规则通知】规则已生效"]
    body = desk.station.letters()[-1].get_body(("plain",))
    assert body is not None and "units.csv：第" in body.get_content() and "新增" in body.get_content()
    assert not digest_facts(desk_of(desk.service), None).rules_problems


def test_the_letter_names_every_problem_with_its_line_and_its_cure(desk: Desk) -> None:
    change(desk.folder / "units.csv", ",direct,", ",dirct,")
    change(desk.folder / "campaign.toml", "[people]", "[poeple]")

    desk.poll()

    (letter,) = [m for m in desk.station.letters() if "规则通知" in str(m["Subject"])]
    body = letter.get_body(("plain",))
    assert body is not None
    text = body.get_content()
    assert "units.csv 第2行，route：不认识“dirct”；是否想写“direct”？" in text
    assert "poeple" in text and "campaign.toml 第" in text
    assert letter["Auto-Submitted"] == "auto-generated"


def test_a_mistake_down_a_whole_column_is_one_line_of_the_letter(desk: Desk) -> None:
    units = desk.folder / "units.csv"
    units.write_text(units.read_text("utf-8").replace(",via_city,", ",via_cty,"), "utf-8")

    desk.poll()

    (letter,) = [m for m in desk.station.letters() if "规则通知" in str(m["Subject"])]
    body = letter.get_body(("plain",))
    assert body is not None
    (told,) = [line for line in body.get_content().splitlines() if "via_cty" in line]
    assert "行），route：不认识“via_cty”；是否想写“via_city”？" in told and "…行（共 " in told


def test_a_restart_with_rules_that_are_still_broken_goes_on_by_the_last_good_ones_and_repeats_no_letter(
    station: Station,
) -> None:
    with open_service(station.settings) as service:
        good = service.parts.rules.rulebook.version
        change(station.settings.rules_dir / "units.csv", ",direct,", ",dirct,")
        desk = Desk(station, service, Poller(service, rules_settle=AT_ONCE))
        desk.poll()

    with open_service(station.settings) as service:
        desk = Desk(station, service, Poller(service, rules_settle=AT_ONCE))
        assert desk.decides() == ("needs_correction", good)
        assert desk.told() == ["【规则通知】规则有1处问题，没有启用"]
    with open_desk(station.settings) as view:
        assert view.rulebook.version == good

    change(station.settings.rules_dir / "units.csv", ",dirct,", ",direct,")
    change(station.settings.rules_dir / "units.csv", "岭海理工大学,", "岭海理工大学 ,")
    with open_service(station.settings) as service:
        desk = Desk(station, service, Poller(service, rules_settle=AT_ONCE))
        desk.poll()
        assert desk.told()[1:] == ["【规则通知】规则已生效"]
        body = station.letters()[-1].get_body(("plain",))
        assert body is not None and "units.csv：第3行改动" in body.get_content()


def test_a_first_start_with_broken_rules_is_refused(station: Station) -> None:
    change(station.settings.rules_dir / "units.csv", ",direct,", ",dirct,")

    with pytest.raises(RulesInvalid), open_service(station.settings):
        pass


def test_broken_words_change_nothing_and_are_told_too(desk: Desk) -> None:
    (desk.station.settings.templates_dir / "receipt.html").write_text("{% if", "utf-8")

    assert desk.decides()[0] == "needs_correction"

    assert desk.told() == ["【规则通知】规则有1处问题，没有启用"]
    assert "receipt.html" in desk.incident().problems[0]


# Thirty broken edits

Edit = Callable[[Path], None]


def put(name: str, old: str, new: str) -> Edit:
    return lambda folder: change(folder / name, old, new)


def write(name: str, content: bytes) -> Edit:
    return lambda folder: (folder / name).write_bytes(content) and None


def half(name: str, at: str) -> Edit:
    def cut(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        (folder / name).write_text(text[: text.index(at) + len(at)], "utf-8")

    return cut


def gone(name: str) -> Edit:
    return lambda folder: (folder / name).unlink()


def a_folder(name: str) -> Edit:
    def make(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return make


def a_loop(name: str) -> Edit:
    def make(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).symlink_to(name)

    return make


def bytes_inside(name: str, old: str, new: bytes) -> Edit:
    def make(folder: Path) -> None:
        content = (folder / name).read_bytes()
        assert old.encode() in content
        (folder / name).write_bytes(content.replace(old.encode(), new, 1))

    return make


def a_pipe(name: str) -> Edit:
    def make(folder: Path) -> None:
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return make


BROKEN = [
    pytest.param(a_pipe("mail.toml"), "mail.toml：不是文件", "请移走", id="a_pipe_that_nobody_writes_to"),
    pytest.param(a_loop("checks.toml"), "checks.toml", "请检查文件权限", id="a_general_file_that_links_to_itself"),
    pytest.param(put("campaign.toml", 'title = "', "title = “"), "campaign.toml 第", "请改成英文标点", id="chinese_quotes"),
    pytest.param(put("campaign.toml", "[people]", "[people"), "campaign.toml 第", "请补上 ]", id="an_open_bracket"),
    pytest.param(put("campaign.toml", "[people]", "[poeple]"), "campaign.toml 第", "是否想写“people”", id="a_section_mistyped"),
    pytest.param(half("campaign.toml", 'title = "'), "campaign.toml 第", "请", id="a_half_written_text"),
    pytest.param(put("campaign.toml", ADMIN, "lisi"), "campaign.toml 第", "请改正", id="an_admin_without_an_address"),
    pytest.param(put("campaign.toml", ADMIN, "kjj@yunjiang.example"), "campaign.toml 第", "请删去一处", id="an_admin_who_reports"),
    pytest.param(put("campaign.toml", ADMIN, BOX), "campaign.toml 第", "否则会给自己回信", id="ourselves_as_admin"),
    pytest.param(gone("campaign.toml"), "campaign.toml", "请放回", id="the_campaign_is_gone"),
    pytest.param(write("campaign.toml", b""), "campaign.toml 第1行", "请", id="an_emptied_campaign"),
    pytest.param(put("cities.csv", "city,bureau", "city,buraeu"), "cities.csv 第1行", "是否想写“bureau”", id="a_column_mistyped"),
    pytest.param(put("cities.csv", "云江市科学技术局,", ","), "cities.csv 第3行，bureau", "请填写", id="a_bureau_left_out"),
    pytest.param(put("cities.csv", "云江市科学技术局,", '"云江市科学技术局,'), "cities.csv 第", "请检查这一行的双引号", id="an_open_quote"),
    pytest.param(put("cities.csv", "|yunjiang.example", "|gov.cn"), "cities.csv 第3行，domains", "请改正", id="everybodys_domain"),
    pytest.param(write("cities.csv", b""), "cities.csv", "第一行请写列名", id="an_emptied_table"),
    pytest.param(write("cities.csv", b"\x00" * 400), "cities.csv 第1行", "请", id="a_table_of_nuls"),
    pytest.param(bytes_inside("cities.csv", "云江市,", "云江市\0,".encode()), "cities.csv 第3行", "请", id="a_nul_in_a_cell"),
    pytest.param(gone("cities.csv"), "cities.csv", "请放回", id="the_cities_are_gone"),
    pytest.param(a_folder("cities.csv"), "cities.csv：不是文件", "请移走", id="a_folder_in_its_place"),
    pytest.param(put("units.csv", ",direct,", ",dirct,"), "units.csv 第2行，route", "是否想写“direct”", id="a_route_mistyped"),
    pytest.param(put("units.csv", ",direct,", ",,"), "units.csv 第2行，route", "可以写的有", id="no_route"),
    pytest.param(put("units.csv", "岭州市", "岭洲市"), "units.csv 第2行，seat_city", "是否想写“岭州市”", id="a_city_mistyped"),
    pytest.param(bytes_inside("units.csv", "岭海大学", b"\xe5\xb2\xad\xe6\xb5"), "units.csv 第2行", "请另存为 UTF-8", id="damaged_utf8"),
    pytest.param(put("units.csv", "岭海大学", "锟斤拷"), "units.csv 第2行", "请改正这一行", id="garbled_text"),
    pytest.param(a_loop("units.csv"), "units.csv", "请检查文件权限", id="a_link_to_itself"),
    pytest.param(half("units.csv", "岭海大学,"), "units.csv 第2行，route", "可以写的有", id="a_half_written_row"),
    pytest.param(put("checks.toml", "[F213]", "[F2I3]"), "checks.toml 第", "是否想写“F213”", id="a_check_mistyped"),
    pytest.param(put("checks.toml", 'severity = "staff"\n\n[L103]', 'severity = "stuff"\n\n[L103]'), "checks.toml 第", "是否想写“staff”", id="a_severity_mistyped"),
    pytest.param(put("routing.toml", "seal = 0.8", "seal = 8"), "routing.toml 第", "请写 0 到 1", id="a_weight_of_eight"),
    pytest.param(put("routing.toml", "name_suffixes", "name_sufixes"), "routing.toml 第", "是否想写“name_suffixes”", id="a_condition_mistyped"),
    pytest.param(write("routing.toml", '[[rule]]\nname = "甲"\nchannel = "via_city"\nreason = "乙"\n'.encode()), "routing.toml 第3行", "请写条件", id="a_rule_for_everybody"),
    pytest.param(put("letter.toml", "  '关于.{0,40}需求", "  '(.+)+需求"), "letter.toml 第", "请改写得更具体", id="an_endless_pattern"),
    pytest.param(write("mail.toml", b"\xff\xfe\x00\xd8\x00"), "mail.toml 第1行", "请另存为 UTF-8", id="broken_utf16"),
    pytest.param(put("forms.toml", 'parent = "plan_nyx"', 'parent = "plan_nx"'), "forms.toml 第", "是否想写“plan_nyx”", id="a_parent_mistyped"),
]  # fmt: skip


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Path]]:
    with in_process() as servers:
        station = with_admin(Station(servers, tmp_path_factory.mktemp("station")))
        station.settings = replace(station.settings, smtp=None)
        good = tmp_path_factory.mktemp("good") / "rules"
        shutil.copytree(station.settings.rules_dir, good)
        with open_service(station.settings) as service:
            yield Desk(station, service, Poller(service, rules_settle=AT_ONCE)), good


@pytest.mark.parametrize(("edit", "where", "cure"), BROKEN)
def test_a_broken_edit_is_refused_by_name_and_the_old_rules_go_on(
    running: tuple[Desk, Path], edit: Edit, where: str, cure: str
) -> None:
    desk, good = running
    version = desk.service.parts.rules.rulebook.version
    try:
        edit(desk.folder)

        assert desk.decides() == ("needs_correction", version)

        problems = desk.incident().problems
        assert any(where in problem and cure in problem for problem in problems), problems
        assert all("；" in problem for problem in problems)
    finally:
        shutil.rmtree(desk.folder)
        shutil.copytree(good, desk.folder)
    desk.poll()
    assert not desk.incident().open
    assert desk.service.parts.rules.rulebook.version == version
