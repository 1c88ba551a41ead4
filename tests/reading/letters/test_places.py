"""Where fields were read, when it is not one line of one page."""

from service.domain.submission import LetterSource
from service.reading.letters.fields import Fields
from service.reading.letters.model import Box, Line, SealMark, Sheet
from service.reading.letters.places import fields_read

FIRST = Line("关于报送海外人才与科技交流", Box(0.2, 0.3, 0.8, 0.33), (0.9,) * 13)
SECOND = Line("合作需求的函", Box(0.35, 0.34, 0.65, 0.37), (0.8,) * 6)
MARK = SealMark(0.7, 1.1, 0.1, 0.1, 0.8, 0.9, "云江市")


def test_a_title_over_two_lines_stands_around_both_and_is_as_sure_as_the_worse() -> None:
    sheet = Sheet((FIRST, SECOND), LetterSource.OCR, page=3)

    (title,) = fields_read("函.jpg", [sheet], Fields(title="关于…的函", title_at=(FIRST, SECOND)), None)

    assert (title.page, title.box, title.confidence) == (3, (0.2, 0.3, 0.8, 0.37), 0.8)


def test_a_signer_had_from_the_letterhead_alone_has_no_place() -> None:
    sheet = Sheet((FIRST,), LetterSource.OCR)

    (signer,) = fields_read("函.jpg", [sheet], Fields(signer="云江市科学技术局", signer_sure=0.6), None)

    assert (signer.box, signer.confidence) == (None, 0.6)


def test_a_seal_on_the_second_page_says_so() -> None:
    sheets = [Sheet((), LetterSource.OCR, page=1), Sheet((), LetterSource.OCR, (MARK,), page=2)]

    (seal,) = fields_read("函.jpg", sheets, Fields(), MARK)

    assert (seal.value, seal.page, seal.box) == ("云江市", 2, (0.6, 1.0, 0.8, 1.2))


def test_editable_text_has_no_places() -> None:
    sheet = Sheet((Line("云江市科学技术局"),), LetterSource.EDITABLE)

    assert fields_read("函.docx", [sheet], Fields(signer="云江市科学技术局"), None) == ()
