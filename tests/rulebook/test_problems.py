"""What is wrong in a rules folder is named with its place, what was seen and what to do; all of it at once."""

import os
from pathlib import Path

import pytest

from service import rulebook
from service.errors import RulesInvalid
from tests.rulebook.conftest import CITIES, UNITS, RulesFolder

CAMPAIGN_FILE, CITIES_FILE, UNITS_FILE = "campaign.toml", "cities.csv", "units.csv"

BROKEN = [
    pytest.param(
        CAMPAIGN_FILE,
        'title = "',
        "title = “",
        "campaign.toml 第2行：有中文标点 “；请改成英文标点",
        id="chinese_quotes",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        '"LH2020"',
        '"LH2020',
        "campaign.toml 第5行：引号没有成对；请在这一行补上英文引号",
        id="an_open_quote",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        "[pieces]",
        "[pieces",
        "campaign.toml 第9行：节名的方括号没有成对；请补上 ]",
        id="an_open_bracket",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        "admins = []",
        "admins []",
        "campaign.toml 第14行：缺少等号；请写成 名称 = 值",
        id="no_equals_sign",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        "admins = []",
        "staff = []",
        "campaign.toml 第14行：同一项写了两次；请删去一处",
        id="a_key_written_twice",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        "2020-03-25T23:59:59+08:00",
        "2020-02-31",
        "campaign.toml 第6行：日期不对；请写成 2020-03-25T23:59:59+08:00",
        id="a_day_that_does_not_exist",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        "2020-03-25T23:59:59+08:00",
        '"3月25日"',
        "campaign.toml 第6行，deadline：“3月25日”不是时间；请写成 2020-03-25T23:59:59+08:00",
        id="a_deadline_in_words",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        "Asia/Shanghai",
        "Asia/Beijing",
        "campaign.toml 第7行，timezone：没有“Asia/Beijing”这个时区；请写 Asia/Shanghai",
        id="an_unknown_zone",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        "[people]",
        "[peoples]",
        "campaign.toml 第12行，peoples：不认识“peoples”；是否想写“people”？",
        id="an_unknown_section",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        '"LH2020"',
        "2020",
        "campaign.toml 第5行，number_prefix：现为 2020；应写文字（用英文引号括起）",
        id="a_number_for_a_text",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        "LH2020",
        "岭2020",
        "campaign.toml 第5行，number_prefix：“岭2020”不能作编号；请用英文字母开头，只写字母和数字，例如 GD2020",
        id="a_prefix_no_number_can_carry",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        '"cover_letter"',
        '"cover_leter"',
        "campaign.toml 第10行，required：不认识“cover_leter”；是否想写“cover_letter”？",
        id="an_unknown_piece",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        "admins = []",
        'admins = ["lisi"]',
        "campaign.toml 第14行，admins：“lisi”缺少 @；请改正，例如 zhangsan@example.cn",
        id="an_admin_without_an_address",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        "admins = []",
        'admins = ["kjj@yunjiang.example"]',
        "campaign.toml 第14行，admins：“kjj@yunjiang.example”已登记在 cities.csv 第3行（云江市科学技术局）；"
        "工作人员和管理员的邮箱不能同时是报送单位的邮箱，请删去一处",
        id="an_admin_who_is_a_submitter",
    ),
    pytest.param(
        CAMPAIGN_FILE,
        "timezone",
        'seat_city = "云江县"\ntimezone',
        "campaign.toml 第7行，seat_city：“云江县”不在 cities.csv 中；是否想写“云江市”？",
        id="a_seat_that_is_no_city",
    ),
    pytest.param(
        CITIES_FILE,
        "980200",
        "980100",
        "cities.csv 第3行，code：“980100”已在第2行；请删去其中一行",
        id="a_code_twice",
    ),
    pytest.param(
        CITIES_FILE,
        "云江市科学技术局",
        "",
        "cities.csv 第3行，bureau：是空的；请填写，整行不要的请删去整行",
        id="no_bureau",
    ),
    pytest.param(
        CITIES_FILE,
        ",addresses,",
        ",adresses,",
        "cities.csv 第1行：不认识的列“adresses”；是否想写“addresses”？",
        id="an_unknown_column",
    ),
    pytest.param(
        CITIES_FILE,
        "letter_prefix\n",
        "letter_prefix,city\n",
        "cities.csv 第1行：“city”列出现了两次；请删去一列",
        id="a_column_twice",
    ),
    pytest.param(
        CITIES_FILE,
        "云科函",
        "云科函,云函",
        "cities.csv 第3行：多出一格“云函”；格子里有逗号的，请用英文双引号把整格括起",
        id="a_comma_too_many",
    ),
    pytest.param(
        CITIES_FILE,
        "云江市科学技术局",
        '"云江市科学技术局',
        "cities.csv 第3行：引号没有成对，或引号后面还有字；请检查这一行的双引号",
        id="an_open_quote_in_a_table",
    ),
    pytest.param(
        CITIES_FILE,
        "yunjiang.example,",
        "yunjiang,",
        "cities.csv 第3行，domains：“yunjiang”不是正确的域名；请改正，例如 kjj.example.cn",
        id="no_domain",
    ),
    pytest.param(
        CITIES_FILE,
        "yunjiang.example,",
        "gov.cn,",
        "cities.csv 第3行，domains：“gov.cn”是许多单位共有的域名后缀，范围过大；请改正，例如 kjj.example.cn",
        id="a_domain_that_is_everybodys",
    ),
    pytest.param(
        CITIES_FILE,
        "yunjiang.example,",
        "163.com,",
        "cities.csv 第3行，domains：“163.com”是公共邮箱，谁都可以申请；请删去，登记的邮箱请写在 addresses 列",
        id="a_free_mail_domain",
    ),
    pytest.param(
        CITIES_FILE,
        "kjj@yunjiang.example",
        "KJJ@lingzhou.example",
        "cities.csv 第3行，addresses：“kjj@lingzhou.example”已在 cities.csv 第2行（岭州市科学技术局）；"
        "一个邮箱只能属于一个单位，请删去一处",
        id="an_address_twice_in_a_file",
    ),
    pytest.param(
        UNITS_FILE,
        "kyc@lhu.example",
        "kjj@yunjiang.example",
        "units.csv 第2行，addresses：“kjj@yunjiang.example”已在 cities.csv 第3行（云江市科学技术局）；"
        "一个邮箱只能属于一个单位，请删去一处",
        id="an_address_twice_in_two_files",
    ),
    pytest.param(
        UNITS_FILE,
        "kyc@lhu.example",
        "kyc.lhu.example",
        "units.csv 第2行，addresses：“kyc.lhu.example”缺少 @；请改正，例如 kjj@example.cn",
        id="an_address_without_at",
    ),
    pytest.param(
        UNITS_FILE,
        "岭海大学附属医院",
        "岭海 大学",
        "units.csv 第3行，name：“岭海大学”已在第2行；请删去其中一行",
        id="a_unit_twice",
    ),
    pytest.param(
        UNITS_FILE,
        "direct,与",
        "dirct,与",
        "units.csv 第3行，route：不认识“dirct”；是否想写“direct”？",
        id="an_unknown_route",
    ),
    pytest.param(
        UNITS_FILE,
        "ask,",
        ",",
        "units.csv 第6行，route：是空的；可以写的有：direct、via_city、ask",
        id="no_route",
    ),
    pytest.param(
        UNITS_FILE,
        "云江市",
        "云山市",
        "units.csv 第5行，seat_city：“云山市”不在 cities.csv 中；是否想写“云江市”？",
        id="a_unit_in_no_city",
    ),
    pytest.param(
        UNITS_FILE,
        "高校,云江市",
        "高校,",
        "units.csv 第5行，seat_city：是空的；由市汇总的单位请写明所在城市",
        id="a_unit_sent_to_an_unnamed_city",
    ),
    pytest.param(
        UNITS_FILE,
        "yjxy.example",
        "http://yjxy.example/",
        "units.csv 第5行，domains：“http://yjxy.example/”是网址，只写域名；请改正，例如 kjj.example.cn",
        id="a_web_page_for_a_domain",
    ),
    pytest.param(
        "checks.toml",
        "[F213]",
        "[F2l3]",
        "checks.toml 第?行，F2l3：没有“F2l3”这项检查；是否想写“F213”？",
        id="a_check_that_does_not_exist",
    ),
    pytest.param(
        "checks.toml",
        'severity = "correct"\n\n[L102]',
        'severity = "corect"\n\n[L102]',
        "checks.toml 第?行，severity：不认识“corect”；是否想写“correct”？",
        id="an_unknown_severity",
    ),
    pytest.param(
        "routing.toml",
        "seal = 0.8",
        "seal = 8",
        "routing.toml 第?行，seal：现为 8；请写 0 到 1 之间的数",
        id="a_weight_over_one",
    ),
    pytest.param(
        "routing.toml",
        'channel = "via_city"',
        'channel = "via_ctiy"',
        "routing.toml 第?行，channel：不认识“via_ctiy”；是否想写“via_city”？",
        id="an_unknown_channel",
    ),
    pytest.param(
        "routing.toml",
        "name_suffixes",
        "name_sufixes",
        "routing.toml 第?行，name_sufixes：不认识“name_sufixes”；是否想写“name_suffixes”？",
        id="an_unknown_condition",
    ),
    pytest.param(
        "routing.toml",
        "city_known = true",
        'city_known = "是"',
        "routing.toml 第?行，city_known：现为 是；应写true 或 false（不加引号）",
        id="a_word_for_a_switch",
    ),
    pytest.param(
        "letter.toml",
        "  '关于.{0,40}需求",
        "  '(.+)+需求",
        "letter.toml 第?行，title_patterns：表达式“(.+)+需求.{0,20}(?:函|复函|报告|回执|情况|汇报)”可能耗时极长；"
        "请改写得更具体，或请懂正则表达式的人帮忙",
        id="a_pattern_that_never_ends",
    ),
    pytest.param(
        "mail.toml",
        '"qq.com"',
        '"qq"',
        "mail.toml 第?行，free_mail：“qq”不是正确的域名；请改正，例如 qq.com",
        id="a_free_mail_domain_without_ending",
    ),
    pytest.param(
        "forms.toml",
        'parent = "plan_nyx"',
        'parent = "plan_nx"',
        "forms.toml 第?行，parent：“plan_nx”不是本节的是否题；是否想写“plan_nyx”？",
        id="a_parent_that_does_not_exist",
    ),
    pytest.param(
        "forms.toml",
        'key = "city", label',
        'key = "unit",  label',
        "forms.toml 第?行，key：“unit”写了两次；请改名或删去一处",
        id="a_column_key_twice",
    ),
    pytest.param(
        "forms.toml",
        'ambiguous = ["×"',
        'ambiguous = ["√"',
        "forms.toml 第?行，ambiguous：“√”也写在 checked 里；同一写法只能有一个意思，请删去一处",
        id="a_mark_with_two_meanings",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), BROKEN)
