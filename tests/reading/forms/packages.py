"""Office packages written by hand, part by part, for what no library writes."""

import zipfile
from collections.abc import Mapping
from io import BytesIO
from types import MappingProxyType

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
WORD_2010 = "http://schemas.microsoft.com/office/word/2010/wordml"


def package(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip of these parts."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def relations(*entries: tuple[str, str, str]) -> str:
    """A .rels part of (id, kind, target)."""
    lines = "".join(f'<Relationship Id="{i}" Type="{RELATIONS}/{kind}" Target="{to}"/>' for i, kind, to in entries)
    return f'<Relationships xmlns="{_PACKAGE}">{lines}</Relationships>'


Parts = Mapping[str, str | bytes]


def workbook_parts(
    sheet: str, name: str = "表1", namespace: str = MAIN, more: Parts = MappingProxyType({})
) -> dict[str, str | bytes]:
    """The parts of a workbook with one sheet, given as the inside of its worksheet element."""
    return {
        "_rels/.rels": relations(("r1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{namespace}" xmlns:r="{RELATIONS}"><sheets>'
        f'<sheet name="{name}" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            ("r1", "worksheet", "worksheets/sheet1.xml"), ("r2", "sharedStrings", "sharedStrings.xml"),
            ("r3", "styles", "styles.xml"),
        ),
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{namespace}" xmlns:r="{RELATIONS}">{sheet}</worksheet>',
        **more,
    }  # fmt: skip


def rows(*lines: list[str]) -> str:
    """sheetData of inline strings, without any cell names."""
    cells = ("".join(f'<c t="inlineStr"><is><t xml:space="preserve">{x}</t></is></c>' for x in line) for line in lines)
    return f"<sheetData>{''.join(f'<row>{line}</row>' for line in cells)}</sheetData>"


def document(body: str) -> bytes:
    """A .docx with this body."""
    return package(
        {
            "_rels/.rels": relations(("r1", "officeDocument", "word/document.xml")),
            "word/document.xml": f'<w:document xmlns:w="{WORD}" xmlns:w14="{WORD_2010}" '
            'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
            f"<w:body>{body}</w:body></w:document>",
        }
    )
