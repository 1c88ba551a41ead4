"""Bytes under labels that lie."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reading.charsets import clean_text, decode, one_line
from tests.builders import ROOT

HANZI = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("content", "written_as", "label"),
    [
        pytest.param("关于朱镕基", "gbk", "gb2312", id="gbk_character_under_gb2312"),
        pytest.param("关于报送的函", "utf-8", "gbk", id="utf8_under_gbk"),
        pytest.param("关于报送的函", "gbk", "utf-8", id="gbk_under_utf8"),
        pytest.param("关于报送的函", "gbk", "iso-8859-1", id="gbk_under_latin1"),
        pytest.param("关于报送的函", "gbk", "us-ascii", id="gbk_under_ascii"),
        pytest.param("关于报送的函", "gb18030", "X-UNKNOWN", id="unknown_label"),
        pytest.param("關於報送的函", "big5", "big5", id="big5"),
        pytest.param("關於報送的函", "utf-8", "big5", id="utf8_under_big5"),
        pytest.param("关于报送的函", "hz", "hz-gb-2312", id="hz"),
        pytest.param("关于报送的函", "utf-16", "utf-16", id="utf16"),
        pytest.param("Müller, Zürich", "latin-1", "iso-8859-1", id="latin1"),
        pytest.param("第一·第二", "utf-8", None, id="utf8_unlabelled"),
        pytest.param("试验", "gbk", None, id="gbk_unlabelled"),
        pytest.param("转", "gbk", None, id="one_gbk_character_that_is_also_utf8"),
        pytest.param("附件1-每月.xlsx", "gbk", "us-ascii", id="gbk_under_ascii_with_figures"),
        pytest.param("朱镕基朱镕基", "gbk", "windows-1252", id="gbk_with_ascii_bytes_under_windows"),
        pytest.param("résumé.txt", "utf-8", None, id="accents_unlabelled"),
        pytest.param("gru\u0308n re\u0301sume\u0301.txt", "utf-8", None, id="accents_as_macos_writes_them"),
        pytest.param("Środa, Wałbrzych.pdf", "utf-8", None, id="polish_unlabelled"),
        pytest.param("£600, ±5°", "utf-8", None, id="signs_unlabelled"),
        pytest.param("ФНС_РФ558.zip", "utf-8", None, id="russian_unlabelled"),
        pytest.param("海外人才與科技交流合作需求", "big5", None, id="big5_unlabelled"),
        pytest.param("海外人才與科技交流合作需求", "big5", "us-ascii", id="big5_under_ascii"),
        pytest.param("Maître Corbeau, sur un arbre perché", "latin-1", "us-ascii", id="french_under_ascii"),
        pytest.param("Ääkköset öljylähde", "latin-1", "iso-8859-1", id="finnish"),
        pytest.param("plain", "ascii", "utf-16", id="ascii_under_utf16"),
        pytest.param("plain", "ascii", "hex", id="a_codec_that_is_no_charset"),
    ],
)
def test_text_is_read_as_it_was_meant(content: str, written_as: str, label: str | None) -> None:
    assert decode(content.encode(written_as), label) == content


def test_a_text_cut_inside_its_last_character_loses_only_that_character() -> None:
    assert decode("关于报送的函".encode("gbk")[:-1], "gb2312") == "关于报送的\ufffd"


@given(
    st.binary(max_size=300), st.sampled_from([None, "gbk", "utf-7", "utf-16", "hz", "latin-1", "zip", "\0", "x" * 99])
)
def test_any_bytes_become_text_that_can_be_stored(raw: bytes, label: str | None) -> None:
    decode(raw, label).encode("utf-8")


@given(HANZI, st.sampled_from(["utf-8", "gb18030"]))
def test_chinese_survives_whichever_of_its_two_encodings_is_labelled(content: str, label: str) -> None:
    assert decode(content.encode("utf-8"), label) == content


@given(HANZI)
def test_gbk_under_any_gb_label_is_exact_unless_it_is_also_perfect_utf8(content: str) -> None:
    raw = content.encode("gbk", "ignore")
    if not _is_utf8(raw):
        assert decode(raw, "gb2312") == raw.decode("gbk")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_a_line_for_headers_holds_no_break_and_no_hidden_character() -> None:
    assert one_line("a\r\nBcc: b\u2028c\x0bd\u202efdp.exe\u200b\x85\ud800") == "a Bcc: b c dfdp.exe \ufffd"


@given(st.text(max_size=200))
def test_one_line_is_stable_and_printable(text: str) -> None:
    line = one_line(text)
    assert line == one_line(line)
    assert not any(c in line for c in "\r\n\x00\x0b\x0c\x85\u2028\u2029\u202e")
    line.encode("utf-8")


def test_body_text_keeps_lines_and_tabs_but_no_nul() -> None:
    assert clean_text("a\0\tb\r\nc\rd\u2028e\x07") == "a\tb\nc\nd\ne"


def test_no_sentence_of_the_campaign_in_gbk_is_taken_for_another_language() -> None:
    files = [*(ROOT / "rules").iterdir(), *(ROOT / "mail_templates").iterdir()]
    texts = [f.read_text("utf-8") for f in files if f.is_file()]
    words = {w for text in texts for w in re.findall("[^\x00-\x7f]{1,60}", text) if re.search("[一-鿿]", w)}

    assert len(words) > 1000
    for word in words:
        raw = word.encode("gb18030")
        assert [decode(raw, label) for label in (None, "gb2312", "x-unknown")] == [word] * 3
