"""What people wrote, what they quoted, and files that hide in bodies."""

import base64
import binascii

import pytest

from service.domain.submission import Problem
from service.reading.mail import parse
from service.reading.mail.links import Link, oversized_links
from service.reading.mail.quoting import split_quoted
from service.reading.mail.transfer import Decoded, undo
from tests.reading.mail.raw import HEAD, PDF, WORDS, attachment, mixed, part, text

QUOTED_STYLES = {
    "qq": '------------------ 原始邮件 ------------------\n发件人: "征集" <a@b.example>;\n发送时间: 2020年3月20日\n\n旧',
    "qq_enterprise": '------------------ Original ------------------\nFrom: "a" <a@b.example>\n旧',
    "netease": '在 2020-03-20 10:00:00，"征集" <a@b.example> 写道：\n旧',
    "netease_english": 'At 2020-03-20 10:00:00, "a" <a@b.example> wrote:\n>旧',
    "netease_original": "-----原始邮件-----\n发件人:a\n发送时间:2020-03-20\n旧",
    "foxmail": "发件人： 征集\n发送时间： 2020-03-20 10:00\n收件人： 张三\n主题： 函\n旧",
    "outlook": "________________________________\n发件人: 征集 <a@b.example>\n发送时间: 2020年3月20日\n收件人: 张三\n旧",
    "outlook_english": "-----Original Message-----\nFrom: a\nSent: x\nTo: y\n旧",
    "gmail_broken_over_two_lines": "On Fri, Mar 20, 2020 at 10:00 AM a <a@b.example>\nwrote:\n\n> 旧",
    "apple_mail": "在 2020年3月20日，10:00，征集 <a@b.example> 写道：\n\n> 旧",
    "forwarded": "---------- Forwarded message ---------\n旧",
    "netease_forwarded": "-------- 转发邮件信息 --------\n发件人：a\n旧",
    "bare_marks": "> 旧\n> 更旧",
}


@pytest.mark.parametrize("quoted", QUOTED_STYLES.values(), ids=QUOTED_STYLES.keys())
def test_older_mails_below_are_told_from_what_the_sender_wrote(quoted: str) -> None:
    assert split_quoted(f"您好，见附件。\n张三\n\n{quoted}") == ("您好，见附件。\n张三", quoted)


def test_an_answer_between_quoted_lines_is_the_senders_own() -> None:
    own, quoted = split_quoted("On 20 Mar 2020 a wrote:\n> 请补交表3\n已补交，见附件\n> 请补盖章\n已补盖")

    assert own == "已补交，见附件\n已补盖"
    assert "> 请补盖章" in quoted


@pytest.mark.parametrize(
    "sentence", ["我单位在2020年3月的报告中写道", "发件人：张三", "5 > 3 是对的", "现将原始邮件附上"], ids=range(4)
)
def test_a_sentence_that_only_sounds_like_a_quotation_stays(sentence: str) -> None:
    assert split_quoted(f"您好\n{sentence}\n谢谢")[1] == ""


def test_of_alternatives_the_plain_text_is_read() -> None:
    raw = alternative("您好，请查收附件。", "<p>您好，请查收附件。</p><p>广告</p>")

    assert parse(raw, WORDS).text == "您好，请查收附件。"


def test_html_is_read_when_the_plain_alternative_says_nothing() -> None:
    raw = alternative(
        " ", "<html><head><title>t</title><style>p{}</style></head><p>您好，</p><div>请&nbsp;查收<br>张三</div>"
    )

    assert parse(raw, WORDS).text == "您好，\n\n请 查收\n张三"


def alternative(plain: str, markup: str) -> bytes:
    html = part(b"Content-Type: text/html; charset=gb2312", body=markup.encode("gb18030"))
    parts = b"".join(b"--=_b1\r\n" + p + b"\r\n" for p in (text(plain), html))
    return HEAD + b"Content-Type: multipart/alternative; boundary==_b1\r\n\r\n" + parts + b"--=_b1--"


def test_flowed_paragraphs_are_joined_again() -> None:
    body = part(
        b"Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes",
        body="我单位现 \r\n报送。\r\n\r\n张三".encode(),
    )

    assert parse(HEAD + body, WORDS).text == "我单位现报送。\n\n张三"


def test_a_file_without_name_or_disposition_is_still_a_file() -> None:
    raw = mixed([text("见附件"), attachment(PDF, disposition=b"", kind=b"text/plain")])

    assert [f.content for f in parse(raw, WORDS).files] == [PDF]


def test_a_mail_that_is_nothing_but_a_file_brings_that_file() -> None:
    assert [f.content for f in parse(HEAD + attachment(PDF, kind=b"application/pdf"), WORDS).files] == [PDF]


def test_a_file_uuencoded_in_the_text_is_cut_out() -> None:
    lines = b"".join(binascii.b2a_uu(PDF[at : at + 45]) for at in range(0, len(PDF), 45))

    found = parse(HEAD + b"\r\nbefore\r\nbegin 644 letter.pdf\r\n" + lines + b"`\nend\r\nafter", WORDS)

    assert [(f.name, f.content) for f in found.files] == [("letter.pdf", PDF)]
    assert found.text.split() == ["before", "after"]


