"""Whom a mail speaks for, when its signs agree, when they do not, and when there are few."""

from dataclasses import replace

import pytest

from service.domain.judgement import Channel
from service.domain.rules import City, UnitRoute
from service.domain.submission import CoverLetter, LetterSource, Submission
from service.routing import who_speaks
from tests.builders import (
    BUREAU,
    CITY,
    UNIVERSITY,
    a_case,
    a_letter,
    a_row,
    a_rulebook,
    a_submission,
    a_table,
    an_envelope,
    channel_of,
    codes,
    found,
    four_tables,
    judged,
    of_unit,
    without_pieces,
)

HOSPITAL = "岭海医科大学附属第一医院"
COMPANY = "云江精密机械有限公司"


def speaks(mail: Submission) -> tuple[Channel, str | None]:
    route = who_speaks(mail, a_rulebook())
    return route.channel, route.unit


def form_only(unit: str, city: str | None, **changes: object) -> Submission:
    return of_unit(unit, city, letters=(), attachments=a_submission().attachments[1:], text="", **changes)


def test_a_bureaus_letter_with_one_companys_rows_is_the_bureaus_set() -> None:
    judgement = judged(a_submission(tables=four_tables(COMPANY)))

    assert (channel_of(judgement), codes(judgement)) == ((Channel.CITY_BUREAU, BUREAU), [])


def test_a_universitys_letter_with_rows_of_its_schools_and_hospitals_is_the_universitys() -> None:
    rows = [
        a_row(name, "岭州市", row=n)
        for n, name in enumerate(("岭海医科大学护理学院", HOSPITAL, "岭州医大科技有限公司"), 3)
    ]

    judgement = judged(of_unit("岭海医科大学", tables=(a_table(1, rows),)))

    assert channel_of(judgement) == (Channel.DIRECT_UNIT, "岭海医科大学")
    assert "L106" not in codes(judgement)


def test_a_university_that_reports_for_its_hospital_alone_is_no_contradiction() -> None:
    assert "L106" not in codes(judged(of_unit("岭海医科大学", tables=four_tables(HOSPITAL, "岭州市"))))


def test_a_letter_of_one_known_unit_with_a_form_of_another_goes_to_staff() -> None:
    judgement = judged(of_unit(UNIVERSITY, tables=four_tables("岭海农业大学", "岭州市")))

    assert codes(judgement) == ["L106"]
    assert judgement.decision.route.unlike_sender == "岭海农业大学"


@pytest.mark.parametrize(
    ("sender", "contradicts"), [("kjc@kjj.yunjiang.example", True), ("kjc@freemail.example", False)]
)
def test_a_letter_of_one_unit_with_the_set_of_the_bureau_that_sent_it_goes_to_staff(
    sender: str, contradicts: bool
) -> None:
    rows = [a_row("云江市第一人民医院"), a_row("云江智能装备有限公司", row=4)]
    mail = of_unit(UNIVERSITY, tables=(a_table(1, rows),), envelope=an_envelope(sender))

    assert bool(judged(mail).decision.route.contradiction) is contradicts


def test_a_letter_from_the_registered_address_of_another_unit_goes_to_staff() -> None:
    assert codes(judged(of_unit(UNIVERSITY, envelope=an_envelope("kyc@lhmu.example")))) == ["L106"]


def test_a_form_alone_from_another_known_units_domain_is_not_asked_for_its_letter() -> None:
    """The wrong file may be attached. A name under the mail or a common house says that it is not."""
    here = an_envelope("wang@lhnu.example", subject="报送材料")
    form = {"attachments": a_submission().attachments[1:], "tables": four_tables("岭海农业大学", "岭州市"), "text": ""}
    bare = a_submission(letters=(), envelope=here, **form)

    assert codes(judged(bare)) == ["L101", "R403"]
    assert judged(bare).decision.verdict == "staff_review"
    assert codes(judged(replace(bare, text="岭海农业大学科研处"))) == ["L101"]
    hospital = replace(bare, tables=four_tables(HOSPITAL, "岭州市"), envelope=an_envelope("wang@lhmu.example"))
    assert codes(judged(hospital)) == ["L101"]


def test_a_letter_from_another_known_units_domain_goes_to_staff() -> None:
    """Letter, form and sender disagree: nobody is told anything. A name under the mail says that all is well."""
    here = an_envelope("wang@lhnu.example")

    for unit, city in (("岭海农业大学", "岭州市"), (COMPANY, CITY)):
        judgement = judged(of_unit(unit, city, envelope=here))
        assert (judgement.decision.verdict, codes(judgement)[-1]) == ("staff_review", "R403")
    assert codes(judged(of_unit("岭海农业大学", envelope=here, text="岭海农业大学科研处"))) == []


