"""One OCR child for the whole session, and a stand-in that fails when a page is read that need not be."""

from collections.abc import Callable, Iterator

import pytest

from service.reading.letters import DocumentReading, Ocr, OcrProcess, read_document
from tests.reading.letters.rules import RULEBOOK

Read = Callable[..., DocumentReading]


class NoOcr:
    """Fails the test that asks for recognition."""

    def lines(self, _: object) -> list[object]:
        raise AssertionError("this file must be read without OCR")

    boxes = upside_down = read = lines


@pytest.fixture(scope="session")
def ocr() -> Iterator[OcrProcess]:
    with OcrProcess() as process:
        yield process


@pytest.fixture
def read() -> Read:
    """Read a file without OCR."""
    return _reader(NoOcr())  # type: ignore[arg-type]  # it never answers


@pytest.fixture
def read_scan(ocr: OcrProcess) -> Read:
    """Read a file with the real OCR: about two CPU seconds a page."""
    return _reader(ocr)


def _reader(ocr: Ocr) -> Read:
    def read(content: bytes, name: str = "报送函", media_type: str = "") -> DocumentReading:
        return read_document(content, name, name, media_type, RULEBOOK, ocr)

    return read
