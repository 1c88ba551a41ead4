"""Which kind of file this is, by its content, and the reader for it: one line of FORMATS for each."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from service.reading.forms.candidate import Candidate, Kind
from service.reading.forms.converted import read_old_word, read_rich_text
from service.reading.forms.excel2003 import read_excel_2003
from service.reading.forms.grid import Workbook
from service.reading.forms.markup import read_markup
from service.reading.forms.oldsheets import read_old_workbook
from service.reading.forms.opendocument import read_flat_document, read_open_document
from service.reading.forms.package import FileDamaged, FileEncrypted, UnsupportedKind
from service.reading.forms.printed import read_pages
from service.reading.forms.separated import read_separated
from service.reading.forms.spreadsheet import read_spreadsheet
from service.reading.forms.word import read_word
from service.reading.forms.xlsb import BinaryUnread, read_binary_workbook
from service.reading.sniff import is_early_workbook, is_zip

_SPREADSHEET_NAMES: Final = (".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods", ".fods", ".csv", ".xltx", ".ett")
_WORD_NAMES: Final = (".docx", ".doc", ".wps", ".rtf", ".docm", ".odt", ".fodt")
_DIRECTORY, _FRONT = 1 << 17, 1 << 13
_MARKUP: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta)\b")
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")


@dataclass(frozen=True, slots=True)
class Format:
    """A format that is read: how a file shows that it is one, and what reads it into grids.

    `is_it` may be asked of any file that no format above it in FORMATS has claimed.
    """

    name: str
    is_it: Callable[[Candidate], bool]
    read: Callable[[Candidate], Workbook]


def read_workbook(content: bytes, kind: Kind) -> Workbook:
    """The grids of a file. Raises FileDamaged, FileEncrypted, FileRefused or UnsupportedKind."""
    if not content:
        raise FileDamaged("文件是空的")
    file = Candidate(content, kind)
    found = next((one for one in FORMATS if one.is_it(file)), None)
    if found is not None:
        return found.read(file)
    if file.is_package:
        raise FileDamaged("文件不是电子表格，也不是文字处理文档")
    raise FileDamaged("文件不是电子表格" if file.is_compound else "文件已损坏，无法打开")


def _locked(_: Candidate) -> Workbook:
    raise FileEncrypted


def _old_workbook(file: Candidate) -> Workbook:
    macros = any("_vba_project" in stream for stream in file.streams)
    return replace(read_old_workbook(file.content), macros=macros)


def _old_word(file: Candidate) -> Workbook:
    return read_old_word(file.content, has_objects=any(name.startswith("objectpool/") for name in file.streams))


def _binary_workbook(file: Candidate) -> Workbook:
    try:
        return read_binary_workbook(file.content, macros=any("vbaproject" in name for name in file.package.names()))
    except BinaryUnread:
        raise UnsupportedKind("Excel 二进制工作簿（.xlsb），未能读取") from None


def _is_open_document(file: Candidate) -> bool:
    return file.is_package and "content.xml" in file.package


def _is_page(file: Candidate) -> bool:
    return not file.is_sealed and _MARKUP.search(file.head) is not None


def _is_flat_document(file: Candidate) -> bool:
    return b"urn:oasis:names:tc:opendocument:xmlns:office" in file.head and b"<office:document" in file.head


def _is_excel_2003(file: Candidate) -> bool:
    return b"urn:schemas-microsoft-com:office:spreadsheet" in file.head and file.head.startswith(b"<?xml")


FORMATS: Final = (
    Format("PDF", lambda f: f.kind is Kind.PAGES, lambda f: read_pages(f.content)),
    Format("any, under a password", lambda f: "encryptedpackage" in f.streams, _locked),
    Format("xls, et", lambda f: bool(f.streams & {"workbook", "book"}), _old_workbook),
    Format("doc, wps", lambda f: "worddocument" in f.streams, _old_word),
    Format("xls of Excel 2 to 4", lambda f: is_early_workbook(f.content), lambda f: read_old_workbook(f.content)),
    Format("xlsb", lambda f: f.has_part("workbook.bin"), _binary_workbook),
    Format("ods, odt", _is_open_document, lambda f: read_open_document(f.package)),
    Format("docx", lambda f: f.is_package and f.kind is Kind.WORD, lambda f: read_word(f.package)),
    Format("xlsx, et", lambda f: f.is_package and f.kind is Kind.SPREADSHEET, lambda f: read_spreadsheet(f.package)),
    Format("rtf", lambda f: f.content.startswith(b"{\\rtf"), lambda f: read_rich_text(f.content)),
    Format("Excel 2003 XML", _is_excel_2003, lambda f: read_excel_2003(f.content)),
    Format("fods, fodt", _is_flat_document, lambda f: read_flat_document(f.content)),
    Format("html", _is_page, lambda f: read_markup(f.content)),
    Format("csv", lambda f: not f.is_sealed and not _BINARY.search(f.head), lambda f: read_separated(f.content)),
)
"""Every format that is read; the first that knows a file reads it."""


def kind_of(content: bytes, name: str, media_type: str) -> Kind:
    """The kind, by what the name and label say where the content is broken. Never raises."""
    label = media_type.lower()
    lower = name.lower().strip()
    if is_zip(content):
        found = _kind_of_package(content)
        if found is not Kind.UNKNOWN:
            return found
    if _is_pdf(content):
        return Kind.PAGES
    if lower.endswith(_SPREADSHEET_NAMES) or "spreadsheet" in label or "ms-excel" in label or label == "text/csv":
        return Kind.SPREADSHEET
    if lower.endswith(_WORD_NAMES) or "wordprocessing" in label or "msword" in label:
        return Kind.WORD
    return Kind.TEXT if label.startswith("text/") else Kind.UNKNOWN


def _is_pdf(content: bytes) -> bool:
    return b"%PDF-" in content[:1024]


def _kind_of_package(content: bytes) -> Kind:
    """By the part names in the directory at the end, or at the front of a file cut short."""
    for names in (content[-_DIRECTORY:].lower(), content[:_FRONT].lower()):
        if b"word/document" in names:
            return Kind.WORD
        if b"xl/" in names or b"xl\\" in names:
            return Kind.SPREADSHEET
    return Kind.UNKNOWN
