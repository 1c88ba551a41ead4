"""Facts to the digest letter; the words are in mail_templates/digest.*."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from service.digest.facts import Debtor, DigestFacts, Matter, Speaker
from service.domain.judgement import Verdict
from service.typesetting.papers import RenderedLetter
from service.typesetting.templates import Templates
from service.typesetting.text import one_line

SHOWN = 40
"""More of one kind than this is counted, not listed: the workbook and `cases` list all."""


def render_digest(facts: DigestFacts, templates: Templates) -> RenderedLetter:
    """The digest of these facts. Raises jinja2.TemplateError for a broken template."""
    return templates.render("digest", _values(facts))


def digest_problems(templates: Templates) -> tuple[str, ...]:
    """The digest rendered with sample facts: what is wrong, each with file, line and what to do."""
    return tuple(templates.problems("digest", _trials(templates)))


def sample_facts() -> tuple[DigestFacts, DigestFacts]:
    """An invented busy day, and an invented quiet one."""
    made = datetime.fromisoformat("2020-03-25T08:00:00+08:00")
    quiet = DigestFacts(
        department="岭海省科学技术厅",
        campaign="2020年海外人才与科技交流合作需求征集",
        timezone="Asia/Shanghai",
        day=date(2020, 3, 24),
        made=made,
        deadline=datetime.fromisoformat("2020-03-25T23:59:59+08:00"),
        total_cases=31,
        total_complete=24,
    )
    return _busy(quiet), quiet


def _busy(quiet: DigestFacts) -> DigestFacts:
    ago = quiet.made - timedelta(hours=16)
    return replace(
        quiet,
        verdicts={
            Verdict.ACCEPTED: 9,
            Verdict.NEEDS_CORRECTION: 4,
            Verdict.WRONG_ROUTE: 2,
            Verdict.STAFF_REVIEW: 2,
            Verdict.NOT_A_SUBMISSION: 5,
        },
        new_cases=11,
        completed=("LH2020-0012 云江市科学技术局", "LH2020-0019 岭海大学", "LH2020-0021 岭东市科学技术局"),
        needs_person=(
            Matter("LH2020-0023", "报送函署名“岭海大学”，征集表填报单位是“岭海医科大学”。", "岭海大学", ago),
            Matter(
                "LH2020-0027", "目录中没有这个单位，请确认报送渠道。", "云江智能装备研究院", ago + timedelta(hours=2)
            ),
            Matter("3月24日 17:40 的来信", "询问征集表能否用旧版填写，没有附件。", "李四"),
        ),
        quarantined=(Matter("3月24日 11:02 的来信", "两次读取都超出限时。", "王五"),),
        parked=(
            Matter("信41 【补正通知】岭南农业研究所：还缺报送函扫描件", "收件服务器拒收：邮箱已满。", "", ago),
            Matter("信43 【转报通知】请报送岭西市科学技术局", "", "", ago),
        ),
        mailboxes=(
            Speaker("岭海大学", "lisi@freemail.example", "LH2020-0019"),
            Speaker("岭东市科学技术局", "wangwu@freemail.example", "LH2020-0021"),
        ),
        owing=(Debtor("岭西市科学技术局"), Debtor("岭北市科学技术局"), Debtor("岭东市科学技术局", "报送函扫描件")),
        ambiguous=1,
        rules_changes=("3月24日 15:20 wangwu@ste.linghai.example 用邮件启用了规则的改动：units.csv：第12行改动",),
        rules_problems=("units.csv 第 12 行：同一地址已在第 4 行出现，请删去一处。服务仍按原规则运行。",),
    )


def _trials(templates: Templates) -> Iterator[Callable[[], object]]:
    yield from (partial(render_digest, facts, templates) for facts in sample_facts())


def _values(facts: DigestFacts) -> dict[str, Any]:
    zone = ZoneInfo(facts.timezone)
    values = {field.name: getattr(facts, field.name) for field in fields(facts)}
    return values | {
        "made": facts.made.astimezone(zone),
        "deadline": facts.deadline.astimezone(zone),
        "days_left": (facts.deadline.astimezone(zone).date() - facts.made.astimezone(zone).date()).days,
        "past_deadline": facts.made > facts.deadline,
        "verdicts": {verdict.value: facts.verdicts.get(verdict, 0) for verdict in Verdict},
        "mails": facts.mails,
        "to_do": facts.to_do,
        "is_quiet": facts.is_quiet,
        "alarms": tuple(one_line(text) for text in facts.alarms),
        "rules_changes": tuple(one_line(text, 300) for text in facts.rules_changes),
        "completed": tuple(one_line(text, 60) for text in facts.completed[:SHOWN]),
        "completed_count": len(facts.completed),
        "owing": tuple(Debtor(one_line(d.unit, 60), one_line(d.lacks, 60)) for d in facts.owing or ()),
        "mailboxes": tuple(
            Speaker(one_line(m.unit, 60), one_line(m.address, 80), m.number) for m in facts.mailboxes[:SHOWN]
        ),
        "mailbox_count": len(facts.mailboxes),
        "shown": SHOWN,
        **{name: _matters(getattr(facts, name), zone) for name in ("needs_person", "quarantined", "parked")},
    }


def _matters(matters: tuple[Matter, ...], zone: ZoneInfo) -> tuple[Matter, ...]:
    """Clean and on one line each, times in the campaign's zone, the longest waiting first."""
    ordered = sorted(matters, key=lambda m: (m.since is None, m.since))
    return tuple(
        Matter(one_line(m.what, 80), one_line(m.why, 300), one_line(m.who, 60), m.since and m.since.astimezone(zone))
        for m in ordered
    )
