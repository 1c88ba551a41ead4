"""A submitter's own file comes back with the cells in question marked, and everything else of it as it was."""

import re
import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from service.demo.forms import FormLayout
from service.demo.pieces import Pieces
from service.demo.submissions import Scribe, official_forms
from service.demo.world import the_world
from service.domain.marking import CellMark, FileMarks, Pen
from service.reading import sniff
from service.reading.forms import read_form
from service.reading.forms.package import Package
from service.reading.forms.spreadsheet import read_spreadsheet
from service.reading.marking import MarkingRefused, marked
from service.reading.sandbox import Reader
from tests.reading.containers.archives import zipped
from tests.reading.forms.packages import MAIN, RELATIONS, package, relations, workbook_parts
from tests.reading.mails import RULEBOOK, a_mail

AUTHOR = "岭海省科学技术厅"
PEN = Pen(AUTHOR, "此处已无问题。")
YELLOW = "FFFFE699"


def a_workbook() -> bytes:
    world, forms = the_world(), official_forms()
    scribe = Scribe(3, world, forms)
    return Pieces(scribe, world, forms).workbook(scribe.tables(world.units_by_route("direct")[0]), FormLayout()).content


WORKBOOK = a_workbook()
SHEETS = openpyxl.load_workbook(BytesIO(WORKBOOK)).sheetnames


def mark(content: bytes, *marks: tuple[str, str, str], kind: str = sniff.XLSX) -> bytes:
    return marked(content, kind, [CellMark(*one) for one in marks], PEN)


def opened(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content))


def parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_marked_cell_is_yellow_and_says_what_to_do() -> None:
    cell = opened(mark(WORKBOOK, (SHEETS[2], "D5", "请填写“是”或“否”。\n[F210]")))[SHEETS[2]]["D5"]

    assert cell.fill.fgColor.rgb == YELLOW
    assert cell.comment is not None
    assert (cell.comment.text, cell.comment.author) == ("请填写“是”或“否”。\n[F210]", AUTHOR)


def test_nothing_else_of_the_file_changes() -> None:
    made = parts(mark(WORKBOOK, (SHEETS[0], "F4", "请核对。")))
    before = parts(WORKBOOK)

    changed = {name for name in before if made[name] != before[name]}
    assert changed <= {"[Content_Types].xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"}
    old, new = opened(WORKBOOK), opened(mark(WORKBOOK, (SHEETS[0], "F4", "请核对。")))
    for sheet in SHEETS:
        for row in old[sheet].iter_rows():
            for cell in row:
                other = new[sheet][cell.coordinate]
                assert other.value == cell.value
                if (sheet, cell.coordinate) != (SHEETS[0], "F4"):
                    assert other.style_id == cell.style_id
    assert repr(new[SHEETS[0]]["F4"].border) == repr(old[SHEETS[0]]["F4"].border)
    assert repr(new[SHEETS[0]]["F4"].font) == repr(old[SHEETS[0]]["F4"].font)


def test_cells_of_several_sheets_are_marked_in_one_file() -> None:
    made = opened(mark(WORKBOOK, *((sheet, "C4", f"说明{n}") for n, sheet in enumerate(SHEETS))))

    assert [made[sheet]["C4"].comment.text for sheet in SHEETS] == [f"说明{n}" for n in range(len(SHEETS))]


def test_two_points_on_one_cell_are_one_comment() -> None:
    made = opened(mark(WORKBOOK, (SHEETS[0], "C4", "第一点"), (SHEETS[0], "C4", "第二点")))

    assert made[SHEETS[0]]["C4"].comment.text == "第一点\n第二点"


@pytest.mark.parametrize("cell", ["A1", "B40", "Z4", "AB40", "C400"])
def test_an_empty_cell_can_be_marked(cell: str) -> None:
    made = opened(mark(WORKBOOK, (SHEETS[0], cell, "请填写。")))[SHEETS[0]]

    assert made[cell].fill.fgColor.rgb == YELLOW
    assert made[cell].comment.text == "请填写。"


def test_a_cell_inside_merged_ones_is_marked_where_it_shows() -> None:
    book = opened(WORKBOOK)
    book[SHEETS[0]].merge_cells("B30:D31")
    out = BytesIO()
    book.save(out)

    made = opened(mark(out.getvalue(), (SHEETS[0], "C31", "请填写。")))[SHEETS[0]]

    assert made["B30"].comment.text == "请填写。"


def test_comments_that_were_there_stay() -> None:
    book = opened(WORKBOOK)
    book[SHEETS[0]]["B4"].comment = Comment("自己的批注", "张三")
    book[SHEETS[0]]["C4"].comment = Comment("也是自己的", "张三")
    out = BytesIO()
    book.save(out)

    made = opened(mark(out.getvalue(), (SHEETS[0], "C4", "请核对。"), (SHEETS[0], "D4", "请填写。")))[SHEETS[0]]

    assert {cell: made[cell].comment.text for cell in ("B4", "C4", "D4")} == {
        "B4": "自己的批注", "C4": "也是自己的\n请核对。", "D4": "请填写。",
    }  # fmt: skip


