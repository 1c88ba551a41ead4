"""The letter to admins when their change of the rules cannot be taken up, and when it could."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from service.domain.rules import Campaign
from service.typesetting.papers import RenderedLetter
from service.typesetting.templates import Templates
from service.typesetting.text import one_line

SHOWN = 60
"""More problems than this are counted, not listed: `rules check` lists all."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Broken rules and their problems; without any, rules that are mended and the lines that changed."""

    problems: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


def render_notice(
    notice: Notice, folder: Path, campaign: Campaign, made: datetime, templates: Templates
) -> RenderedLetter:
    """The letter. Raises jinja2.TemplateError for a broken template."""
    values = {
        "department": campaign.department,
        "campaign": campaign.title,
        "folder": str(folder),
        "made": made.astimezone(ZoneInfo(campaign.timezone)),
        "mended": not notice.problems,
        "count": len(notice.problems),
        "problems": tuple(one_line(problem, 400) for problem in notice.problems[:SHOWN]),
        "more": max(0, len(notice.problems) - SHOWN),
        "changes": tuple(one_line(change, 400) for change in notice.changes),
    }
    return templates.render("rules_notice", values)


def notice_problems(templates: Templates) -> tuple[str, ...]:
    """The letter rendered with samples: what is wrong, each with file, line and what to do."""
    return tuple(templates.problems("rules_notice", _trials(templates)))


def sample_notices() -> tuple[Notice, Notice]:
    """Broken rules, and mended ones."""
    problem = "units.csv 第12行，route：不认识“dirct”；是否想写“direct”？"
    return Notice(problems=(problem, "routing.toml 第40行：引号没有成对；请补上引号")), Notice(
        changes=("units.csv：第12行改动，第40至41行新增",)
    )


def _trials(templates: Templates) -> Iterator[Callable[[], object]]:
    made = datetime.fromisoformat("2020-03-25T09:10:00+08:00")
    campaign = _sample_campaign(made)
    for notice in sample_notices():
        yield partial(render_notice, notice, Path("rules"), campaign, made, templates)


def _sample_campaign(made: datetime) -> Campaign:
    names = ("2020年需求征集", "岭海省科学技术厅", (), "LH2020", made, "Asia/Shanghai", "岭海省", "岭州市")
    return Campaign(*names, required_pieces=(), staff=(), admins=())
