"""How numbers and signs are written: width, dashes, Chinese numerals. Knows no column and no campaign."""

import re
import unicodedata
from decimal import Decimal
from functools import lru_cache

LONGEST = 200
"""No value is longer; what is, is prose."""
_LONGEST_NUMBER = 15
_DASHES, _WAVES = "－—–―‐‑−﹣", "～〜∼"
_GONE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f\ufe0e\ufe0f"
_WIDTH = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | dict.fromkeys(map(ord, _DASHES), "-")
    | dict.fromkeys(map(ord, _WAVES), "~")
    | dict.fromkeys(map(ord, _GONE), None)
    | {0xFFE5: "¥", 0x3014: "(", 0x3015: ")", 0x3010: "(", 0x3011: ")", 0xFE59: "(", 0xFE5A: ")"}
)
_SPACE = re.compile(r"(?<![0-9]) | (?![0-9])")
_OTHER_FIGURE = re.compile(r"[^\D0-9]")  # of any other script
_APOSTROPHES = "'’‘`＇"
_DIGITS = {
    character: value
    for value, row in enumerate(("零〇○", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖"))
    for character in row
}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
NUMERALS = "".join((*_DIGITS, *_TENS))
"""Every Chinese numeral up to thousands."""
NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?|[{NUMERALS}]+)"
"""A pattern for one number, in figures or numerals."""

ELSEWHERE = re.compile(
    r"[^@,;、]+@[^@,;、]+|(?:\+?86-?)?1[3-9]\d{9}|\(?0\d{2,3}\)?-?\d{7,8}(?:转\d+)?"
    r"|\d{4}(?:年\d{1,2}月?(?:\d{1,2}日?)?|([-/.])\d{1,2}\1\d{1,2})(?: ?\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,2}月\d{1,2}日?"
)
"""What belongs into another column, as the whole of a cell: an address, a telephone number, a day."""


def half_width(text: str) -> str:
    """One width, one dash, one kind of space; the apostrophe that marks text in a spreadsheet is gone."""
    folded = " ".join(text.translate(_WIDTH).split()).strip(_APOSTROPHES + " ")
    return folded if folded.isascii() else _OTHER_FIGURE.sub(lambda found: str(unicodedata.decimal(found[0])), folded)


@lru_cache(maxsize=4096)  # a cell is asked about by several
def compact(text: str) -> str:
    """Half width, in lower case, without spaces but for those that part two figures: 3 5 is not 35."""
    return _SPACE.sub("", half_width(text)).lower()


def number(written: str) -> Decimal | None:
    """The value of what NUMBER matches; None for numerals that make no number (二三, 百) and for endless ones."""
    if written[0].isascii():
        return Decimal(written.replace(",", "")) if len(written) <= _LONGEST_NUMBER else None
    value = _numeral(written)
    return None if value is None else Decimal(value)


def _numeral(written: str) -> int | None:
    """十二, 二十, 一百零五, 三千. Digits side by side are no number here: 两三名 is two or three."""
    total, digit, last, bridged = 0, None, 10_000, False
    for place, character in enumerate(written):
        if character in _TENS:
            scale = _TENS[character]
            if scale >= last or (digit is None and (scale != 10 or place)):
                return None
            total, last, digit = total + (1 if digit is None else digit) * scale, scale, None
        elif _DIGITS[character] == 0 and place and len(written) > place + 1 and not bridged and digit is None:
            bridged = True
        elif digit is None and (_DIGITS[character] or len(written) == 1):
            digit = _DIGITS[character]
        else:
            return None
    if digit is not None and total and last > 10 and not bridged:  # 一百五 may be 105 or 150
        return None
    return total + (digit or 0)


def digits_of(written: str) -> str | None:
    """二〇二〇 digit by digit as 2020; None when another character stands between."""
    figures = (_DIGITS.get("〇" if c in "oO" else c) if not c.isdecimal() else int(c) for c in written)
    found = list(figures)
    return None if None in found else "".join(map(str, found))


def small_number(written: str) -> int | None:
    """A month or a day, in figures or numerals."""
    if re.fullmatch(r"[0-9]{1,2}", written):
        return int(written)
    return _numeral(written) if written and all(c in _DIGITS or c in _TENS for c in written) else None