def test_a_second_round_takes_back_the_marks_of_the_first() -> None:
    once = mark(WORKBOOK, (SHEETS[0], "C4", "第一次"), (SHEETS[0], "D4", "第一次"), (SHEETS[1], "C4", "第一次"))
    made = opened(mark(once, (SHEETS[0], "D4", "第二次")))

    comments = {(s, c): made[s][c].comment.text for s, c in ((SHEETS[0], "C4"), (SHEETS[0], "D4"), (SHEETS[1], "C4"))}
    assert [*comments.values()] == [PEN.cleared, "第二次", PEN.cleared]
    yellow = {(s, c) for s, c in comments if made[s][c].fill.fgColor.rgb == YELLOW and made[s][c].fill.patternType}
    assert yellow == {(SHEETS[0], "D4")}


def test_a_second_round_knows_its_marks_where_libreoffice_dropped_who_wrote_them() -> None:
    once = mark(
        WORKBOOK, (SHEETS[0], "C4", "请填写。 [F210]"), (SHEETS[0], "D4", "请填写。 [F220]\n请只选一项。 [F211]")
    )
    book = opened(once)
    for cell in ("C4", "D4"):
        book[SHEETS[0]][cell].comment.author = " "
    book[SHEETS[0]]["E4"].comment = Comment("单位自己的批注", " ")
    out = BytesIO()
    book.save(out)

    made = opened(mark(out.getvalue(), (SHEETS[0], "D4", "请只选一项。 [F211]")))[SHEETS[0]]

    assert {cell: made[cell].comment.text for cell in ("C4", "D4", "E4")} == {
        "C4": PEN.cleared, "D4": "请只选一项。 [F211]", "E4": "单位自己的批注",
    }  # fmt: skip
    assert made["C4"].fill.patternType is None


ORIGIN = "digital-signature/origin"
STYLES = (
    '<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf/><xf numFmtId="14"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
SHEET = '<sheetData><row r="2" spans="1:2"><c r="B2" s="1"><v>5</v></c></row></sheetData>'


def handmade(sheet: str = SHEET, more: Mapping[str, str | bytes] | None = None, styles: str = STYLES) -> bytes:
    own = {"[Content_Types].xml": TYPES, "xl/styles.xml": styles, **(more or {})}
    return package(workbook_parts(sheet, more=own))


def test_check_boxes_drawn_over_the_sheet_are_kept() -> None:
    drawing = (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        '<v:shape id="_x0000_s1030" type="#_x0000_t201"><v:textbox>是<br></v:textbox>'
        '<x:ClientData ObjectType="Checkbox"><x:Anchor>1, 1, 1, 1, 1, 30, 1, 15</x:Anchor><x:Checked>1</x:Checked>'
        "</x:ClientData></v:shape></xml>"
    )
    content = handmade(
        SHEET + f'<legacyDrawing xmlns:r="{RELATIONS}" r:id="r1"/>',
        {
            "xl/worksheets/_rels/sheet1.xml.rels": relations(("r1", "vmlDrawing", "../drawings/vmlDrawing1.vml")),
            "xl/drawings/vmlDrawing1.vml": drawing,
        },
    )

    made = mark(content, ("表1", "B2", "请核对。"))

    (grid,) = read_spreadsheet(Package(made)).grids
    assert [box.checked for detail in grid.details.values() for box in detail.boxes] == [True]
    kept = parts(made)["xl/drawings/vmlDrawing1.vml"].decode()
    assert kept.startswith(drawing.removesuffix("</xml>"))
    assert 'id="_x0000_s1031"' in kept


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(handmade(styles=""), id="no_styles"),
        pytest.param(handmade(more={"_xmlsignatures/sig1.xml": "<Signature/>"}), id="signed"),
        pytest.param(
            handmade(more={"_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml"), ("r2", ORIGIN, "o"))}),
            id="signed_by_other_programs",
        ),
        pytest.param(
            handmade(SHEET.replace("</sheetData>", '<row r="2"/></sheetData>')), id="a_row_that_is_there_twice"
        ),
        pytest.param(handmade(SHEET.replace('s="1"', 's="9"')), id="an_unknown_style"),
        pytest.param(handmade(styles=STYLES.replace("<xf/>", "<xf/>" * 65_490)), id="more_styles_than_excel_opens"),
        pytest.param(handmade(more={"XL/STYLES.XML": STYLES}), id="a_part_that_is_there_twice"),
        pytest.param(WORKBOOK[: len(WORKBOOK) // 2], id="damaged"),
    ],
)
def test_what_cannot_be_marked_safely_is_refused(content: bytes) -> None:
    with pytest.raises(MarkingRefused):
        mark(content, ("表1", "B2", "请核对。"))


