"""A staff member's reply as orders: what is meant is done, what could be meant is asked, talk is talk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.desk import orders_in
from service.desk.parsing import UNCLEAR
from service.domain.orders import Action, Order
from tests.builders import the_real_rulebook

WORDS = the_real_rulebook().mail.orders


def said(text: str) -> list[tuple[Action | None, str, int | None]]:
    return [(order.action, order.subject, order.letter) for order in orders_in(text, WORDS, "GD2020")]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("放行 GD2020-0012", (Action.RELEASE, "GD2020-0012", None)),
        ("GD2020-0012 放行", (Action.RELEASE, "GD2020-0012", None)),
        ("请放行gd2020－0012。", (Action.RELEASE, "GD2020-0012", None)),
        ("放行信17", (Action.RELEASE, "", 17)),
        ("信 17：不发", (Action.DISCARD, "", 17)),
        ("不同意", (Action.DISCARD, "", None)),
        ("同意。", (Action.RELEASE, "", None)),
        ("已办　GD2020—0023", (Action.DONE, "GD2020-0023", None)),
        ("将 GD2020-0012 的信发出", (Action.RELEASE, "GD2020-0012", None)),
    ],
)
def test_an_order_is_understood_as_people_write_it(line: str, meant: tuple[Action, str, int | None]) -> None:
    assert said(line) == [meant]


@pytest.mark.parametrize(
    ("line", "action", "value"),
    [
        ("认定 GD2020-0023 岭海大学", Action.IDENTIFY, "岭海大学"),
        ("GD2020-0023 单位：岭海大学（珠江校区）。", Action.IDENTIFY, "岭海大学(珠江校区)"),
        ("认定单位 GD2020-0023 为“岭海大学”", Action.IDENTIFY, "岭海大学"),
        ("受理 GD2020-0023", Action.ACCEPT, ""),
    ],
)
def test_an_order_may_name_the_unit_that_a_case_belongs_to(line: str, action: Action, value: str) -> None:
    ((order),) = orders_in(line, WORDS, "GD2020")

    assert (order.action, order.subject, order.value) == (action, "GD2020-0023", value)


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("确认 GD2020-0012", [(Action.CONFIRM, "GD2020-0012", "")]),
        ("请确认 Lin@mail.example、zhao_1@mail.example。", [(Action.CONFIRM, "", "lin@mail.example"), (Action.CONFIRM, "", "zhao_1@mail.example")]),
        ("确认 lin@mail.example<mailto:lin@mail.example>", [(Action.CONFIRM, "", "lin@mail.example")]),
        ("确认 GD2020-0012 ｌｉｎ＠mail.example", [(Action.CONFIRM, "GD2020-0012", "lin@mail.example")]),
        ("撤销 lin@mail.example", [(Action.REVOKE, "", "lin@mail.example")]),
        ("撤销确认 GD2020-0012、GD2020-0013", [(Action.REVOKE, "GD2020-0012", ""), (Action.REVOKE, "GD2020-0013", "")]),
    ],
)  # fmt: skip
def test_an_order_may_name_mailboxes(line: str, meant: list[tuple[Action, str, str]]) -> None:
    assert [(o.action, o.subject, o.value) for o in orders_in(line, WORDS, "GD2020")] == meant


@pytest.mark.parametrize(
    "line",
    [
        "确认", "放行 lin@mail.example", "GD2020-0012 lin@mail.example", "确认 信12", "确认 GD2020-0012 岭海大学",
        "确认 GD2020-0012 GD2020-0013 lin@mail.example", "先不要确认 GD2020-0012",
    ],
)  # fmt: skip
def test_what_may_be_meant_of_a_mailbox_is_not_guessed(line: str) -> None:
    assert {action for action, _, _ in said(line)} == {None}


def test_one_line_may_name_several() -> None:
    assert said("放行 GD2020-0012、GD2020-0013 和信8") == [
        (Action.RELEASE, "GD2020-0012", None),
        (Action.RELEASE, "GD2020-0013", None),
        (Action.RELEASE, "", 8),
    ]


@pytest.mark.parametrize(
    "line", ["GD2020-0012 怎么回事？", "放行 GD2020-0012 还是不发？", "先不要放行 GD2020-0012", "放行 不发 信3"]
)
def test_what_says_more_than_an_order_is_not_obeyed(line: str) -> None:
    assert {action for action, _, _ in said(line)} == {None}


@pytest.mark.parametrize(
    "line",
    [
        "",
        "各位好：",
        "谢谢！",
        "张三",
        "2020年3月20日",
        "电话 020-00001234",
        "GD2019-0012",
        "邮箱：lin@mail.example",
        "确认收到",
    ],
)
def test_talk_is_no_order(line: str) -> None:
    assert said(line) == []


@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    for order in orders_in(text, WORDS, "GD2020"):
        assert isinstance(order, Order)


@pytest.mark.parametrize(
    ("line", "action", "value"),
    [
        ("启用 7K2M-9DQX-04TN-HW3P", Action.ENABLE, "7K2M9DQX04TNHW3P"),
        ("启用7k2m－9dqx－04tn－hw3p。", Action.ENABLE, "7K2M9DQX04TNHW3P"),
        ("请启用：7K2M 9DQX 04TN HW3P", Action.ENABLE, "7K2M9DQX04TNHW3P"),
        ("启用口令“7K2M—9DQX—04TN—HW3P”", Action.ENABLE, "7K2M9DQX04TNHW3P"),
        ("启用", Action.ENABLE, ""),
        ("启用 7K2M-9DQX-04TN-HW3P 明天起", Action.ENABLE, UNCLEAR),
        ("回退", Action.UNDO, ""),
        ("请回退。", Action.UNDO, ""),
        ("回退 units.csv", Action.UNDO, UNCLEAR),
    ],
)
def test_orders_about_the_rules_name_a_token_or_nothing(line: str, action: Action, value: str) -> None:
    assert orders_in(line, WORDS, "GD2020") == (Order(line, action, value=value),)


@pytest.mark.parametrize(
    "line",
    [
        "启用后请通知我",
        "不要启用 7K2M-9DQX-04TN-HW3P",
        "先别回退",
        "回退一下吧",
        "口令：7K2M-9DQX-04TN-HW3P",
        "启用" + " " * 90_000 + "x",
    ],
)
def test_talk_about_the_rules_is_no_order(line: str) -> None:
    assert [o for o in orders_in("好的\n" + line, WORDS, "GD2020") if o.action] == []


def test_a_case_is_not_enabled() -> None:
    assert said("启用 GD2020-0012") == [(None, "GD2020-0012", None)]