def test_a_unit_whose_bureau_sent_its_letter_on_is_not_sent_to_that_bureau() -> None:
    by_address = of_unit(COMPANY, CITY, envelope=an_envelope("kjj@yunjiang.example"))
    by_name = of_unit(COMPANY, CITY, envelope=an_envelope(name="云江市科技局"))
    by_signature = of_unit(COMPANY, CITY, text="转上企业材料。\n云江市科学技术局")
    by_domain = of_unit(COMPANY, CITY, envelope=an_envelope("wang@yunjiang.example"))

    for mail in (by_address, by_name, by_signature, by_domain):
        assert "R401" not in [c for c in codes(judged(mail)) if judged(mail).decision.verdict == "wrong_route"]
        assert judged(mail).decision.verdict == "staff_review"


def test_a_district_office_may_share_its_citys_domain_and_is_still_sent_to_the_bureau() -> None:
    judgement = judged(of_unit("云江市江北区科技局", "云江市江北区", envelope=an_envelope("kj@yunjiang.example")))

    assert judgement.decision.verdict == "wrong_route"


def test_a_form_of_one_company_without_a_letter_is_the_companys() -> None:
    assert judged(form_only(COMPANY, CITY)).decision.verdict == "wrong_route"


def test_a_bureau_that_forgot_its_letter_is_not_taken_for_the_one_company_in_its_form() -> None:
    for envelope in (
        an_envelope("x@kjj.yunjiang.example"),
        an_envelope(name="云江市科技局"),
        an_envelope("kjj@yunjiang.example"),
    ):
        judgement = judged(form_only(COMPANY, CITY, envelope=envelope))

        assert (channel_of(judgement), codes(judgement)) == ((Channel.CITY_BUREAU, BUREAU), ["L101"])


def test_rows_of_many_units_without_a_letter_name_nobody_but_are_evidence_of_a_bureau() -> None:
    rows = [a_row(f"云江某{n}有限公司", CITY, row=n) for n in (3, 4, 5)]
    mail = a_submission(letters=(), attachments=a_submission().attachments[1:], tables=(a_table(1, rows),), text="")

    judgement = judged(mail)

    assert channel_of(judgement) == (Channel.UNKNOWN, None)
    assert [(e.source, e.unit) for e in judgement.decision.route.evidence] == [("form_rows", BUREAU)]
    assert (judgement.decision.verdict, codes(judgement)) == ("needs_correction", ["L101", "F207", "F207", "F207"])


def test_rows_of_many_units_of_a_city_under_its_bureaus_name_are_the_bureaus() -> None:
    rows = [a_row(f"云江{n}厂", "云江市", row=n) for n in range(3, 6)]
    sent = form_only(COMPANY, CITY, envelope=an_envelope("wang@qq.com"))

    for text, channel in (
        ("请查收。\n云江市科学技术局", Channel.CITY_BUREAU),
        ("请查收。\n望海市科技创新局", Channel.UNKNOWN),
    ):
        assert speaks(replace(sent, tables=(a_table(1, rows),), text=text))[0] is channel


def test_two_units_named_by_form_and_sender_without_a_letter_go_to_staff() -> None:
    judgement = judged(form_only(UNIVERSITY, "岭州市", envelope=an_envelope("kyc@lhmu.example")))

    assert "R403" in codes(judgement)
    assert judgement.decision.verdict == "staff_review"


def test_a_seal_that_names_another_unit_than_the_signature_goes_to_staff() -> None:
    mail = of_unit(UNIVERSITY, letters=(a_letter(UNIVERSITY, seal_text="岭海农业大学"),))

    judgement = judged(mail)

    assert codes(judgement) == ["R403"]
    assert "检测到的疑似公章读作“岭海农业大学”" in found(judgement, "R403").message
    assert judgement.decision.verdict == "staff_review"


def test_a_seal_speaks_when_no_signature_could_be_read() -> None:
    mail = of_unit(UNIVERSITY, letters=(a_letter(None, seal_text=UNIVERSITY, text="x"),), tables=())

    assert speaks(mail) == (Channel.DIRECT_UNIT, UNIVERSITY)


def test_the_title_and_the_letterhead_speak_when_no_signature_could_be_read() -> None:
    by_title = a_letter(None, title="云江市科学技术局关于报送2020年海外人才与科技交流合作需求的函")
    by_head = a_letter(None, candidates=("云江市科学技术局文件", BUREAU))

    for letter in (by_title, by_head):
        assert speaks(a_submission(letters=(letter,), tables=(), text="")) == (Channel.CITY_BUREAU, BUREAU)


