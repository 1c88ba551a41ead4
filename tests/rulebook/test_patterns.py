"""Patterns written by people, run on text written by strangers."""

import pytest

from service.rulebook.patterns import fault_of


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)*b",
        "(a|ab)*c",
        "(?P<name>a+)+b",
        "(?:a{1,9}){1,9}b",
        "((a)*)*b",
        r"(?:a\)+)+b",
        r"(\d+)-\1",
        "(?P<n>a)(?P=n)",
        "(?x)( a+ ) +",
        ".*.*.*x",
        "(a{0,19}){0,19}x",
        "(x)?(?(1)a|b)",
    ],
)
def test_a_pattern_that_could_run_for_ever_is_refused(pattern: str) -> None:
    assert fault_of(pattern) == "可能耗时极长"


@pytest.mark.parametrize("pattern", [".*", "", "a?", "(a|)", "^", "$"])
def test_a_pattern_that_matches_everything_is_refused(pattern: str) -> None:
    assert fault_of(pattern) == "什么文字都能匹配"


@pytest.mark.parametrize("pattern", ["[a", "(a", "a{99999999999999999999}", "*a", "(?P<1>a)", "(" * 300])
def test_a_pattern_that_does_not_compile_is_refused(pattern: str) -> None:
    assert fault_of(pattern) == "不是正确的正则表达式"


@pytest.mark.parametrize(
    "pattern",
    ["关于.{0,30}(?:报送|上报).{0,40}(?:函|报告)", "(?:第)?号", "[)+*]x", r"\(a+\)b", "(?i)abc", "https?://a/", "a|b"],
)
def test_an_ordinary_pattern_is_accepted(pattern: str) -> None:
    assert fault_of(pattern) is None
