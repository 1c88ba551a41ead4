"""A submitter's own file with the cells in question coloured and commented, and everything else as it was.

Marked at the level of the package's parts: what no library keeps (controls, text boxes, macros) is never touched. The
marked file is read again before it is given out: it must say exactly what the original says.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from lxml import etree

from service.domain.marking import CellMark, Pen
from service.reading import sniff
from service.reading.forms.grid import Workbook
from service.reading.forms.package import FileDamaged, FileEncrypted, FileRefused, Package
from service.reading.forms.spreadsheet import read_spreadsheet
from service.reading.forms.word import read_word
from service.reading.marking.document import mark_document
from service.reading.marking.edits import MarkingRefused
from service.reading.marking.workbook import mark_workbook

__all__ = ["MarkingRefused", "marked"]

_Marker = Callable[[Package, Sequence[CellMark], Pen], bytes]
_Reader = Callable[[Package], Workbook]

_KINDS: Final[Mapping[str, tuple[_Marker, _Reader]]] = {
    sniff.XLSX: (mark_workbook, read_spreadsheet),
    sniff.XLSM: (mark_workbook, read_spreadsheet),
    sniff.DOCX: (mark_document, read_word),
    sniff.DOCM: (mark_document, read_word),
}


def marked(content: bytes, media_type: str, marks: Sequence[CellMark], pen: Pen) -> bytes:
    """The file with all marks; those of an earlier round are taken back.

    Raises MarkingRefused when it cannot be done safely.
    """
    kind = _KINDS.get(media_type)
    if kind is None:
        raise MarkingRefused("this kind of file is not marked")
    mark, read = kind
    try:
        made = mark(Package(content), marks, pen)
        same = _said(read(Package(content))) == _said(read(Package(made)))
    except (FileDamaged, FileEncrypted, FileRefused, etree.LxmlError, ValueError, LookupError) as error:
        raise MarkingRefused(type(error).__name__) from error
    if not same:
        raise MarkingRefused("the marked file reads differently")
    return made


def _said(workbook: Workbook) -> object:
    return [(grid.sheet, grid.cells, grid.details, grid.merges, grid.hidden) for grid in workbook.grids]
