"""Scanned and photographed letters, read by the real OCR. Each page costs about two CPU seconds: keep them few."""

from service.demo.letters import DateStyle
from service.demo.scanning import Scan, Tone, as_jpeg, as_tiff, scanned
from service.domain.submission import LetterSource, Seal
from tests.reading.letters.conftest import Read
from tests.reading.letters.specimens import BUREAU, DAY, NUMBER, TITLE, a_page


def test_a_colour_scan_is_read_whole(read_scan: Read) -> None:
    letter = read_scan(as_jpeg(scanned(a_page(), Scan(dpi=150)))).letter

    assert letter is not None
    assert (letter.signer, letter.date) == (BUREAU, DAY)
    assert (letter.title, letter.document_number, letter.addressee) == (TITLE, NUMBER, "岭海省科学技术厅")
    assert (letter.source, letter.seal, letter.seal_text) == (LetterSource.OCR, Seal.PRESENT, BUREAU)


def test_a_letter_photographed_sideways_is_still_read(read_scan: Read) -> None:
    page = a_page(date_style=DateStyle.CHINESE)

    letter = read_scan(as_jpeg(scanned(page, Scan(photo=1, quarter_turns=1)))).letter

    assert letter is not None
    assert (letter.signer, letter.date) == (BUREAU, DAY)


def test_the_seal_of_a_fax_is_not_called_missing(read_scan: Read) -> None:
    letter = read_scan(as_tiff([scanned(a_page(), Scan(tone=Tone.FAX))])).letter

    assert letter is not None
    assert (letter.seal, letter.sealed_colour, letter.title) == (Seal.CANNOT_TELL, False, TITLE)
