"""A handful of the letters that `python -m benchmarks.letters` measures by the hundred, read by the real OCR."""

from collections.abc import Iterator

import pytest

from service.domain.submission import Seal
from tests.reading.letters.conftest import Read
from tests.specimens.letters.faces import packaged_alone
from tests.specimens.letters.making import Letter, a_letter


@pytest.fixture(autouse=True)
def _the_same_faces_everywhere() -> Iterator[None]:
    with packaged_alone():
        yield


@pytest.mark.parametrize(
    ("kind", "seed"),
    [
        pytest.param("signature alone on the last", 1, id="a_page_with_nothing_but_signature_and_seal"),
        pytest.param("grey copy, seal over date", 2, id="a_grey_seal_over_the_date"),
        pytest.param("names of 14 to 24", 3, id="a_name_that_reaches_far_beyond_its_seal"),
        pytest.param("two signers, two seals", 4, id="two_seals_side_by_side"),
        pytest.param("fax", 1, id="a_fax"),
    ],
)
def test_a_drawn_letter_is_read_as_it_was_written(kind: str, seed: int, read_scan: Read) -> None:
    drawn = a_letter(kind, seed)

    letter = read_scan(drawn.content, drawn.name).letter

    assert letter is not None
    assert (letter.signer, letter.date, letter.document_number) == (drawn.organ.name, drawn.day, drawn.number)
    assert (letter.title, letter.addressee) == (drawn.title, drawn.addressee)
    assert letter.seal is _expected(drawn)


def _expected(drawn: Letter) -> Seal:
    return Seal.PRESENT if drawn.seal == "sealed" else Seal.CANNOT_TELL
