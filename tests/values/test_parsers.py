"""Each kind of cell: what it means, and above all what it is not taken to mean."""

from decimal import Decimal

import pytest

from service.values.choosing import read_choice, read_yes_no
from service.values.counts import read_count
from service.values.dates import read_date
from service.values.emails import read_emails
from service.values.kinds import Content, Count, Money, Reading, Standing
from service.values.money import read_money
from service.values.phones import read_phones
from tests.builders import the_real_rulebook

FORMS = the_real_rulebook().forms
VAGUE = frozenset(FORMS.vague_words)
SURE, UNSURE, UNKNOWN = Standing.SURE, Standing.UNSURE, Standing.UNKNOWN
WRONG, DAMAGED = Standing.NOT_OF_KIND, Standing.DAMAGED


def content(reading: Reading, standing: Standing = SURE) -> Content | None:
    assert reading.standing is standing, reading
    return reading.content


def text(reading: Reading, standing: Standing = SURE) -> str | None:
    found = content(reading, standing)
    return found.text if found else None


@pytest.mark.parametrize(
    ("written", "lower", "upper", "about"),
    [
        ("3", 3, 3, False),
        ("３", 3, 3, False),
        ("3.0", 3, 3, False),
        ("0", 0, 0, False),
        ("3名", 3, 3, False),
        (" 3 人 ", 3, 3, False),
        ("三人", 3, 3, False),
        ("十二名", 12, 12, False),
        ("一百零五人", 105, 105, False),
        ("2-3人", 2, 3, False),
        ("２－３名", 2, 3, False),
        ("2至3人", 2, 3, False),
        ("2～3", 2, 3, False),
        ("约5", 5, 5, True),
        ("5名左右", 5, 5, True),
        ("3人以上", 3, None, False),
        ("不少于3人", 3, None, False),
        ("5人以内", None, 5, False),
        ("10余名", 10, None, True),
        ("3名（其中博士2名）", 3, 3, False),
        ("3名博士后", 3, 3, False),
        ("拟引进2名", 2, 2, False),
    ],
)
def test_a_count(written: str, lower: int | None, upper: int | None, about: bool) -> None:
    assert content(read_count(written, VAGUE)) == Count(lower, upper, about)


@pytest.mark.parametrize(
    "written",
    [
        "若干", "不限", "每学院2人", "各3名", "博士2名、硕士3名", "两三人", "3+1", "1个团队", "1名带头人及团队", "3名/年", "3-2",
        "一批", "根据课题需要", "2020-2021", "3名（另1名待定）", "百人", "3名（每年）", "2人（每学院）",
        "三位数",
        "3名月", "3 5", "3\n5",
    ],
)  # fmt: skip
def test_what_says_no_number_of_people_is_unknown(written: str) -> None:
    assert read_count(written, VAGUE) == (UNKNOWN, None)


@pytest.mark.parametrize(
    "written", ["计算机科学", "2月3日", "2020/2/3", "19900001234", "lxr@unit.example", "2.5", "-2"]
)
def test_what_is_no_count(written: str) -> None:
    assert read_count(written, VAGUE) == (WRONG, None)


def test_a_thousand_people_are_doubted() -> None:
    assert content(read_count("999"), SURE) == Count(999, 999)
    assert content(read_count("1000"), UNSURE) == Count(1000, 1000)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("50", "50万元"),
        ("50万", "50万元"),
        ("５０万元", "50万元"),
        ("500000元", "50万元"),
        ("500,000元", "50万元"),
        ("50千元", "5万元"),
        ("￥50万", "50万元"),
        ("人民币50万元", "50万元"),
        ("五十万元", "50万元"),
        ("五千万元", "5000万元"),
        ("1.2亿元", "12000万元"),
        ("30-50万", "30-50万元"),
        ("30万-50万元", "30-50万元"),
        ("30-50万/年", "30-50万元/年"),
        ("年薪30-50万元", "30-50万元/年"),
        ("30万元/人/年", "30万元/人/年"),
        ("月薪2万", "2万元/月"),
        ("不低于30万元", "30万元以上"),
        ("100万以内", "100万元以内"),
        ("约50万元", "约50万元"),
        ("20万美元", "20万USD"),
        ("5000美元", "0.5万USD"),
        ("5万欧元", "5万EUR"),
        ("HK$50万", "50万HKD"),
        ("999", "999万元"),
    ],
)
def test_money_in_a_column_of_wan(written: str, meant: str) -> None:
    assert text(read_money(written, "拟投入资金（万元）")) == meant


