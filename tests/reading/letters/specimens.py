"""Complete, correct letters of 岭海省; a test names only what it changes."""

import dataclasses
import datetime

from service.demo.letters import LetterSpec, Page, pages_of, sealed

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
