"""Documents of programs whose files nobody here reads: told apart by their bytes, and named, with what to send instead.

A further kind is one line of `KINDS` and, below it, the mark by which `sniff` knows it.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Foreign:
    """A kind of document. is_sheet: a spreadsheet, so most likely the form."""

    media_type: str
    name: str  # Chinese
    extension: str
    is_sheet: bool = False

    @property
    def note(self) -> str:
        """What it is and how to send it instead, in Chinese."""
        instead = "Excel 工作簿（.xlsx）" if self.is_sheet else "Word 文档（.docx）或 PDF"
        return f"{self.name}，本系统无法读取，请另存为 {instead} 后重新发送"


_EARLY_WORD = "application/x-early-msword"
_WORKS, _WORDPERFECT = "application/vnd.ms-works", "application/vnd.wordperfect"
_HWP, _HWPX = "application/x-hwp", "application/hwp+zip"
_APPLE = "application/vnd.apple."
_PAGES, _NUMBERS, _KEYNOTE = f"{_APPLE}pages", f"{_APPLE}numbers", f"{_APPLE}keynote"
_WRITE, _WRITER_1, _CALC_1 = "application/x-mswrite", "application/vnd.sun.xml.writer", "application/vnd.sun.xml.calc"
_CAJ, _CEB, _XPS, _LOTUS = "application/x-caj", "application/x-ceb", "application/oxps", "application/vnd.lotus-1-2-3"

KINDS: Final = {
    kind.media_type: kind
    for kind in (
        Foreign(_WORKS, "微软 Works 文档（.wps）", "wps"),
        Foreign(_WORDPERFECT, "WordPerfect 文档（.wpd）", "wpd"),
        Foreign(_HWP, "韩文（Hangul）文档（.hwp）", "hwp"),
        Foreign(_HWPX, "韩文（Hangul）文档（.hwpx）", "hwpx"),
        Foreign(_PAGES, "苹果 Pages 文稿（.pages）", "pages"),
        Foreign(_NUMBERS, "苹果 Numbers 表格（.numbers）", "numbers", is_sheet=True),
        Foreign(_KEYNOTE, "苹果 Keynote 讲演（.key）", "key"),
        Foreign(_EARLY_WORD, "Word 6.0 以前的文档（.doc）", "doc"),
        Foreign(_WRITE, "微软 Write 文档（.wri）", "wri"),
        Foreign(_WRITER_1, "OpenOffice 1.x 文档（.sxw）", "sxw"),
        Foreign(_CALC_1, "OpenOffice 1.x 表格（.sxc）", "sxc", is_sheet=True),
        Foreign(_LOTUS, "Lotus 1-2-3 表格（.wk1、.wk4、.123）", "wk4", is_sheet=True),
        Foreign(_CAJ, "知网 CAJ 文件（.caj、.kdh）", "caj"),
        Foreign(_CEB, "方正 CEB 文件（.ceb、.cebx）", "ceb"),
        Foreign(_XPS, "XPS 文件（.xps）", "xps"),
    )
}
STARTS: Final = (
    (b"\xdb\xa5-\0", _EARLY_WORD), (b"\xfe7\0#", _EARLY_WORD), (b"\xfe7\0\x1c", _EARLY_WORD),
    (b"\xffWPC", _WORDPERFECT), (b"HWP Document File", _HWP), (b"\x31\xbe\0\0\0\xab", _WRITE),
    (b"\x32\xbe\0\0\0\xab", _WRITE), (b"\0\0\x02\0\x06\x04", _LOTUS), (b"\0\0\x1a\0", _LOTUS), (b"CAJ\0", _CAJ),
    (b"HN\0\0", _CAJ), (b"KDH ", _CAJ), (b"Founder CEB", _CEB), (b"CEBX", _CEB),
)  # fmt: skip
"""What such a file begins with."""
STREAMS: Final = (("\x05HwpSummaryInformation", _HWP), ("MatOST", _WORKS), ("MatadorObject", _WORKS), ("MN0", _WORKS))
"""A stream inside its OLE2 file."""
MIMETYPES: Final = frozenset({_HWPX, _WRITER_1, _CALC_1})
"""What the part named mimetype says in its zip."""
PARTS: Final = (
    ("index/document.iwa", _PAGES), ("index.zip", _PAGES), ("index.apxl", _KEYNOTE), ("presentation.apxl", _KEYNOTE),
    ("fixeddocumentsequence.fdseq", _XPS), ("fixeddocseq.fdseq", _XPS),
)  # fmt: skip
"""A part of its zip, in small letters."""
_BY_EXTENSION: Final = {"pages": _PAGES, "numbers": _NUMBERS, "key": _KEYNOTE}


def by_name(media_type: str, extension: str) -> str:
    """Apple's three programs write alike: between them the name decides."""
    return _BY_EXTENSION.get(extension, media_type) if media_type.startswith(_APPLE) else media_type
