"""Pages that were sent as files of their own become one letter; the best letter comes first."""

import dataclasses

from service.domain.submission import CoverLetter, LetterSource, Problem, Seal
from service.reading.letters import DocumentReading, LooksLike, combine, settled
from tests.reading.letters.specimens import BUREAU, DAY, TITLE

_WHOLE = CoverLetter(
    ("报送函.jpg",), LetterSource.OCR, 1, "全文", BUREAU, TITLE, "云科函〔2020〕18号", DAY, "岭海省科学技术厅"
)


def reads(path: str, looks_like: LooksLike = LooksLike.LETTER, **changes: object) -> DocumentReading:
    """A reading of a whole letter; changes are of its fields."""
    part = dataclasses.replace(_WHOLE, attachments=(path,), **changes)  # type: ignore[arg-type]
    letter = part if looks_like is LooksLike.LETTER else None
    return DocumentReading(looks_like, letter, 1, part.text, None, "", "", path, part)


def first_page(path: str) -> DocumentReading:
    return reads(path, text="第一页", signer=None, date=None)


def last_page(path: str, **more: object) -> DocumentReading:
    nothing = {"title": None, "addressee": None, "document_number": None}
    return reads(path, LooksLike.OTHER, text="第二页", seal=Seal.PRESENT, **nothing, **more)


def test_two_photographed_pages_are_one_letter() -> None:
    (letter,) = combine([last_page("第2页.jpg"), first_page("第1页.jpg")])

    assert letter.attachments == ("第1页.jpg", "第2页.jpg")
    assert (letter.signer, letter.date, letter.title, letter.seal) == (BUREAU, DAY, TITLE, Seal.PRESENT)
    assert (letter.pages, letter.text) == (2, "第一页\n第二页")


def test_a_last_page_that_hardly_reads_alone_is_no_problem_in_a_whole_letter() -> None:
    unclear = dataclasses.replace(last_page("第2页.jpg"), problem=Problem.UNREADABLE_TEXT, note="函件文字辨认不清")
    whole = combine([first_page("第1页.jpg"), unclear])
    unsigned = combine([first_page("第1页.jpg")])

    assert (settled(unclear, whole).problem, settled(unclear, whole).note) == (None, "")
    assert settled(unclear, unsigned) == unclear


def test_pages_are_put_in_the_order_that_people_count_in() -> None:
    middle = [last_page(f"{n}.jpg", signer=None, date=None) for n in range(2, 10)]

    (letter,) = combine([last_page("10.jpg"), *reversed(middle), first_page("1.jpg")])

    assert letter.attachments == tuple(f"{n}.jpg" for n in range(1, 11))


def test_a_whole_letter_takes_up_nothing() -> None:
    (letter,) = combine([reads("报送函.jpg"), last_page("附页.jpg")])

    assert letter.attachments == ("报送函.jpg",)


def test_pages_in_another_folder_are_another_paper() -> None:
    (letter,) = combine([first_page("甲.zip/1.jpg"), last_page("乙.zip/2.jpg")])

    assert letter.attachments == ("甲.zip/1.jpg",)


def test_a_scan_comes_before_the_text_it_was_made_from() -> None:
    typed = reads("a.docx", source=LetterSource.EDITABLE, confidence=1.0)

    letters = combine([typed, reads("b.jpg", confidence=0.6)])

    assert [letter.attachment for letter in letters] == ["b.jpg", "a.docx"]


def test_a_letter_with_all_fields_comes_before_one_without() -> None:
    letters = combine(
        [reads("a.pdf", signer=None, source=LetterSource.EDITABLE), reads("b.pdf", source=LetterSource.EDITABLE)]
    )

    assert [letter.attachment for letter in letters] == ["b.pdf", "a.pdf"]


def test_no_letter_is_made_of_what_is_none() -> None:
    assert combine([last_page("1.jpg"), last_page("2.jpg")]) == ()
