"""What a workbook's parts say, as a person would see it."""

from types import MappingProxyType

import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont

from service.domain.submission import Problem
from service.reading.forms.candidate import Kind
from service.reading.forms.grid import Grid
from service.reading.forms.kinds import read_workbook
from service.reading.forms.numbers import shown
from tests.reading.forms.example_forms import SELF, TABLE_1, TABLE_4
from tests.reading.forms.filled import answered, as_bytes, header, question_row, read, sheets
from tests.reading.forms.packages import MAIN, Parts, package, relations, rows, workbook_parts

STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
NEED = ["1", "云江大学", "云江市", "新材料", "教授", "2"]
ASKED = f"{SELF.questions[0].wording}？"


def grid(parts: dict[str, str | bytes]) -> Grid:
    return read_workbook(package(parts), Kind.SPREADSHEET).grids[0]


def cells(sheet: str, more: Parts = MappingProxyType({})) -> dict[tuple[int, int], str]:
    return dict(grid(workbook_parts(sheet, more=more)).cells)


def table_sheet(*lines: list[str]) -> str:
    return rows([TABLE_1.title], [c.label for c in TABLE_1.columns][:6], *lines)


# -- numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "code", "seen"),
    [
        ("13800000000", "", "13800000000"), ("1.38E10", "", "13800000000"), ("2.0", "", "2"), ("0.1", "", "0.1"),
        ("0.30000000000000004", "", "0.3"), ("1234.5", "0.00", "1234.50"), ("1234.5", "#,##0.0", "1,234.5"),
        ("0.25", "0%", "25%"), ("7", "000", "007"), ("3", '0"名"', "3名"), ("-5", "0;(0)", "(5)"), ("1234567", "#,##0", "1,234,567"),
        ("1.5", "0.##", "1.5"), ("2", "0.##", "2"), ("43910", "yyyy/m/d", "2020/3/20"), ("43910", "m/d/yy", "3/20/20"),
        ("43910", 'yyyy"年"m"月"d"日";@', "2020年3月20日"), ("43910.75", "yyyy-mm-dd hh:mm", "2020-03-20 18:00"),
        ("43910", "[$-804]yyyy\\-mm\\-dd", "2020-03-20"), ("0.5", "h:mm", "12:00"), ("nan", "", "nan"), ("1e400", "", "1e400"),
        ("abc", "0.00", "abc"), ("50", '"¥"#,##0', "¥50"), ("43910", "General", "43910"), ("2", "0_ ", "2"),
        ("123456789012345678", "", "123456789012345678"), ("9e9", "yyyy/m/d", "9000000000"), ("5", '[Red]0;[Blue]-0', "5"),
    ],
)  # fmt: skip
def test_numbers_are_shown_as_people_see_them(raw: str, code: str, seen: str) -> None:
    assert shown(raw, code) == seen


def test_days_count_from_1904_when_the_workbook_says_so() -> None:
    assert shown("42448", "yyyy/m/d", since_1904=True) == "2020/3/20"


def test_formulas_give_their_stored_value_and_errors_their_sign() -> None:
    sheet = '<sheetData><row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>A1&amp;"人"</f><v>2人</v></c><c r="C1" t="e"><v>#DIV/0!</v></c><c r="D1" t="b"><v>1</v></c></row></sheetData>'

    assert cells(sheet) == {(1, 1): "2", (1, 2): "2人", (1, 3): "#DIV/0!", (1, 4): "TRUE"}


def test_styles_out_of_range_and_missing_strings_are_no_fault() -> None:
    sheet = '<sheetData><row r="1"><c r="A1" s="9999"><v>43910</v></c><c r="B1" t="s"><v>77</v></c><c r="C1" t="s"><v>x</v></c></row></sheetData>'

    assert cells(sheet) == {(1, 1): "43910"}


# -- odd parts ----------------------------------------------------------------------------------------------


def test_cells_and_rows_without_names_are_counted() -> None:
    assert grid(workbook_parts(table_sheet(NEED))).cells[3, 2] == "云江大学"


def test_the_strict_namespace_is_read_alike() -> None:
    table = read(package(workbook_parts(table_sheet(NEED), namespace=STRICT))).tables[0]

    assert table.rows[0].unit == "云江大学"


def test_a_wrong_dimension_loses_no_rows() -> None:
    sheet = '<dimension ref="A1"/>' + table_sheet(NEED, NEED)

    assert len(read(package(workbook_parts(sheet))).tables[0].rows) == 2


def test_part_names_in_other_case_and_with_backslashes_are_found() -> None:
    parts = workbook_parts(table_sheet(NEED))
    parts["xl\\Worksheets\\Sheet1.xml"] = parts.pop("xl/worksheets/sheet1.xml")

    assert read(package(parts)).tables[0].rows[0].unit == "云江大学"


