"""Senders that admins forbid: their mail goes to a person, unanswered, and enters no case."""

import pytest

from service import deciding, rulebook
from service.domain.judgement import Verdict
from service.domain.mail import MailKind
from service.domain.rules import Rulebook
from tests.builders import IN_TIME, OWN, a_submission, an_envelope, the_wording
from tests.rulebook.conftest import RulesFolder


def forbidding(rules: RulesFolder, *names: str) -> RulesFolder:
    listed = ", ".join(f'"{name}"' for name in names)
    return rules.write("routing.toml", f"[senders]\nforbidden = [\n  {listed},\n]\n")


def kind_and_verdict(book: Rulebook, sender: str) -> tuple[MailKind, Verdict, bool]:
    submission = a_submission(envelope=an_envelope(sender))
    decision = deciding.judge(submission, IN_TIME, None, book, the_wording(), OWN).decision
    return decision.kind, decision.verdict, decision.reply is None


@pytest.mark.parametrize(
    "name",
    ["someone@freemail.example", "freemail.example", "Someone@FreeMail.example", "ｓomeone＠freemail。example"],
    ids=["address", "domain", "capitals", "full_width"],
)
def test_a_forbidden_senders_mail_goes_to_a_person_unanswered(rules: RulesFolder, name: str) -> None:
    book = forbidding(rules, name).load()

    assert kind_and_verdict(book, "someone@freemail.example") == (MailKind.INQUIRY, Verdict.STAFF_REVIEW, True)
    assert kind_and_verdict(book, "someone@sub.freemail.example")[0] is (
        MailKind.INQUIRY if "@" not in name.replace("＠", "@") else MailKind.SUBMISSION
    )
    assert kind_and_verdict(book, "someoneelse@mail.example")[0] is MailKind.SUBMISSION


def test_the_line_that_forbids_is_named(rules: RulesFolder) -> None:
    assert forbidding(rules, "someone@freemail.example").load().forbids("Someone@freemail.example") == "routing.toml:3"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("kjj@yunjiang.example", "“kjj@yunjiang.example”又登记在 cities.csv 第3行（云江市科学技术局）；请从其中一处删去"),
        ("qq.com", "“qq.com”是公共邮箱，会挡住许多单位；请写完整的邮箱地址"),
        ("ste.linghai.example", "“ste.linghai.example”会挡住 zhangsan@ste.linghai.example，那是工作人员、管理员或本系统的邮箱；请删去"),
        ("gov.cn", "“gov.cn”是许多单位共有的域名后缀，范围过大；请写完整的邮箱或域名，例如 someone@example.cn"),
        ("张三", "“张三”不是正确的域名；请写完整的邮箱或域名，例如 someone@example.cn"),
    ],
    ids=["registered", "free_mail", "staff", "everybodys", "a_name"],
)  # fmt: skip
def test_a_ban_that_would_meet_others_is_refused(rules: RulesFolder, name: str, problem: str) -> None:
    assert forbidding(rules, name).problems() == (f"routing.toml 第3行，forbidden：{problem}",)


def test_a_ban_of_a_units_domain_is_a_warning(rules: RulesFolder) -> None:
    warnings = rulebook.explain_rules(forbidding(rules, "lzu.example").path).warnings

    assert warnings == (
        "routing.toml 第3行，forbidden：禁用的域名包括 units.csv 第4行（岭州大学）的 lzu.example；"
        "请核对，只禁用某个人的请写完整的邮箱",
    )
