"""How much money a cell names, in 万 of its currency: 50万元, 500000元, 30-50万/年, ¥50万, 20万美元.

A bare number takes its unit from the column's heading, and is doubted where that makes it too large or too small.
"""

import re
from decimal import Decimal

from service.values.kinds import NOT_OF_KIND, UNKNOWN, Money, Reading, sure, unsure
from service.values.writing import ELSEWHERE, LONGEST, NUMBER, compact, number

_YUAN = Decimal("0.0001")
_SCALES: dict[str, Decimal] = {
    "亿": Decimal(10_000), "千万": Decimal(1000), "百万": Decimal(100), "万": Decimal(1), "w": Decimal(1),
    "千": Decimal("0.1"), "k": Decimal("0.1"), "元": _YUAN, "块": _YUAN,
}  # fmt: skip
_CURRENCIES = {
    "CNY": ("人民币", "rmb", "cny", "¥"),
    "USD": ("美元", "美金", "usd", "us$", "$"),
    "EUR": ("欧元", "eur", "€"),
    "HKD": ("港元", "港币", "hkd", "hk$"),
    "MOP": ("澳门元", "澳门币", "mop"),
    "GBP": ("英镑", "gbp", "£"),
    "JPY": ("日元", "日圆", "jpy"),
    "SGD": ("新加坡元", "新元", "sgd", "s$"),
    "AUD": ("澳大利亚元", "澳元", "aud", "a$"),
    "CAD": ("加元", "cad"),
    "RUB": ("卢布", "rub"),
}
_ISO = {word: code for code, words in _CURRENCIES.items() for word in words}
_COIN = "|".join(sorted(map(re.escape, _ISO), key=len, reverse=True))
_OPENING = (
    r"(?:(?P<salary>年薪|年收入)|(?P<monthly>月薪|月工资)|拟|计划|预计|预算|总|投资|投入|经费|资金|薪酬|薪资|待遇|税前|税后"
    r"|共计?|合计|额|金额|为|:)*"
)
_UNIT = r"(?:亿|千万|百万|万|w|千|k)?元?|块"
_AT_LEAST, _AT_MOST = r"不少于|不低于|至少|最少|>=|≥", r"不超过|不高于|不多于|至多|最多|最高|<=|≤"
_PER = r"(?:/|每|·)?(?:人/?(?:/|每|·)年|年/人)|(?:/|每)(?:年|月|人)"
_MONEY = re.compile(
    rf"{_OPENING}(?P<before>每年|每月|每人)?(?P<about>约|大约|大概)?(?:(?P<least>{_AT_LEAST})|(?P<most>{_AT_MOST}))?"
    rf"(?P<sign>{_COIN})?(?P<one>{NUMBER})(?P<over>[余多])?(?P<unit>{_UNIT})"
    rf"(?:[-~至到]{{1,2}}(?P<sign2>{_COIN})?(?P<other>{NUMBER})(?P<unit2>{_UNIT}))?"
    rf"(?P<coin>{_COIN})?"
    rf"(?:(?P<up>(?:及|或)?以上|\+|起)|(?P<down>(?:及|或)?以下|以内|之内)|(?P<around>左右|上下)|不等|整)?"
    rf"(?P<per>{_PER})?(?:\((?:税前|税后|人民币|自筹|预算|暂定)\))?[。;,.]?"
)
_WIDEST = 100
_DOUBTED_FROM = 1000
"""As many 万元 are rare, and fewer 元 too: the writer may have meant the other."""


def unit_of(heading: str) -> Decimal | None:
    """What one stands for under a heading, in 万元; None when the heading names no unit."""
    found = re.search(r"(亿|千万|百万|万|千)元|元", compact(heading))
    return None if found is None else _SCALES[found[1] or "元"]


