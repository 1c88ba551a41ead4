"""Which kind of file this is, by its content, and the reader for it."""

import io
import re
from dataclasses import replace
from enum import StrEnum
from typing import Final

import olefile

from service.reading.forms import office
from service.reading.forms.excel2003 import read_excel_2003
from service.reading.forms.grid import Workbook
from service.reading.forms.markup import read_markup
from service.reading.forms.oldsheets import read_old_workbook
from service.reading.forms.opendocument import read_flat_document, read_open_document
from service.reading.forms.package import FileDamaged, FileEncrypted, Package
from service.reading.forms.printed import read_pages
from service.reading.forms.separated import read_separated
from service.reading.forms.spreadsheet import read_spreadsheet
from service.reading.forms.word import read_word
from service.reading.forms.xlsb import BinaryUnread, read_binary_workbook
from service.reading.sniff import is_early_workbook, is_zip

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SPREADSHEET_NAMES: Final = (".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods", ".csv", ".xltx", ".ett")
_OLD_WORD: Final = "旧版 Word 或 WPS 文字（.doc、.wps）"
_TABLE_CELLS: Final = 8  # cell marks in a document that holds a table of the form
_DIRECTORY, _FRONT = 1 << 17, 1 << 13
_MARKUP: Final = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta)\b")
_BINARY: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_WORD_NAMES: Final = (".docx", ".doc", ".wps", ".rtf", ".docm", ".odt")


class Kind(StrEnum):
    SPREADSHEET = "spreadsheet"
    WORD = "word"
    PAGES = "pages"
    TEXT = "text"
    UNKNOWN = "unknown"


class UnsupportedKind(Exception):
    """A kind that is known but not read; the message names it, in Chinese."""


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


def read_workbook(content: bytes, kind: Kind) -> Workbook:
    """The grids of a file. Raises FileDamaged, FileEncrypted, FileRefused or UnsupportedKind."""
    if not content:
        raise FileDamaged("文件是空的")
    if kind is Kind.PAGES:
        return read_pages(content)
    if content.startswith(_OLE):
        return _read_compound(content)
    if is_early_workbook(content):
        return read_old_workbook(content)
    if is_zip(content):
        return _read_package(content, Package(content), kind)
    if content.startswith(b"{\\rtf"):
        return _read_rich_text(content)
    return _read_text(content)


def _read_text(content: bytes) -> Workbook:
    head = content[:4096]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head[: len(head) // 2 * 2].decode("utf-16", "replace").encode("utf-8", "replace")
    head = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in head and head.startswith(b"<?xml"):
        return read_excel_2003(content)
    if b"urn:oasis:names:tc:opendocument:xmlns:office" in head and b"<office:document" in head:
        return read_flat_document(content)
    if _MARKUP.search(head):
        return read_markup(content)
    if _BINARY.search(head):
        raise FileDamaged("文件已损坏，无法打开")
    return read_separated(content)


def _read_package(content: bytes, package: Package, kind: Kind) -> Workbook:
    names = package.names()
    if any(name.endswith("workbook.bin") for name in names):
        return _read_binary(content, macros=any("vbaproject" in name for name in names))
    if "content.xml" in package:
        return read_open_document(package)
    if kind is Kind.WORD:
        return read_word(package)
    if kind is Kind.SPREADSHEET:
        return read_spreadsheet(package)
    raise FileDamaged("文件不是电子表格，也不是文字处理文档")


def _read_binary(content: bytes, *, macros: bool) -> Workbook:
    try:
        return read_binary_workbook(content, macros=macros)
    except BinaryUnread:
        raise UnsupportedKind("Excel 二进制工作簿（.xlsb），未能读取") from None


def _read_compound(content: bytes) -> Workbook:
    """An OLE2 file: an old workbook, an encrypted package, or a kind that is not read."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            streams = {"/".join(path).lower() for path in ole.listdir(streams=True)}
    except Exception:
        raise FileDamaged("文件已损坏，无法打开") from None
    if "encryptedpackage" in streams:
        raise FileEncrypted
    if streams & {"workbook", "book"}:
        macros = any("_vba_project" in stream for stream in streams)
        return replace(read_old_workbook(content), macros=macros)
    if "worddocument" in streams:
        return _read_old_word(content, has_objects=any(stream.startswith("objectpool/") for stream in streams))
    raise FileDamaged("文件不是电子表格")


def _read_old_word(content: bytes, *, has_objects: bool) -> Workbook:
    """Most are letters: only what has a table, or an object that may be one, is worth the seconds of a conversion."""
    from service.reading.letters import editable, word97  # those import of forms what packages are made of

    try:
        document = word97.opened(content)
    except editable.EditableRefused:
        cells = max(content.count(b"\x07\x00"), content.count(b"\x07\x07"))
        return _converted(content, ".doc", _OLD_WORD, cells >= _TABLE_CELLS)
    if document.cells < _TABLE_CELLS and not has_objects:
        return Workbook((), loose_text=document.text)
    return _converted(content, ".doc", _OLD_WORD, document.cells >= _TABLE_CELLS)


def _read_rich_text(content: bytes) -> Workbook:
    """As an old Word document."""
    from service.reading.letters import rtf

    cells = content.count(b"\\cell") + content.count(b"\\nestcell")
    if cells < _TABLE_CELLS and b"\\object" not in content:
        return Workbook((), loose_text=rtf.rtf_text(content))
    return _converted(content, ".rtf", "RTF 文档（.rtf）", cells >= _TABLE_CELLS)


def _converted(content: bytes, extension: str, kind: str, has_table: bool) -> Workbook:
    """A document of a kind that only an office program reads. Without a table in it, it is not worth the seconds."""
    if not has_table:
        raise UnsupportedKind(kind)
    try:
        return read_word(Package(office.as_docx(content, extension)))
    except office.OfficeMissing:
        raise UnsupportedKind(f"{kind}，本系统未装 LibreOffice，不能读取") from None
    except office.OfficeFailed:
        raise UnsupportedKind(f"{kind}，未能转换") from None
