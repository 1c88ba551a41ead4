"""What a header says: who, when, what about, and the signs of a machine."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.mail import Address
from service.reading.mail import parse
from service.reading.mail.addresses import every_mailbox, mailboxes
from tests.reading.mail.raw import WORDS, mail

CHINA = timezone(timedelta(hours=8))


def senders(*fields: str) -> list[str]:
    return [a.address for a in every_mailbox([f.encode() for f in fields])]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param("zs@kyc.example", ["zs@kyc.example"], id="bare"),
        pytest.param("张三 <zs@KYC.example>", ["zs@kyc.example"], id="domain_in_lower_case"),
        pytest.param('"李, 四" <ls@kyc.example>', ["ls@kyc.example"], id="comma_in_quotes"),
        pytest.param("zs@kyc.example (张三 (科))", ["zs@kyc.example"], id="nested_comment"),
        pytest.param("'zs@kyc.example' <zs@kyc.example>", ["zs@kyc.example"], id="its_own_address_as_name"),
        pytest.param('"kjj@city.example" <zs@kyc.example>', ["zs@kyc.example"], id="another_address_as_quoted_name"),
        pytest.param("张三@科研处 <zs@kyc.example>", ["zs@kyc.example"], id="at_sign_in_a_name"),
        pytest.param(
            "=?gb2312?B?1cXI/UC/xtHQtKY=?= <zs@kyc.example>", ["zs@kyc.example"], id="at_sign_in_an_encoded_name"
        ),
        pytest.param("<@relay.example:zs@kyc.example>", ["zs@kyc.example"], id="source_route"),
        pytest.param('"zhang san"@kyc.example', ['"zhang san"@kyc.example'], id="quoted_local_part"),
        pytest.param("undisclosed:;,", [], id="empty_group"),
        pytest.param("", [], id="empty"),
        pytest.param("科研处", [], id="name_only"),
    ],
)
def test_a_plain_sender_is_one_sender(field: str, expected: list[str]) -> None:
    assert senders(field) == expected


@pytest.mark.parametrize(
    "field",
    [
        pytest.param("kjj@city.example <evil@x.example>", id="bare_address_as_name"),
        pytest.param("<kjj@city.example> <evil@x.example>", id="two_angles"),
        pytest.param("kjj@city.example)evil@x.example", id="stray_parenthesis"),
        pytest.param("kjj@city.example (evil@x.example)", id="address_in_comment"),
        pytest.param("kjj@city.example, evil@x.example", id="two_mailboxes"),
        pytest.param("=?utf-8?q?kjj=40city=2Eexample?= <evil@x.example>", id="address_in_encoded_word"),
        pytest.param("=?utf-8?q?a_=3Ckjj=40city=2Eexample=3E?= <evil@x.example>", id="angle_in_encoded_word"),
        pytest.param("G: kjj@city.example; evil@x.example", id="group_and_more"),
    ],
)
def test_a_sender_that_can_be_read_in_two_ways_is_ambiguous(field: str) -> None:
    assert set(senders(field)) == {"kjj@city.example", "evil@x.example"}


@pytest.mark.parametrize(
    ("field", "other"),
    [
        pytest.param("kjj@city.example@x.example", "kjj@city.example@x.example", id="two_at_signs"),
        pytest.param("<kjj@city.example@x.example>", "kjj@city.example@x.example", id="two_at_signs_in_angles"),
        pytest.param('"kjj"@city.example <evil@x.example>', '"kjj"@city.example', id="a_quoted_local_part_as_name"),
    ],
)
def test_what_only_some_parsers_take_for_an_address_is_ambiguous(field: str, other: str) -> None:
    assert len(senders(field)) > 1
    assert other in senders(field)


def test_what_a_server_found_out_is_kept_as_it_stands() -> None:
    """A sender may choose a local part that is an encoded word and says dmarc=pass."""
    stamp = b"Authentication-Results: mx.example; spf=fail smtp.mailfrom==?utf-8?Q?;dmarc=3Dpass;?=@x.example"

    (field,) = parse(stamp + b"\r\nFrom: zs@kyc.example\r\n\r\n", WORDS).envelope.authentication_results

    assert "dmarc=pass" not in field


def test_two_from_fields_are_two_senders() -> None:
    raw = mail(b"From: <kjj@city.example>", b"From: <evil@x.example>")

    envelope = parse(raw, WORDS).envelope

    assert [a.address for a in envelope.senders] == ["kjj@city.example", "evil@x.example"]
    assert envelope.sender is None


def test_display_names_are_decoded_and_kept_apart_from_addresses() -> None:
    field = '=?gb2312?B?1cXI/Q==?= <zs@kyc.example>, "李四" <ls@kyc.example>'.encode()

    assert mailboxes([field]) == (Address("张三", "zs@kyc.example"), Address("李四", "ls@kyc.example"))


@given(st.text(max_size=120))
def test_no_address_field_defeats_the_parser(field: str) -> None:
    for address in every_mailbox([field.encode("utf-8", "replace")]):
        assert "@" in address.address
        assert not any(c in address.address for c in "<>\r\n\0")


def test_the_newest_received_field_gives_the_time_of_arrival() -> None:
    raw = mail(
        b"Received: from a by mx.example; Wed, 25 Mar 2020 17:59:59 +0800 (CST)",
        b"Received: from b by a; Tue, 24 Mar 2020 08:00:00 +0800",
        b"Date: Wed, 25 Mar 2020 09:00:00 -0000",
    )

    envelope = parse(raw, WORDS).envelope

    assert envelope.received == datetime(2020, 3, 25, 17, 59, 59, tzinfo=CHINA)
    assert envelope.date == datetime(2020, 3, 25, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [b"yesterday", b"Wed, 99 Mar 2020 25:61:61 +0800", b"1 1 99999999999 1:1 +99999", b";", b"2020-13-45 99:99"],
)
def test_a_date_that_is_none_is_none(value: bytes) -> None:
    assert parse(mail(b"Date: " + value), WORDS).envelope.date is None


def test_a_decoded_subject_cannot_carry_further_header_lines() -> None:
    raw = mail(b"Subject: =?utf-8?Q?=E5=87=BD=0D=0ABcc:_victim@x.example=E2=80=A8?=")

    assert parse(raw, WORDS).envelope.subject == "函 Bcc: victim@x.example"


def test_signs_of_a_machine_are_kept_as_they_were_sent() -> None:
    raw = mail(
        b"Return-Path: <>",
        b"Auto-Submitted: Auto-Replied; x=y",
        b"List-Id: =?utf-8?B?5YiX6KGo?= <l.example>",
        b'Content-Type: multipart/report; report-type="delivery-status"; boundary=b',
        b"X-QQ-mid: 1",
    )

    envelope = parse(raw, WORDS).envelope

    assert envelope.signal("return-path") == "<>"
    assert envelope.signal("auto-submitted") == "Auto-Replied; x=y"
    assert envelope.signal("list-id") == "列表 <l.example>"
    assert envelope.signal("content-type") == "multipart/report; report-type=delivery-status"
    assert envelope.signal("precedence") is None


def test_threads_are_followed_by_message_ids() -> None:
    raw = mail(
        b"Message-ID: <a@x.example>",
        b"In-Reply-To: <b@x.example> (note)",
        b"References: <c@x.example>\r\n\t<b@x.example>",
    )

    envelope = parse(raw, WORDS).envelope

    assert envelope.message_id == "<a@x.example>"
    assert envelope.in_reply_to == ("<b@x.example>",)
    assert envelope.references == ("<c@x.example>", "<b@x.example>")


def test_a_message_id_without_brackets_gets_them() -> None:
    assert parse(mail(b"Message-ID: a.b@x.example"), WORDS).envelope.message_id == "<a.b@x.example>"


def test_authentication_results_are_kept_topmost_first() -> None:
    raw = mail(
        b"Authentication-Results: mx.example;\r\n dmarc=fail", b"Authentication-Results: forged.example; dmarc=pass"
    )

    assert parse(raw, WORDS).envelope.authentication_results == ("mx.example; dmarc=fail", "forged.example; dmarc=pass")
