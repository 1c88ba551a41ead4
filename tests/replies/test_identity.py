"""Our Message-IDs and case numbers: recognised when ours, not when anybody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.replies.identity import OwnLetter, message_id_for, our_case_number, verify

SHA = "0123456789abcdef" * 4


@given(kind=st.from_regex(r"[a-z_]{1,12}", fullmatch=True), seq=st.integers(0, 99999), key=st.binary(min_size=1))
def test_our_message_id_tells_which_letter_it_is(kind: str, seq: int, key: bytes) -> None:
    message_id = message_id_for(kind, SHA, seq, key, "mail.example")

    assert verify(message_id, key) == OwnLetter(kind, SHA[:16], seq)


def test_a_message_id_made_with_another_key_is_not_ours() -> None:
    assert verify(message_id_for("receipt", SHA, 0, b"theirs", "mail.example"), b"ours") is None


@pytest.mark.parametrize("changed", ["correction", "receipts"])
def test_a_message_id_with_a_changed_part_is_not_ours(changed: str) -> None:
    message_id = message_id_for("receipt", SHA, 0, b"key", "mail.example")

    assert verify(message_id.replace("receipt", changed), b"key") is None


def test_a_message_id_without_its_angle_brackets_is_known_again() -> None:
    message_id = message_id_for("receipt", SHA, 0, b"key", "mail.example")

    assert verify(message_id.strip("<>"), b"key") is not None


@given(st.text(max_size=200))
def test_whatever_stands_in_a_header_is_simply_not_ours(message_id: str) -> None:
    assert verify(message_id, b"key") is None


@pytest.mark.parametrize(
    ("subject", "number"),
    [
        pytest.param("回复：【回执】云江市科学技术局材料已收齐 [LH2020-0012]", "LH2020-0012", id="reply"),
        pytest.param("Re: Re: 【补正通知】还缺报送函 【lh2020-0012】", "LH2020-0012", id="lower_case"),
        pytest.param("转发：［ＬＨ２０２０－００１２］", "LH2020-0012", id="full_width"),
        pytest.param("关于LH2020—10345的补充", "LH2020-10345", id="long_dash"),
        pytest.param("XLH2020-0012", None, id="part_of_another_word"),
        pytest.param("LH2019-0012", None, id="another_campaign"),
        pytest.param("LH2020-12", None, id="too_short"),
        pytest.param("报送需求征集表", None, id="none"),
    ],
)
def test_a_case_number_is_found_as_people_and_programs_leave_it(subject: str, number: str | None) -> None:
    assert our_case_number(subject, "LH2020") == number
