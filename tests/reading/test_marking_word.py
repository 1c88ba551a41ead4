"""Marks in Word files: a shade for the cell and a comment, in a second round too."""

import pytest

from service.demo.submissions import Scribe, official_forms
from service.demo.wordfiles import form_docx
from service.demo.world import the_world
from service.reading import sniff
from service.reading.forms import read_form
from tests.reading.forms.packages import document, package
from tests.reading.test_marking import AUTHOR, PEN, mark, parts


def a_document() -> bytes:
    world, forms = the_world(), official_forms()
    return form_docx(forms, Scribe(3, world, forms).tables(world.units_by_route("direct")[0]))


DOCUMENT = a_document()


def test_a_cell_of_a_word_table_is_shaded_and_commented() -> None:
    made = mark(DOCUMENT, ("第3个表格", "D2", "请填写。\n[F210]"), ("第3个表格", "E2", "请核对。"), kind=sniff.DOCX)

    tables = read_form(made, "表.docx", "表.docx", sniff.DOCX, official_forms()).tables
    assert tables == read_form(DOCUMENT, "表.docx", "表.docx", sniff.DOCX, official_forms()).tables
    body, comments = parts(made)["word/document.xml"].decode(), parts(made)["word/comments1.xml"].decode()
    assert body.count('w:fill="FFE699"') == 2
    assert "commentReference" in body
    assert "请填写。" in comments
    assert f'w:author="{AUTHOR}"' in comments


def test_a_second_round_takes_back_the_marks_of_the_first_in_a_word_file() -> None:
    once = mark(DOCUMENT, ("第1个表格", "B2", "第一次"), kind=sniff.DOCX)
    twice = mark(once, ("第1个表格", "C2", "第二次"), kind=sniff.DOCX)

    comments = [content for name, content in parts(twice).items() if "comments" in name]
    assert len(comments) == 1
    assert (comments[0].count(PEN.cleared.encode()), comments[0].count("第二次".encode())) == (1, 1)
    assert parts(twice)["word/document.xml"].count(b'w:fill="FFE699"') == 1
    assert (comments[0].count(b'w:id="0"'), comments[0].count(b'w:id="1"')) == (1, 1)


def a_table(cells: str) -> bytes:
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    return package(parts(document(f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>")) | {"[Content_Types].xml": types.encode()})


def shaded(content: bytes) -> str:
    return parts(content)["word/document.xml"].decode()


def test_a_cell_is_marked_whose_only_paragraph_is_a_content_control() -> None:
    control = (
        "<w:sdt><w:sdtPr><w:text/></w:sdtPr><w:sdtContent><w:p><w:r><w:t>答</w:t></w:r></w:p></w:sdtContent></w:sdt>"
    )

    made = shaded(mark(a_table(f"<w:tc>{control}</w:tc>"), ("第1个表格", "A1", "请核对。"), kind=sniff.DOCX))

    assert made.index("<w:sdtContent>") < made.index("<w:commentReference") < made.index("</w:sdtContent>")
    assert 'w:fill="FFE699"' in made


def test_a_paragraph_outside_content_controls_carries_the_comment() -> None:
    control = "<w:sdt><w:sdtContent><w:p><w:r><w:t>答</w:t></w:r></w:p></w:sdtContent></w:sdt>"

    made = shaded(mark(a_table(f"<w:tc>{control}<w:p/></w:tc>"), ("第1个表格", "A1", "请核对。"), kind=sniff.DOCX))

    assert made.index("</w:sdt>") < made.index("<w:commentRangeStart") < made.index("<w:commentReference")


@pytest.mark.parametrize(("colour", "left"), [("FFE699", 0), ("92D050", 1)])
def test_a_second_round_takes_back_only_its_own_shade(colour: str, left: int) -> None:
    once = parts(
        mark(a_table("<w:tc><w:p/></w:tc><w:tc><w:p/></w:tc>"), ("第1个表格", "A1", "请核对。"), kind=sniff.DOCX)
    )
    changed = once["word/document.xml"].replace(b"FFE699", colour.encode())

    made = mark(package(once | {"word/document.xml": changed}), ("第1个表格", "B1", "请核对。"), kind=sniff.DOCX)

    assert shaded(made).count("<w:shd ") == 1 + left


@pytest.mark.parametrize("cell", ["A1", "A2", "B1", "B2"])
def test_a_cell_inside_merged_ones_of_a_word_table_is_marked_where_it_shows(cell: str) -> None:
    def merged(value: str, text: str) -> str:
        return f'<w:tc><w:tcPr><w:gridSpan w:val="2"/><w:vMerge{value}/></w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>'

    rows = merged(' w:val="restart"', "甲") + "</w:tr><w:tr>" + merged("", "")

    made = shaded(mark(a_table(rows), ("第1个表格", cell, "请核对。"), kind=sniff.DOCX))

    assert made.index("<w:shd ") < made.index("甲") < made.index("<w:commentReference") < made.index("</w:tr>")
    assert made.count("<w:shd ") == 1