def test_a_broken_edit_is_refused_with_its_place_and_its_cure(
    rules: RulesFolder, file: str, old: str, new: str, expected: str
) -> None:
    problems = rules.change(file, old, new).problems()

    line = rules.path.joinpath(file).read_text("utf-8").partition(new or "\n")[0].count("\n") + 1
    assert expected.replace("第?行", f"第{line}行") in problems


@pytest.mark.parametrize(("file", "old", "new", "expected"), BROKEN)
def test_one_slip_gives_no_flood_of_problems(rules: RulesFolder, file: str, old: str, new: str, expected: str) -> None:
    assert len(rules.change(file, old, new).problems()) <= 2


def test_all_problems_of_all_files_are_named_at_once(rules: RulesFolder) -> None:
    rules.change("campaign.toml", "[people]", "[peoples]")
    rules.change("cities.csv", "980200", "980100")
    rules.change("units.csv", "direct,与", "dirct,与")
    rules.change("checks.toml", "[F213]", "[F2I3]")

    problems = rules.problems()

    assert {problem.split(" ")[0] for problem in problems} == {
        "campaign.toml",
        "cities.csv",
        "units.csv",
        "checks.toml",
    }


def test_invalid_rules_end_the_command_line_with_20_and_name_the_folder(rules: RulesFolder) -> None:
    rules.change("cities.csv", "980200", "980100")

    with pytest.raises(RulesInvalid) as caught:
        rules.load()

    assert caught.value.exit_code == 20
    assert str(rules.path) in str(caught.value)
    assert "  - cities.csv 第3行，code：" in str(caught.value)


