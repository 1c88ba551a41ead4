"""Telephone numbers as people write them: several in a cell, with extensions, names and labels around them.

A number without its area code has the one before it, else its city's. What a spreadsheet program has rounded
(1.38E+10) is damaged; digits that are no number make the others doubtful.
"""

import re
from collections.abc import Iterator

from service.values.kinds import DAMAGED, NOT_OF_KIND, UNKNOWN, Phones, Reading, sure, unsure
from service.values.writing import LONGEST, half_width

_GAP = r"[- ]?"
_COUNTRY = rf"(?:(?:\+|00)86{_GAP}|86[- ])"
_SEVEN, _EIGHT = rf"\d{{3}}{_GAP}\d{{4}}", rf"\d{{4}}{_GAP}\d{{4}}"
_AREA = rf"(?P<area>0(?:10|2\d)(?=[)]?{_GAP}{_EIGHT}(?!\d))|0[3-9]\d\d)"
_EXTENSION = r"(?: ?\(?(?:转|分机号?|ext\.?|#|x|\*)[: ]?(?P<ext>\d{1,6})\)?|-(?P<ext2>\d{1,5}))?(?!\d)"
_MOBILE = rf"1[3-9]\d(?:{_GAP}\d{{4}}{_GAP}\d{{4}}|{_GAP}\d{{3}}{_GAP}\d{{5}}|{_GAP}\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{3}})"
_PHONE = re.compile(
    rf"(?<![\d.+])(?<!(?<!\d)0\d\d[-) ])(?:"  # what follows 020- and is too short is no number of its own
    rf"(?:{_COUNTRY}|86)?0?(?P<mobile>{_MOBILE})(?!\d)"
    rf"|(?P<service>[48]00{_GAP}\d{{3}}{_GAP}\d{{4}}|[48]00{_GAP}\d{{4}}{_GAP}\d{{3}})(?!\d)"
    rf"|(?P<foreign>(?:\+|00)(?!86)[1-9]\d{{0,2}}{_GAP}\d{{2,}}(?:{_GAP}\d{{2,}}){{0,3}})(?!\d)"
    rf"|(?:(?:{_COUNTRY})?\(?{_AREA}\)?{_GAP}|{_COUNTRY}(?:\(0\))?\(?(?P<bare_area>10|2\d|[3-9]\d\d)\)?{_GAP}|(?=[2-9]))"
    rf"(?P<local>{_EIGHT}|{_SEVEN}){_EXTENSION}"
    rf")",
    re.IGNORECASE,
)
_POWER = re.compile(r"(\d)(?:\.(\d+))?e\+?(\d{1,2})", re.IGNORECASE)
_POWER_INSIDE = re.compile(r"\d(?:\.\d+)?e\+\d{1,2}", re.IGNORECASE)
_CHAT = re.compile(r"(?:qq|微信|wechat)号?(?:码)?[: ]*[\w-]*\d[\w-]*|[\w.+-]+@[\w.-]+", re.IGNORECASE)
_WHOLE = (7, 8, 11, 12)
"""As many digits may well be a number, of a kind that is not known here."""
_FOREIGN_DIGITS = range(8, 16)
_ROUNDED = re.compile(r"1\d{0,4}0{6,}")


def read_phones(text: str, area_code: str = "", vague: frozenset[str] = frozenset()) -> Reading:
    """The numbers in a text. area_code: of the row's city, for numbers that stand without one."""
    folded = half_width(text)
    if len(folded) > LONGEST:
        return UNKNOWN
    folded = re.sub(r"\((\+?86)\)", r"\1-", folded).removesuffix(".0")
    if whole := _POWER.fullmatch(folded):
        digits = whole[1] + (whole[2] or "")
        if len(digits) != int(whole[3]) + 1:  # the digits behind were rounded away
            return DAMAGED
        folded = digits
    if _POWER_INSIDE.search(folded):
        return DAMAGED
    spoken = _CHAT.sub(" ", folded)
    numbers = tuple(dict.fromkeys(_numbers(spoken, area_code)))
    if not numbers:
        is_vague = any(word in folded.lower() for word in vague)
        return UNKNOWN if is_vague or len(_digits(spoken)) in _WHOLE else NOT_OF_KIND
    left = re.search(r"\d", _PHONE.sub(" ", spoken)) is not None
    local = any(re.match(r"[2-9]\d{6,7}(?!\d)", n) for n in numbers)
    is_doubtful = left or local or any(map(_ROUNDED.fullmatch, numbers))
    return unsure(Phones(numbers)) if is_doubtful else sure(Phones(numbers))


def _numbers(text: str, area_code: str) -> Iterator[str]:
    area = ""
    for found in _PHONE.finditer(text):
        if found["mobile"]:
            yield _digits(found["mobile"])
        elif found["service"]:
            digits = _digits(found["service"])
            yield f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
        elif found["foreign"]:
            yield from _abroad(found["foreign"])
        else:
            own = found["area"] or (f"0{found['bare_area']}" if found["bare_area"] else "")
            area = own or area
            number = _digits(found["local"])
            # Cities with three-digit codes have numbers of eight digits.
            fits = len(number) == 8 or len(area_code) > 3
            code = area or (area_code if fits else "")
            before = f"{code}-" if code else ""
            extension = found["ext"] or found["ext2"]
            yield before + number + (f"转{extension}" if extension else "")


def _abroad(written: str) -> Iterator[str]:
    digits = _digits(written).removeprefix("00") if written.startswith("00") else _digits(written)
    if len(digits) in _FOREIGN_DIGITS:
        yield f"+{digits}"


def _digits(written: str) -> str:
    return re.sub(r"\D", "", written)
