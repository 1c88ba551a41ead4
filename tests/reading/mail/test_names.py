"""Names of attachments and subjects, as programs in China really write them (facts 6.5)."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from service.reading.mail import parameters, parse
from service.reading.mail.header import text_of
from service.reading.mail.names import name_of
from service.reading.mail.words import decode_words
from tests.reading.mail.raw import PDF, WORDS, attachment, mixed

NAME = "附件1-4：镕圳需求征集表.xlsx"
HANZI = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=30)


def b_word(raw: bytes, charset: str) -> str:
    return f"=?{charset}?B?{base64.b64encode(raw).decode()}?="


def cut_words(text: str, charset: str, label: str, at: int) -> str:
    """Two encoded words, the bytes cut anywhere, as programs do that count bytes."""
    raw = text.encode(charset)
    return f"{b_word(raw[:at], label)}\r\n {b_word(raw[at:], label)}"


def name_in(disposition: bytes, content_type: bytes = b"application/octet-stream") -> str | None:
    return name_of(parameters.parse(disposition), parameters.parse(content_type))


PERCENT_GBK = quote(NAME.encode("gb18030"))
PERCENT_UTF8 = quote(NAME)


@pytest.mark.parametrize(
    "disposition",
    [
        pytest.param(f'attachment; filename="{NAME}"'.encode("gb18030"), id="raw_gbk"),
        pytest.param(f'attachment; filename="{NAME}"'.encode(), id="raw_utf8"),
        pytest.param(f"attachment; filename={NAME}".encode("gb18030"), id="raw_gbk_unquoted"),
        pytest.param(f'attachment; filename="{b_word(NAME.encode(), "utf-8")}"'.encode(), id="encoded_word_in_quotes"),
        pytest.param(f"attachment; filename={b_word(NAME.encode(), 'utf-8')}".encode(), id="encoded_word_bare"),
        pytest.param(f'attachment; filename="{b_word(NAME.encode("gbk"), "gb2312")}"'.encode(), id="gbk_as_gb2312"),
        pytest.param(f'attachment; filename="{cut_words(NAME, "gbk", "gb2312", 9)}"'.encode(), id="cut_in_character"),
        pytest.param(f"attachment; filename*=utf-8''{PERCENT_UTF8}".encode(), id="rfc2231"),
        pytest.param(f"attachment; filename*=gb2312'zh-cn'{PERCENT_GBK}".encode(), id="rfc2231_gbk_as_gb2312"),
        pytest.param(
            f"attachment; filename*0*=gbk''{PERCENT_GBK[:22]};\r\n filename*1*={PERCENT_GBK[22:]}".encode(),
            id="rfc2231_continued_inside_a_percent_sign",
        ),
        pytest.param(
            f"attachment; filename*1*={PERCENT_GBK[24:]}; filename*0*=\"gbk''{PERCENT_GBK[:24]}\"".encode(),
            id="rfc2231_continued_out_of_order",
        ),
        pytest.param(
            f"attachment; filename*0=\"utf-8''附件1-4：\"; filename*1*={quote('镕圳需求征集表.xlsx')}".encode(),
            id="rfc2231_whose_first_section_is_plain",
        ),
        pytest.param(f"attachment; filename=“{NAME}”".encode(), id="chinese_quotation_marks"),
        pytest.param(f"attachment; filename='{NAME}'".encode("gbk"), id="single_quotation_marks"),
        pytest.param(f'attachment; filename="{NAME}"'.replace("镕", "&#38229;").encode("gb2312"), id="entity"),
        pytest.param(
            f'attachment; filename="{b_word(NAME.replace("镕", "&#38229;").encode("gb2312"), "gb2312")}"'.encode(),
            id="entity_in_a_word",
        ),
        pytest.param(
            f'attachment; filename="{b_word(b_word(NAME.encode(), "utf-8").encode(), "us-ascii")}"'.encode(),
            id="word_in_a_word",
        ),
        pytest.param(f'attachment; filename*="{b_word(NAME.encode(), "utf-8")}"'.encode(), id="word_in_rfc2231"),
        pytest.param(
            f"attachment; filename=\"____1-4.xlsx\"; filename*=utf-8''{PERCENT_UTF8}".encode(),
            id="junk_beside_extended",
        ),
        pytest.param(f'attachment; filename="{PERCENT_UTF8}"'.encode(), id="percent_signs_in_plain_value"),
        pytest.param(f'attachment; filename="C:\\\\表\\\\{NAME}"'.encode(), id="windows_path"),
        pytest.param(f'attachment; filename="../../etc/{NAME}"'.encode(), id="path_upwards"),
    ],
)
def test_a_name_is_recovered_however_it_was_sent(disposition: bytes) -> None:
    assert name_in(disposition) == NAME


def test_the_content_type_names_a_part_whose_disposition_does_not() -> None:
    kind = f'application/octet-stream; name="{b_word(NAME.encode("gbk"), "GBK")}"'.encode()

    assert name_in(b"attachment", kind) == NAME


def test_a_readable_name_is_preferred_to_question_marks() -> None:
    assert name_in(b'attachment; filename="????.xlsx"', f'x/y; name="{NAME}"'.encode()) == NAME


def test_hidden_and_directional_characters_are_not_part_of_a_name() -> None:
    assert name_in('attachment; filename="x\u202efdp.exe\u200b"'.encode()) == "xfdp.exe"


def test_a_gbk_character_ending_in_a_backslash_does_not_swallow_the_quote() -> None:
    assert name_in('attachment; filename="報告乗"; x=y'.encode("gbk")) == "報告乗"


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("关于深圳市朱镕基报送的函".encode("gbk"), id="raw_gbk"),
        pytest.param("关于深圳市朱镕基报送的函".encode(), id="raw_utf8"),
        pytest.param(b_word("关于深圳市朱镕基报送的函".encode("gbk"), "gb2312").encode(), id="gbk_as_gb2312"),
        pytest.param(cut_words("关于深圳市朱镕基报送的函", "utf-8", "utf-8", 10).encode(), id="utf8_cut_in_character"),
        pytest.param(cut_words("关于深圳市朱镕基报送的函", "gbk", "GBK", 7).encode(), id="gbk_cut_in_character"),
        pytest.param(
            b"=?GBK?Q?=B9=D8=D3=DA=C9=EE=DB=DA=CA=D0?= =?gb18030?Q?=D6=EC=E9F=BB=F9=B1=A8=CB=CD=B5=C4=BA=AF?=",
            id="q_words_under_two_names_of_one_charset",
        ),
    ],
)
def test_a_subject_is_recovered_however_it_was_sent(raw: bytes) -> None:
    assert text_of(raw) == "关于深圳市朱镕基报送的函"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        pytest.param("=?utf-8? Q?=E5=87=BD?=", "函", id="blank_before_the_encoding"),
        pytest.param("=? utf-8 ?B? 5Ye9?=", "函", id="blanks_everywhere"),
        pytest.param("=?utf-8?Q?=E5=87=BD?_or_not??=", "函? or not?", id="question_marks"),
        pytest.param("=?utf-8?Q?=E5=87=BD =?utf-8?Q?=E5=87=BD?=", "=?utf-8?Q?=E5=87=BD 函", id="one_without_its_end"),
    ],
)
def test_encoded_words_that_break_the_rules_are_read(written: str, meant: str) -> None:
    assert decode_words(written) == meant


def test_other_entities_and_lone_quotation_marks_stay() -> None:
    assert name_in(b'attachment; filename="a&#38;b&#60;&#99999999;.pdf"') == "a&#38;b&#60;&#99999999;.pdf"
    assert name_in("attachment; filename=“表”一.pdf".encode()) == "“表”一.pdf"


def test_words_around_encoded_words_stay() -> None:
    assert decode_words("Re: =?utf-8?Q?=E5=87=BD?= x =?utf-8?Q?y_z?=") == "Re: 函 x y z"


def _reads_as_utf8(content: bytes) -> bool:
    try:
        return bool(content.decode("utf-8"))
    except UnicodeDecodeError:
        return False


@given(HANZI, st.sampled_from([("utf-8", "utf-8"), ("gb18030", "gb2312"), ("gb18030", "gbk")]), st.data())
def test_encoded_words_may_be_cut_at_any_byte(text: str, charset: tuple[str, str], data: st.DataObject) -> None:
    written, label = charset
    assume(written == "utf-8" or not _reads_as_utf8(text.encode(written)))  # then nobody can tell a wrong label
    at = data.draw(st.integers(0, len(text.encode(written))))

    assert decode_words(cut_words(text, written, label, at).replace("\r\n", "")) == text


@given(st.binary(max_size=200))
def test_no_header_value_defeats_the_parser(raw: bytes) -> None:
    parameters.parse(raw)
    name_in(raw, raw)
    text_of(raw).encode("utf-8")


@given(HANZI)
def test_any_chinese_name_round_trips_through_rfc2231(stem: str) -> None:
    name = stem + ".xlsx"

    assert name_in(f"attachment; filename*=utf-8''{quote(name)}".encode()) == name


def test_a_part_without_any_name_gets_the_same_name_every_time() -> None:
    from service.reading.containers import unpack

    raw = mixed(
        [
            attachment(PDF, disposition=b"", kind=b"application/pdf"),
            attachment(PDF, kind=b"image/jpeg"),
            attachment(b"\0\1", kind=b"text/plain"),
        ]
    )

    names = [[f.name for f in unpack(parse(raw, WORDS).files, WORDS).files] for _ in range(2)]

    assert names == [["未命名附件1.pdf", "未命名附件2.pdf", "未命名附件3.txt"]] * 2


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        pytest.param("Content-Location: file:///C:/%E8%A1%A8/征集表.xlsx", "征集表.xlsx", id="location"),
        pytest.param(f"Content-Description: {b_word(NAME.encode('gbk'), 'gb2312')}", NAME, id="description"),
        pytest.param("Content-Description: 征集表", "", id="words"),
        pytest.param("Content-Location: http://www.kyc.example/picture.php?id=1.png", "", id="address"),
    ],
)
def test_what_describes_a_part_names_it_when_it_is_a_file_name(field: str, expected: str) -> None:
    part = attachment(PDF, disposition=b"", kind=b"application/pdf\r\n" + field.encode())

    assert [f.name for f in parse(mixed([part]), WORDS).files] == [expected]
