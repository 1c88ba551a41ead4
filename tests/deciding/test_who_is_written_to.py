"""Whose address is trusted with a letter: disguises get none, and a unit's registered address gets a copy."""

from dataclasses import replace

import pytest

from service import deciding
from service.domain.judgement import Judgement, Letter, Verdict
from service.domain.look_alikes import look_alike
from service.domain.submission import Submission
from tests.builders import (
    BUREAU,
    IN_TIME,
    OWN,
    a_letter,
    a_rulebook,
    a_submission,
    a_trusting_rulebook,
    an_envelope,
    codes,
    found,
    judged,
    of_unit,
    the_real_rulebook,
    the_wording,
)

REGISTERED = "kjj@yunjiang.example"
FREE = "someone@qq.com"


def spoken_for(mail: Submission | None = None, own: frozenset[str] = OWN) -> Judgement:
    """The bureau's whole set from free mail, with all checks on."""
    mail = mail or a_submission(envelope=an_envelope(FREE))
    return deciding.judge(mail, IN_TIME, None, a_rulebook(), the_wording(), own)


def copies(judgement: Judgement) -> list[str]:
    assert judgement.decision.reply is not None
    return [address.address for address in judgement.decision.reply.cc]


@pytest.mark.parametrize(
    ("domain", "unit", "other"),
    [
        ("gz-gov.cn", None, "gz.gov.cn"),
        ("gz.gov.cn.mail.example", None, "gz.gov.cn"),
        ("gz．gov．cn", None, "gz.gov.cn"),
        ("gz.gоv.cn", None, "gz.gov.cn"),
        ("xn--g-loa.gov.cn", None, "gz.gov.cn"),
        ("xn--fiqs8s.example", None, None),
        ("163．com", None, "163.com"),
        ("l63.com", None, "163.com"),
        ("scut.edu.co", "华南理工大学", "scut.edu.cn"),
        ("jxnu.edu.cn", "暨南大学", "jnu.edu.cn"),
        ("jxnu.edu.cn", None, None),
        ("gdut.edu.cn", "广东石油化工学院", None),
        ("stu.scut.edu.cn", None, None),
        ("vip.163.com", None, None),
        ("hust.edu.cn", None, None),
        ("", None, None),
    ],
)
def test_a_domain_that_passes_for_another_is_told(domain: str, unit: str | None, other: str | None) -> None:
    assert look_alike(domain, unit, the_real_rulebook()) == other


@pytest.mark.parametrize("domain", ["yunjiang.example.mail.example", "kjj-yunjiang.example", "yunj1ang.example"])
def test_h2_a_look_alike_of_a_registered_domain_goes_to_staff_and_gets_no_letter(domain: str) -> None:
    judgement = judged(a_submission(envelope=an_envelope(f"kjj@{domain}")))

    assert (judgement.decision.verdict, judgement.decision.reply) == (Verdict.STAFF_REVIEW, None)
    assert found(judgement, "R403").variant == "look_alike"


@pytest.mark.parametrize(
    "name", ["科技局 <kjj@yunjiang.example>", "kjj@yunjiang.example", "科技局 kjj＠yunjiang.example"]
)
def test_h2_a_name_that_is_another_houses_address_goes_to_staff_and_gets_no_letter(name: str) -> None:
    judgement = judged(a_submission(envelope=an_envelope(FREE, name)))

    assert (judgement.decision.verdict, judgement.decision.reply) == (Verdict.STAFF_REVIEW, None)
    assert found(judgement, "R403").variant == "name"


@pytest.mark.parametrize("name", [FREE, "12345@foxmail.com", "张三@科研处", "kyc@mail.qq.com"])
def test_a_name_that_is_ones_own_address_is_none(name: str) -> None:
    assert codes(judged(a_submission(envelope=an_envelope(FREE, name)))) == []


def test_the_registered_address_gets_a_copy_of_a_receipt_that_another_mailbox_is_sent() -> None:
    judgement = spoken_for()

    assert codes(judgement) == ["S602"]
    assert judgement.decision.reply is not None
    assert judgement.decision.reply.letter is Letter.RECEIPT
    assert ([a.address for a in judgement.decision.reply.to], copies(judgement)) == ([FREE], [REGISTERED])
    assert f"回执抄送登记的邮箱：{REGISTERED}" in judgement.decision.why


def test_nobody_gets_a_copy_of_anything_but_a_receipt() -> None:
    asked = spoken_for(a_submission(envelope=an_envelope(FREE), tables=(), attachments=a_submission().attachments[:1]))

    assert (asked.decision.verdict, copies(asked)) == (Verdict.NEEDS_CORRECTION, [])


def test_who_writes_from_the_units_own_house_needs_no_copy() -> None:
    for sender in (REGISTERED, "wang@yunjiang.example"):
        assert copies(spoken_for(a_submission(envelope=an_envelope(sender)))) == []


def test_a_name_that_was_misread_brings_nobody_a_copy() -> None:
    misread = spoken_for(a_submission(envelope=an_envelope(FREE), letters=(a_letter("云江市科学技木局"),)))

    assert misread.decision.route.unit == BUREAU
    assert copies(misread) == []


def test_a_unit_without_a_registered_address_and_our_own_address_get_no_copy() -> None:
    assert copies(spoken_for(of_unit("岭海理工大学", envelope=an_envelope(FREE)))) == []
    assert copies(spoken_for(own=OWN | {REGISTERED})) == []


def test_admins_who_do_not_ask_about_mailboxes_want_no_copies() -> None:
    assert copies(judged(a_submission(envelope=an_envelope(FREE)), rules=a_trusting_rulebook())) == []


def test_a_forbidden_address_gets_no_copy() -> None:
    book = replace(a_rulebook(), forbidden_senders={REGISTERED: "routing.toml:3"})
    judgement = deciding.judge(a_submission(envelope=an_envelope(FREE)), IN_TIME, None, book, the_wording(), OWN)

    assert copies(judgement) == []
