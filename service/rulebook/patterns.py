"""Whether a pattern written by a person is safe to run on text written by strangers.

Refused: what does not compile, what matches the empty string (it would match every mail), and the shapes whose
matching time explodes: a repeated group that itself repeats or chooses, references back, too many open repeats.
"""

import re
import warnings
from typing import Final

from service.rulebook.sections import Section

_LONGEST: Final = 500
_WIDE_REPEAT: Final = 20  # a repeat of a group up to this often counts as endless
_MOST_OPEN_REPEATS: Final = 6
_TOKEN: Final = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[^:)]*[:)]?|[()|]|[*+?]\??|\{\d*,?\d*\}\??|.", re.DOTALL
)
_COUNT: Final = re.compile(r"\{(\d*)(,?)(\d*)\}")


def fault_of(pattern: str) -> str | None:
    """Why a pattern is refused, None for a good one."""
    if len(pattern) > _LONGEST:
        return "过长"
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            compiled = re.compile(pattern)
    except (re.error, OverflowError, RecursionError, Warning):
        return "不是正确的正则表达式"
    if compiled.search("") is not None:
        return "什么文字都能匹配"
    return "可能耗时极长" if _may_explode(pattern) else None


def safe_patterns(section: Section, key: str) -> tuple[str, ...]:
    """The patterns under a key; each refused one is a problem."""
    patterns = section.texts(key, keep_blanks=True)
    for pattern in patterns:
        fault = fault_of(pattern)
        if fault:
            section.problem(key, f"表达式“{pattern[:40]}”{fault}", "请改写得更具体，或请懂正则表达式的人帮忙")
    return patterns


def _may_explode(pattern: str) -> bool:
    """True for nested repeats, a repeated choice, references, or many repeats without an end."""
    tokens = _TOKEN.findall(pattern)
    varied = [False]  # per open group: does its body repeat or choose
    closed = False  # the body of the group that closed just now
    open_repeats = 0
    for place, token in enumerate(tokens):
        if re.fullmatch(r"\\[1-9]|\(\?P=.*", token):
            return True
        if token.startswith("("):
            varied.append(False)
        elif token == ")" and len(varied) > 1:
            closed = varied.pop()
            varied[-1] = varied[-1] or closed
        elif token == "|":
            varied[-1] = True
        elif _is_repeat(token):
            is_group = place > 0 and tokens[place - 1] == ")"
            if is_group and closed and _most(token) > _WIDE_REPEAT:
                return True
            open_repeats += _most(token) > _WIDE_REPEAT
            varied[-1] = True
    return open_repeats > _MOST_OPEN_REPEATS


def _is_repeat(token: str) -> bool:
    return token[0] in "*+?" or _COUNT.match(token) is not None


def _most(token: str) -> int:
    """How often a repeat may match at most."""
    if token[0] == "?":
        return 1
    count = _COUNT.match(token)
    if count is None:
        return 1_000_000
    low, comma, high = count.groups()
    if not comma:
        return int(low or 1)
    return int(high) if high else 1_000_000
