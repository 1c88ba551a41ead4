"""How many people a cell asks for: 3, 3名, 三人, 2-3人, 约5, 3名以上."""

import re
from collections.abc import Collection

from service.values.kinds import NOT_OF_KIND, UNKNOWN, Count, Reading, sure, unsure
from service.values.writing import ELSEWHERE, LONGEST, NUMBER, NUMERALS, compact, number

_MANY, _TOO_MANY = 1000, 100_000
_OPENING = r"(?:拟|计划|预计|需要?|需求|引进|招聘|招收|共计?|合计|总计|总共|人数[为:]?|:)*"
_UNIT = r"(?:名|人|位|个人?|名额|个名额)?"
_AT_LEAST, _AT_MOST = r"不少于|不低于|至少|最少|>=|≥", r"不超过|不多于|至多|最多|<=|≤"
_REMARK = rf"(?:\((?:其中|含)[^()]*\)|\([^()\d{NUMERALS}每各另或待/]*\))?"
_WHOM = r"(?:(?<=[名位])(?:(?![及和与每各年组队以起余多不几或另左上下数团月批次倍第超])[\u4e00-\u9fff]){1,8})?"
_COUNT = re.compile(
    rf"{_OPENING}(?P<about>约|大约|大概)?(?:(?P<least>{_AT_LEAST})|(?P<most>{_AT_MOST}))?"
    rf"(?P<one>{NUMBER})(?:(?P<over>[余多])?{_UNIT}|{_UNIT}[-~至到]{{1,2}}(?P<other>{NUMBER}){_UNIT})"
    rf"(?:(?P<up>(?:及|或)?以上|\+)|(?P<down>(?:及|或)?以下|以内|之内)|(?P<around>左右|上下)|不等)?"
    rf"{_WHOM}{_REMARK}[。;,.]?"
)
_NUMBER_AT_ALL = re.compile(rf"[\d{NUMERALS}几数俩仨廿卅万]")
_FIGURES = re.compile(r"[+-]?\d*[.]?\d+%?")


def read_count(text: str, vague: Collection[str] = ()) -> Reading:
    """A count, where the whole text is one. vague: words that say that there is no number (若干, 不限)."""
    folded = compact(text)
    if len(folded) > LONGEST:
        return UNKNOWN
    found = _COUNT.fullmatch(folded)
    reading = _counted(found) if found else None
    return reading or _uncounted(folded, vague)


def _counted(found: re.Match[str]) -> Reading | None:
    one, other = (None if found[part] is None else number(found[part]) for part in ("one", "other"))
    whole = all(n is None or n == n.to_integral_value() for n in (one, other))
    if one is None or (other is None and found["other"]) or not whole:
        return None
    about = bool(found["about"] or found["around"] or found["over"])
    upward, downward = bool(found["least"] or found["up"]), bool(found["most"] or found["down"])
    lower, upper = int(one), int(one if other is None else other)
    if found["other"]:
        if not lower < upper or upward or downward or upper >= _MANY:
            return UNKNOWN
    elif upward and downward:
        return UNKNOWN
    if found["over"] and (lower % 10 or upward or downward or not lower):
        return UNKNOWN
    if upper >= _TOO_MANY:
        return NOT_OF_KIND
    count = Count(None if downward else lower, None if upward or found["over"] else upper, about)
    return unsure(count) if upper >= _MANY else sure(count)


def _uncounted(folded: str, vague: Collection[str]) -> Reading:
    if any(word in folded for word in vague):
        return UNKNOWN
    if _FIGURES.fullmatch(folded) or ELSEWHERE.fullmatch(folded):
        return NOT_OF_KIND
    return UNKNOWN if _NUMBER_AT_ALL.search(folded) else NOT_OF_KIND