def read_money(text: str, heading: str = "") -> Reading:
    """An amount, where the whole text is one; heading: the column's, as written."""
    folded = compact(text)
    if len(folded) > LONGEST:
        return UNKNOWN
    if ELSEWHERE.fullmatch(folded):
        return NOT_OF_KIND
    found = _MONEY.fullmatch(folded)
    return (_amount(found, unit_of(heading)) if found else None) or UNKNOWN


def _amount(found: re.Match[str], usual: Decimal | None) -> Reading | None:
    one, other = (None if found[part] is None else number(found[part]) for part in ("one", "other"))
    currency = _currency(found)
    if one is None or (other is None and found["other"]) or currency is None:
        return None
    upward, downward = bool(found["least"] or found["up"]), bool(found["most"] or found["down"])
    if (found["other"] or found["over"] or (upward and downward)) and (upward or downward):
        return None
    if found["over"] and (one % 10 or not one or found["other"]):
        return None
    # 30-50万: the unit stands once, for both.
    written = (found["unit"] or found["unit2"], found["unit2"] or found["unit"])
    units = [_scale(unit, found["coin"]) for unit in written]
    bare = units[0] is None
    usual = usual if currency == "CNY" else None
    scales = [usual if usual is not None and scale is None else scale for scale in units]
    lower, upper = _scaled(one, scales[0]), _scaled(one if other is None else other, scales[1])
    if lower > upper or (other is not None and lower == upper):
        return None
    said = _said(found)
    if (found["monthly"] and "年" in said) or (found["salary"] and "月" in said):
        return None
    about = bool(found["about"] or found["around"] or found["over"])
    money = Money(
        None if downward else lower,
        None if upward or found["over"] else upper,
        currency,
        _per(found),
        about,
        in_wan=not bare or usual is not None,
    )
    is_wide = upper > lower * _WIDEST > 0  # 80元-180万: one of the units was slipped in
    return unsure(money) if is_wide or _is_doubtful(found, usual, bare, one, other) else sure(money)


def _is_doubtful(found: re.Match[str], usual: Decimal | None, bare: bool, one: Decimal, other: Decimal | None) -> bool:
    """Whether the unit may be another one than it seems."""
    largest = one if other is None else other
    if bare:
        if usual is None or found["sign"] or found["coin"]:
            return True
        return largest >= _DOUBTED_FROM if usual >= Decimal("0.1") else 0 < one < _DOUBTED_FROM
    in_yuan = (found["unit2"] or found["unit"]) in ("元", "块")
    one_unit_missing = found["other"] is not None and bool(found["unit"]) and not found["unit2"]
    return (in_yuan and usual == 1 and 0 < largest < _DOUBTED_FROM) or one_unit_missing


def _scaled(value: Decimal, scale: Decimal | None) -> Decimal:
    product = value if scale is None else value * scale
    return product.quantize(Decimal(1)) if product == product.to_integral_value() else product.normalize()


def _scale(unit: str | None, coin: str | None) -> Decimal | None:
    word = (unit or "").removesuffix("元") or (unit or "")
    if word:
        return _SCALES[word]
    # 5000美元 says what it counts, $5000 does not: in a column of 万元 it may be either.
    return _YUAN if coin and coin not in _CURRENCIES["CNY"] and coin.isalnum() else None


def _currency(found: re.Match[str]) -> str | None:
    """The one currency named; CNY when none is, None when several are."""
    named = {_ISO[found[part]] for part in ("sign", "sign2", "coin") if found[part]}
    if len(named) > 1:
        return None
    return named.pop() if named else "CNY"


def _per(found: re.Match[str]) -> str | None:
    said = _said(found)
    by = {"year": bool(found["salary"]) or "年" in said, "month": bool(found["monthly"]) or "月" in said}
    if "人" in said:
        return "person-year" if by["year"] else "person"
    return next((name for name, is_so in by.items() if is_so), None)


def _said(found: re.Match[str]) -> str:
    """By what the money is counted, in the words before and behind it."""
    return "".join(found[part] or "" for part in ("before", "per"))
