"""What needs no browser: the parts of a letter say the same, and the essential comes first."""

import html
import re

import pytest

from tests.screens.situations import SIMPLE, every_letter

LETTERS = every_letter()
FACTS = re.compile(
    r"[A-Z]{2}\d{4}-\d{4}|[A-Z]\d{3}|[0-9a-f]{8}|\d{4}年\d{1,2}月\d{1,2}日|\d{1,2}月\d{1,2}日|\d{2}:\d{2}|24时"
    r"|[^\s“”（：·、，。]*\.(?:xlsx|docx|pdf|rar|zip)|[A-Z]{1,2}\d{1,3}(?:至[A-Z]{1,2}\d+)?|\d+[行页项件封条处]|[\w.]+@[\w.]+"
)


def words_of(page: str) -> str:
    """What a reader of the HTML part sees, tags gone and white space as one blank."""
    body = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]*>", " ", body))).strip()


def facts_of(text: str) -> set[str]:
    return set(FACTS.findall(re.sub(r"(?<=\S) (?=[）。，：])", "", text)))


@pytest.mark.parametrize("name", LETTERS)
def test_both_parts_tell_the_same_names_numbers_dates_and_codes(name: str) -> None:
    letter = LETTERS[name]

    assert facts_of(words_of(letter.html)) == facts_of(letter.text)


@pytest.mark.parametrize("name", SIMPLE)
def test_what_a_telephone_shows_first_is_the_essential(name: str) -> None:
    letter = LETTERS[name]
    headline = re.search(r"font-weight:bold[^>]*>([^<]*)</div>", letter.html)
    assert headline is not None

    assert words_of(letter.html).startswith(html.unescape(headline[1]))
    assert len(headline[1]) <= 24
    assert any(word in letter.text[:60] for word in (html.unescape(headline[1]), "下一步"))


@pytest.mark.parametrize("name", LETTERS)
def test_a_subject_is_short_and_says_kind_and_number(name: str) -> None:
    subject = LETTERS[name].subject

    assert subject.startswith("【")
    assert len(subject) <= 60
    assert ("[LH2020-0012]" in subject) == ("编号 LH2020-0012" in words_of(LETTERS[name].html)), subject


@pytest.mark.parametrize("name", LETTERS)
def test_punctuation_is_chinese_and_numbers_stand_close_to_their_units(name: str) -> None:
    text = LETTERS[name].text

    assert not re.search(r"[\u4e00-\u9fff][,;:!?]|[,;!?](?=[\u4e00-\u9fff])", text)
    assert not re.search(r"\d [\u4e00-\u9fff]{1,2}(?=[，。、）])", text)
    assert not re.search(r"\d{4}-\d{2}-\d{2}", text)
    assert "。。" not in text and "，，" not in text and "（）" not in text
