"""Letters in PDFs that carry their text are read without OCR."""

import dataclasses
import time
from collections.abc import Iterator
from io import BytesIO

import pypdfium2
import pytest

from service.demo.letters import Layout, Page, Text, pages_of, sealed
from service.demo.paper import pdf_of
from service.demo.typefaces import text_width
from service.domain.submission import LetterSource, Problem, Seal
from service.reading.letters import LooksLike
from service.reading.letters.legible import is_legible
from service.reading.letters.text import chinese
from tests.reading.letters.conftest import Read
from tests.reading.letters.specimens import BUREAU, DAY, NUMBER, TITLE, a_letter, form_page


@pytest.mark.parametrize("layout", [Layout.GENERAL, Layout.LETTER])
def test_every_field_of_a_born_digital_letter_is_read(read: Read, layout: Layout) -> None:
    letter = read(pdf_of(pages_of(a_letter(layout=layout)))).letter

    assert letter is not None
    assert (letter.signer, letter.date) == (BUREAU, DAY)
    assert (letter.title, letter.document_number, letter.addressee) == (TITLE, NUMBER, "岭海省科学技术厅")
    assert (letter.source, letter.seal, letter.sealed_colour) == (LetterSource.TEXT_LAYER, Seal.PRESENT, True)


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_a_page_that_is_turned_by_its_key_reads_the_same(read: Read, degrees: int) -> None:
    content = pdf_of(pages_of(a_letter()))

    turned, upright = read(turned_by_key(content, degrees)).letter, read(content).letter
    assert turned is not None
    assert upright is not None
    assert dataclasses.replace(turned, fields=()) == dataclasses.replace(upright, fields=())
    for one, other in zip(turned.fields, upright.fields, strict=True):
        assert (one.name, one.value, one.page) == (other.name, other.value, other.page)
        assert one.box == pytest.approx(other.box, abs=0.005)


def test_a_letter_without_its_seal_has_none(read: Read) -> None:
    letter = read(pdf_of(pages_of(a_letter(seal=None)))).letter

    assert letter is not None and letter.seal is Seal.ABSENT


def test_a_seal_that_was_printed_in_black_is_not_called_missing(read: Read) -> None:
    black = dataclasses.replace(sealed(BUREAU), colour=(40, 40, 40))

    letter = read(pdf_of(pages_of(a_letter(seal=black)))).letter

    assert letter is not None and letter.seal is not Seal.ABSENT


