"""What spreadsheet programs and hurried people do to a table, read all the same."""

import codecs

import pytest

from tests.rulebook.conftest import CAMPAIGN, CITIES, UNITS, RulesFolder


@pytest.mark.parametrize(
    "saved",
    [
        pytest.param(CITIES.encode("utf-8-sig"), id="utf8_with_bom"),
        pytest.param(CITIES.encode("gbk"), id="gbk"),
        pytest.param(CITIES.encode("utf-16"), id="utf16"),
        pytest.param(CITIES.replace("\n", "\r\n").encode(), id="crlf"),
        pytest.param(CITIES.replace("\n", "\r").encode(), id="old_mac_line_ends"),
        pytest.param(CITIES.replace(",", "\t").encode("utf-16"), id="unicode_text_with_tabs"),
        pytest.param(CITIES.replace(",", ";").encode(), id="semicolons"),
        pytest.param(CITIES.replace(",", "，").encode(), id="full_width_commas"),
        pytest.param(b"sep=,\r\n" + CITIES.encode(), id="a_separator_hint"),
        pytest.param((CITIES + "\n\n,,,,,,,,,,\n  \n").encode(), id="empty_rows_at_the_end"),
        pytest.param(CITIES.replace("\n", ",,,\n").encode(), id="empty_columns_at_the_end"),
        pytest.param(("\n,,\n" + CITIES).encode(), id="empty_rows_above"),
        pytest.param(CITIES.replace(",", " , ").encode(), id="spaces"),
        pytest.param(CITIES.replace(",", "\u3000,\xa0").encode(), id="full_width_and_hard_spaces"),
        pytest.param(CITIES.replace("岭州市", "岭州市\u200b").encode(), id="invisible_characters"),
        pytest.param(CITIES.replace("岭州市,", "岭 州市,").encode(), id="a_space_inside_a_name"),
        pytest.param(CITIES.replace("code,city", "Code,CITY").encode(), id="capitals_in_the_header"),
        pytest.param(CITIES.replace(",0901,", ",901,").encode(), id="a_lost_leading_zero"),
        pytest.param(CITIES.replace(",0901,", ",'0901,").encode(), id="a_text_mark_before_a_number"),
        pytest.param(CITIES.replace("980100,", "980100.0,").encode(), id="a_code_as_a_decimal"),
        pytest.param(CITIES.replace("kjj@lingzhou", "KJJ＠LingZhou").encode(), id="a_full_width_address"),
        pytest.param(CITIES.replace("kjj@lingzhou.", "mailto:kjj@lingzhou．").encode(), id="a_pasted_link"),
        pytest.param(
            CITIES.replace(",lingzhou.example", ",@lingzhou。example").encode(), id="a_domain_with_at_and_stop"
        ),
        pytest.param(CITIES.replace("专家局|岭州", "专家局｜岭州").encode(), id="a_full_width_bar"),
        pytest.param(CITIES.replace("专家局|岭州", "专家局、岭州").encode(), id="an_enumeration_comma"),
        pytest.param(
            CITIES.replace("岭州市外国专家局|岭州市科技局", '"岭州市外国专家局\n岭州市科技局"').encode(),
            id="lines_in_a_cell",
        ),
        pytest.param(CITIES.replace("岭州市外国专家局|", "岭州市外国专家局||").encode(), id="an_empty_value_in_a_list"),
    ],
)
def test_a_table_is_read_whatever_program_saved_it(rules: RulesFolder, saved: bytes) -> None:
    city = rules.write("cities.csv", saved).load().cities[0]

    assert (city.code, city.name, city.bureau, city.area_code) == ("980100", "岭州市", "岭州市科学技术局", "0901")
    assert city.other_bureau_names == ("岭州市外国专家局", "岭州市科技局")
    assert city.domains == ("lingzhou.example",)
    assert city.addresses == ("kjj@lingzhou.example",)


def test_columns_may_stand_in_any_order_and_optional_ones_may_be_missing(rules: RulesFolder) -> None:
    rules.write("units.csv", "route,name,seat_city\nvia_city,云江学院,云江\nask,海洋实验室,\n")

    units = rules.load().units

    assert [(unit.name, unit.seat_city, unit.route.value) for unit in units] == [
        ("云江学院", "云江市", "via_city"),
        ("海洋实验室", "", "ask"),
    ]


def test_a_domain_may_be_shared_by_several_units(rules: RulesFolder) -> None:
    units = rules.load().units

    assert [unit.name for unit in units if "lhu.example" in unit.domains] == ["岭海大学", "岭海大学附属医院"]


def test_an_address_written_twice_in_one_row_counts_once(rules: RulesFolder) -> None:
    rules.change("units.csv", "kyc@lhu.example", "kyc@lhu.example|KYC@lhu.example")

    assert rules.load().units[0].addresses == ("kyc@lhu.example",)


def test_a_directory_without_units_is_fine(rules: RulesFolder) -> None:
    rules.write("units.csv", UNITS.split("\n", maxsplit=1)[0] + "\n")

    assert rules.load().units == ()


@pytest.mark.parametrize(
    "saved",
    [
        pytest.param(codecs.BOM_UTF8 + CAMPAIGN.encode(), id="bom"),
        pytest.param(CAMPAIGN.encode("gbk"), id="gbk"),
        pytest.param(CAMPAIGN.replace("\n", "\r\n").encode(), id="crlf"),
        pytest.param(CAMPAIGN.encode("utf-16"), id="utf16"),
    ],
)
def test_a_text_file_is_read_whatever_editor_saved_it(rules: RulesFolder, saved: bytes) -> None:
    assert rules.write("campaign.toml", saved).load().campaign.department == "岭海省科学技术厅"
