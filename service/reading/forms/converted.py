"""Old Word documents and RTF: read as the .docx that LibreOffice makes of them, where they hold a table at all.

Most are letters. A conversion takes seconds, so that it is asked for only where there are the cells of a table, or an
object that may be one.
"""

from typing import Final

from service.reading.forms import office
from service.reading.forms.grid import Workbook
from service.reading.forms.package import Package, UnsupportedKind
from service.reading.forms.word import read_word

_OLD_WORD: Final = "旧版 Word 或 WPS 文字（.doc、.wps）"
_RICH_TEXT: Final = "RTF 文档（.rtf）"
_TABLE_CELLS: Final = 8  # cell marks in a document that holds a table of the form


def read_old_word(content: bytes, *, has_objects: bool) -> Workbook:
    """A .doc or .wps. Raises UnsupportedKind, FileDamaged or FileRefused."""
    from service.reading.letters import editable, word97  # those import of forms what packages are made of

    try:
        document = word97.opened(content)
    except editable.EditableRefused:
        cells = max(content.count(b"\x07\x00"), content.count(b"\x07\x07"))
        return _converted(content, ".doc", _OLD_WORD, cells >= _TABLE_CELLS)
    if document.cells < _TABLE_CELLS and not has_objects:
        return Workbook((), loose_text=document.text)
    return _converted(content, ".doc", _OLD_WORD, document.cells >= _TABLE_CELLS)


def read_rich_text(content: bytes) -> Workbook:
    """An .rtf. Raises UnsupportedKind, FileDamaged or FileRefused."""
    from service.reading.letters import rtf

    cells = content.count(b"\\cell") + content.count(b"\\nestcell")
    if cells < _TABLE_CELLS and b"\\object" not in content:
        return Workbook((), loose_text=rtf.rtf_text(content))
    return _converted(content, ".rtf", _RICH_TEXT, cells >= _TABLE_CELLS)


def _converted(content: bytes, extension: str, kind: str, has_table: bool) -> Workbook:
    if not has_table:
        raise UnsupportedKind(kind)
    try:
        return read_word(Package(office.as_docx(content, extension)))
    except office.OfficeMissing:
        raise UnsupportedKind(f"{kind}，本系统未装 LibreOffice，不能读取") from None
    except office.OfficeFailed:
        raise UnsupportedKind(f"{kind}，未能转换") from None