def test_cells_without_names_are_counted() -> None:
    line = "<row><c><v>5</v></c><c><v>6</v></c></row>"
    made = mark(handmade(f'<sheetData>{line}<row r="4"><c r="B4"><v>7</v></c><c><v>8</v></c></row>{line}</sheetData>'),
                *(("表1", cell, "请核对。") for cell in ("B1", "C4", "A5")))  # fmt: skip

    sheet = opened(made)["表1"]
    assert {cell: sheet[cell].value for cell in ("B1", "C4", "A5")} == {"B1": 6, "C4": 8, "A5": 5}
    assert all(sheet[cell].fill.fgColor.rgb == YELLOW for cell in ("B1", "C4", "A5"))


def test_a_cell_without_a_style_takes_none_from_its_row() -> None:
    row = '<sheetData><row r="2" s="1" customFormat="1"><c r="B2"><v>5</v></c></row></sheetData>'

    cell = opened(mark(handmade(row), ("表1", "B2", "请核对。")))["表1"]["B2"]

    assert (cell.value, cell.number_format, cell.fill.fgColor.rgb) == (5, "General", YELLOW)


def test_notes_stand_before_controls_that_are_one_of_alternatives() -> None:
    alternatives = (
        '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
        '<mc:Choice xmlns:x14="urn:x14" Requires="x14"><controls/></mc:Choice></mc:AlternateContent>'
    )
    made = parts(mark(handmade(SHEET + alternatives), ("表1", "B2", "请核对。")))["xl/worksheets/sheet1.xml"].decode()

    assert 0 < made.index("<legacyDrawing") < made.index("<mc:AlternateContent")


def with_comments(comments: str, sheet: str = SHEET) -> bytes:
    return handmade(
        sheet,
        {
            "xl/worksheets/_rels/sheet1.xml.rels": relations(("r1", "comments", "../comments1.xml")),
            "xl/comments1.xml": f'<comments xmlns="{MAIN}">{comments}</comments>',
        },
    )


def comments_in(content: bytes) -> dict[str, str]:
    return {cell.coordinate: cell.comment.text for row in opened(content)["表1"] for cell in row if cell.comment}


def test_a_comment_of_an_author_who_is_not_listed_is_nobody_elses() -> None:
    lone = '<authors/><commentList><comment ref="A1" authorId="0"><text><t>单位自己的批注</t></text></comment></commentList>'

    made = mark(with_comments(lone), ("表1", "B2", "请核对。 [F210]"))

    assert comments_in(made) == {"A1": "单位自己的批注", "B2": "请核对。 [F210]"}


def test_how_a_comment_is_pronounced_stays_behind_its_words() -> None:
    words = '<r><t>東京</t></r><rPh sb="0" eb="2"><t>トウキョウ</t></rPh><phoneticPr fontId="0"/>'
    comment = f'<comment ref="B2" authorId="0"><text>{words}</text></comment>'
    content = with_comments(f"<authors><author>甲</author></authors><commentList>{comment}</commentList>")

    made = parts(mark(content, ("表1", "B2", "请核对。 [F210]")))["xl/comments1.xml"].decode()

    assert made.index("東京") < made.index("请核对。") < made.index("<rPh") < made.index("<phoneticPr")


def test_a_second_round_takes_its_words_from_below_a_comment_of_the_unit() -> None:
    book = opened(WORKBOOK)
    for cell in ("C4", "D4"):
        book[SHEETS[0]][cell].comment = Comment("单位自己的批注\n第二行", "张三")
    out = BytesIO()
    book.save(out)
    once = mark(out.getvalue(), (SHEETS[0], "C4", "请填写。 [F210]"), (SHEETS[0], "D4", "请填写。 [F210]"))

    made = opened(mark(once, (SHEETS[0], "D4", "请只选一项。 [F211]")))[SHEETS[0]]

    assert made["C4"].comment.text == "单位自己的批注\n第二行"
    assert made["D4"].comment.text == "单位自己的批注\n第二行\n请只选一项。 [F211]"
    assert (made["C4"].fill.patternType, made["D4"].fill.fgColor.rgb) == (None, YELLOW)


