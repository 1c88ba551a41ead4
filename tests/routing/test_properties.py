"""What must hold for any name, any noise and any mail: above all, nobody is sent to a wrong door."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.deciding import speaker_of
from service.domain.judgement import Channel
from service.domain.places import city_of
from service.domain.rules import Rulebook, UnitRoute
from service.domain.submission import LetterSource
from service.routing import listed_unit, who_speaks
from service.routing.names import fold, tidy
from tests.builders import a_letter, a_row, a_rulebook, a_submission, a_table, an_envelope, the_real_rulebook

BOOKS = [pytest.param(a_rulebook, id="invented"), pytest.param(the_real_rulebook, id="real")]
NOISE = "木未末土士干千口日目田由甲申己已巳天夫失矢牛午人入八儿力刀丁于了"
chinese = st.text(alphabet=st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=20)


def true_doors(book: Rulebook) -> dict[str, str | None]:
    """Every directory name and the bureau it may be sent to; None: to nobody."""
    doors: dict[str, str | None] = {city.bureau: None for city in book.cities}
    for unit in book.units:
        city = book.city(unit.seat_city)
        doors[unit.name] = city.bureau if city and unit.route is UnitRoute.VIA_CITY else None
    return doors


@pytest.mark.parametrize("rules", BOOKS)
@pytest.mark.parametrize("errors", [1, 2, 3])
@pytest.mark.parametrize("with_form", [True, False], ids=["with_form", "letter_only"])
def test_no_misread_letter_ever_sends_a_unit_to_a_wrong_door(rules, errors: int, with_form: bool) -> None:  # type: ignore[no-untyped-def]
    book, rng, wrong, unknown = rules(), random.Random(2020), [], 0
    for name, door in true_doors(book).items():
        for _ in range(3):
            read = list(name)
            for at in rng.sample(range(len(read)), min(errors, len(read))):
                read[at] = rng.choice(NOISE)
            rows = [a_row(name, None)] if with_form else []
            letter = a_letter("".join(read), addressee=None, title=None)
            mail = a_submission(letters=(letter,), tables=(a_table(1, rows),) if rows else (), text="")
            route = who_speaks(mail, book)
            if route.channel is Channel.VIA_CITY and route.report_to != door:
                wrong.append((name, letter.signer, route.decided_by))
            unknown += route.unit != name

    assert wrong == []
    if errors == 1:
        assert unknown < len(true_doors(book)) * 3 * (0.1 if with_form else 0.35)


@pytest.mark.parametrize("rules", BOOKS)
def test_no_typing_slip_ever_sends_a_unit_to_a_wrong_door(rules) -> None:  # type: ignore[no-untyped-def]
    book, rng, wrong = rules(), random.Random(25), []
    for name, door in true_doors(book).items():
        for _ in range(4):
            at = rng.randrange(len(name))
            slip = rng.choice((name[:at] + name[at + 1 :], name[:at] + rng.choice(NOISE) + name[at + 1 :]))
            route = speaker_of("someone@qq.com", slip, book)
            if route.channel is Channel.VIA_CITY and route.report_to != door:
                wrong.append((name, slip, route.decided_by))

    assert wrong == []


@given(chinese, st.sampled_from(["", "kyc@sysu.edu.cn", "x@gz.gov.cn", "a@b", "someone@qq.com"]))
@settings(max_examples=150)
def test_any_name_from_anywhere_has_a_route_with_a_reason(name: str, address: str) -> None:
    route = speaker_of(address, name or None, the_real_rulebook())

    assert route.reason
    assert (route.channel is Channel.VIA_CITY) == (route.report_to is not None)


@given(st.text(max_size=40))
def test_folding_a_name_twice_changes_nothing_more(name: str) -> None:
    assert fold(fold(name)) == fold(name)
    assert fold(tidy(name)) == fold(name) or not tidy(name).strip()


@given(st.text(max_size=30))
def test_no_text_is_a_city_unless_it_names_one(text: str) -> None:
    book = the_real_rulebook()
    city = city_of(text, book)

    assert city is None or any(
        word and word in fold(text) for word in (city.name[:-1], city.abbreviation, *city.aliases, *city.districts)
    )


@pytest.mark.parametrize("wrap", ["{}", "{}市", "广东省{}市", "广东{}", "{}市某某区", " {} 市 ", "驻{}市"])
def test_every_city_is_known_however_it_is_written(wrap: str) -> None:
    book = the_real_rulebook()

    for city in book.cities:
        written = wrap.format(city.name.removesuffix("市"))
        assert city_of(written, book) == city, written


@pytest.mark.parametrize(
    ("text", "city"),
    [
        ("天河区", "广州市"),
        ("广东省天河区", "广州市"),
        ("广州天河区", "广州市"),
        ("天河区珠江新城", "广州市"),
        ("广州市/天河区", "广州市"),
        ("南沙", "广州市"),
        ("顺德", "佛山市"),
        ("佛山市顺德区", "佛山市"),
        ("横琴", "珠海市"),
        ("普宁市", "揭阳市"),
        ("梅县", "梅州市"),
        ("汕尾市城区", "汕尾市"),
        ("深汕", "深圳市"),
        ("汕尾市深汕特别合作区", "深圳市"),
        ("汕尾深汕合作区", "深圳市"),
    ],
)
def test_a_district_is_its_citys(text: str, city: str) -> None:
    found = city_of(text, the_real_rulebook())

    assert found is not None and found.name == city


def test_no_district_stands_under_two_cities() -> None:
    names = [name for city in the_real_rulebook().cities for name in city.districts]

    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("name", "city", "unit", "exactly"),
    [
        ("华工", "广州", "华南理工大学", True),
        ("华南理工大学（盖章）", None, "华南理工大学", True),
        ("中山大学附属第一医院", "广州市", "中山大学附属第一医院", True),
        ("广州医科大学", "广州市", "广州医科大学", True),
        ("广东医科大学", "湛江市", "广东医科大学", True),
        ("中國科學院南海海洋研究所", "广州市", "中国科学院南海海洋研究所", True),
        ("中国科学院南海海样研究所", "广州市", "中国科学院南海海洋研究所", False),
        ("中国科学院南海海样研究所", "深圳市", None, False),
        ("中国科学院南海海样研究所", None, None, False),
        ("中山大学附属第九医院", "广州市", None, False),
        ("中山大学化学学院", "广州市", None, False),
        ("广西医科大学", "广州市", None, False),
        ("广东省业科学院", "广州市", None, False),
        ("广东省第人民医院", "广州市", None, False),
        ("中山大学（附属第三医院）", "广州市", None, False),
        ("中山大学（化学学院）", "广州市", None, False),
        ("中山大学（深圳）", "深圳市", "中山大学", True),
        ("广东省中医院（广州中医药大学第二附属医院）", "广州市", "广东省中医院", True),
        ("", "广州市", None, False),
        (None, None, None, False),
    ],
)
def test_a_rows_unit_is_a_line_of_the_directory_or_as_written(
    name: str | None, city: str | None, unit: str | None, exactly: bool
) -> None:
    entry, by_itself = listed_unit(name, city, the_real_rulebook())

    assert (entry.name if entry else None, by_itself) == (unit, exactly)


def test_a_shared_or_unknown_place_is_no_city() -> None:
    book = the_real_rulebook()

    for text in (
        "省直",
        "广东省",
        "汕",
        "城区",
        "江海",
        "贵阳市白云区",
        "广州市、深圳市",
        "天河区、南山区",
        "全省",
        "外省",
        "无",
        "/",
        "",
    ):
        assert city_of(text, book) is None, text


@given(st.text(max_size=60), st.text(max_size=20), st.sampled_from(list(LetterSource)))
@settings(max_examples=100)
def test_any_letter_and_signature_can_be_weighed(text: str, signer: str, source: LetterSource) -> None:
    letter = a_letter(
        signer, source=source, text=text, candidates=(text,), addressee=text, title=text, seal_text=signer
    )
    mail = a_submission(letters=(letter,), text=text, envelope=an_envelope(name=text, subject=text))

    assert who_speaks(mail, the_real_rulebook()).reason
