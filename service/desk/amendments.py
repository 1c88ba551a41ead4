"""The letters to admins about changes of the rules by mail. The words are in mail_templates/rules_trial.* and
rules_answer.*."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from service.domain.amendments import Answer, Decided, Difference, Outcome, Trial, TriedMail, What
from service.domain.rules import Campaign
from service.typesetting.papers import RenderedLetter
from service.typesetting.templates import Templates
from service.typesetting.text import one_line

SHOWN_CHANGES, SHOWN_MAILS = 40, 30
"""What goes beyond stands in the workbook that comes with the letter."""
_SHOWN_LINES = 60
_SHOWN_IDLE = 12


def is_long(trial: Trial) -> bool:
    """Whether a letter shows less than there is, and a workbook with all of it is to come along."""
    return len(trial.differences) > SHOWN_CHANGES or len(trial.changed) > SHOWN_MAILS


def render_trial(
    trial: Trial, folder: Path, campaign: Campaign, made: datetime, templates: Templates
) -> RenderedLetter:
    """What a change would do, with its token. Raises jinja2.TemplateError for a broken template."""
    values = {
        **_common(folder, campaign, made),
        "by": one_line(trial.by, 100),
        "token": trial.token,
        "files": trial.files,
        "differences": [_difference(d) for d in trial.differences[:SHOWN_CHANGES]],
        "more_differences": max(0, len(trial.differences) - SHOWN_CHANGES),
        "mails": trial.mails,
        "unchanged": trial.mails - len(trial.changed),
        "changed_count": len(trial.changed),
        "changed": [_mail(mail) for mail in trial.changed[:SHOWN_MAILS]],
        "more_changed": max(0, len(trial.changed) - SHOWN_MAILS),
        "findings": trial.findings,
        "moved": trial.moved,
        "as_read": trial.as_read,
        "unread": trial.unread,
        "idle": tuple(one_line(line, 100) for line in trial.idle[:_SHOWN_IDLE]),
        "warnings": tuple(one_line(line, 300) for line in trial.warnings[:_SHOWN_LINES]),
        "unknown": tuple(one_line(path, 100) for path in trial.unknown[:_SHOWN_LINES]),
        "writable": trial.writable,
        "again": trial.again,
        "attached": is_long(trial),
    }
    return templates.render("rules_trial", values)


def render_answer(
    answer: Answer, folder: Path, campaign: Campaign, made: datetime, templates: Templates
) -> RenderedLetter:
    """What became of a mail. Raises jinja2.TemplateError for a broken template."""
    values = {
        **_common(folder, campaign, made),
        "outcome": answer.outcome.value,
        "good": answer.outcome.is_good,
        "refused": answer.outcome.is_refusal,
        "by": one_line(answer.by, 100),
        "lines": tuple(one_line(line, 400) for line in answer.lines[:_SHOWN_LINES]),
        "more": max(0, len(answer.lines) - _SHOWN_LINES),
        "what": one_line(answer.what, 200),
        "mail_subject": one_line(answer.subject, 100),
        "mail_received": answer.received,
    }
    return templates.render("rules_answer", values)


def amendment_problems(templates: Templates) -> tuple[str, ...]:
    """Both letters rendered with samples: what is wrong, each with file, line and what to do."""
    return tuple(fault for name, trial in _trials(templates) for fault in templates.problems(name, iter([trial])))


def _common(folder: Path, campaign: Campaign, made: datetime) -> dict[str, Any]:
    zone = ZoneInfo(campaign.timezone)
    return {
        "department": campaign.department,
        "campaign": campaign.title,
        "folder": str(folder),
        "made": made.astimezone(zone),
    }


def _difference(difference: Difference) -> dict[str, Any]:
    return {
        "file": difference.file,
        "line": difference.line,
        "what": difference.what.value,
        "subject": one_line(difference.subject, 60),
        "column": difference.column,
        "before": one_line(difference.before, 160),
        "after": one_line(difference.after, 160),
    }


def _mail(mail: TriedMail) -> dict[str, Any]:
    return {
        "number": mail.number,
        "subject": one_line(mail.subject, 40),
        "before": _decided(mail.before),
        "after": _decided(mail.after),
    }


def _decided(decided: Decided) -> dict[str, str]:
    return {
        "verdict": decided.verdict,
        "route": decided.route,
        "unit": one_line(decided.unit, 60),
        "decided_by": one_line(decided.decided_by, 60),
    }


def sample_trial() -> Trial:
    """An invented change of two units."""
    direct = Decided("accepted", "direct_unit", "岭海大学", "units.csv:4")
    via = Decided("wrong_route", "via_city", "岭海大学", "units.csv:4")
    unknown = Decided("staff_review", "unknown", "", "")
    known = Decided("accepted", "via_city", "云江智能装备研究院", "units.csv:13")
    return Trial(
        by="wangwu@ste.linghai.example",
        token="7K2M-9DQX-04TN-HW3P",
        files=("units.csv",),
        differences=(
            Difference("units.csv", 4, What.CHANGED, "岭海大学", "route", "direct", "via_city"),
            Difference("units.csv", 13, What.ADDED, "云江智能装备研究院", "", "", "route=via_city，seat_city=云江市"),
            Difference("units.csv", 9, What.REMOVED, "岭南农业研究所", "", "route=ask", ""),
        ),
        mails=214,
        changed=(
            TriedMail("LH2020-0012", "岭海大学报送征集表", direct, via),
            TriedMail("LH2020-0027", "报送需求", unknown, known),
        ),
        findings=3,
        moved=5,
        as_read=212,
        unread=1,
        idle=("routing.toml:40“其他市的企业”",),
        warnings=("units.csv 第13行，domains：是空的；可以不填",),
        unknown=("说明.docx",),
    )


def sample_answers() -> tuple[Answer, ...]:
    """One of each kind."""
    problem = "工作表 units 单元格 H12（route）：不认识“dirct”；是否想写“direct”？"
    plain = Answer(Outcome.FAULTY, "wangwu@ste.linghai.example", subject="修改单位名单", received="2020年3月25日 09:02")
    lines = {
        Outcome.FAULTY: (problem, "units.csv：没有 districts 列；请用新导出的工作簿修改"),
        Outcome.FOLDER_BROKEN: ("units.csv 第12行，route：不认识“dirct”；是否想写“direct”？",),
        Outcome.UNKNOWN_FILES: ("通讯录.xlsx",),
        Outcome.ENABLED: ("units.csv：第12行改动，第40行新增",),
        Outcome.UNDONE: ("units.csv：第12行改动，第40行新增",),
    }
    moment = "2020年3月25日 09:02"
    what = {Outcome.USED_TOKEN: f"wangwu@ste.linghai.example 于{moment}启用。"}
    return tuple(
        replace(plain, outcome=outcome, lines=lines.get(outcome, ()), what=what.get(outcome, moment))
        for outcome in Outcome
    )


def _trials(templates: Templates) -> Iterator[tuple[str, Callable[[], object]]]:
    made = datetime.fromisoformat("2020-03-25T09:10:00+08:00")
    names = ("2020年需求征集", "岭海省科学技术厅", (), "LH2020", made, "Asia/Shanghai", "岭海省", "岭州市")
    campaign = Campaign(*names, required_pieces=(), staff=(), admins=())
    trial, folder = sample_trial(), Path("rules")
    none = replace(trial, mails=0, changed=(), differences=(), writable=False, again=True, as_read=0)
    for one in (trial, none, replace(trial, changed=trial.changed * 40)):
        yield "rules_trial", partial(render_trial, one, folder, campaign, made, templates)
    for answer in sample_answers():
        yield "rules_answer", partial(render_answer, answer, folder, campaign, made, templates)
