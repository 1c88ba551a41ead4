"""Complete, correct letters of 岭海省; a test names only what it changes."""

import dataclasses
import datetime
import zipfile
from io import BytesIO

from service.demo.letters import LetterSpec, Page, Text, pages_of, sealed

BUREAU = "云江市科学技术局"
DAY = datetime.date(2020, 3, 20)
TITLE = "关于报送海外人才与科技交流合作需求的函"
NUMBER = "云科函〔2020〕18号"
_BODY = (
    "根据贵厅通知要求，我局组织辖区内各有关单位开展了需求征集工作，"
    "现将汇总后的《海外人才与科技交流合作需求征集表（表1-4）》随函报送，请审阅。"
)


def a_letter(**changes: object) -> LetterSpec:
    """A city bureau's letter in the general format, sealed."""
    spec = LetterSpec(
        unit=BUREAU,
        title=TITLE,
        date=DAY,
        addressee="岭海省科学技术厅",
        body=(_BODY,),
        number=NUMBER,
        seal=sealed(BUREAU),
        contact="联系人：张三，电话：020-00001234",
    )
    return dataclasses.replace(spec, **changes)  # type: ignore[arg-type]


def a_page(**changes: object) -> Page:
    """The first page of such a letter."""
    return pages_of(a_letter(**changes))[0]


def form_page() -> Page:
    """A page of the needs form, printed."""
    columns = ("序号", "单位名称", "所在地市", "所属领域", "岗位名称", "需求人数")
    row = ("1", "云江精密机械", "云江市", "新材料", "工程师", "2")
    cells = (Text(cell, 20 + 28 * x, 50 + 9 * y, 12) for y in range(6) for x, cell in enumerate(row if y else columns))
    return (Text("2020年海外人才需求情况表", 55, 30, 22), *cells)


WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def a_docx(*lines: str, deleted: str = "", pictures: tuple[bytes, ...] = (), namespace: str = WORD) -> bytes:
    text = "".join(f"<w:p><w:r><w:t>{line}</w:t></w:r></w:p>" for line in lines)
    gone = f"<w:p><w:del><w:r><w:delText>{deleted}</w:delText></w:r></w:del></w:p>"
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr(
            "word/document.xml", f'<w:document xmlns:w="{namespace}"><w:body>{text}{gone}</w:body></w:document>'
        )
        for number, picture in enumerate(pictures, 1):
            package.writestr(f"word/media/image{number}.jpeg", picture)
    return file.getvalue()
