"""Who reports where, by name: the cases of the notice's one sentence, on the directory that ships."""

import pytest

from service.deciding import speaker_of
from service.domain.judgement import Channel, Route
from service.routing import who_speaks
from service.routing.directory import directory_of
from tests.builders import a_letter, a_row, a_submission, a_table, an_envelope, the_real_rulebook

FREE = "someone@qq.com"
CITY, DIRECT, VIA, UNKNOWN = Channel.CITY_BUREAU, Channel.DIRECT_UNIT, Channel.VIA_CITY, Channel.UNKNOWN


def of(unit: str | None, address: str = FREE) -> Route:
    return speaker_of(address, unit, the_real_rulebook())


def with_rows(unit: str, city: str, letter: str | None = None) -> Route:
    mail = a_submission(
        envelope=an_envelope(FREE),
        text="",
        letters=(a_letter(letter or unit, addressee="广东省科学技术厅"),),
        tables=(a_table(1, [a_row(unit, city)]),),
    )
    return who_speaks(mail, the_real_rulebook())


@pytest.mark.parametrize(
    "name",
    [
        "中山大学", "华南理工大学", "中国科学院南海海洋研究所", "中科院南海海洋所", "广东省科学院", "广东省人民医院", "省医",
        "中国南方电网有限责任公司", "中国南方电网有限公司", "广东省医学科学院（广东省人民医院）", "广东省中医院（广州中医药大学第二附属医院）",
        "中山大学附属第一医院", "南方医科大学南方医院", "中山大学（深圳）", "暨南大学珠海校区", "中山大学深圳校区", "华南理工大学（盖章）",
        "華南理工大學", "华南理工大学 ", "“暨南大学”",
    ],
)  # fmt: skip
def test_central_and_provincial_units_in_guangzhou_report_directly(name: str) -> None:
    route = of(name)

    assert (route.channel, route.report_to, route.known) == (DIRECT, None, True), route


@pytest.mark.parametrize(
    ("name", "bureau"),
    [
        ("广东海洋大学", "湛江市科学技术局"),
        ("汕头大学", "汕头市科学技术局"),
        ("广东医科大学", "湛江市科学技术局"),
        ("广东石油化工学院", "茂名市科学技术局"),
        ("中国科学院深圳先进技术研究院", "深圳市科技创新委员会"),
        ("哈尔滨工业大学（深圳）", "深圳市科技创新委员会"),
        ("哈尔滨工业大学(深圳)", "深圳市科技创新委员会"),
        ("广州大学", "广州市科学技术局"),
        ("广州医科大学", "广州市科学技术局"),
        ("广州市妇女儿童医疗中心", "广州市科学技术局"),
        ("深圳大学", "深圳市科技创新委员会"),
        ("南方科技大学", "深圳市科技创新委员会"),
        ("东莞理工学院", "东莞市科学技术局"),
        ("季华实验室", "佛山市科学技术局"),
        ("南方海洋科学与工程广东省实验室（珠海）", "珠海市科技创新局"),
        ("光明实验室", "深圳市科技创新委员会"),
        ("佛山市顺德区经济促进局", "佛山市科学技术局"),
        ("深圳市深汕特别合作区科技创新和经济服务局", "深圳市科技创新委员会"),
        ("广州开发区科技创新局", "广州市科学技术局"),
        ("横琴新区管理委员会", "珠海市科技创新局"),
    ],
)
def test_all_others_report_through_their_city(name: str, bureau: str) -> None:
    route = of(name)

    assert (route.channel, route.report_to) == (VIA, bureau)


@pytest.mark.parametrize(
    ("name", "city", "bureau"),
    [
        ("深圳某某科技有限公司", "深圳市", "深圳市科技创新委员会"),
        ("广州某某生物科技有限公司", "广州", "广州市科学技术局"),
        ("佛山市南海区科学技术局", "佛山市南海区", "佛山市科学技术局"),
        ("广州市机器人协会", "广州市", "广州市科学技术局"),
        ("中山市人民医院", "中山市", "中山市科学技术局"),
        ("某某新材料有限公司", "广东省惠州市", "惠州市科学技术局"),
        ("某某机械有限公司", "顺德", "佛山市科学技术局"),
        ("普宁市某某药业有限公司", "普宁市", "揭阳市科学技术局"),
        ("英德某某水泥有限公司", "", "清远市科学技术局"),
    ],
)
def test_units_in_no_directory_are_sent_to_their_city_by_rule(name: str, city: str, bureau: str) -> None:
    route = with_rows(name, city)

    assert (route.channel, route.report_to) == (VIA, bureau)
    assert route.decided_by.startswith("routing.toml:")


@pytest.mark.parametrize("name", ["生物岛实验室", "琶洲实验室", "南方海洋科学与工程广东省实验室（广州）", "岭南实验室"])
def test_provincial_laboratories_in_guangzhou_are_asked_about(name: str) -> None:
    route = of(name)

    assert (route.channel, route.known) == (UNKNOWN, True)


