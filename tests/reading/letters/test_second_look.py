"""Which lines are read again, and what becomes of their readings."""

import numpy

from service.reading.letters.model import Box, Line, Words
from service.reading.letters.second_look import read_again

_PAGE = numpy.full((1414, 1000, 3), 255, numpy.uint8)
_BOX = Box(0.58, 0.94, 0.78, 0.97)


class Reads:
    """Answers every strip with the same words and counts them."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.asked = 0

    def read(self, strips: list[object]) -> list[Words]:
        self.asked += len(strips)
        return [self.words] * len(strips)


def again(line: Line, words: Words = Words("", ())) -> tuple[Line, int]:  # noqa: B008 - frozen
    ocr = Reads(words)
    return read_again([line], _PAGE, ocr)[0], ocr.asked  # type: ignore[arg-type]


def a_date(text: str = "2020年3月20日", sure: float = 0.7, **more: object) -> Line:
    return Line(text, _BOX, (sure,) * len(text), **more)  # type: ignore[arg-type]


def test_a_doubtful_date_gets_two_readings_more() -> None:
    better = Words("2020年3月20日", (0.99,) * 10)

    assert again(a_date(), better) == (a_date(other=(better, better)), 2)


def test_a_reading_of_nothing_is_no_reading() -> None:
    assert again(a_date()) == (a_date(), 2)


def test_a_date_that_was_read_with_certainty_is_not_read_again() -> None:
    assert again(a_date(sure=0.95)) == (a_date(sure=0.95), 0)


def test_a_doubtful_year_alone_is_no_reason() -> None:
    line = Line("2020年3月20日", _BOX, (0.4,) * 4 + (0.99,) * 6)

    assert again(line)[1] == 0


def test_two_dates_read_in_one_line_are_a_reason_however_sure() -> None:
    other = Words("2020年8月20日", (0.99,) * 10)

    assert again(a_date(sure=0.99, other=(other,)))[1] == 2


def test_a_sentence_with_a_date_and_a_document_number_are_left_alone() -> None:
    assert again(a_date("我局于2020年3月1日发出通知，"))[1] == 0
    assert again(a_date("云科函〔2020〕18号"))[1] == 0