def test_a_picture_shown_in_the_text_is_inline() -> None:
    html = part(b"Content-Type: text/html", body=b'<img src="cid:logo@x">')
    picture = part(b"Content-Type: image/png", b"Content-ID: <logo@x>", body=b"\x89PNG")

    assert [f.inline for f in parse(mixed([html, picture, attachment(PDF)]), WORDS).files] == [True, False]


@pytest.mark.parametrize(
    ("encoded", "expected", "is_damaged"),
    [
        pytest.param(b"QUJDREVGRw==", b"ABCDEFG", False, id="whole"),
        pytest.param(b"QUJD\r\n REVG \nRw==\r\n", b"ABCDEFG", False, id="white_space"),
        pytest.param(b"QUJDREVGQUJDREVGQUJDREVGQUJDREVG QUJDREVG", b"ABCDEF" * 5, False, id="blanks_for_line_ends"),
        pytest.param(b"QUI=QUI=", b"ABAB", True, id="padding_in_the_middle"),
        pytest.param(b"QUJD!REVG*Rw==", b"ABCDEFG", True, id="strange_characters"),
        pytest.param(b"QUJDREVGRw", b"ABCDEFG", True, id="missing_padding"),
        pytest.param(b"QUJDR", b"ABC", True, id="impossible_length"),
        pytest.param(b"", b"", False, id="empty"),
    ],
)
def test_base64_gives_what_is_there_and_tells_its_damage(encoded: bytes, expected: bytes, is_damaged: bool) -> None:
    decoded = undo(encoded, "Base64 ;")

    assert (decoded.content, bool(decoded.damage)) == (expected, is_damaged)


def test_broken_quoted_printable_is_told() -> None:
    assert undo(b"=E5=87=BD=ZZ", "quoted-printable").damage
    assert undo("函=\r\n".encode(), "quoted-printable").damage == ""


@pytest.mark.parametrize(
    "behind",
    [
        pytest.param(b"--foo-\r\n", id="damaged_delimiter"),
        pytest.param(b"\r\n_______________\r\nkyc mailing list\r\n", id="footer"),
        pytest.param(b"=AbC4\r\n", id="check_sum"),
    ],
)
def test_words_behind_base64_are_no_part_and_no_damage_of_its_file(behind: bytes) -> None:
    whole = base64.encodebytes(b"x" * 200)

    assert undo(whole + behind, "base64") == Decoded(b"x" * 200)
    assert undo(whole + behind + b"QUJD" * 19 + b"\r\n", "base64").damage


def test_text_that_is_no_base64_although_it_says_so_stays_text() -> None:
    body = b"hello dear colleagues\r\n\r\nthe form is attached\r\n"

    assert undo(body, "base64").content == body


def test_base64_that_forgot_its_label_is_recognised() -> None:
    raw = mixed([part(b"Content-Type: application/pdf", body=base64.encodebytes(PDF))])

    assert parse(raw, WORDS).files[0].content == PDF


CARD = "从QQ邮箱发来的超大附件\n\n报送材料（表1-4）.rar (60.57M, 2020年04月27日 19:39 到期)\n进入下载页面：https://mail.qq.com/cgi-bin/ftnExs_download?t=1"


def test_a_card_of_an_oversized_attachment_tells_name_size_and_expiry() -> None:
    found = parse(HEAD + text("您好\n" + CARD), WORDS)

    assert found.links == (Link("报送材料（表1-4）.rar", "60.57M", "2020年04月27日 19:39 到期"),)
    assert found.links[0].note == "以超大附件链接发送（大小 60.57M，2020年04月27日 19:39 到期）"


def test_a_bare_link_to_a_provider_is_an_attachment_that_was_not_attached() -> None:
    assert oversized_links("征集表.xlsx 链接：https://pan.baidu.com/s/1 提取码1", (), WORDS) == (Link("征集表.xlsx"),)


def test_a_link_that_only_the_html_carries_is_found() -> None:
    html = part(b"Content-Type: text/html", body=b'<a href="https://mail.qq.com/ftn/download?k=1">x</a>')

    assert parse(HEAD + html, WORDS).links == (Link("超大附件"),)


def test_a_person_who_only_speaks_of_a_download_page_has_sent_no_link() -> None:
    assert oversized_links("附件较大，进入下载页面太慢，所以分两封发送。", (), WORDS) == ()


def test_an_old_card_in_the_quoted_part_of_a_reply_is_not_asked_for_again() -> None:
    quoted = "已补发，见附件。\n\n------------------ 原始邮件 ------------------\n" + CARD

    assert parse(HEAD + text(quoted), WORDS).links == ()


def test_a_card_in_a_mail_forwarded_to_us_counts() -> None:
    head = HEAD.replace(b"Subject: x", "Subject: 转发：材料".encode())

    assert len(parse(head + text("请查收\n------ 原始邮件 ------\n" + CARD), WORDS).links) == 1


def test_a_part_that_is_too_deep_is_named_as_refused() -> None:
    raw = HEAD + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(50))

    assert parse(raw, WORDS).files[0].problem is Problem.REFUSED


def test_two_cards_on_one_line_are_two_attachments() -> None:
    line = "从QQ邮箱发来的超大附件 函(1).pdf (60M, 2020年04月27日 19:39 到期) 表.zip (1.2G)"

    assert [link.name for link in oversized_links(line, (), WORDS)] == ["函(1).pdf", "表.zip"]
