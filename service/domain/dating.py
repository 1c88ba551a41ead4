"""Whether the date that was read on a letter can be right, seen from the mail's arrival.

A scan's date may be misread, and people mistype years: what cannot be right is left open and told, never used.
"""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from service.domain.submission import CoverLetter

_AHEAD = timedelta(days=1)  # a clock may be off
_BEFORE = timedelta(days=180)


def with_believable_date(letter: CoverLetter, received: datetime, timezone: str) -> CoverLetter:
    """The letter without a date after its arrival, or half a year before it; fields keep what was read, and why not."""
    doubt = _doubt(letter.date, received.astimezone(ZoneInfo(timezone)).date())
    if doubt is None:
        return letter
    fields = tuple(replace(f, doubt=doubt, confidence=0.0) if f.name == "date" else f for f in letter.fields)
    return replace(letter, date=None, fields=fields)


def _doubt(day: date | None, arrival: date) -> str | None:
    """Why a date is not believed (Chinese)."""
    if day is None:
        return None
    if day > arrival + _AHEAD:
        return "晚于来件日期"
    return "比来件早半年以上" if day < arrival - _BEFORE else None
