"""Numbers as a spreadsheet program shows them (ECMA-376 part 1, 18.8.30 and 18.8.31).

Long numbers are written out (a phone number is never 1.38E+10) and whole ones carry no ".0".
"""

import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

_CHINESE_DAY: Final = 'yyyy"年"m"月"d"日"'
_CHINESE_MONTH: Final = 'yyyy"年"m"月"'
BUILT_IN: Final = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 14: "yyyy/m/d", 15: "d-mmm-yy",
    16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM", 19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss",
    22: "yyyy/m/d h:mm", 27: _CHINESE_MONTH, 28: 'm"月"d"日"', 29: 'm"月"d"日"', 30: "m-d-yy", 31: _CHINESE_DAY,
    32: 'h"时"mm"分"', 33: 'h"时"mm"分"ss"秒"', 36: _CHINESE_MONTH, 37: "#,##0", 38: "#,##0", 39: "#,##0.00",
    40: "#,##0.00", 45: "mm:ss", 46: "h:mm:ss", 47: "mm:ss", 49: "@", 50: _CHINESE_MONTH, 51: 'm"月"d"日"',
    52: _CHINESE_MONTH, 53: 'm"月"d"日"', 54: 'm"月"d"日"', 55: _CHINESE_MONTH, 56: 'm"月"d"日"',
    57: _CHINESE_MONTH, 58: 'm"月"d"日"',
}  # fmt: skip
_LITERAL: Final = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
_DATE_LETTERS: Final = re.compile(r"[ymdhs年月日时分秒]", re.IGNORECASE)
_DATE_TOKEN: Final = re.compile(
    r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]|AM/PM|A/P|上午/下午|y+|m+|d+|h+|s+|.', re.IGNORECASE | re.DOTALL
)
_PATTERN: Final = re.compile(r"[0#?][0#?,. ]*")


def shown(raw: str, code: str, *, since_1904: bool = False) -> str:
    """A stored number under a number format. A value that is no finite number is returned as stored."""
    try:
        number = float(raw)
    except ValueError:
        return raw
    if number != number or abs(number) > 1e300:  # noqa: PLR0124 (nan)
        return raw
    if code in {"", "General", "@"} or "e+" in code.lower():
        return _general(raw, number)
    if is_date_code(code):
        return _date(number, code, since_1904) or _general(raw, number)
    return _formatted(raw, number, code)


@lru_cache(maxsize=512)
def is_date_code(code: str) -> bool:
    """Whether a number format shows dates or times."""
    first = code.partition(";")[0]
    if "general" in first.lower() or "g/通用格式" in first.lower():
        return False
    return _DATE_LETTERS.search(_LITERAL.sub("", first)) is not None


def _general(raw: str, number: float) -> str:
    if number == int(number):
        return str(int(raw)) if raw.lstrip("-").isdigit() else str(int(number))
    text = f"{number:.15g}"
    return f"{number:.12f}".rstrip("0") if "e" in text else text


def _formatted(raw: str, number: float, code: str) -> str:
    sections = code.split(";")
    negative_section = number < 0 and len(sections) > 1
    section = sections[1] if negative_section else sections[0]
    bare = _LITERAL.sub(_keep_literal, section)
    found = _PATTERN.search(bare)
    if found is None:
        return _general(raw, number)
    value = abs(number) if negative_section else number
    prefix, suffix = bare[: found.start()], bare[found.end() :]
    if "%" in suffix:
        value *= 100
    return (prefix + _digits(value, found.group()) + suffix).replace("\x00", "").strip()


def _keep_literal(match: re.Match[str]) -> str:
    literal = match.group(1) or match.group(2) or ""
    # A digit sign inside a literal must not be taken for the pattern.
    return literal if not re.search(r"[0#?]", literal) else ""


def _digits(value: float, pattern: str) -> str:
    whole, _, fraction = pattern.replace(" ", "").partition(".")
    places = sum(letter in "0#?" for letter in fraction)
    fixed = fraction.count("0")
    text = f"{value:.{places}f}"
    integer, _, decimals = text.partition(".")
    sign, integer = ("-", integer[1:]) if integer.startswith("-") else ("", integer)
    integer = integer.zfill(whole.count("0"))
    if "," in whole.rstrip(","):
        integer = f"{int(integer):,}"
    while len(decimals) > fixed and decimals.endswith("0"):
        decimals = decimals[:-1]
    return sign + integer + (f".{decimals}" if decimals else "")


def _date(serial: float, code: str, since_1904: bool) -> str | None:
    if not 0 <= serial < 2_958_466:
        return None
    start = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30)
    if not since_1904 and serial < 60:
        start += timedelta(days=1)  # the leap day 1900 that spreadsheets believe in
    moment = start + timedelta(seconds=round(serial * 86400))
    tokens = _DATE_TOKEN.findall(code.partition(";")[0])
    return "".join(_date_piece(tokens, i, moment) for i in range(len(tokens))).strip()


def _date_piece(tokens: list[str], index: int, moment: datetime) -> str:
    token = tokens[index]
    kind, twice = token[0].lower(), len(token) > 1
    if token[0] == '"':
        return token[1:-1]
    if token[0] == "\\":
        return token[1:]
    if token[0] in "_*[" or "/" in token[1:]:
        return ""
    if kind == "y":
        return f"{moment.year:04d}" if len(token) > 2 else f"{moment.year % 100:02d}"
    if kind == "m":
        number = moment.minute if _means_minutes(tokens, index) else moment.month
    elif kind in "dhs":
        number = {"d": moment.day, "h": moment.hour, "s": moment.second}[kind]
    else:
        return token
    return f"{number:02d}" if twice and len(token) == 2 else str(number)


def _means_minutes(tokens: list[str], index: int) -> bool:
    letters = [(i, t[0].lower()) for i, t in enumerate(tokens) if t[0].lower() in "ymdhs"]
    place = next(n for n, (i, _) in enumerate(letters) if i == index)
    before = letters[place - 1][1] if place else ""
    after = letters[place + 1][1] if place + 1 < len(letters) else ""
    return before == "h" or after == "s"