@pytest.mark.parametrize("name", ["campaign.toml", "cities.csv", "units.csv"])
def test_a_missing_file_of_the_campaign_is_a_problem(rules: RulesFolder, name: str) -> None:
    (rules.path / name).unlink()

    assert f"{name}：缺少这个文件；请放回，可从原有规则文件夹复制一份" in rules.problems()


@pytest.mark.parametrize(
    ("name", "saved_as", "expected"),
    [
        ("units.csv", "units.xlsx", "units.csv：缺少这个文件，只有“units.xlsx”；请用表格软件打开它，另存为 CSV，文件名写 units.csv"),
        ("cities.csv", "cities.csv.et", "cities.csv：缺少这个文件，只有“cities.csv.et”；请用表格软件打开它，另存为 CSV，文件名写 cities.csv"),
        ("units.csv", "units.csv.txt", "units.csv：缺少这个文件，只有“units.csv.txt”；请把它改名为 units.csv"),
        ("routing.toml", "routing.toml.txt", "routing.toml：缺少这个文件，只有“routing.toml.txt”；请把它改名为 routing.toml"),
    ],
)  # fmt: skip
def test_a_file_that_a_program_saved_under_another_name_is_pointed_at(
    rules: RulesFolder, name: str, saved_as: str, expected: str
) -> None:
    rules.write(name, (rulebook.defaults_folder() / name).read_bytes())
    (rules.path / name).rename(rules.path / saved_as)

    assert expected in rules.problems()


