"""Text that goes by a spreadsheet's name: separated values, web pages, XML of older programs."""

import pytest

from service.domain.submission import Table
from tests.reading.forms.example_forms import TABLE_1, TABLE_4
from tests.reading.forms.filled import answered, header, question_row, read
from tests.reading.forms.packages import package

NEED = ["1", "云江大学", "云江市", "新材料", "教授", "2"]
HEADS = [c.label for c in TABLE_1.columns][:6]


def only(content: bytes, name: str) -> Table:
    tables = read(content, name).tables
    assert len(tables) == 1
    return tables[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_separated_values_are_read_in_any_usual_encoding(encoding: str, separator: str) -> None:
    text = "\n".join(separator.join(line) for line in (["表1"], HEADS, NEED))

    row = only(text.encode(encoding), "征集表.csv").rows[0]

    assert (row.row, row.unit, row.cells["number"]) == (3, "云江大学", "2")


@pytest.mark.parametrize("written", ["'13800000000", '"=""13800000000"""'])
def test_what_keeps_a_number_a_text_is_no_part_of_it(written: str) -> None:
    text = f"{','.join(HEADS)},联系电话\n{','.join(NEED)},{written}\n"

    assert only(text.encode(), "征集表.csv").rows[0].cells["phone"] == "13800000000"


def test_quoted_cells_may_hold_line_breaks() -> None:
    text = ",".join(HEADS) + '\n1,"云江大学\n附属医院",云江市,新材料,教授,2\n'

    assert only(text.encode(), "征集表.csv").rows[0].unit == "云江大学\n附属医院"


def test_chinese_commas_in_sentences_are_no_separators() -> None:
    text = (
        ",".join(HEADS) + "\n" + "1,云江大学,云江市,新材料，高分子，薄膜，涂层，纤维，陶瓷,教授，博士，院士，导师,2\n"
    )

    row = only(text.encode(), "征集表.csv").rows[0]

    assert (row.unit, row.cells["number"]) == ("云江大学", "2")


def page(*lines: list[str], charset: str = "utf-8", title: str = "") -> bytes:
    rows = "".join(f"<tr>{''.join(f'<td>{x}</td>' for x in line)}</tr>" for line in lines)
    return f'<html><head><meta charset="{charset}"></head><body>{title}<table>{rows}</table></body></html>'.encode(
        charset
    )


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
def test_a_web_page_saved_as_xls_is_read(charset: str) -> None:
    row = only(page(HEADS, NEED, charset=charset), "征集表.xls").rows[0]

    assert (row.row, row.unit) == (2, "云江大学")


def test_spans_of_a_web_page_become_merges() -> None:
    lines = [
        '<tr><td colspan="6">表1</td></tr>', f"<tr>{''.join(f'<td>{x}</td>' for x in HEADS)}</tr>",
        '<tr><td>1</td><td rowspan="2">云江大学</td><td rowspan="2">云江市</td><td>海洋</td><td>教授</td><td>1</td></tr>',
        "<tr><td>2</td><td>农业</td><td>讲师</td><td>3</td></tr>",
    ]  # fmt: skip
    rows = only(f"<table>{''.join(lines)}</table>".encode(), "征集表.xls").rows

    assert [(r.unit, r.city, r.cells["post"]) for r in rows] == [
        ("云江大学", "云江市", "教授"),
        ("云江大学", "云江市", "讲师"),
    ]


def test_ticks_of_a_web_page_are_read() -> None:
    cells = [
        str(cell) for cell in question_row(TABLE_4, 1, "云江大学", "云江市", {"self.self": None, "join.join": False})
    ]
    cells[4] = '是否有计划自行组织海外人才与科技交流活动? <input type="checkbox" checked>是 <input type="checkbox">否'

    answers = answered(only(page(header(TABLE_4), [c.replace("\n", "<br>") for c in cells]), "征集表.xls").rows[0])

    assert (answers["self.self"], answers["join.join"]) == (True, False)


def test_an_excel_2003_xml_file_is_read() -> None:
    def line(values: list[str]) -> str:
        cells = "".join(f'<Cell><Data ss:Type="String">{value}</Data></Cell>' for value in values)
        return f"<Row>{cells}</Row>"

    content = (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="表1"><Table>'
        f'{line(HEADS)}<Row ss:Index="4"><Cell><Data ss:Type="Number">1</Data></Cell><Cell ss:Index="2"><Data ss:Type="String">'
        "云江大学</Data></Cell><Cell/><Cell><Data>海洋</Data></Cell></Row></Table></Worksheet></Workbook>"
    )

    row = only(content.encode(), "征集表.xls").rows[0]

    assert (row.row, row.unit, row.cells["field"], row.cells["seq"]) == (4, "云江大学", "海洋", "1")


def test_an_open_document_spreadsheet_is_read() -> None:
    def line(values: list[str], repeat: int = 1) -> str:
        cells = "".join(f"<t:table-cell><x:p>{value}</x:p></t:table-cell>" for value in values)
        return f'<t:table-row t:number-rows-repeated="{repeat}">{cells}</t:table-row>'

    office = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<o:document-content xmlns:o="{office}office:1.0" xmlns:t="{office}table:1.0" xmlns:x="{office}text:1.0">'
        f'<o:body><o:spreadsheet><t:table t:name="表1">{line(HEADS)}'
        f'<t:table-row t:number-rows-repeated="2"><t:table-cell t:number-columns-repeated="1024"/></t:table-row>'
        f'{line(NEED)}<t:table-row t:number-rows-repeated="1048000"><t:table-cell/></t:table-row>'
        "</t:table></o:spreadsheet></o:body></o:document-content>"
    )

    row = only(
        package({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}), "表.ods"
    ).rows[0]

    assert (row.row, row.unit) == (4, "云江大学")
