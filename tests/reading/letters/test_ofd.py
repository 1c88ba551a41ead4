"""OFD, the layout format of government offices, is read like a PDF: its text, its pictures, the seals stamped on it."""

import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.demo.letters import pages_of
from service.demo.scanning import Scan, as_jpeg, scanned
from service.domain.submission import LetterSource, Problem, Seal
from service.reading.letters import LooksLike
from tests.reading.letters.conftest import Read
from tests.reading.letters.ofd_files import Habit, ofd_of, ofd_of_scans
from tests.reading.letters.specimens import BUREAU, DAY, NUMBER, TITLE, a_letter, a_page, form_page
from tests.reading.letters.test_files import read_without_ocr

HABITS = [
    pytest.param(Habit(), id="a_run_of_text_an_object"),
    pytest.param(Habit(by_character=True), id="a_character_an_object"),
    pytest.param(Habit(template=True), id="text_in_a_template"),
    pytest.param(Habit(absolute=True), id="absolute_locations"),
]


@pytest.mark.parametrize("habit", HABITS)
def test_the_letter_is_read_from_its_text(habit: Habit) -> None:
    reading = read_without_ocr(ofd_of(pages_of(a_letter()), habit))

    letter = reading.letter
    assert letter is not None, reading
    assert (letter.signer, letter.title, letter.document_number, letter.date) == (BUREAU, TITLE, NUMBER, DAY)
    assert letter.source is LetterSource.TEXT_LAYER


@pytest.mark.parametrize("stamps", ["signed", "unseen", "annotated", "drawn"])
def test_a_seal_is_seen_however_it_was_stamped(stamps: str) -> None:
    letter = read_without_ocr(ofd_of(pages_of(a_letter()), Habit(stamps=stamps))).letter

    assert letter is not None
    assert letter.seal is Seal.PRESENT


def test_a_letter_without_a_stamp_has_none() -> None:
    letter = read_without_ocr(ofd_of(pages_of(a_letter(seal=None)))).letter

    assert letter is not None
    assert letter.seal is Seal.ABSENT


def test_a_signed_seal_tells_the_name_it_was_issued_under() -> None:
    letter = read_without_ocr(ofd_of(pages_of(a_letter()))).letter

    assert letter is not None
    assert letter.seal_text == a_letter().seal.text  # type: ignore[union-attr]  # it is sealed


def test_a_page_of_the_form_is_one() -> None:
    assert read_without_ocr(ofd_of([form_page()])).looks_like is LooksLike.FORM


def test_a_scan_in_it_is_read_as_a_picture(read_scan: Read) -> None:
    scan = as_jpeg(scanned(a_page(), Scan(dpi=200)))

    letter = read_scan(ofd_of_scans([scan])).letter

    assert letter is not None
    assert (letter.signer, letter.date, letter.seal) == (BUREAU, DAY, Seal.PRESENT)
    assert letter.source is LetterSource.OCR


def test_an_encrypted_one_is_named() -> None:
    content = BytesIO(ofd_of(pages_of(a_letter())))
    with zipfile.ZipFile(content, "a") as package:
        package.writestr("Encryptions.xml", "<ofd:Encryptions/>")

    reading = read_without_ocr(content.getvalue())

    assert (reading.looks_like, reading.problem) == (LooksLike.UNREADABLE, Problem.ENCRYPTED)


@given(st.data())
@settings(max_examples=60)
def test_no_damage_to_its_parts_makes_it_fail(data: st.DataObject) -> None:
    packed = BytesIO(_LETTER)
    broken = BytesIO()
    with zipfile.ZipFile(packed) as old, zipfile.ZipFile(broken, "w") as new:
        hurt = data.draw(st.sampled_from(sorted(old.namelist())))
        for name in old.namelist():
            content = bytearray(old.read(name))
            for _ in range(data.draw(st.integers(1, 5)) if name == hurt and content else 0):
                place = data.draw(st.integers(0, len(content) - 1))
                content[place : place + 1] = data.draw(st.sampled_from([b"", b"0", b'"', b"<", b"-", b"e9", b"\xff"]))
                content = content or bytearray(b" ")
            new.writestr(name, bytes(content))

    reading = read_without_ocr(broken.getvalue())

    assert "未能自动辨认" not in reading.note, reading.note


_LETTER = ofd_of(pages_of(a_letter()))
