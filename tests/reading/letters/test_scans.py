"""Scanned and photographed letters, read by the real OCR. Each page costs about two CPU seconds: keep them few."""

from io import BytesIO

import numpy

from service.demo.letters import DateStyle, pages_of
from service.demo.scanning import Scan, Tone, as_jpeg, as_pdf, as_tiff, scanned
from service.domain.submission import LetterSource, Problem, Seal
from service.reading.letters import LooksLike, scan
from tests.reading.letters.conftest import Read
from tests.reading.letters.specimens import BUREAU, DAY, NUMBER, TITLE, a_docx, a_letter, a_page, form_page
from tests.reading.letters.test_ruling import ruled
from tests.reading.mails import NoOcr


def test_a_colour_scan_is_read_whole(read_scan: Read) -> None:
    letter = read_scan(as_jpeg(scanned(a_page(), Scan(dpi=150)))).letter

    assert letter is not None
    assert (letter.signer, letter.date) == (BUREAU, DAY)
    assert (letter.title, letter.document_number, letter.addressee) == (TITLE, NUMBER, "岭海省科学技术厅")
    assert (letter.source, letter.seal, letter.seal_text) == (LetterSource.OCR, Seal.PRESENT, BUREAU)


def test_a_page_at_600_dpi_and_a_photo_of_48_megapixels_are_read(read_scan: Read) -> None:
    page = scanned(a_page(), Scan(dpi=200))
    at_600_dpi, photo = BytesIO(), BytesIO()
    page.convert("RGBA").resize((4961, 7016)).save(at_600_dpi, "PNG", compress_level=1)
    page.resize((6048, 8064)).save(photo, "JPEG")

    for file in (at_600_dpi, photo):
        letter = read_scan(file.getvalue()).letter
        assert letter is not None
        assert (letter.signer, letter.date, letter.seal) == (BUREAU, DAY, Seal.PRESENT)


def test_an_empty_page_is_not_given_to_recognition() -> None:
    blank = numpy.full((2000, 1400, 3), 250, numpy.uint8)

    assert scan.read_picture(blank, NoOcr()).lines == scan.glance(blank, NoOcr()).lines == ()


def test_a_letter_photographed_sideways_is_still_read(read_scan: Read) -> None:
    page = a_page(date_style=DateStyle.CHINESE)

    letter = read_scan(as_jpeg(scanned(page, Scan(photo=1, quarter_turns=1)))).letter

    assert letter is not None
    assert (letter.signer, letter.date) == (BUREAU, DAY)


def test_the_seal_of_a_fax_is_not_called_missing(read_scan: Read) -> None:
    letter = read_scan(as_tiff([scanned(a_page(), Scan(tone=Tone.FAX))])).letter

    assert letter is not None
    assert (letter.seal, letter.sealed_colour, letter.title) == (Seal.CANNOT_TELL, False, TITLE)


def test_a_scan_that_was_pasted_into_word_is_a_scan(read_scan: Read) -> None:
    reading = read_scan(a_docx(pictures=(as_jpeg(scanned(a_page(), Scan(dpi=110))),)))

    assert reading.letter is not None
    assert (reading.letter.source, reading.letter.signer) == (LetterSource.OCR, BUREAU)


def test_a_letter_of_two_pages_is_signed_on_the_second(read_scan: Read) -> None:
    pages = pages_of(a_letter(body=("根据贵厅通知要求，我局组织了需求征集工作，现随函报送。" * 6,) * 4))

    letter = read_scan(as_tiff([scanned(page, Scan(dpi=110)) for page in pages])).letter

    assert letter is not None
    assert (letter.pages, letter.title, letter.signer, letter.date) == (2, TITLE, BUREAU, DAY)
    assert letter.seal is Seal.PRESENT


def test_the_form_that_follows_a_letter_in_one_file_is_not_part_of_it(read_scan: Read) -> None:
    reading = read_scan(as_pdf([scanned(page, Scan(dpi=110)) for page in (a_page(), form_page())], dpi=110))

    assert reading.letter is not None
    assert (reading.pages, reading.letter.pages) == (2, 1)
    assert "还有1页征集表" in reading.why


def test_a_letter_behind_scanned_tables_is_found_without_reading_them_all(read_scan: Read) -> None:
    table, letter = ruled(scanned(form_page(), Scan(dpi=110))), scanned(a_page(), Scan(dpi=110))

    reading = read_scan(as_pdf([table, table, table, table, table, letter, table], dpi=110))

    assert reading.letter is not None
    assert (reading.letter.pages, reading.letter.signer) == (1, BUREAU)


def test_a_letter_too_blurred_to_read_is_still_a_letter(read_scan: Read) -> None:
    reading = read_scan(as_jpeg(scanned(a_page(), Scan(dpi=150, blur=8.0))))

    assert (reading.looks_like, reading.problem) == (LooksLike.LETTER, Problem.UNREADABLE_TEXT)


def test_a_photo_stored_on_its_side_is_turned_by_its_exif_tag(read_scan: Read) -> None:
    content = as_jpeg(scanned(a_page(), Scan(photo=1)), orientation=6)

    letter = read_scan(content).letter

    assert letter is not None
    assert (letter.signer, letter.title) == (BUREAU, TITLE)
