"""Dates of letters: Arabic (GB/T 9704-2012) and 〇一二 (the older standard), as typed, scanned and misread.

Refuses what is not a whole date: a blank day is no date.
"""

import re
from dataclasses import dataclass
from datetime import date

from service.reading.letters.text import clean

_ZERO = "0〇○OoОΟ零Q"
_DIGITS = dict.fromkeys(_ZERO, 0) | {c: i for i, c in enumerate("一二三四五六七八九", 1)}
_DIGITS |= {str(i): i for i in range(10)} | {"l": 1, "I": 1}
_ONE = f"[{_ZERO}0-9lI一二三四五六七八九]"
_WORD = f"(?:{_ONE}|[十廿卅千干士])"  # 千, 干, 士: how a 十 under a seal is read
_UNREAD = "十千工丁"  # what a 二 under a seal is taken for in a year
_WITH_CHARACTERS = re.compile(
    rf"(?P<year>[{_UNREAD}]?{_ONE}{{2,4}})年(?P<month>{_WORD}{{1,3}})月(?P<day>{_WORD}{{1,4}})[日号曰目]"
)
_WITH_MARKS = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d{2})(?P<mark>[-/.．。])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})(?![\d.])"
)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date and where it stands in the cleaned line. guessed: a 〇 had to be put back into its year."""

    day: date
    start: int
    year_end: int
    end: int
    guessed: bool = False


def find_date(line: str) -> Dated | None:
    """The last whole date in a line; None when there is none that the calendar knows."""
    text = clean(line).replace(" ", "")
    found = [*_WITH_CHARACTERS.finditer(text), *_WITH_MARKS.finditer(text)]
    for match in sorted(found, key=lambda match: -match.end()):
        dated = _dated(match)
        if dated is not None:
            return dated
    return None


def _dated(match: re.Match[str]) -> Dated | None:
    year, guessed = _year(match["year"])
    month, day = _number(match["month"]), _number(match["day"])
    if year is None or month is None or day is None:
        return None
    try:
        return Dated(date(year, month, day), match.start(), match.end("year"), match.end(), guessed)
    except ValueError:
        return None


def _year(text: str) -> tuple[int | None, bool]:
    """A year of this or the last century. Recognition drops 〇: 二二 was 二〇二〇, 二一九 was 二〇一九."""
    digits = [_DIGITS.get(c, -1) for c in text]
    arabic = any(c in "123456789" for c in text)
    if len(digits) == 4 and (digits[:2] == [2, 0] or digits[:2] == [1, 9]):
        return digits[0] * 1000 + digits[1] * 100 + digits[2] * 10 + digits[3], False
    if (
        not arabic and len(digits) in (3, 4) and digits[-3] == 0 and digits[-2] in (1, 2)
    ):  # 〇二〇, 十〇二〇: for 二〇二〇
        return 2000 + digits[-2] * 10 + digits[-1], True
    if arabic or len(digits) > 3 or digits[0] != 2:
        return None, False
    if len(digits) == 3 and digits[1] == 0:  # 二〇二
        return 2000 + digits[2] * 10, True
    if len(digits) == 3:  # 二二〇, 二一九
        return 2000 + digits[1] * 10 + digits[2], True
    return 2000 + digits[1] * 10, True


def _number(text: str) -> int | None:
    """一 to 三十一, 廿五, or digits."""
    text = re.sub("[千干士]", "十", text).replace("廿", "二十").replace("卅", "三十")
    if "十" not in text:
        digits = [_DIGITS.get(c, -1) for c in text]
        if len(digits) > 2 or -1 in digits:
            return None
        return int("".join(map(str, digits)))
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1 or any(c not in _DIGITS for c in tens + ones):
        return None  # a slip of reading: 二十十
    return (_DIGITS[tens] if tens else 1) * 10 + (_DIGITS[ones] if ones else 0)
