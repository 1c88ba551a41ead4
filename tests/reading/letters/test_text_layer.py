"""Letters in PDFs that carry their text are read without OCR."""

import time
from io import BytesIO

import pypdfium2
import pytest

from service.demo.letters import Layout, pages_of
from service.demo.paper import pdf_of
from service.domain.submission import LetterSource, Problem, Seal
from service.reading.letters import LooksLike
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

    assert read(_turned_by_key(content, degrees)).letter == read(content).letter


def test_a_letter_without_its_seal_has_none(read: Read) -> None:
    letter = read(pdf_of(pages_of(a_letter(seal=None)))).letter

    assert letter is not None and letter.seal is Seal.ABSENT


def test_a_cut_off_pdf_is_damaged(read: Read) -> None:
    content = pdf_of(pages_of(a_letter()))

    assert read(content[: len(content) // 2]).problem is Problem.DAMAGED


def test_a_letter_and_the_form_after_it_are_told_apart(read: Read) -> None:
    reading = read(pdf_of([*pages_of(a_letter()), form_page(), form_page()]))

    assert reading.letter is not None
    assert (reading.pages, reading.letter.pages, reading.letter.signer) == (3, 1, BUREAU)
    assert "还有2页征集表" in reading.why


def test_a_form_exported_to_pdf_is_a_form(read: Read) -> None:
    assert read(pdf_of([form_page()])).looks_like is LooksLike.FORM


def test_of_a_long_document_only_the_first_pages_and_the_last_are_read(read: Read) -> None:
    reading = read(pdf_of([*pages_of(a_letter()), *[form_page()] * 11]))

    assert reading.pages == 12
    assert "还有5页征集表" in reading.why


def test_a_page_with_text_takes_a_fraction_of_a_second(read: Read) -> None:
    content = pdf_of(pages_of(a_letter()))
    read(content)
    start = time.process_time()

    read(content)

    assert time.process_time() - start < 0.5


def _turned_by_key(content: bytes, degrees: int) -> bytes:
    document = pypdfium2.PdfDocument(content)
    for page in document:
        page.set_rotation(degrees)
    out = BytesIO()
    document.save(out)
    return out.getvalue()
