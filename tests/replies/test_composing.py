"""A letter's bytes: readable by any mail program, the same every time, closed to injected headers."""

import email
import email.policy
import re
from datetime import datetime
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.mail import Address
from service.replies.composing import compose, copies_in, is_writable
from service.replies.identity import message_id_for
from service.typesetting.papers import OutgoingFile, RenderedLetter

DATE = datetime.fromisoformat("2020-03-24T16:05:46+08:00")
SENDER = Address("征集工作邮箱", "collection@mail.example")
TO = Address("张三", "zhangsan@yunjiang.example")
MESSAGE_ID = message_id_for("receipt", "ab" * 32, 0, b"key", "mail.example")
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "Content-Language", "MIME-Version", "Content-Type",
}  # fmt: skip


def a_letter(
    subject: str = "【回执】材料已收齐 [LH2020-0012]", text: str = "正文\n", name: str | None = None
) -> RenderedLetter:
    files = () if name is None else (OutgoingFile(name, "application/octet-stream", bytes(range(256)) * 9),)
    return RenderedLetter("receipt", subject, text, f"<p>{text}</p>", files)


def composed(
    letter: RenderedLetter, to: Address = TO, answered: str | None = "<1@x.example>", *references: str
) -> bytes:
    return compose(letter, SENDER, [to], MESSAGE_ID, answered, references, DATE)


def parsed(content: bytes) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(content, policy=email.policy.default))


def test_a_mail_program_reads_back_every_word() -> None:
    mail = parsed(composed(a_letter(text="第一行\n第二行\n"), TO, "<1@x.example>", "<0@x.example>"))

    assert mail["Subject"] == "【回执】材料已收齐 [LH2020-0012]"
    assert mail["From"].addresses[0].display_name == "征集工作邮箱"
    assert mail["To"].addresses[0].addr_spec == "zhangsan@yunjiang.example"
    assert mail["Date"].datetime == DATE
    assert mail["Message-ID"] == MESSAGE_ID
    assert mail["In-Reply-To"] == "<1@x.example>"
    assert mail["References"].split() == ["<0@x.example>", "<1@x.example>"]
    assert mail["Auto-Submitted"] == "auto-replied"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content().replace("\r\n", "\n") for part in mail.iter_parts()] == [
        "第一行\n第二行\n",
        "<p>第一行\n第二行\n</p>",
    ]
    assert not mail.defects


def test_who_gets_a_copy_stands_in_the_letter_and_is_read_back_from_it() -> None:
    office = [Address("", "kjj@yunjiang.example"), Address("云江市科学技术局", "office@yunjiang.example")]

    content = compose(a_letter(), SENDER, [TO], MESSAGE_ID, None, (), DATE, cc=office)

    assert copies_in(content) == ("kjj@yunjiang.example", "office@yunjiang.example")
    assert [a.addr_spec for a in parsed(content)["Cc"].addresses] == list(copies_in(content))
    assert copies_in(composed(a_letter(text="\r\nCc: a@x.example\r\n"))) == ()


def test_a_digest_is_generated_and_answers_nothing() -> None:
    content = compose(a_letter(), SENDER, [TO], MESSAGE_ID, None, (), DATE, auto_submitted="auto-generated")

    mail = parsed(content)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["In-Reply-To"] is None
    assert mail["References"] is None


def test_an_attachment_comes_back_byte_for_byte_under_its_chinese_name() -> None:
    mail = parsed(composed(a_letter(name="问题清单（云江市科学技术局）.xlsx")))

    (file,) = mail.iter_attachments()
    assert file.get_filename() == "问题清单（云江市科学技术局）.xlsx"
    assert file.get_content() == bytes(range(256)) * 9


def test_a_program_that_knows_no_rfc_2231_finds_the_name_in_the_content_type() -> None:
    content = composed(a_letter(name="问题清单.xlsx"))

    words = re.search(rb'name="(=\?utf-8\?b\?[^"]+)"', content)
    assert words is not None
    assert str(email.header.make_header(email.header.decode_header(words[1].decode()))) == "问题清单.xlsx"
    assert b"filename*=UTF-8''%E9%97%AE" in content


def test_the_same_letter_is_the_same_bytes() -> None:
    assert composed(a_letter(name="表.xlsx")) == composed(a_letter(name="表.xlsx"))


@given(
    subject=st.text(max_size=300), name=st.text(max_size=100), file=st.text(min_size=1, max_size=200), text=st.text()
)
def test_no_value_can_add_a_header_or_break_the_mail(subject: str, name: str, file: str, text: str) -> None:
    content = composed(a_letter(subject, text, file), Address(name, "a@b.example"), subject, file, name)

    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in content.split(b"\r\n"))
    mail = email.message_from_bytes(content)
    assert set(mail.keys()) <= HEADERS
    assert len(mail.keys()) == len(set(mail.keys()))
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/octet-stream",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param("回执\r\nBcc: victim@x.example", id="crlf"),
        pytest.param("回执\x0bBcc: victim@x.example", id="vertical_tab"),
        pytest.param("回执\x85Bcc: victim@x.example", id="next_line"),
        pytest.param("回执\u2028Bcc: victim@x.example", id="line_separator"),
    ],
)
def test_a_line_break_in_a_subject_stays_in_the_subject(subject: str) -> None:
    mail = parsed(composed(a_letter(subject)))

    assert mail["Bcc"] is None
    assert mail["Subject"] == "回执 Bcc: victim@x.example"


def test_a_thread_of_broken_ids_is_not_carried_on() -> None:
    mail = parsed(composed(a_letter(), TO, "no id\r\nBcc: x@y", "<" + "a" * 2000 + "@x>", "<ok@x.example>"))

    assert mail["In-Reply-To"] is None
    assert mail["References"] == "<ok@x.example>"


def test_a_long_thread_keeps_its_first_and_its_newest_mails() -> None:
    references = [f"<{n}@x.example>" for n in range(100)]

    kept = parsed(composed(a_letter(), TO, "<100@x.example>", *references))["References"].split()

    assert kept[0] == "<0@x.example>"
    assert kept[-1] == "<100@x.example>"
    assert len(kept) == 21


@pytest.mark.parametrize(
    "address",
    [
        "张三@x.example",
        "a b@x.example",
        "a@x.example>,<b@y.example",
        "a@x.example\r\nBcc: b@y",
        "",
        "a@",
        "@b",
        "a@" + "b" * 64,
    ],
)
def test_an_address_that_cannot_be_written_is_refused(address: str) -> None:
    assert not is_writable(address)
    with pytest.raises(ValueError, match="mail address"):
        composed(a_letter(), Address("", address))


def test_a_chinese_domain_is_written_in_its_ascii_form() -> None:
    mail = parsed(composed(a_letter(), Address("", "kjj@云江.example")))

    assert mail["To"].addresses[0].domain == "xn--9kq993e.example"


@given(st.from_regex(r"[!-~]{1,20}@[a-z云江.-]{1,20}", fullmatch=True))
def test_what_is_called_writable_can_be_written(address: str) -> None:
    if is_writable(address):
        assert composed(a_letter(), Address("", address))


def test_a_name_with_a_comma_or_quotes_stays_one_recipient() -> None:
    mail = parsed(composed(a_letter(), Address('Zhang, "San" <x@y.example>', "a@b.example")))

    assert [a.addr_spec for a in mail["To"].addresses] == ["a@b.example"]