@pytest.mark.parametrize(
    ("written", "heading", "meant"),
    [
        ("1000", "拟投入资金（万元）", "1000万元"),
        ("50", "薪酬待遇", "50"),
        ("50元", "拟投入资金（万元）", "0.005万元"),
        ("$5000", "拟投入资金（万元）", "USD5000"),
        ("30万-50", "拟投入资金（万元）", "30-50万元"),
        ("50", "经费（元）", "0.005万元"),
        ("80元-180万", "拟投入资金（万元）", "0.008-180万元"),
    ],
    ids=["large", "no_unit", "yuan_in_wan", "foreign_sign", "half_a_range", "small_in_yuan", "wide_range"],
)
def test_money_whose_unit_may_be_another_is_kept_and_doubted(written: str, heading: str, meant: str) -> None:
    assert text(read_money(written, heading), UNSURE) == meant


def test_the_columns_own_unit_counts() -> None:
    assert content(read_money("500000", "经费（元）")) == Money(Decimal(50), Decimal(50))


@pytest.mark.parametrize(
    "written",
    [
        "面议",
        "企业自筹",
        "投资500万元，其中自筹300万元",
        "年薪30万元，安家费50万元",
        "800-1万",
        "百万年薪",
        "年薪2万元/月",
        "50万美元或欧元",
    ],
)
def test_money_in_words_is_unknown_and_no_fault(written: str) -> None:
    assert read_money(written, "薪酬待遇") == (UNKNOWN, None)


@pytest.mark.parametrize("written", ["19900001234", "020-00001234", "lxr@unit.example", "2020年3月20日"])
def test_what_is_no_money(written: str) -> None:
    assert read_money(written, "拟投入资金（万元）") == (WRONG, None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2020.3.20", "2020-03-20"),
        ("2020/3/20", "2020-03-20"),
        ("2020-03-20 00:00:00", "2020-03-20"),
        ("20200320", "2020-03-20"),
        ("43910", "2020-03-20"),
        ("2020年3月20日", "2020-03-20"),
        ("２０２０年３月", "2020-03"),
        ("2020年3月", "2020-03"),
        ("二〇二〇年三月", "2020-03"),
        ("二○二○年三月二十日", "2020-03-20"),
        ("二OO三年十月十二日", "2003-10-12"),
        ("2020年", "2020"),
    ],
)
def test_a_date(written: str, meant: str) -> None:
    assert text(read_date(written)) == meant


@pytest.mark.parametrize("written", ["3月20日", "20.3.20", "2020.3.20-2020.3.25", "2020年3月底", "12345"])
def test_a_date_that_would_be_guessed_is_unknown(written: str) -> None:
    assert read_date(written) == (UNKNOWN, None)


@pytest.mark.parametrize("written", ["2020-02-30", "2020年13月", "张某"])
def test_a_day_that_no_calendar_has_is_no_date(written: str) -> None:
    assert read_date(written) == (WRONG, None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("020-80000000", "020-80000000"),
        ("０２０－８０００００００", "020-80000000"),
        ("(020)80000000", "020-80000000"),
        ("02080000000", "020-80000000"),
        ("+86-20-80000000", "020-80000000"),
        ("+86(20)80000000", "020-80000000"),
        ("80000000", "020-80000000"),
        ("020-80000000转123", "020-80000000转123"),
        ("020-80000000-803", "020-80000000转803"),
        ("020-80000000、80000001", "020-80000000、020-80000001"),
        ("020-80000000/19900001234", "020-80000000、19900001234"),
        ("020-80000000-80000001", "020-80000000、020-80000001"),
        ("80000000 80000001", "020-80000000、020-80000001"),
        ("0668-2000123；2000124", "0668-2000123、0668-2000124"),
        ("19900001234", "19900001234"),
        ("'19900001234", "19900001234"),
        ("19900001234.0", "19900001234"),
        ("1.9900001234E+10", "19900001234"),
        ("+86 199 0000 1234", "19900001234"),
        ("张某（19900001234）", "19900001234"),
        ("办公：020-80000000，手机：19900001234", "020-80000000、19900001234"),
        ("4000001234", "400-000-1234"),
        ("00852 2000 1234", "+85220001234"),
        ("020-00001234", "020-00001234"),
    ],
)
def test_telephone_numbers_of_a_row_in_guangzhou(written: str, meant: str) -> None:
    assert text(read_phones(written, "020", VAGUE)) == meant


@pytest.mark.parametrize(
    ("written", "area_code", "meant"),
    [
        ("80000000", "", "80000000"),
        ("2000123", "020", "2000123"),
        ("020-80000000/77", "020", "020-80000000"),
        ("19900000000", "020", "19900000000"),
    ],
    ids=["no_city", "too_short_for_the_city", "half_a_number", "perhaps_rounded"],
)
def test_a_number_that_may_not_be_whole_is_doubted(written: str, area_code: str, meant: str) -> None:
    assert text(read_phones(written, area_code), UNSURE) == meant