@pytest.mark.parametrize("content", [b"PK\x03\x04\x14\x00rest", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest"])
def test_a_workbook_under_a_tables_name_is_called_one(rules: RulesFolder, content: bytes) -> None:
    problems = rules.write("units.csv", content).problems()

    assert problems == ("units.csv：是工作簿或文档，不是文本；请用表格软件打开它，另存为 CSV",)


@pytest.mark.parametrize("name", ["units.csv", "mail.toml"])
def test_a_pipe_in_a_files_place_is_refused_and_never_waited_for(rules: RulesFolder, name: str) -> None:
    (rules.path / name).unlink(missing_ok=True)
    os.mkfifo(rules.path / name)

    assert f"{name}：不是文件；请移走，再从原有规则文件夹复制一份放回" in rules.problems()


def test_a_link_to_nowhere_does_not_bring_the_packaged_rules_back(rules: RulesFolder) -> None:
    (rules.path / "checks.toml").unlink(missing_ok=True)
    (rules.path / "checks.toml").symlink_to(rules.path / "gone.toml")

    assert rules.problems() == ("checks.toml：缺少这个文件；请放回，可从原有规则文件夹复制一份",)


@pytest.mark.parametrize("spoilt", ["#NAME?", "########", "4.4E+05"])
def test_what_a_spreadsheet_program_made_of_a_cell_is_refused(rules: RulesFolder, spoilt: str) -> None:
    problems = rules.change("units.csv", "云江学院", spoilt).problems()

    assert any(f"“{spoilt}”不是原来输入的内容；请把这一列设为“文本”" in problem for problem in problems), problems


def test_a_row_of_chinese_commas_is_named(rules: RulesFolder) -> None:
    units = (rules.path / "units.csv").read_text("utf-8").rstrip("\n")
    rules.write("units.csv", f"{units}\n岭海学院，，省属，高校，岭州市，，，direct，\n")

    assert any("整行用了中文逗号；请改成英文逗号" in problem for problem in rules.problems())


def test_a_section_that_is_written_again_is_named_with_its_first_line(rules: RulesFolder) -> None:
    rules.write("routing.toml", '[senders]\nforbidden = []\n\n[senders]\nforbidden = ["a@spam.example"]\n')

    assert rules.problems() == ("routing.toml 第4行：[senders] 一节在第1行已经写过；请写到那一节里，删去这一行",)


def test_a_missing_folder_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(RulesInvalid, match="没有这个文件夹"):
        rulebook.load(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["campaign.toml", "cities.csv", "units.csv", "forms.toml", "letter.toml", "mail.toml"])
@pytest.mark.parametrize("content", [pytest.param(b"", id="empty"), pytest.param(b"\x00\x01\xff\xfe\x80", id="binary")])
def test_a_file_that_was_emptied_or_overwritten_is_refused(rules: RulesFolder, name: str, content: bytes) -> None:
    assert all(problem.startswith((name, "units.csv")) for problem in rules.write(name, content).problems())


def test_damaged_utf8_is_not_taken_for_another_encoding(rules: RulesFolder) -> None:
    damaged = CITIES.encode().replace(
        "云江市科学技术局".encode(), "云江市科学".encode() + b"\xe6\x8a" + "术局".encode()
    )

    assert rules.write("cities.csv", damaged).problems() == (
        "cities.csv 第3行：有无法辨认的字符；请另存为 UTF-8 编码后再放入",
    )


def test_text_that_another_program_has_garbled_is_refused(rules: RulesFolder) -> None:
    rules.change("units.csv", "云江学院", "锟斤拷学院")

    assert rules.problems() == ("units.csv 第5行：有乱码；请改正这一行，并另存为 UTF-8 编码",)


def test_a_rule_that_would_answer_everybody_is_refused(rules: RulesFolder) -> None:
    rules.write("routing.toml", '[[rule]]\nname = "全部"\nchannel = "via_city"\nreason = "一律转报"\n')

    assert rules.problems() == (
        'routing.toml 第3行，channel：没有任何条件，会把所有不认识的单位都这样答复；请写条件，或写 channel = "staff"',
    )


def test_rules_that_never_get_their_turn_are_refused(rules: RulesFolder) -> None:
    rule = '[[rule]]\nname = "{}"\nchannel = "staff"\nreason = "请判断"\n'
    rules.write("routing.toml", rule.format("甲") + rule.format("乙"))

    assert rules.problems() == (
        "routing.toml 第2行，name：没有任何条件，后面的规则永远轮不到；请移到最后，或写上条件",
        "routing.toml 第6行，name：条件与第1行的规则完全相同，永远轮不到；请删去一条",
    )


def test_rules_under_which_the_service_would_answer_itself_are_refused(rules: RulesFolder) -> None:
    with pytest.raises(RulesInvalid) as caught:
        rulebook.load(rules.path, own_addresses={"kyc@lhu.example", "zhangsan@ste.linghai.example"})

    assert caught.value.problems == (
        "units.csv 第2行，addresses：“kyc@lhu.example”是本系统的邮箱；请删去，否则会给自己回信",
        "campaign.toml 第13行，staff：“zhangsan@ste.linghai.example”是本系统的邮箱；"
        "请改为工作人员自己的邮箱，否则会给自己回信",
    )


def test_what_is_allowed_but_probably_not_meant_is_a_warning(rules: RulesFolder) -> None:
    rules.change("units.csv", "云江学院,,", "云江学院,岭大,")
    rules.change("units.csv", "医院,岭州市,lhu.example,,direct", "医院,云江市,lhu.example,,direct")
    rules.write("units (1).csv", "old")

    assert rulebook.explain_rules(rules.path).warnings == (
        "units.csv 第5行：名称或别名“岭大”也在 units.csv 第2行；两边都认不出来，请去掉一处",
        "units.csv 第3行，route：“岭海大学附属医院”写的是直接报送，但在云江市，不在岭州市；请核对是否应为 via_city",
        "units (1).csv：这个文件不会被读取；规则文件的名称只有 campaign.toml、checks.toml、cities.csv、forms.toml、"
        "letter.toml、mail.toml、routing.toml、units.csv，请改名或移走",
    )


def test_one_mistake_in_many_rows_is_one_problem_that_names_the_first_and_counts_all(rules: RulesFolder) -> None:
    rows = "".join(f"云江研究院{n},,省属,科研院所,云江市,,,dirct,\n" for n in range(262))
    rules.write("units.csv", UNITS + rows + "云江学会,,省属,,云洲市,,,via_cty,\n")

    assert rules.problems() == (
        "units.csv 第7、8、9…行（共 262 行），route：不认识“dirct”；是否想写“direct”？",
        "units.csv 第269行，route：不认识“via_cty”；是否想写“via_city”？",
        "units.csv 第269行，seat_city：“云洲市”不在 cities.csv 中；是否想写“云江市”？",
    )


def test_up_to_three_rows_are_all_named_and_columns_apart(rules: RulesFolder) -> None:
    rules.write("units.csv", UNITS.replace(",direct,", ",,"))
    rules.write("cities.csv", CITIES.replace("岭州市科学技术局,", ","))

    assert rules.problems() == (
        "cities.csv 第2行，bureau：是空的；请填写，整行不要的请删去整行",
        "units.csv 第2、3行，route：是空的；可以写的有：direct、via_city、ask",
    )