def test_a_company_that_wrote_to_its_bureau_is_not_taken_for_the_bureau() -> None:
    letter = a_letter("云江某某材料有限公司", addressee=BUREAU, candidates=(BUREAU,))

    assert speaks(a_submission(letters=(letter,), tables=(), text=""))[0] is Channel.VIA_CITY


def test_the_notice_sent_back_is_no_cover_letter() -> None:
    notice = a_letter("岭海省科学技术厅", addressee="各地级以上市科技局（委），有关单位", path="通知.pdf")

    only_notice = judged(of_unit(UNIVERSITY, letters=(notice,)))
    beside = judged(of_unit(UNIVERSITY, letters=(notice, a_letter(UNIVERSITY))))

    assert (codes(only_notice), codes(beside)) == (["L101"], [])


def test_of_many_letters_in_a_consolidated_set_the_bureaus_own_counts() -> None:
    letters = (
        a_letter(COMPANY, path="a.pdf"),
        a_letter("云江某某有限公司", path="b.pdf"),
        a_letter(BUREAU, path="局.pdf"),
    )

    judgement = judged(a_submission(letters=letters))

    assert judgement.dossier.letter == letters[2]
    assert (channel_of(judgement), codes(judgement)) == ((Channel.CITY_BUREAU, BUREAU), [])


def test_a_forwarded_circular_of_the_bureau_does_not_make_a_unit_the_bureau() -> None:
    circular = a_letter(BUREAU, addressee="各有关单位", path="转发通知.pdf")

    judgement = judged(of_unit(COMPANY, CITY, letters=(circular, a_letter(COMPANY))))

    assert channel_of(judgement)[1] == COMPANY
    assert judgement.decision.verdict in ("wrong_route", "staff_review")


def test_a_scan_whose_name_cannot_be_read_is_preferred_to_the_same_letter_as_a_document() -> None:
    scan = a_letter(None, path="扫描件.pdf", title=None)
    draft = a_letter(BUREAU, path="函.docx", source=LetterSource.EDITABLE)

    assert judged(a_submission(letters=(draft, scan))).dossier.letter == scan


def test_a_domain_with_a_signature_is_enough_to_ask_for_the_forgotten_files() -> None:
    mail = without_pieces("见附件。\n岭海理工大学科技处", envelope=an_envelope("wang@lhut.example"))

    judgement = judged(mail)

    assert channel_of(judgement) == (Channel.DIRECT_UNIT, UNIVERSITY)
    assert (judgement.decision.verdict, codes(judgement)) == ("needs_correction", ["L101", "F201"])


def test_a_domain_with_a_signature_sends_nobody_away() -> None:
    mail = without_pieces("见附件。\n南屿大学科研处", envelope=an_envelope("wang@nyu.example"))

    assert judged(mail).decision.verdict == "needs_correction"


def test_h15_a_name_on_free_mail_alone_decides_nothing() -> None:
    mail = without_pieces("见附件。\n岭海理工大学", envelope=an_envelope("wang@qq.com", name="岭海理工大学"))

    assert speaks(mail) == (Channel.UNKNOWN, None)


def test_a_registered_address_speaks_for_its_unit_when_nothing_else_does() -> None:
    assert speaks(without_pieces("见附件", envelope=an_envelope("KYC@lhmu.example"))) == (
        Channel.DIRECT_UNIT,
        "岭海医科大学",
    )


def test_a_slip_in_a_typed_name_is_forgiven_when_the_domain_agrees() -> None:
    slip = form_only("岭海埋工大学", "岭州市", envelope=an_envelope("kyc@lhut.example"))
    from_anywhere = form_only("岭海埋工大学", "岭州市")

    assert speaks(slip)[1] == UNIVERSITY
    assert judged(from_anywhere).decision.route.known is False


def test_a_badly_read_signature_is_the_unit_that_the_form_spells_out() -> None:
    mail = of_unit(UNIVERSITY, letters=(a_letter("岭侮埋工大学"),))

    assert (channel_of(judged(mail)), codes(judged(mail))) == ((Channel.DIRECT_UNIT, UNIVERSITY), [])


def test_an_office_that_signs_for_its_unit_goes_to_staff() -> None:
    assert codes(judged(of_unit("岭海理工大学材料学院"))) == ["R404"]
    assert codes(judged(of_unit("岭海医科大学附属第九医院"))) == ["R402"]


def test_a_unit_whose_channel_is_for_staff_to_say_goes_to_staff() -> None:
    judgement = judged(of_unit("岭海海洋科学实验室"))

    assert (codes(judgement), judgement.decision.verdict) == (["R402"], "staff_review")