@pytest.mark.parametrize(
    "name",
    [
        "中山大学附属第九医院", "华南理工大学科技处", "中山大学化学学院", "广东省某某研究院", "哈尔滨工业大学", "广东省某某协会",
        "人工智能与数字经济广东省实验室", "南方海洋科学与工程广东省实验室", "某某研究院",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_known_unit_is_left_to_staff(name: str) -> None:
    route = of(name)

    assert (route.channel, route.unit) == (UNKNOWN, name)


@pytest.mark.parametrize(
    ("name", "bureau"),
    [
        ("广州市科学技术局", "广州市科学技术局"),
        ("广州市科技局", "广州市科学技术局"),
        ("广州市科技创新委员会", "广州市科学技术局"),
        ("深圳市科技创新委员会（深圳市外国专家局）", "深圳市科技创新委员会"),
        ("深圳市外国专家局", "深圳市科技创新委员会"),
        ("佛山科技局", "佛山市科学技术局"),
        ("广东省佛山市科学技术局", "佛山市科学技术局"),
        ("珠海市科技和工业信息化局", "珠海市科技创新局"),
        ("湛江市科技和工业信息化局", "湛江市科学技术局"),
        ("梅州市科学技术局、梅州市外国专家局", "梅州市科学技术局"),
        ("云浮市科学技术局（章）", "云浮市科学技术局"),
    ],
)
def test_a_bureau_is_known_by_any_name_that_bureaus_go_by(name: str, bureau: str) -> None:
    route = of(name)

    assert (route.channel, route.unit) == (CITY, bureau)


def test_look_alikes_are_told_apart() -> None:
    pairs = ("广州医科大学", "广东医科大学"), ("华南农业大学", "华南师范大学"), ("光明实验室", "南方海洋实验室（广州）")

    for one, other in pairs:
        assert of(one).unit != of(other).unit


@pytest.mark.parametrize(
    ("read", "unit"),
    [
        ("广州市科学技木局", "广州市科学技术局"),
        ("华南理王大学", "华南理工大学"),
        ("中国科学院南海海样研究所", "中国科学院南海海洋研究所"),
    ],
)
def test_a_letter_misread_by_one_character_is_still_its_units(read: str, unit: str) -> None:
    mail = a_submission(envelope=an_envelope(FREE), text="", letters=(a_letter(read),), tables=())

    assert who_speaks(mail, the_real_rulebook()).unit == unit


@pytest.mark.parametrize(
    "read", ["广州市科学技术馆", "中山大学附属第九医院", "广东省第三人民医院", "梅州学院", "广东农业大学"]
)
def test_a_misreading_never_turns_one_organisation_into_another(read: str) -> None:
    mail = a_submission(envelope=an_envelope(FREE), text="", letters=(a_letter(read),), tables=())

    assert not who_speaks(mail, the_real_rulebook()).known


def test_a_name_that_the_form_spells_the_same_way_was_not_misread() -> None:
    assert not with_rows("华南理王大学", "广州市").known


@pytest.mark.parametrize("domain", ["sysu.edu.cn", "szu.edu.cn", "gz.gov.cn", "stu.edu.cn", "smu.edu.cn"])
def test_a_domain_alone_never_decides(domain: str) -> None:
    route = of(None, f"kyc@{domain}")

    assert (route.channel, route.unit) == (UNKNOWN, None)
    assert [e.source for e in route.evidence] == ["domain"]


def test_a_shared_domain_points_to_the_parent_only_and_weighs_less() -> None:
    (shared,) = of(None, "kyc@mail.sysu.edu.cn").evidence
    (own,) = of(None, "kyc@scut.edu.cn").evidence

    assert (shared.unit, own.unit) == ("中山大学", "华南理工大学")
    assert shared.weight < own.weight


def test_a_hospital_is_itself_whatever_domain_it_shares() -> None:
    route = of("中山大学附属第一医院", "kyc@mail.sysu.edu.cn")

    assert (route.unit, route.contradiction) == ("中山大学附属第一医院", ())


def test_shenshan_is_shenzhen_and_never_shanwei() -> None:
    assert with_rows("深圳市深汕特别合作区某某有限公司", "深汕特别合作区").report_to == "深圳市科技创新委员会"


def test_a_city_that_name_and_row_tell_differently_sends_nobody_anywhere() -> None:
    route = with_rows("深圳某某科技有限公司", "广州市")

    assert (route.channel, route.report_to) == (UNKNOWN, None)


def test_every_line_of_the_directory_is_found_by_its_own_names() -> None:
    book = the_real_rulebook()

    lost = [(u.name, of(name).unit) for u in book.units for name in (u.name, *u.aliases) if of(name).unit != u.name]
    lost += [(c.bureau, of(n).unit) for c in book.cities for n in c.bureau_names if of(n).unit != c.bureau]

    assert lost == []


def test_a_text_in_a_names_place_is_no_name() -> None:
    """Nor is it compared letter by letter: a line of a million characters at a mail's end took minutes."""
    directory = directory_of(the_real_rulebook())
    text = "中山大学" + "一" * 1_000_000

    assert directory.match(text) is None
    assert directory.match_misread(text, the_real_rulebook().weights) is None
    assert directory.near(text, 0.9, typed=True) is None
    assert directory.parent(text) == directory.match("中山大学")
