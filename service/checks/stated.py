"""The numbers that a cover letter states of its tables: 人才需求12项, 涉及15家单位.

The ways of saying so are rules (letter.toml). What is said twice with different numbers, or in one sentence with
words that take it back (约, 去年), is not said.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from service.domain.nil import fold
from service.domain.rules import Counted, CountWords, Rulebook
from service.domain.simplifying import simplified

_DIGITS = {"零": 0, "〇": 0, "两": 2} | {c: i for i, c in enumerate("一二三四五六七八九", 1)}
_NUMERALS = "".join(_DIGITS) + "十百"
_NUMBER = rf"(?<![0-9{_NUMERALS}])(?P<n>[0-9]{{1,4}}|[{_NUMERALS}]{{1,6}})"
_GAP = r"[^,;:。!?、]{0,12}?"
_SENTENCE_END = re.compile(r"[。!?;]+")


@dataclass(frozen=True, slots=True)
class Stated:
    """One number that a letter states: the words it stands in, and what it counts."""

    words: str
    number: int
    counts: CountWords


def stated_in(text: str, rulebook: Rulebook) -> tuple[Stated, ...]:
    """Every number that a text states beyond doubt, one for each thing that is counted."""
    found = list(_stated(text, rulebook))
    numbers = {stated.counts: {one.number for one in found if one.counts == stated.counts} for stated in found}
    firsts = {stated.counts: found.index(stated) for stated in reversed(found)}
    return tuple(found[place] for place in sorted(firsts.values()) if len(numbers[found[place].counts]) == 1)


def _stated(text: str, rulebook: Rulebook) -> Iterator[Stated]:
    for sentence in _SENTENCE_END.split(simplified(fold(text))):
        if any(fold(word) in sentence for word in rulebook.letter.count_doubts):
            continue
        rest = dict.fromkeys(Counted, sentence)
        for counts in rulebook.letter.counts:  # in the order of the rules: what one took is not read as another
            for phrase in counts.phrases:
                for match in _pattern(phrase).finditer(rest[counts.of]):
                    if number := number_of(match["n"]):
                        yield Stated(match[0], number, counts)
                rest[counts.of] = _pattern(phrase).sub("|", rest[counts.of])


@lru_cache(maxsize=256)
def _pattern(phrase: str) -> re.Pattern[str]:
    before, _, behind = phrase.partition("{n}")
    return re.compile(_part(before) + _NUMBER + _part(behind))


def _part(words: str) -> str:
    return _GAP.join(re.escape(fold(part)) for part in re.split("…+", words))


def number_of(text: str) -> int | None:
    """12, 十二, 一百零五; None for what is no number, or one in two ways (一百二)."""
    if text.isdigit() and text.isascii():
        return int(text)
    hundreds, mark, rest = text.rpartition("百")
    tens, ten, ones = rest.strip("零〇").rpartition("十")
    if mark and (hundreds not in _DIGITS or (rest and rest[0] not in "零〇" and "十" not in rest)):
        return None
    if any(len(part) > 1 or part not in ("", *_DIGITS) for part in (tens, ones)) or not (mark or ten or ones):
        return None
    return 100 * _DIGITS.get(hundreds, 0) + (10 * _DIGITS.get(tens, 1) if ten else 0) + _DIGITS.get(ones, 0)
