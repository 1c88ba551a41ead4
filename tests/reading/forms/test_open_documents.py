"""OpenDocument files, packed and flat, and XML spreadsheets of Excel 2003: what letters and boxes look like there."""

import pytest

from service.domain.submission import Table
from tests.reading.forms.example_forms import SELF, TABLE_1, TABLE_4
from tests.reading.forms.filled import answered, header, read
from tests.reading.forms.packages import package

UNIT, CITY = "云江大学", "云江市"
ASKED = f"{SELF.questions[0].wording}？"
SPACES = "".join(
    f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
    for short in ("office", "style", "table", "text", "form", "draw", "field")
)
STYLES = (
    '<office:font-face-decls><style:font-face style:name="F1" style:font-family="\'Wingdings 2\'"/>'
    "</office:font-face-decls><office:automatic-styles>"
    '<style:style style:name="W"><style:text-properties style:font-name="F1"/></style:style>'
    '<style:style style:name="S"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    '<style:style style:name="N"><style:text-properties style:text-line-through-style="none"/></style:style>'
    "</office:automatic-styles>"
)


def line(*cells: str) -> str:
    made = (
        c if c.startswith("<table:") else f"<table:table-cell><text:p>{c}</text:p></table:table-cell>" for c in cells
    )
    return f"<table:table-row>{''.join(made)}</table:table-row>"


def document(*lines: str, before: str = "", flat: bool = False) -> bytes:
    tag = "document" if flat else "document-content"
    body = f'{before}<table:table table:name="表">{"".join(lines)}</table:table>'
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<office:{tag}{SPACES}>{STYLES}<office:body><office:text>{body}'
        f"</office:text></office:body></office:{tag}>"
    )
    return content.encode() if flat else package({"content.xml": content})


def only(content: bytes, name: str = "表.odt") -> Table:
    (table,) = read(content, name).tables
    return table


def span(style: str, text: str) -> str:
    return f'<text:span text:style-name="{style}">{text}</text:span>'


def control(checked: str) -> str:
    held = f'<field:param field:name="Checkbox_Checked" field:value="{checked}"/>'
    return f'<field:fieldmark field:type="vnd.oasis.opendocument.field.FORMCHECKBOX">{held}</field:fieldmark>'


@pytest.mark.parametrize("flat", [False, True], ids=["packed", "flat"])
@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ("☑是 □否", True),
        (f"{span('W', 'R')}是 {span('W', '£')}否", True),
        (f"{span('W', '£')}是 {span('W', 'R')}否", False),
        ("\uf0a3是 \uf052否", False),
        (f"是 {span('S', '否')}", True),
        (f"{span('S', '是')} {span('N', '否')}", False),
        (f"{control('true')}是 {control('false')}否", True),
        (
            '<text:p text:style-name="N">□是</text:p><text:list><text:list-item><text:p>☑否</text:p></text:list-item></text:list>',
            False,
        ),
    ],
)
def test_every_kind_of_tick_of_an_open_document_is_read(options: str, answer: bool, flat: bool) -> None:
    rows = line(*header(TABLE_4)), line("1", UNIT, CITY, "无", f"{ASKED}{options}")

    assert answered(only(document(*rows, flat=flat)).rows[0])["self.self"] is answer


def test_a_logical_value_and_a_drawn_box_are_answers_of_an_open_document() -> None:
    boxes = "".join(
        f'<form:checkbox form:id="c{n}" form:label="{label}" form:current-state="{state}"/>'
        for n, (label, state) in enumerate((("是", "unchecked"), ("否", "checked")))
    )
    drawn = "".join(f'<draw:control draw:control="c{n}"/>' for n in (0, 1))
    logical = '<table:table-cell office:value-type="boolean" office:boolean-value="true"><text:p>TRUE</text:p></table:table-cell>'
    heads = ["序号", "单位名称", "所在地市", "自行组织赴海外人才与科技交流活动"]
    asked = f"<table:table-cell>{drawn}<text:p>{ASKED}</text:p></table:table-cell>"

    by_box = only(
        document(line(*header(TABLE_4)), line("1", UNIT, CITY, "无", asked), before=f"<form:form>{boxes}</form:form>")
    )
    by_value = only(document(line("表4"), line(*heads[:3], ASKED), line("1", UNIT, CITY, logical)))

    assert answered(by_box.rows[0])["self.self"] is False
    assert answered(by_value.rows[0])["self.self"] is True


def test_the_reporter_above_a_table_of_a_text_is_known_and_notes_are_no_text() -> None:
    note = "<office:annotation><text:p>请填全称</text:p></office:annotation>"
    before = f"<text:h>表1</text:h><text:p>填报单位（盖章）：{UNIT}</text:p>"
    heads = header(TABLE_1)[3:6]

    table = only(document(line(*heads), line("海洋", f"{note}教授", "2"), before=before))

    assert (table.reporter, table.rows[0].unit, table.rows[0].cells["post"]) == (UNIT, UNIT, "教授")


def sheet_2003(options: str) -> bytes:
    rows = [[*header(TABLE_4)], ["1", UNIT, CITY, "无", f"{ASKED}{options}"]]
    lines = "".join(
        f"<Row>{''.join(f'<Cell><Data ss:Type={chr(34)}String{chr(34)}>{c}</Data></Cell>' for c in row)}</Row>"
        for row in rows
    )
    return (
        '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet" xmlns:html="http://www.w3.org/TR/REC-html40">'
        f'<Worksheet ss:Name="表4"><Table>{lines}</Table></Worksheet></Workbook>'
    ).encode()


@pytest.mark.parametrize(
    ("options", "answer"),
    [
        ('<html:Font html:Face="Wingdings 2">R</html:Font>是 <html:Font html:Face="Wingdings 2">£</html:Font>否', True),
        ("<html:S>是</html:S> 否", False),
        ("<html:B>□是</html:B> ☑否", False),
    ],
)
def test_fonts_and_strokes_of_an_excel_2003_file_are_seen(options: str, answer: bool) -> None:
    assert answered(only(sheet_2003(options), "表.xls").rows[0])["self.self"] is answer


def test_a_note_that_libreoffice_writes_into_a_web_page_is_no_text_of_its_cell() -> None:
    heads = "".join(f"<td><comment>请按顺序填写</comment>{name}</td>" for name in header(TABLE_1)[:6])
    page = f"<html><body><table><tr>{heads}</tr><tr><td>1<td>{UNIT}<td>{CITY}<td>海洋<td>教授<td>2</tr></table></body></html>"

    assert only(page.encode(), "表.xls").rows[0].cells["seq"] == "1"
