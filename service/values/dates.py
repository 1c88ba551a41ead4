"""The day, month or year that a cell names: 2020.3.20, 20200320, 2020年3月, 二〇二〇年三月二十日, a serial number.

Two-digit years, days without a year and several dates are unknown: who reads them guesses.
"""

import datetime
import re

from service.values.kinds import NOT_OF_KIND, UNKNOWN, Day, Reading, sure, unsure
from service.values.writing import LONGEST, NUMERALS, compact, digits_of, small_number

_YEARS = range(1949, 2100)
_FIRST_SERIAL, _LAST_SERIAL = 32_874, 55_153  # 1990 to 2050; smaller numbers are years or counts
_CLOCK = r"(?:[t ]?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
_SIGNS = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})(?:\2(\d{{1,2}}))?{_CLOCK}\.?")
_WORDS = re.compile(
    rf"(\d{{4}}|[{NUMERALS}o]{{4}})年(?:([\d{NUMERALS}]{{1,3}})月份?(?:([\d{NUMERALS}]{{1,3}})[日号]?)?)?{_CLOCK}[。.]?"
)
_PLAIN = re.compile(r"(\d{4})(\d{2})(\d{2})?")
_CUT_SHORT = re.compile(r"\d{4}\.1")  # what is left of 2020.10 typed as a number
_SERIAL = re.compile(r"(\d{5})(?:\.\d+)?")


def read_date(text: str) -> Reading:
    """A date, where the whole text is one."""
    folded = compact(text)
    if len(folded) > LONGEST:
        return UNKNOWN
    for read in (_by_signs, _by_words, _plain, _serial, _year):
        parts = read(folded)
        if parts is not None:
            day = _day(*parts)
            if day is None:
                return NOT_OF_KIND
            return unsure(day) if _CUT_SHORT.fullmatch(folded) else sure(day)
    return UNKNOWN if re.search(rf"[\d{NUMERALS}年月日季底初旬]", folded) else NOT_OF_KIND


_Parts = tuple[int, int | None, int | None]


def _by_signs(text: str) -> _Parts | None:
    found = _SIGNS.fullmatch(text)
    return (int(found[1]), int(found[3]), int(found[4]) if found[4] else None) if found else None


def _by_words(text: str) -> _Parts | None:
    found = _WORDS.fullmatch(text)
    if found is None:
        return None
    year = digits_of(found[1])
    month, day = (None if written is None else small_number(written) or 0 for written in (found[2], found[3]))
    return (int(year) if year else 0, month, day)


def _plain(text: str) -> _Parts | None:
    found = _PLAIN.fullmatch(text)
    return (int(found[1]), int(found[2]), int(found[3]) if found[3] else None) if found else None


def _serial(text: str) -> _Parts | None:
    """The days since 1899-12-30 that spreadsheet programs count."""
    found = _SERIAL.fullmatch(text)
    if found is None or not _FIRST_SERIAL <= int(found[1]) <= _LAST_SERIAL:
        return None
    day = datetime.date(1899, 12, 30) + datetime.timedelta(days=int(found[1]))
    return day.year, day.month, day.day


def _year(text: str) -> _Parts | None:
    return (int(text), None, None) if re.fullmatch(r"[12]\d{3}", text) else None


def _day(year: int, month: int | None, day: int | None) -> Day | None:
    """None for a day that no calendar has."""
    try:
        datetime.date(year, 1 if month is None else month, 1 if day is None else day)
    except ValueError:
        return None
    return Day(year, month, day) if year in _YEARS else None
