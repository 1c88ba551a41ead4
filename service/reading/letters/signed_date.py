"""The date under a letter: which line it is, and whether its readings can be relied on.

Recognition under a seal drops characters without doubting the rest (三月二十日 becomes 三月十日), so certainty alone
does not make a date: readings must agree, and a line must not be wider than what was read in it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from service.reading.letters.dates import Dated, find_date
from service.reading.letters.model import Line
from service.reading.letters.text import chinese, clean

_SHORT = 14  # characters beside a date: more, and it stands in a sentence
_SURE = 0.6  # the least certainty of a date's least certain character
_SURE_UNDER_SEAL = 0.9
_SURE_AGAINST = 0.9  # a reading that another contradicts, if that one is below:
_DOUBTFUL = 0.7
_MANY = 3  # readings that agree against one
_THINNED = frozenset(("一二", "一三", "二三", "38", "08", "68", "98", "56", "14", "17", "06", "09"))  # by lost strokes
_TOO_WIDE = 0.6  # characters more than were read would fit into the line: one was dropped
_MEASURED = 5  # characters of a line that tells how wide one is
_NUMERALS = frozenset("〇○零一二三四五六七八九十廿卅年月日")
_OTHER_DATES = re.compile(r"截止|日前|前报送|于.{0,20}日|自.{0,20}日|月.{0,6}日至")


@dataclass(frozen=True, slots=True)
class _Read:
    """One reading of a date: the date, its written form, its certainty."""

    day: date
    text: str
    sure: float


def date_line(lines: Sequence[Line]) -> int | None:
    """The place of the last line that is a date, or a name and a date, and no sentence."""
    for place in range(len(lines) - 1, -1, -1):
        if any(_is_date_line(text) for text, _ in lines[place].readings()):
            return place
    return None


def date_of(line: Line, around: Sequence[Line], usual_years: frozenset[int]) -> tuple[date | None, float]:
    """The date in a line and its certainty; (None, 0) unless its readings leave no doubt."""
    found = [read for text, sure in line.readings() if (read := _read(text, sure, usual_years)) is not None]
    found = [read for read in found if _fits(read, line, around)]
    if not found:
        return None, 0.0
    best = max(found, key=lambda read: read.sure)
    if all(read.day == best.day for read in found):
        sure = min(1.0, best.sure + 0.1 * (len(found) - 1))
        return (best.day, sure) if sure >= (_SURE_UNDER_SEAL if line.covered else _SURE) else (None, 0.0)
    return _contested(found, best)


def _contested(found: Sequence[_Read], best: _Read) -> tuple[date | None, float]:
    """One of several dates: the one that the others only lost characters of, or the one that is far surer."""
    longest = max(found, key=lambda read: len(read.text))
    others = [read for read in found if read.day != longest.day]
    if longest.sure >= _SURE_AGAINST and all(_lost_characters(read.text, longest.text) for read in others):
        return longest.day, longest.sure * 0.9
    if _outvote(found, best):
        return best.day, best.sure * 0.8
    against = max(read.sure for read in found if read.day != best.day)
    return (best.day, best.sure * 0.8) if best.sure >= _SURE_AGAINST and against < _DOUBTFUL else (None, 0.0)


def _outvote(found: Sequence[_Read], best: _Read) -> bool:
    """True when three sure readings stand against one that is less sure and no fuller: washing takes strokes away."""
    agreeing = [read for read in found if read.day == best.day]
    others = [read for read in found if read.day != best.day]
    if len(agreeing) < _MANY or len(others) != 1 or min(read.sure for read in agreeing) < _SURE:
        return False
    other = others[0]
    return best.sure >= _SURE_AGAINST > other.sure and not _is_thinner(best.text, other.text)


def _is_thinner(one: str, other: str) -> bool:
    """True for what is left of another date when characters or strokes of it are lost."""
    if len(one) != len(other):
        return _lost_characters(one, other)
    return all(a == b or a + b in _THINNED for a, b in zip(one, other, strict=True))


def _lost_characters(short: str, long: str) -> bool:
    rest = iter(long)
    return len(short) < len(long) and all(character in rest for character in short)


def _is_date_line(text: str) -> bool:
    plain = clean(text).replace(" ", "")
    found = find_date(plain)
    if found is None or _OTHER_DATES.search(plain[max(0, found.start - 2) :]):
        return False
    before, after = plain[: found.start], plain[found.end :]
    if chinese(after) > 2 or "印发" in after or re.search(r"[，。；]", before):
        return False
    return chinese(before) <= _SHORT or before.endswith(("）", ")")) or len(before) < 2 * _SHORT


def _read(text: str, sure: tuple[float, ...], usual_years: frozenset[int]) -> _Read | None:
    found = find_date(text)
    if found is None:
        return None
    written = clean(text).replace(" ", "")[found.start : found.end]
    return _Read(found.day, written, _certainty(text, sure, found, usual_years))


def _certainty(text: str, sure: tuple[float, ...], dated: Dated, usual_years: frozenset[int]) -> float:
    """Of the least certain character of a date. The year vouches for itself when it is a usual one."""
    usual = dated.day.year in usual_years
    certainty = min(_aligned(text, sure)[dated.year_end if usual else dated.start : dated.end], default=1.0)
    return certainty * (0.5 if not usual and sure else 0.95 if dated.guessed else 1.0)


def _aligned(text: str, sure: tuple[float, ...]) -> list[float]:
    """Certainties of the characters that `clean` keeps."""
    if not sure or len(sure) != len(text):
        return [min(sure, default=1.0)] * len(text)
    return [certain for character, certain in zip(text, sure, strict=True) if not character.isspace()]


def _fits(read: _Read, line: Line, around: Sequence[Line]) -> bool:
    """False for a recognised date in Chinese numerals that leaves room in its line for one character more."""
    if line.box is None or not line.sure or not _NUMERALS.issuperset(read.text):
        return True
    widths = [
        (one.box.right - one.box.left) / len(one.text)
        for one in around
        if one is not line and one.box is not None and len(one.text) >= _MEASURED and chinese(one.text) == len(one.text)
    ]
    if not widths or len(line.text) > len(read.text) + 3:
        return True
    year = read.text.index("年")
    whole = len(read.text) + 4 - year  # its year has four characters, however many were read
    return (line.box.right - line.box.left) / median(widths) - whole < _TOO_WIDE