def test_absolute_targets_are_followed() -> None:
    parts = workbook_parts(table_sheet(NEED))
    parts["xl/_rels/workbook.xml.rels"] = relations(("r1", "worksheet", "/xl/worksheets/sheet1.xml"))

    assert read(package(parts)).tables[0].rows[0].unit == "云江大学"


def test_control_characters_are_dropped_not_fatal() -> None:
    table = read(package(workbook_parts(table_sheet(["1", "云江&#x1;大学", "云江市", "新材料", "教\x02授"])))).tables[0]

    assert table.rows[0].unit == "云江大学" and table.rows[0].cells["post"] == "教授"


def test_escaped_line_breaks_become_line_breaks() -> None:
    assert cells(rows(["一_x000D_\n二"])) == {(1, 1): "一\n二"}


def test_phonetic_hints_are_no_text() -> None:
    sheet = '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>'
    strings = f'<sst xmlns="{MAIN}"><si><t>云江</t><rPh sb="0" eb="1"><t>yun</t></rPh></si></sst>'

    assert cells(sheet, {"xl/sharedStrings.xml": strings}) == {(1, 1): "云江"}


# -- ticks that are no plain characters ---------------------------------------------------------------------


def asked(cell: str, more: Parts = MappingProxyType({})) -> dict[str, object]:
    heads = [c.label for c in TABLE_4.columns] + [b.label for b in TABLE_4.blocks]
    first = "".join(f'<c t="inlineStr"><is><t>{x}</t></is></c>' for x in heads)
    second = "".join(f'<c t="inlineStr"><is><t>{x}</t></is></c>' for x in ("1", "云江大学", "云江市", "无"))
    sheet = f"<sheetData><row>{first}</row><row>{second}{cell}</row></sheetData>"
    table = read(package(workbook_parts(sheet, "表4", more=more))).tables[0]
    return answered(table.rows[0])


def rich(*runs: tuple[str, str]) -> str:
    inner = "".join(f'<r><rPr>{style}</rPr><t xml:space="preserve">{text}</t></r>' for style, text in runs)
    return f'<c t="inlineStr"><is>{inner}</is></c>'


def test_letters_of_symbol_fonts_are_the_marks_they_draw() -> None:
    font = '<rFont val="Wingdings 2"/>'

    assert asked(rich(("", ASKED), (font, "R"), ("", "是 "), (font, "£"), ("", "否")))["self.self"] is True
    assert (
        asked(
            rich(
                ("", ASKED),
                ('<rFont val="Wingdings"/>', "\u00a8"),
                ("", "是 "),
                ('<rFont val="Wingdings"/>', "\u00fe"),
                ("", "否"),
            )
        )["self.self"]
        is False
    )


def test_a_struck_out_option_is_not_meant() -> None:
    assert asked(rich(("", ASKED), ("<strike/>", "是"), ("", "/否")))["self.self"] is False


def test_rich_text_written_by_a_library_is_read_alike() -> None:
    row = question_row(TABLE_4, 1, "云江大学", "云江市", {"join.join": False})
    row[4] = CellRichText(ASKED, "是 ", TextBlock(InlineFont(strike=True), "否"))

    table = read(sheets(表4=[header(TABLE_4), row])).tables[0]

    assert answered(table.rows[0])["self.self"] is True


VML = """<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">
<v:shape id="_x0000_s1025" type="#t"><v:textbox><div>{0}</div></v:textbox><x:ClientData ObjectType="Checkbox">
<x:Anchor>4, 10, 1, 20, 4, 60, 1, 38</x:Anchor><x:Checked>1</x:Checked></x:ClientData></v:shape>
<v:shape id="_x0000_s1026" type="#t"><v:textbox><div>{1}</div></v:textbox><x:ClientData ObjectType="Checkbox">
<x:Anchor>4, 70, 1, 20, 4, 120, 1, 38</x:Anchor></x:ClientData></v:shape><br></xml>"""


def drawn(first: str, second: str) -> dict[str, str]:
    return {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(("r9", "vmlDrawing", "../drawings/vmlDrawing1.vml")),
        "xl/drawings/vmlDrawing1.vml": VML.format(first, second),
    }


@pytest.mark.parametrize("captions", [("是", "否"), ("", ""), ("Check Box 1", "复选框 2")])
def test_check_boxes_drawn_over_a_cell_are_its_ticks(captions: tuple[str, str]) -> None:
    words = ASKED if captions[0] == "是" else f"{ASKED} 是   否"

    assert asked(f'<c t="inlineStr"><is><t>{words}</t></is></c>', drawn(*captions))["self.self"] is True


