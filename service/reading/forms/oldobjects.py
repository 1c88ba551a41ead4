"""What is drawn over the cells of a .xls sheet: check boxes, option buttons, text boxes, pictures.

A shape's place stands in an MSODRAWING record ([MS-ODRAW] 2.2.46, [MS-XLS] 2.5.193), its kind and state in the OBJ
record behind it (FtCmo 2.5.143, FtCblsData 2.5.141), its words in the TXO record that may follow. A record that is not
as it should be is left out: the cells are read all the same.
"""

import io
import struct
from collections.abc import Iterator
from typing import Final

import olefile

from service.reading.forms.limits import MAX_OBJECTS, MAX_SHEETS
from service.reading.forms.overlays import Anchor, Control, Overlays, Ruler, without_default

_BOF, _EOF, _SHEET, _CONTINUE, _DRAWING, _OBJECT, _TEXT = 0x809, 0x0A, 0x85, 0x3C, 0xEC, 0x5D, 0x1B6
_KIND, _STATE = 0x15, 0x12  # parts of an OBJ record
_CHECK_BOX, _RADIO, _COMMENT, _FILTER, _GROUP = 0x0B, 0x0C, 0x19, 0x14, 0x00
_UNSEEN: Final = frozenset({_COMMENT, _FILTER, _GROUP})
_PLACE: Final = 0xF010  # OfficeArtClientAnchorSheet
_COLUMN_PARTS, _ROW_PARTS = 1024, 256
_STREAM_BYTES: Final = 64 << 20
_Record = tuple[int, bytes]


class Objects:
    """The drawn objects of a workbook, sheet by sheet."""

    def __init__(self, content: bytes) -> None:
        self._stream = _workbook_stream(content)
        self._sheets = dict(_sheets(self._stream))

    def over(self, sheet: str, ruler: Ruler) -> Overlays:
        """What lies over a sheet, by its name."""
        overlays = Overlays()
        start = self._sheets.get(sheet)
        if start is not None:
            _collect(_of_sheet(self._stream, start), ruler, overlays)
        return overlays


def _workbook_stream(content: bytes) -> bytes:
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            return bytes(ole.openstream("Workbook").read(_STREAM_BYTES))
    except Exception:  # an older kind, or damage of which xlrd did not mind
        return b""


def _records(stream: bytes, at: int = 0) -> Iterator[_Record]:
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    """Name and place of every sheet; the names are needed because chart sheets stand between the others."""
    found = 0
    for kind, body in _records(stream):
        if kind == _EOF or found >= MAX_SHEETS:
            return
        if kind == _SHEET and len(body) > 8:
            start, letters, wide = struct.unpack_from("<I", body)[0], body[6], body[7] & 1
            raw = body[8 : 8 + letters * (1 + wide)]
            yield raw.decode("utf-16-le" if wide else "latin-1", "replace"), start
            found += 1


def _of_sheet(stream: bytes, start: int) -> Iterator[_Record]:
    """The records of one sheet, without those of charts inside it."""
    depth = 0
    for kind, body in _records(stream, start):
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, body


def _collect(records: Iterator[_Record], ruler: Ruler, overlays: Overlays) -> None:
    drawing = b""
    before = number = 0
    waiting: list[tuple[Anchor, int, bool | None]] = []
    for kind, body in records:
        if kind == _DRAWING:
            drawing += body
        elif kind == _CONTINUE and before == _DRAWING:
            drawing += body
            continue
        elif kind == _OBJECT:
            _keep(waiting, "", number, overlays)
            anchor, drawing = _anchor(drawing, ruler), b""
            waiting = [(anchor, *_object(body))] if anchor is not None else []
            number += 1
        elif kind == _CONTINUE and before == _TEXT:
            _keep(waiting, _letters(body), number, overlays)
            waiting = []
        before = kind
        if number > MAX_OBJECTS:
            break
    _keep(waiting, "", number, overlays)


def _keep(waiting: list[tuple[Anchor, int, bool | None]], text: str, number: int, overlays: Overlays) -> None:
    for anchor, kind, checked in waiting:
        if kind in (_CHECK_BOX, _RADIO):
            overlays.controls[str(number)] = Control(anchor, checked, without_default(text))
        elif text.strip() and kind not in _UNSEEN:
            overlays.texts.append((anchor, text.strip()))
        elif kind not in _UNSEEN:
            overlays.pictures.append(anchor)


def _object(body: bytes) -> tuple[int, bool | None]:
    """An object's kind, and whether it is checked: None for what has no such state, or one between the two."""
    kind, checked = _GROUP, None
    for part, content in _records(body):
        if part == _KIND and len(content) >= 2:
            kind = struct.unpack_from("<H", content)[0]
        elif part == _STATE and len(content) >= 2:
            checked = {0: False, 1: True}.get(struct.unpack_from("<H", content)[0])
    return kind, checked


def _anchor(drawing: bytes, ruler: Ruler) -> Anchor | None:
    """The last place in a piece of drawing; containers are entered, whose length reaches beyond the piece."""
    at, found = 0, None
    while at + 8 <= len(drawing):
        version, kind, size = struct.unpack_from("<HHI", drawing, at)
        if kind == _PLACE and at + 26 <= len(drawing):
            found = struct.unpack_from("<8H", drawing, at + 10)
        at += 8 + (0 if version & 0xF == 0xF else size)
    if found is None:
        return None
    left, x1, top, y1, right, x2, bottom, y2 = found
    return Anchor(
        left, x1 / _COLUMN_PARTS * ruler.width(left), top, y1 / _ROW_PARTS * ruler.height(top),
        right, x2 / _COLUMN_PARTS * ruler.width(right), bottom, y2 / _ROW_PARTS * ruler.height(bottom),
    )  # fmt: skip


def _letters(body: bytes) -> str:
    """The text of a TXO record, from the record that continues it."""
    return body[1:].decode("utf-16-le" if body[:1] == b"\1" else "latin-1", "replace")
