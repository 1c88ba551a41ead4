"""Whether a pattern written by a person is safe to run on text written by strangers.

Refused: what does not compile, what matches the empty string (it would match every mail), and what may take
endless time: a repeated group that itself repeats or chooses, references back, repeats that multiply.
"""

import re
import warnings
from itertools import pairwise
from typing import Final

from service.rulebook.sections import Section

_LONGEST: Final = 500
_MOST_WAYS: Final = 200_000  # ways in which the repeats of one pattern may share a text among them
_ENDLESS: Final = 200  # what an open repeat counts as: the length of a line
_TOKEN: Final = re.compile(
    r"""(?P<escape>\\.)
      | (?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
      | (?P<refused>\(\?\( | \(\?P= | \(\?[aiLmsu-]*x)
      | (?P<aside>\(\?(?:\#[^)]*|[aiLmsu-]+)\))
      | (?P<open>\((?:\?(?:P<\w+>|<?[=!]|>|[aiLmsu-]*:))?)
      | (?P<close>\))
      | (?P<choice>\|)
      | (?P<repeat>(?:[*+?]|\{\d+\}|\{\d*,\d*\})[?+]?)
      | (?P<letter>.)""",
    re.VERBOSE | re.DOTALL,
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
    if _may_explode(pattern):
        return "可能耗时极长"
    return "什么文字都能匹配" if compiled.search("") else None


def safe_patterns(section: Section, key: str) -> tuple[str, ...]:
    """The patterns under a key; each refused one is a problem."""
    patterns = section.texts(key, keep_blanks=True)
    for pattern in patterns:
        fault = fault_of(pattern)
        if fault:
            section.problem(key, f"表达式“{pattern[:40]}”{fault}", "请改写得更具体，或请懂正则表达式的人帮忙", pattern)
    return patterns


def _may_explode(pattern: str) -> bool:
    tokens = [(match.lastgroup, match.group()) for match in _TOKEN.finditer(pattern)]
    if any(kind == "refused" or re.fullmatch(r"\\[1-9]", text) for kind, text in tokens):
        return True
    return _repeats_a_varied_group(tokens) or _ways(tokens) > _MOST_WAYS


def _repeats_a_varied_group(tokens: list[tuple[str | None, str]]) -> bool:
    """True for (a+)+ and its kin: a group with a repeat or a choice inside that is itself repeated."""
    varied = [False]  # of each open group
    closed = False  # of the group that closed last
    for (before, _), (kind, text) in pairwise([("", ""), *tokens]):
        if kind == "open":
            varied.append(False)
        elif kind == "close" and len(varied) > 1:
            closed = varied.pop()
            varied[-1] = varied[-1] or closed
        elif kind == "repeat":
            if before == "close" and closed and _span(text)[1] > 1:
                return True
            varied[-1] = True
        elif kind == "choice":
            varied[-1] = True
    return False


def _ways(tokens: list[tuple[str | None, str]]) -> int:
    ways = 1
    for kind, text in tokens:
        if kind == "repeat":
            least, most = _span(text)
            ways *= max(1, most - least + 1)
    return ways


def _span(repeat: str) -> tuple[int, int]:
    """How often a repeat matches at least and at most."""
    count = _COUNT.match(repeat)
    if count is None:
        return (0, 1) if repeat[0] == "?" else (0, _ENDLESS)
    low, comma, high = count.groups()
    least = int(low or 0)
    return least, (int(high) if high else least + _ENDLESS) if comma else least