def test_a_check_box_state_in_its_control_part_wins() -> None:
    parts: dict[str, str] = {
        **drawn("", ""),
        "xl/worksheets/_rels/sheet1.xml.rels": relations(
            ("r9", "vmlDrawing", "../drawings/vmlDrawing1.vml"), ("r1", "ctrlProp", "../ctrlProps/ctrlProp1.xml"),
            ("r2", "ctrlProp", "../ctrlProps/ctrlProp2.xml"),
        ),
        "xl/ctrlProps/ctrlProp1.xml": '<formControlPr xmlns="x" objectType="CheckBox"/>',
        "xl/ctrlProps/ctrlProp2.xml": '<formControlPr xmlns="x" objectType="CheckBox" checked="Checked"/>',
    }  # fmt: skip
    cell = f'<c t="inlineStr"><is><t>{ASKED} 是   否</t></is></c>'
    heads = "".join(f'<c t="inlineStr"><is><t>{x}</t></is></c>' for x in header(TABLE_4))
    row = "".join(f'<c t="inlineStr"><is><t>{x}</t></is></c>' for x in ("1", "云江大学", "云江市", "无")) + cell
    controls = (
        '<controls><control shapeId="1025" r:id="r1" name="a"/><control shapeId="1026" r:id="r2" name="b"/></controls>'
    )
    sheet = f"<sheetData><row>{heads}</row><row>{row}</row></sheetData>{controls}"

    table = read(package(workbook_parts(sheet, "表4", more=parts))).tables[0]

    assert answered(table.rows[0])["self.self"] is False


DRAWING = """<d:wsDr xmlns:d="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"
 xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><d:twoCellAnchor>
<d:from><d:col>4</d:col><d:colOff>0</d:colOff><d:row>1</d:row><d:rowOff>0</d:rowOff></d:from>
<d:to><d:col>4</d:col><d:colOff>90000</d:colOff><d:row>1</d:row><d:rowOff>90000</d:rowOff></d:to>{0}</d:twoCellAnchor></d:wsDr>"""


@pytest.mark.parametrize("shape", ["<d:pic/>", "<d:sp><d:txBody><a:p><a:r><a:t>√</a:t></a:r></a:p></d:txBody></d:sp>"])
def test_a_tick_drawn_as_a_picture_or_text_box_is_for_staff_to_see(shape: str) -> None:
    parts = {
        "xl/worksheets/_rels/sheet1.xml.rels": relations(("r9", "drawing", "../drawings/drawing1.xml")),
        "xl/drawings/drawing1.xml": DRAWING.format(shape),
    }

    assert asked(f'<c t="inlineStr"><is><t>{ASKED}□是 □否</t></is></c>', parts)["self.self"] == "?"


def test_logical_cells_are_check_boxes_where_a_question_is_asked() -> None:
    workbook = sheets(
        表4=[
            ["序号", "单位名称", "所在地市", header(TABLE_4)[3], header(TABLE_4)[4], None],
            [None, None, None, None, "是否有计划自行组织海外人才与科技交流活动", "初步计划"],
            [1, "云江大学", "云江市", "否", True, "赴外洽谈"],
        ]
    )
    for merged in ("A1:A2", "B1:B2", "C1:C2", "D1:D2", "E1:F1"):
        workbook["表4"].merge_cells(merged)

    answers = answered(read(workbook).tables[0].rows[0])

    assert (answers["self.self"], answers["self.plan_text"], answers["join.join"]) == (True, "赴外洽谈", False)


def test_text_boxes_are_part_of_the_files_words() -> None:
    parts = workbook_parts(table_sheet(NEED))
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = relations(("r9", "drawing", "../drawings/drawing1.xml"))
    shape = "<d:sp><d:txBody><a:p><a:r><a:t>本单位另有说明</a:t></a:r></a:p></d:txBody></d:sp>"
    parts["xl/drawings/drawing1.xml"] = DRAWING.format(shape)

    assert "本单位另有说明" in read(package(parts)).text


def test_macros_are_noted_and_the_form_read_all_the_same() -> None:
    reading = read(package(workbook_parts(table_sheet(NEED), more={"xl/vbaProject.bin": b"\x00"})))

    assert reading.problem is Problem.MACROS and reading.note and reading.tables[0].rows


def test_a_workbook_without_the_form_is_no_form() -> None:
    reading = read(sheets(预算=[["项目", "金额"], ["差旅", 100]]))

    assert (reading.is_form, reading.tables, reading.problem) == (False, (), None)
    assert "差旅\t100" in reading.text


def test_the_same_file_gives_the_same_reading() -> None:
    content = as_bytes(
        sheets(表4=[header(TABLE_4), question_row(TABLE_4, 1, "云江大学", "云江市", {"self.self": True})])
    )

    assert read(content) == read(content)