def test_who_speaks_names_no_unit_when_it_is_not_clear() -> None:
    contradictory = of_unit(UNIVERSITY, tables=four_tables("岭海农业大学", "岭州市"))

    assert speaks(contradictory)[1] is None
    assert speaks(form_only(COMPANY, CITY))[1] is None
    assert speaks(form_only(UNIVERSITY, "岭州市"))[1] == UNIVERSITY


def test_a_follow_up_with_one_companys_rows_stays_the_bureaus() -> None:
    case = a_case(judged(a_submission(tables=(), attachments=a_submission().attachments[:1])))

    judgement = judged(form_only(COMPANY, CITY), earlier=case)

    assert (channel_of(judgement), codes(judgement)) == ((Channel.CITY_BUREAU, BUREAU), [])


def test_a_follow_up_that_brings_another_units_letter_goes_to_staff() -> None:
    case = a_case(judged(of_unit(UNIVERSITY, tables=())))

    judgement = judged(of_unit("岭海农业大学"), earlier=case)

    assert codes(judgement) == ["L106"]


def test_a_route_that_staff_settled_is_kept() -> None:
    from dataclasses import replace

    first = judged(of_unit("岭海海洋科学实验室", tables=()))
    settled = replace(first.decision.route, channel=Channel.DIRECT_UNIT, decided_by="staff")
    case = replace(a_case(first), route=settled)

    judgement = judged(form_only("岭海海洋科学实验室", "岭州市"), earlier=case)

    assert (judgement.decision.route.decided_by, judgement.decision.verdict) == ("staff", "accepted")


def test_a_letter_completes_the_identity_of_a_case_that_had_none() -> None:
    case = a_case(judged(without_pieces("现将征集表报送，请查收")))

    assert channel_of(judged(of_unit(UNIVERSITY), earlier=case)) == (Channel.DIRECT_UNIT, UNIVERSITY)


@pytest.mark.parametrize("signer", ["岭海省科学技术厅", "", "   ", None])
def test_a_letter_that_names_no_signer_claims_nothing(signer: str | None) -> None:
    letter: CoverLetter = a_letter(signer, title=None)

    assert speaks(a_submission(letters=(letter,), tables=(), text="")) == (Channel.UNKNOWN, None)


UNIT_ELSEWHERE = next(u for u in a_rulebook().units if u.route is UnitRoute.VIA_CITY)


def sealed(signer: str | None, seal_text: str, sure: float = 1.0, **changes: object) -> Submission:
    """A mail of a university whose letter bears this signature and this seal."""
    letter = replace(a_letter(signer, seal_text=seal_text, title=None, text="x"), seal_sure=sure)
    return of_unit(UNIVERSITY, letters=(letter,), **changes)


@pytest.mark.parametrize(
    ("text", "sure"),
    [
        pytest.param("岭海农业大学", 0.7, id="one_character_is_not_certain"),
        pytest.param("岭海农业大学", 0.0, id="another_seal_stands_beside_it"),
        pytest.param("岭海农业大", 1.0, id="it_lost_a_character"),
        pytest.param("某某大学", 1.0, id="it_names_nobody_we_know"),
    ],
)
def test_a_seal_that_was_not_read_surely_contradicts_nobody(text: str, sure: float) -> None:
    judgement = judged(sealed(UNIVERSITY, text, sure))

    assert (channel_of(judgement), codes(judgement)) == ((Channel.DIRECT_UNIT, UNIVERSITY), [])


def test_a_seal_one_character_from_the_signature_is_a_slip_of_reading() -> None:
    other = next(c.bureau for c in a_rulebook().cities if c.bureau == "岭州市科学技术局")
    rulebook = replace(a_rulebook(), cities=tuple(_renamed(c, other, "云州市科学技术局") for c in a_rulebook().cities))
    letter = a_letter(BUREAU, seal_text="云州市科学技术局")

    assert who_speaks(a_submission(letters=(letter,)), rulebook).contradiction == ()


def _renamed(city: City, bureau: str, name: str) -> City:
    return replace(city, bureau=name, name=name[:3]) if city.bureau == bureau else city


@pytest.mark.parametrize("text", ["一岭海理工大学", "岭海理工大学1234", "岭海理工大学"])
def test_strokes_of_the_rim_are_no_part_of_a_seals_name(text: str) -> None:
    assert speaks(sealed(None, text, tables=())) == (Channel.DIRECT_UNIT, UNIVERSITY)


def test_a_seal_whose_place_was_not_read_names_nobody() -> None:
    assert speaks(sealed(None, "江市科学技术局", tables=())) == (Channel.UNKNOWN, None)


