"""Word documents written by hand (minimal OOXML): a letter before it was printed, and the form as a Word file."""

import zipfile
from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape

from service.demo.answering import BOX, TickStyle, answered
from service.demo.forms import RowSpec, TableSpec
from service.demo.letters import LetterSpec, written_date
from service.domain.rules import Block, Column, Forms

_MOMENT = (2020, 3, 18, 10, 30, 0)
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
_RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>'
)


def letter_docx(spec: LetterSpec) -> bytes:
    """The letter's text in Word: no seal, not a scan."""
    lines = [spec.title, f"{spec.addressee}：", *(f"　　{paragraph}" for paragraph in spec.body)]
    if spec.number:
        lines.insert(0, spec.number)
    if spec.attachment_note:
        lines.append(f"　　附件：{spec.attachment_note}")
    return _document([*map(_paragraph, lines), _paragraph(spec.unit, "right"), _paragraph(_day(spec), "right")])


def form_docx(forms: Forms, tables: Sequence[TableSpec], tick: TickStyle = BOX) -> bytes:
    """The form as Word tables, one below the other, ticks as plain characters."""
    blocks: list[str] = []
    for table in tables:
        form = forms.table(table.number)
        if form is None:
            raise ValueError(f"no 表{table.number} in these forms")
        heads: list[Column | Block] = [*form.columns, *form.blocks]
        rows = [[head.label for head in heads]]
        rows += [[_value(head, row, i, tick) for head in heads] for i, row in enumerate(table.rows, 1)]
        if table.nil:
            rows.append(["", "无", *[""] * (len(heads) - 2)])
        blocks += [_paragraph(form.label), _paragraph(form.title, "center"), _table(rows), _paragraph("")]
    return _document(blocks)


def _day(spec: LetterSpec) -> str:
    return written_date(spec.date, spec.date_style)


def _value(head: Column | Block, row: RowSpec, number: int, tick: TickStyle) -> str:
    if isinstance(head, Block):
        return answered(head, row.answers, tick)
    return {"seq": str(number), "unit": row.unit, "city": row.city}.get(head.key, row.cells.get(head.key, ""))


def _paragraph(text: str, alignment: str = "left") -> str:
    run = f'<w:r><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
    return f'<w:p><w:pPr><w:jc w:val="{alignment}"/></w:pPr>{run}</w:p>'


def _table(rows: Sequence[Sequence[str]]) -> str:
    grid = "<w:gridCol/>" * len(rows[0])
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{''.join(map(_table_row, rows))}</w:tbl>"


def _table_row(values: Sequence[str]) -> str:
    cells = ("".join(map(_paragraph, value.split("\n"))) for value in values)
    return f"<w:tr>{''.join(f'<w:tc><w:tcPr/>{cell}</w:tc>' for cell in cells)}</w:tr>"


def _document(blocks: Sequence[str]) -> bytes:
    body = f'<w:document xmlns:w="{_W}"><w:body>{"".join(blocks)}<w:sectPr/></w:body></w:document>'
    parts = {"[Content_Types].xml": _TYPES, "_rels/.rels": _RELATIONS}
    parts["word/document.xml"] = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{body}'
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), content.encode(), zipfile.ZIP_DEFLATED)
    return out.getvalue()