def test_a_cut_off_pdf_is_damaged(read: Read) -> None:
    content = pdf_of(pages_of(a_letter()))

    assert read(content[: len(content) // 2]).problem is Problem.DAMAGED


def test_a_letter_and_the_form_after_it_are_told_apart(read: Read) -> None:
    reading = read(pdf_of([*pages_of(a_letter()), form_page(), form_page()]))

    assert reading.letter is not None
    assert (reading.pages, reading.letter.pages, reading.letter.signer) == (3, 1, BUREAU)
    assert "还有2页征集表" in reading.why


def test_a_letter_behind_the_form_is_found(read: Read) -> None:
    reading = read(pdf_of([form_page(), form_page(), *pages_of(a_letter())]))

    assert reading.letter is not None
    assert (reading.letter.pages, reading.letter.signer, reading.letter.title) == (1, BUREAU, TITLE)


def test_a_letter_behind_another_paper_is_found(read: Read) -> None:
    about = "云江精密机械有限公司主要从事精密机械的研究、生产和销售，现有专业技术人员二百余人。"
    cover = tuple(Text(about, 28, 40 + 10 * line, 9) for line in range(4))

    letter = read(pdf_of([cover, *pages_of(a_letter())])).letter

    assert letter is not None
    assert (letter.pages, letter.signer, letter.addressee) == (1, BUREAU, "岭海省科学技术厅")


def test_a_last_page_with_hardly_more_than_the_signature_is_read_from_its_text(read: Read) -> None:
    body = ("根据贵厅通知要求，我单位组织了需求征集工作，现随函报送。" * 6,) * 5

    letter = read(pdf_of(pages_of(a_letter(body=body, contact=None)))).letter

    assert letter is not None
    assert (letter.pages, letter.signer, letter.date, letter.seal) == (3, BUREAU, DAY, Seal.PRESENT)


def test_a_letter_that_ends_in_a_table_keeps_its_last_page(read: Read) -> None:
    *first, last = pages_of(a_letter(body=("根据贵厅通知要求，我单位组织了需求征集工作，现随函报送。" * 6,) * 5))
    columns = ("序号", "单位名称", "所在地市", "所属领域", "岗位名称", "需求人数")
    table = (Text(cell, 20 + 28 * x, 150 + 9 * y, 12) for y in range(3) for x, cell in enumerate(columns))

    letter = read(pdf_of([*first, (*last, *table)])).letter

    assert letter is not None
    assert (letter.pages, letter.signer, letter.date, letter.seal) == (3, BUREAU, DAY, Seal.PRESENT)


def test_characters_that_were_placed_one_by_one_make_lines(read: Read) -> None:
    letter = read(pdf_of([_apart(page) for page in pages_of(a_letter())])).letter

    assert letter is not None
    assert (letter.signer, letter.date, letter.title) == (BUREAU, DAY, TITLE)
    assert (letter.document_number, letter.addressee) == (NUMBER, "岭海省科学技术厅")


def test_text_whose_characters_bear_wrong_codes_is_told_from_writing() -> None:
    text = "根据贵厅通知要求，我单位组织开展了需求征集工作，现将汇总表随函报送，请审阅。"

    assert is_legible(text)
    assert not is_legible("".join(chr(ord(c) + 321) if chinese(c) else c for c in text))


def test_a_form_exported_to_pdf_is_a_form(read: Read) -> None:
    assert read(pdf_of([form_page()])).looks_like is LooksLike.FORM


def test_of_a_long_document_only_the_first_pages_and_the_last_are_read(read: Read) -> None:
    reading = read(pdf_of([*pages_of(a_letter()), *[form_page()] * 14]))

    assert reading.pages == 15
    assert "还有12页征集表" in reading.why


def test_a_page_with_text_takes_a_fraction_of_a_second(read: Read) -> None:
    content = pdf_of(pages_of(a_letter()))
    read(content)
    start = time.process_time()

    read(content)

    assert time.process_time() - start < 0.5


def _apart(page: Page) -> Page:
    """The same page with every character placed by itself."""
    return tuple(one for mark in page for one in (_characters(mark) if isinstance(mark, Text) else (mark,)))


def _characters(text: Text) -> Iterator[Text]:
    for place, character in enumerate(text.text):
        if character.strip():
            before = text_width(text.text[:place], text.size, text.face)
            yield dataclasses.replace(text, text=character, x=text.x + before)


def turned_by_key(content: bytes, degrees: int) -> bytes:
    document = pypdfium2.PdfDocument(content)
    for page in document:
        page.set_rotation(degrees)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def test_every_field_says_where_it_was_read(read: Read) -> None:
    letter = read(pdf_of(pages_of(a_letter()))).letter

    assert letter is not None
    found = {field.name: field for field in letter.fields}
    assert set(found) == {"signer", "title", "document_number", "date", "addressee", "seal"}
    assert {(field.attachment, field.page) for field in letter.fields} == {("报送函", 1)}
    signer, date, seal = (found[name].box for name in ("signer", "date", "seal"))
    assert signer is not None
    assert date is not None
    assert seal is not None
    assert signer[3] <= date[1] + 0.01  # above the date
    assert seal[0] < signer[2]  # the seal lies over it
    assert seal[1] < date[3]
    assert found["signer"].value == letter.signer
    assert found["date"].value == "2020-03-20"
    assert found["title"].confidence == 1.0


def test_a_signature_on_the_second_page_says_so(read: Read) -> None:
    long = a_letter(body=("根据贵厅通知要求，我局组织了需求征集工作，现随函报送。" * 6,) * 4)

    letter = read(pdf_of(pages_of(long))).letter

    assert letter is not None
    assert {field.name: field.page for field in letter.fields} == {
        "title": 1, "document_number": 1, "addressee": 1, "signer": 2, "date": 2, "seal": 2,
    }  # fmt: skip
