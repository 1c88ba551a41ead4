"""Routing rules that can never decide are told; none that can is ever called idle."""

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service import rulebook
from service.domain.coverage import impossible, shadows
from service.domain.places import city_at_start
from service.domain.rules import RoutingRule
from service.routing.unlisted import rules_that_fit
from tests.builders import a_rulebook
from tests.rulebook.conftest import RulesFolder

RULE = '[[rule]]\nname = "{}"\nchannel = "staff"\nreason = "请判断"\n{}\n'


@pytest.mark.parametrize(
    ("first", "second", "warning"),
    [
        pytest.param(
            'name_contains = ["研究"]',
            'name_contains = ["研究院", "研究所"]\ncity_known = true',
            "routing.toml 第6行，乙：符合它的单位都先由routing.toml 第1行的“甲”决定，轮不到它；请移到前面，或删去这条规则",
            id="narrower_words_below_wider_ones",
        ),
        pytest.param(
            "city_known = true",
            'in_seat_city = false\nname_suffixes = ["公司"]',
            "routing.toml 第6行，乙：符合它的单位都先由routing.toml 第1行的“甲”决定，轮不到它；请移到前面，或删去这条规则",
            id="a_known_city_is_asked_for_before",
        ),
        pytest.param(
            'name_suffixes = ["公司"]',
            'name_contains = ["园区"]\nname_excludes = ["园"]',
            "routing.toml 第6行，乙：永远不会起作用：name_contains 里的词都被 name_excludes 排除了；请改条件，或删去这条规则",
            id="words_that_exclude_themselves",
        ),
        pytest.param(
            'name_suffixes = ["公司"]',
            "in_seat_city = true\ncity_known = false",
            "routing.toml 第6行，乙：永远不会起作用：不知道在哪个市（city_known = false），就谈不上 in_seat_city；"
            "请改条件，或删去这条规则",
            id="a_place_in_an_unknown_city",
        ),
    ],
)
def test_a_rule_that_never_decides_is_a_warning(rules: RulesFolder, first: str, second: str, warning: str) -> None:
    rules.write("routing.toml", RULE.format("甲", first) + RULE.format("乙", second))

    assert warning in rulebook.explain_rules(rules.path).warnings


def test_a_rule_that_the_one_above_leaves_something_to_is_no_warning(rules: RulesFolder) -> None:
    above = 'name_contains = ["研究"]\nname_excludes = ["科研"]'
    rules.write("routing.toml", RULE.format("甲", above) + RULE.format("乙", 'name_contains = ["研究院"]'))

    assert rulebook.explain_rules(rules.path).warnings == ()


WORDS = st.lists(st.sampled_from(["云江", "研究", "研究院", "院", "公司", "有限公司", "市", "园区", "园"]), max_size=2)
FLAGS = st.sampled_from([None, None, True, False])
RULES = st.lists(
    st.builds(
        lambda prefixes, suffixes, contains, excludes, *flags: RoutingRule(
            "", None, "", tuple(prefixes), tuple(suffixes), tuple(contains), tuple(excludes), *flags
        ),
        WORDS, WORDS, WORDS, WORDS, FLAGS, FLAGS, FLAGS, FLAGS, FLAGS, FLAGS,
    ),
    min_size=1, max_size=4,
)  # fmt: skip


@given(
    RULES,
    st.lists(
        st.sampled_from(["云江市", "岭州市", "岭海省", "研究", "院", "有限", "公司", "园区"]), min_size=1, max_size=4
    ),
)
def test_no_rule_that_can_decide_is_called_idle(found: list[RoutingRule], parts: list[str]) -> None:
    book, name = a_rulebook(), "".join(parts)
    values = {f.name: getattr(book, f.name) for f in fields(book)}
    numbered = tuple(_numbered(rule, n) for n, rule in enumerate(found))
    other = type(book)(**values | {"routing_rules": numbered})
    city = city_at_start(name, book.cities, book.campaign.province)

    deciding = next(rules_that_fit(name, city, other), None)

    if deciding is not None:
        assert impossible(deciding) is None
        assert deciding.source not in shadows(numbered)


def _numbered(rule: RoutingRule, n: int) -> RoutingRule:
    return type(rule)(**{f.name: getattr(rule, f.name) for f in fields(rule)} | {"source": f"routing.toml:{n}"})
