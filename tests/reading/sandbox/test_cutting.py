"""Pieces of a letter as evidence for staff: cut in the child, from the mail as it was archived."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy
import pytest
from PIL import Image

from service.demo.letters import pages_of
from service.demo.paper import pdf_of
from service.demo.scanning import Scan, as_jpeg, scanned
from service.domain.submission import CoverLetter
from service.reading.cuts import SEAL, SIGNATURE, Cut, cuts_of, pieces_from_json
from service.reading.letters.seal import find_seals, redness
from service.reading.sandbox import Reader
from tests.reading.containers.archives import zipped
from tests.reading.letters.specimens import a_letter, a_page
from tests.reading.letters.test_text_layer import turned_by_key
from tests.reading.mails import LETTER, RULEBOOK, a_form, a_mail

LONG = pdf_of(pages_of(a_letter(body=("根据贵厅通知要求，我局组织了需求征集工作，现随函报送。" * 6,) * 4)))


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader(RULEBOOK) as made:
        yield made


def read_and_cut(reader: Reader, mail: bytes, folder: Path) -> dict[str, Image.Image]:
    file = folder / "mail"
    file.write_bytes(mail)
    (letter,) = reader.read(file).letters
    pieces = reader.cut(file, cuts_of(letter))
    assert all(len(jpeg) <= 30_000 for _, jpeg in pieces)
    return {name: Image.open(io.BytesIO(jpeg)).convert("RGB") for name, jpeg in pieces}


def is_a_seal(picture: Image.Image) -> bool:
    """A square picture with red all around and little outside: shown on a page, it is found as one seal."""
    page = Image.new("RGB", (picture.width * 4, picture.width * 5), "white")
    page.paste(picture, (picture.width * 2, picture.width * 3))
    return len(find_seals(numpy.asarray(page)).seals) == 1


@pytest.mark.parametrize(
    "name",
    [
        pytest.param("a_pdf", id="a_pdf"),
        pytest.param("turned", id="a_pdf_turned_by_its_key"),
        pytest.param("second_page", id="signed_on_the_second_page"),
        pytest.param("zipped", id="in_an_archive"),
    ],
)
def test_seal_and_signature_are_cut_where_they_were_read(name: str, reader: Reader, tmp_path: Path) -> None:
    files = {
        "a_pdf": {"函.pdf": LETTER},
        "turned": {"函.pdf": turned_by_key(LETTER, 90)},
        "second_page": {"函.pdf": LONG},
        "zipped": {"材料.zip": zipped({"函.pdf": LETTER})},
    }[name]

    pieces = read_and_cut(reader, a_mail({**files, "表.xlsx": a_form()}), tmp_path)

    assert set(pieces) == {SEAL, SIGNATURE}
    assert is_a_seal(pieces[SEAL])
    assert pieces[SIGNATURE].width > 2 * pieces[SIGNATURE].height


def test_a_scan_is_made_upright_before_it_is_cut(reader: Reader, tmp_path: Path) -> None:
    scan = as_jpeg(scanned(a_page(), Scan(dpi=110, quarter_turns=1)))

    pieces = read_and_cut(reader, a_mail({"函.jpg": scan, "表.xlsx": a_form()}), tmp_path)

    assert is_a_seal(pieces[SEAL])
    assert float((redness(numpy.asarray(pieces[SIGNATURE])) > 0.2).mean()) > 0.02  # the seal lies over it


def test_what_is_not_there_any_more_is_left_out(reader: Reader, tmp_path: Path) -> None:
    file = tmp_path / "mail"
    file.write_bytes(a_mail({"函.pdf": LETTER, "表.xlsx": a_form()}))
    box = (0.1, 0.1, 0.3, 0.2)

    wanted = [Cut(SEAL, "另一个.pdf", 1, box), Cut(SEAL, "函.pdf", 9, box), Cut(SEAL, "表.xlsx", 1, box)]

    assert reader.cut(file, wanted) == ()


def test_the_child_still_reads_after_it_cut(reader: Reader, tmp_path: Path) -> None:
    read_and_cut(reader, a_mail({"函.pdf": LETTER, "表.xlsx": a_form()}), tmp_path)

    assert len(reader.read(tmp_path / "mail").letters) == 1


def test_a_letter_without_places_has_nothing_to_cut() -> None:
    letter = CoverLetter(("函.docx",), "editable", 1, "")  # type: ignore[arg-type]

    assert cuts_of(letter) == ()


@pytest.mark.parametrize(
    "answer",
    [b"{}", b"x", b'[["seal", "AAAA"]]', b'[["seal", "!"]]', b'[["../seal", "/9j/"]]', b'[["seal"]]', b"[1]"],
)
def test_the_childs_answer_is_not_believed(answer: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        pieces_from_json(answer)
