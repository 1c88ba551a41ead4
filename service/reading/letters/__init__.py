"""Cover letters (报送函): from PDFs, pictures and editable documents to the fields that routing and checks look at.

Importing this package loads neither numpy nor pdfium, Pillow or the OCR: each comes with the first file that needs it.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from service.domain.rules import Rulebook
from service.domain.submission import CoverLetter
from service.reading.letters.model import (
    DocumentReading,
    LooksLike,
    Ocr,
    OcrFailed,
    OcrLine,
    OcrUnavailable,
    Words,
)
from service.reading.letters.ocr import OcrProcess

if TYPE_CHECKING:
    from service.reading.letters.model import Picture

__all__ = [
    "DocumentReading",
    "LooksLike",
    "Ocr",
    "OcrFailed",
    "OcrLine",
    "OcrProcess",
    "OcrUnavailable",
    "Words",
    "combine",
    "page_picture",
    "read_document",
    "settled",
]


def read_document(
    content: bytes, path: str, name: str, media_type: str, rulebook: Rulebook, ocr: Ocr
) -> DocumentReading:
    """What one file is and, when it is a cover letter, its fields. Never raises for what the file holds.

    The content decides what the file is; name and media_type only break ties between kinds of text. A page that
    carries its text is never given to ocr.
    """
    from service.reading.letters import documents

    return documents.read_document(content, path, name, media_type, rulebook, ocr)


def page_picture(content: bytes, name: str, media_type: str, page: int, ocr: Ocr) -> "Picture | None":
    """A page (from 1) of a letter, upright as it was read, as its fields were placed; None without a picture."""
    from service.reading.letters import documents

    return documents.page_picture(content, name, media_type, page, ocr)


def combine(readings: Sequence[DocumentReading]) -> tuple[CoverLetter, ...]:
    """The letters in a mail, best first; files that are pages of one letter become one letter."""
    from service.reading.letters import combining

    return combining.combine(readings)


def settled(reading: DocumentReading, letters: Iterable[CoverLetter]) -> DocumentReading:
    """The reading of a file beside the letters of its mail: without a problem that only its page alone had."""
    from service.reading.letters import combining

    return combining.settled(reading, letters)
