"""Tokens that belong to one change of one version, and changes as people read them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.amending.differences import differences
from service.amending.tokens import plain, same, token_for
from service.domain.amendments import Difference, What

KEY = bytes(range(32))
MAIL, BASE, VERSION = "a" * 64, "b" * 64, "c" * 64
HEAD = ["name", "route", "note"]


def test_a_token_belongs_to_mail_rules_and_outcome() -> None:
    token = token_for(MAIL, BASE, VERSION, KEY)
    others = {
        token_for(BASE, MAIL, VERSION, KEY),
        token_for(MAIL, VERSION, BASE, KEY),
        token_for(MAIL, BASE, MAIL, KEY),
        token_for(MAIL, BASE, VERSION, bytes(32)),
    }

    assert token == token_for(MAIL, BASE, VERSION, KEY)
    assert len(others | {token}) == 5


@given(st.binary(min_size=16, max_size=40), st.text("0123456789abcdef", min_size=64, max_size=64))
def test_a_token_is_known_however_it_is_written(key: bytes, mail: str) -> None:
    token = token_for(mail, BASE, VERSION, key)

    assert len(plain(token)) == 16
    assert same(token.lower().replace("-", " "), token)
    assert same(token.replace("0", "O").replace("1", "l").replace("-", "－"), token)
    assert not same(token[:-1], token)
    assert not same("", token)


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (
            [HEAD, ["甲", "ask"], ["乙", "ask"]],
            [Difference("units.csv", 2, What.CHANGED, "甲", "route", "direct", "ask")],
        ),
        (
            [HEAD, ["甲", "direct"], ["丙", "direct", "新"], ["乙", "ask"]],
            [Difference("units.csv", 3, What.ADDED, "丙", "", "", "route=direct，note=新")],
        ),
        ([HEAD, ["乙", "ask"]], [Difference("units.csv", 2, What.REMOVED, "甲", "", "route=direct", "")]),
        (
            [HEAD, ["甲甲", "direct"], ["乙", "ask"]],
            [Difference("units.csv", 2, What.CHANGED, "甲甲", "name", "甲", "甲甲")],
        ),
        ([HEAD, ["乙", "ask"], ["甲", "direct"]], []),  # sorted another way
        ([["route", "name"], ["direct", "甲"], ["ask", "乙"]], []),  # columns in another order
        ([HEAD, [], ["甲", "direct"], ["乙", "ask"]], []),
    ],
)
def test_rows_are_compared_by_whom_they_are_about(after: list[list[str]], told: list[Difference]) -> None:
    before = [HEAD, ["甲", "direct"], ["乙", "ask"]]

    assert list(differences("units.csv", before, after)) == told


def test_lines_of_text_are_told_as_they_were_and_are() -> None:
    before, after = [["a = 1"], ["b = 2"], ["c = 3"]], [["a = 1"], ["b = 4"], ["c = 3"], ["d = 5"]]

    assert list(differences("checks.toml", before, after)) == [
        Difference("checks.toml", 2, What.CHANGED, "", "", "b = 2", "b = 4"),
        Difference("checks.toml", 4, What.ADDED, "", "", "", "d = 5"),
    ]
