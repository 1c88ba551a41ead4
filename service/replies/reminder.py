"""The letter that reminds of what a case lacks before the deadline, or of a set that has not come at all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from service.domain.rules import Campaign
from service.typesetting.papers import RenderedLetter
from service.typesetting.templates import Templates
from service.typesetting.text import one_line


@dataclass(frozen=True, slots=True)
class Reminder:
    """What is still to come. number None: nothing has come yet."""

    unit: str
    number: str | None
    lacks: tuple[str, ...]  # as people name it: 报送函扫描件, 表3


def render_reminder(reminder: Reminder, campaign: Campaign, made: datetime, templates: Templates) -> RenderedLetter:
    """The letter. Raises jinja2.TemplateError for a broken template."""
    zone = ZoneInfo(campaign.timezone)
    deadline, now = campaign.deadline.astimezone(zone), made.astimezone(zone)
    values = {
        "department": campaign.department,
        "campaign": campaign.title,
        "form_title": campaign.form_title,
        "contact": campaign.contact,
        "letterhead": campaign.letterhead or campaign.department,
        "signature": campaign.signature or (campaign.department,),
        "unit": one_line(reminder.unit, 40),
        "number": reminder.number,
        "lacks": tuple(one_line(piece, 40) for piece in reminder.lacks),
        "deadline": deadline,
        "days_left": (deadline.date() - now.date()).days,
    }
    return templates.render("reminder", values)


def reminder_problems(templates: Templates) -> tuple[str, ...]:
    """The letter rendered with samples: what is wrong, each with file, line and what to do."""
    return tuple(templates.problems("reminder", _trials(templates)))


def sample_reminders() -> tuple[Reminder, Reminder, Reminder]:
    """A case that lacks pieces, one with cells to correct, and a bureau that is silent."""
    unit, number = "云江市科学技术局", "LH2020-0012"
    lacks = ("报送函扫描件", "表3")
    return Reminder(unit, number, lacks), Reminder(unit, number, ()), Reminder("岭西市科学技术局", None, ())


def _trials(templates: Templates) -> Iterator[Callable[[], object]]:
    made = datetime.fromisoformat("2020-03-24T09:10:00+08:00")
    deadline = datetime.fromisoformat("2020-03-25T23:59:59+08:00")
    names = ("2020年需求征集", "岭海省科学技术厅", (), "LH2020", deadline, "Asia/Shanghai", "岭海省", "岭州市")
    campaign = Campaign(*names, required_pieces=(), staff=(), admins=())
    for reminder in sample_reminders():
        yield partial(render_reminder, reminder, campaign, made, templates)