def test_a_seal_with_a_character_that_was_hardly_read_names_nobody() -> None:
    assert speaks(sealed(None, UNIVERSITY, 0.5, tables=())) == (Channel.UNKNOWN, None)


def test_a_signature_misread_under_the_seal_is_that_of_the_seal() -> None:
    judgement = judged(sealed("岭海埋工火学", UNIVERSITY))

    assert (channel_of(judgement), codes(judgement)) == ((Channel.DIRECT_UNIT, UNIVERSITY), [])


@pytest.mark.parametrize(
    ("signer", "against"),
    [("云江职业技未学院", ()), ("云江职业卫生学院", ("云江职业卫生学院", "云江职业技术学院"))],
    ids=["misread", "another_name"],
)
def test_a_signature_like_the_seals_sends_nobody_away_unless_it_is_the_same_misread(
    signer: str, against: tuple[str, ...]
) -> None:
    college = replace(UNIT_ELSEWHERE, name="云江职业技术学院", aliases=())
    rulebook = replace(a_rulebook(), units=(*a_rulebook().units, college))
    letter = replace(a_letter(signer, seal_text=college.name, title=None, text="x"), seal_sure=1.0)
    mail = a_submission(letters=(letter,), tables=(), text="")

    assert who_speaks(mail, rulebook).contradiction == against


def test_a_signature_left_open_is_the_one_unit_that_its_reading_can_mean() -> None:
    letter = replace(a_letter(None, title=None, text="x"), signer_candidates=("岭海理工火学",))

    assert speaks(of_unit(UNIVERSITY, letters=(letter,), tables=())) == (Channel.DIRECT_UNIT, UNIVERSITY)


@pytest.mark.parametrize("signer", ["岭海医科大学附属第医院", None], ids=["signed", "left_open"])
def test_a_reading_that_is_as_like_a_name_it_cannot_be_means_neither(signer: str | None) -> None:
    read = "岭海医科大学附属第医院"  # 附属第一医院 without its 一, and not far from 附属口腔医院
    letter = replace(a_letter(signer, title=None, text="x"), signer_candidates=(read,))

    assert not who_speaks(of_unit(UNIVERSITY, letters=(letter,), tables=()), a_rulebook()).known


def test_nobody_is_sent_away_by_a_doubtful_seal_alone() -> None:
    via_city = next(unit for unit in a_rulebook().units if unit.route is UnitRoute.VIA_CITY and len(unit.name) > 6)

    assert speaks(sealed(None, via_city.name, 0.7, tables=()))[0] is Channel.UNKNOWN


def test_of_two_readings_the_typed_one_is_believed_against_a_doubtful_seal() -> None:
    judgement = judged(sealed(None, "岭海农业大学", 0.7))

    assert (channel_of(judgement), codes(judgement)) == ((Channel.DIRECT_UNIT, UNIVERSITY), [])


def test_a_city_body_is_no_slip_for_the_provinces_body_of_its_kind() -> None:
    book = a_rulebook()
    province = replace(
        next(u for u in book.units if u.route is UnitRoute.DIRECT),
        name="岭海省疾病预防控制中心",
        aliases=(),
        domains=(),
    )
    rulebook = replace(book, units=(*book.units, province))

    of_city = who_speaks(of_unit("岭州市疾病预防控制中心"), rulebook)
    with_a_slip = who_speaks(of_unit("岭海省疾病预访控制中心"), rulebook)

    assert (of_city.channel, of_city.report_to) == (Channel.VIA_CITY, "岭州市科学技术局")
    assert with_a_slip.channel is Channel.UNKNOWN


def two_sets(*units: str) -> Submission:
    """One mail with the letters and forms of several units."""
    letters = tuple(a_letter(unit, path=f"{n}.pdf") for n, unit in enumerate(units))
    tables = tuple(
        replace(t, attachment=f"{n}.xlsx") for n, unit in enumerate(units) for t in four_tables(unit, "岭州市")
    )
    return a_submission(letters=letters, tables=tables)


def test_two_units_sets_in_one_mail_are_for_staff_to_part() -> None:
    judgement = judged(two_sets(UNIVERSITY, "岭海农业大学"))

    assert "R403" in codes(judgement)
    assert set(judgement.decision.route.contradiction) == {UNIVERSITY, "岭海农业大学"}


def test_a_partners_letter_beside_a_units_own_set_contradicts_nobody() -> None:
    mail = replace(two_sets(UNIVERSITY, "岭海农业大学"), tables=four_tables(UNIVERSITY, "岭州市"))

    assert judged(mail).decision.route.contradiction == ()