def test_a_second_round_takes_the_colour_from_all_of_merged_cells() -> None:
    cells = '<sheetData><row r="2"><c r="B2" s="1"><v>5</v></c><c r="C2"/><c r="D2"/></row></sheetData>'
    once = parts(
        mark(handmade(cells + '<mergeCells><mergeCell ref="B2:C2"/></mergeCells>'), ("表1", "B2", "请核对。 [F210]"))
    )
    sheet = once["xl/worksheets/sheet1.xml"].decode()
    yellow = re.search(r'r="B2" s="(\d+)"', sheet)
    assert yellow is not None
    for cell in ("C2", "D2"):  # as LibreOffice saves merged cells, and one beside them
        sheet = sheet.replace(f'r="{cell}"', f'r="{cell}" s="{yellow[1]}"')

    again = mark(package(once | {"xl/worksheets/sheet1.xml": sheet.encode()}), ("表1", "B3", "请填写。 [F210]"))

    styles = dict(re.findall(r'r="([BCD]2)" s="(\d+)"', parts(again)["xl/worksheets/sheet1.xml"].decode()))
    assert opened(again)["表1"]["B2"].fill.patternType is None
    assert styles["C2"] != yellow[1] == styles["D2"]


def test_a_cell_that_its_unit_coloured_anew_keeps_the_colour() -> None:
    book = opened(mark(WORKBOOK, (SHEETS[0], "C4", "请填写。 [F210]")))
    book[SHEETS[0]]["C4"].fill = PatternFill("solid", fgColor="FF92D050")
    out = BytesIO()
    book.save(out)

    cell = opened(mark(out.getvalue(), (SHEETS[0], "D4", "请填写。 [F210]")))[SHEETS[0]]["C4"]

    assert (cell.comment.text, cell.fill.fgColor.rgb) == (PEN.cleared, "FF92D050")


THREAD = '<authors><author>tc={7}</author></authors><commentList><comment ref="A1" authorId="0"><text><t>议</t></text></comment>'


def test_a_sheet_with_a_thread_of_comments_is_marked_beside_it() -> None:
    content = with_comments(f"{THREAD}</commentList>")

    assert comments_in(mark(content, ("表1", "B2", "请核对。"))) == {"A1": "议", "B2": "请核对。"}
    with pytest.raises(MarkingRefused):
        mark(content, ("表1", "A1", "请核对。"))


def test_a_sheet_without_marks_stays_byte_for_byte() -> None:
    book = opened(WORKBOOK)
    book[SHEETS[3]]["B4"].comment = Comment("单位自己的批注", "张三")
    out = BytesIO()
    book.save(out)

    before, made = parts(out.getvalue()), parts(mark(out.getvalue(), (SHEETS[0], "C4", "请填写。 [F210]")))

    changed = {name for name in before if made[name] != before[name]}
    assert changed == {"[Content_Types].xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"}


@pytest.mark.parametrize("place", [("没有这张表", "B2"), (SHEETS[0], "第2行"), (SHEETS[0], "")])
def test_a_place_that_is_not_there_is_refused(place: tuple[str, str]) -> None:
    with pytest.raises(MarkingRefused):
        mark(WORKBOOK, (*place, "请核对。"))


def test_other_kinds_of_files_are_refused() -> None:
    with pytest.raises(MarkingRefused):
        mark(b"1,2,3", ("表1", "B2", "请核对。"), kind=sniff.CSV)


CELLS = st.tuples(st.sampled_from(SHEETS), st.integers(1, 30), st.integers(1, 60)).map(
    lambda c: (c[0], f"{openpyxl.utils.get_column_letter(c[1])}{c[2]}", "请核对“这里”。<&>")
)


@given(st.lists(CELLS, min_size=1, max_size=6))
@settings(max_examples=25)
def test_a_marked_form_says_what_the_form_says(marks: list[tuple[str, str, str]]) -> None:
    made = mark(WORKBOOK, *marks)

    def tables(content: bytes) -> object:
        return read_form(content, "表.xlsx", "表.xlsx", sniff.XLSX, official_forms()).tables

    assert tables(made) == tables(WORKBOOK)
    book = opened(made)
    commented = {c.comment.text for s in book for row in s.iter_rows() for c in row if c.comment}
    assert commented
    assert all(text.startswith("请核对“这里”。<&>") for text in commented)


def test_the_child_marks_a_file_deep_in_a_mail(tmp_path: Path) -> None:
    mail = tmp_path / "mail.eml"
    mail.write_bytes(a_mail({"材料.zip": zipped({"表/征集表.xlsx": WORKBOOK}), "坏.xlsx": b"PK\x03\x04"}))

    def wish(path: str) -> FileMarks:
        return FileMarks("", path, (CellMark(SHEETS[0], "C4", "请核对。"),), PEN)

    with Reader(RULEBOOK) as reader:
        made = reader.marked(mail, wish("材料.zip/表/征集表.xlsx"))
        assert made is not None
        assert opened(made)[SHEETS[0]]["C4"].comment.text == "请核对。"
        assert reader.marked(mail, wish("坏.xlsx")) is None
        assert reader.marked(mail, wish("没有.xlsx")) is None
        assert reader.read(mail).tables  # the same child goes on reading
