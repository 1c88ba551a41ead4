"""The free text of a cell: what a person wrote, without what the form printed."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from service.reading.forms.folding import fold, squeeze
from service.reading.forms.grid import Span

_LIMIT: Final = re.compile(
    r"^[(\[]?\s*(?:限|不超过|请控制在)?\s*\d[\d\s]*(?:个)?字\s*(?:以内|之内|以下|左右|内)?\s*[)\]]?"
)
ANSWER_SIGN: Final = re.compile(r"答\s*[:：]\s*")
_LEADING: Final = " \n:,;.、，。；：·-—_…)]）】"
_BLANK_LINE: Final = re.compile(r"_{2,}|…{2,}|\.{4,}")
_NEXT_NUMBER: Final = re.compile(
    r"(?:^|\s|(?<=[。；;]))[(]?(?:\d{1,2}|[一二三四五六七八九十])[)、.]\s*$|\s*(?:[①-⑳]|[(][一二三四五六七八九十][)])\s*$"
)
_ONESELF: Final = r"(?:本|我|该|全)(?:表|市|区|县|局|单位|院|校|所|公司|企业|中心|部门)"
_NOW: Final = r"(?:目前|今年|本年度?|20\d\d年度?)"
_NOTHING: Final = re.compile(
    r"(?:暂无|没有|尚无|并无|暂时无|无(?=相关|此|该|上述|任何|举办|参加|组织))[^,，。;；不除但仅只]{0,16}"
    r"(?:需求|计划|意愿|意向|安排|打算|内容)"
)
OF_ONESELF: Final = re.compile(rf"(?:经征集[，,]?)?(?:{_ONESELF}{_NOW}?|{_NOW})")
_EMPTY_BRACKETS: Final = re.compile(r"^[(\[]\s*[)\]]$")


def visible(text: str, start: int, end: int, struck: Sequence[Span]) -> str:
    """text[start:end] without struck-out letters."""
    pieces, position = [], start
    for first, last in struck:
        if last <= position or first >= end:
            continue
        pieces.append(text[position : max(first, position)])
        position = min(last, end)
    pieces.append(text[position:end])
    return "".join(pieces)


def plan_text(written: str, nil_words: Iterable[str]) -> str:
    """The plan as its writer sees it; "" when only the form's own print or a word for nothing stands there."""
    text = _BLANK_LINE.sub("", written.replace("＿", "_")).strip()
    start = len(text) - len(_past_print(fold(text)))
    text = text[start:].rstrip(" \n　")
    text = without_next_number(text).strip()
    if _EMPTY_BRACKETS.match(fold(text)) or not squeeze(text):
        return ""
    return "" if is_nil(text, nil_words) else text


def without_next_number(text: str) -> str:
    """Text without the number of the question that follows it ("…。 3、")."""
    found = _NEXT_NUMBER.search(fold(text))
    return text[: found.start()] if found else text


def _past_print(folded: str) -> str:
    """What follows the colon, the limit of characters and the colon after it."""
    rest = folded.lstrip(_LEADING)
    for print_ in (_LIMIT, ANSWER_SIGN):
        rest = (rest[found.end() :] if (found := print_.match(rest)) else rest).lstrip(_LEADING)
    return rest


def is_nil(text: str, nil_words: Iterable[str]) -> bool:
    """Whether the whole text is a word for nothing, alone or said of oneself ("我市暂无需求", "本表无")."""
    bare = text.strip().strip("。．.，,；;：:！!（）() 　")
    if bare in nil_words or (not squeeze(text) and text.strip() in nil_words):
        return True
    said = OF_ONESELF.match(bare)
    rest = bare[said.end() :] if said else bare
    return rest in nil_words or _NOTHING.fullmatch(rest) is not None