@pytest.mark.parametrize("written", ["00001234", "10000001234"])
def test_digits_that_may_be_a_number_of_an_unknown_kind_are_no_fault(written: str) -> None:
    assert read_phones(written, "020") == (UNKNOWN, None)


@pytest.mark.parametrize("written", ["1.38E+10", "1.9900001E+10", "张某1.38E+10"])
def test_a_number_that_a_spreadsheet_rounded_is_damaged(written: str) -> None:
    assert read_phones(written, "020") == (DAMAGED, None)


@pytest.mark.parametrize("written", ["张某", "020-8000123", "1990000123", "QQ20001234", "lxr@unit.example"])
def test_what_is_no_telephone_number(written: str) -> None:
    assert read_phones(written, "020", VAGUE) == (WRONG, None)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("lxr@unit.example", "lxr@unit.example"),
        ("lxr＠unit．example", "lxr@unit.example"),
        ("LXR@Unit.Example", "LXR@unit.example"),
        ("lxr@unit。example", "lxr@unit.example"),
        ("lxr @ unit.example", "lxr@unit.example"),
        ("mailto:lxr@unit.example", "lxr@unit.example"),
        ("邮箱：lxr@unit.example。", "lxr@unit.example"),
        ("张某lxr@unit.example", "lxr@unit.example"),
        ("lxr@unit.example；kyc@unit.example", "lxr@unit.example;kyc@unit.example"),
        ("lxr@unit.example，kyc@unit.example", "lxr@unit.example;kyc@unit.example"),
    ],
)
def test_e_mail_addresses(written: str, meant: str) -> None:
    assert text(read_emails(written, VAGUE)) == meant


def test_a_month_that_a_spreadsheet_may_have_cut_short_is_doubted() -> None:
    assert text(read_date("2020.1"), UNSURE) == "2020-01"
    assert text(read_date("2020.10")) == "2020-10"


def test_an_address_broken_into_lines_is_joined_and_doubted() -> None:
    assert text(read_emails("lxr43\n@un\nit.example"), UNSURE) == "lxr43@unit.example"


def test_an_address_that_a_space_may_have_cut_is_doubted() -> None:
    assert text(read_emails("zhang san@unit.example"), UNSURE) == "san@unit.example"


@pytest.mark.parametrize(
    "written",
    ["lxr@unit", "lxrunit.example", "lxr@@unit.example", "lxr@unit..example", "@unit.example", "张某@unit.example",
     "lxr@unit.examplekyc@unit.example", "lxr@unit,example", "12345678"],
)  # fmt: skip
def test_what_is_no_address(written: str) -> None:
    assert read_emails(written, VAGUE) == (WRONG, None)


CHOICES = ("全职", "柔性（短期）", "博士后", "其他")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("全职", "全职"),
        ("柔性引进", "柔性（短期）"),
        ("柔性(短期)", "柔性（短期）"),
        ("短期", "柔性（短期）"),
        ("全职/柔性", "全职、柔性（短期）"),
        ("全职、柔性均可", "全职、柔性（短期）"),
        ("☑全职 □柔性（短期）", "全职"),
        ("其他：项目合作", "其他"),
    ],
)
def test_choices(written: str, meant: str) -> None:
    assert text(read_choice(written, CHOICES, FORMS.marks, VAGUE)) == meant


@pytest.mark.parametrize("written", ["非全职", "不限", "□全职 □柔性（短期）", "视情况而定"])
def test_a_cell_that_chooses_nothing_is_unknown(written: str) -> None:
    assert read_choice(written, CHOICES, FORMS.marks, VAGUE) == (UNKNOWN, None)


def test_words_beside_a_choice_are_kept_and_a_choice_of_ones_own_is_none() -> None:
    assert text(read_choice("全职或兼职", CHOICES, FORMS.marks), UNSURE) == "全职、兼职"
    assert read_choice("兼职", CHOICES, FORMS.marks) == (WRONG, None)


@pytest.mark.parametrize(("written", "meant"), [("是", True), ("有", True), ("否", False), ("暂无", False)])
def test_yes_or_no(written: str, meant: bool) -> None:
    found = read_yes_no(written, FORMS.marks).content

    assert found is not None and getattr(found, "yes") is meant  # noqa: B009


def test_a_maybe_is_neither_yes_nor_no() -> None:
    assert read_yes_no("再定", FORMS.marks) == (UNKNOWN, None)
