"""Text and pasted scans of a Word 97-2003 document (.doc) or a WPS one (.wps), by its piece table ([MS-DOC] 2.4.1).

Only the main text is taken: no headers, notes or macros. Nothing in the file is run.
"""

import io
import itertools
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import olefile

from service.domain.submission import Problem
from service.reading.letters.editable import EditableRefused

_STREAM_BYTES = 20_000_000
_PIECES = 100_000
_ENCRYPTED, _IN_TABLE_1, _COMPRESSED = 0x0100, 0x0200, 0x40000000
_VERSION_AT, _FLAGS_AT, _TEXT_LENGTH_AT, _PIECE_TABLE_AT = 0x02, 0x0A, 0x4C, 0x01A2
_WORD_97 = 0xC1  # and later
_DAMAGED = "Word 文档不完整或已损坏，请重新保存后发送"
_LOCKED = "Word 文档设置了密码，请取消密码后重新发送"
_TOO_OLD = "Word 文档的版本过旧，不能自动辨认，请发送盖章后的扫描件（PDF 或 JPG）"
_NO_WORD = "不是 Word 文档，不能自动辨认"
_PICTURE = re.compile(rb"\xff\xd8\xff[\xe0\xe1\xdb]|\x89PNG\r\n\x1a\n")
_SCAN_BYTES, _MOST_SCANS = 30_000, 4  # less is a logo
_CELL = "\x07"
_FIELD_CODE = re.compile("\x13[^\x13-\x15]*\x14?")  # its shown result follows
_ENDS = str.maketrans({"\r": "\n", "\x07": "\n", "\x0b": "\n", "\x0c": "\n", "\x15": "", "\x01": "", "\x08": ""})


@dataclass(frozen=True, slots=True)
class OldWord:
    """What the document says, a line a paragraph or cell; and its pictures that can be scanned pages, in order."""

    text: str
    scans: tuple[bytes, ...]
    cells: int = 0  # of its tables


def opened(content: bytes) -> OldWord:
    """The document. Raises EditableRefused: UNSUPPORTED for what is no Word document at all."""
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as package:
            if not package.exists("WordDocument"):
                raise EditableRefused(Problem.UNSUPPORTED, _NO_WORD)
            main = _stream(package, "WordDocument")
            version, flags = (struct.unpack_from("<H", main, at)[0] for at in (_VERSION_AT, _FLAGS_AT))
            if 0 < version < _WORD_97:
                raise EditableRefused(Problem.UNSUPPORTED, _TOO_OLD)
            if flags & _ENCRYPTED:
                raise EditableRefused(Problem.ENCRYPTED, _LOCKED)
            table = _stream(package, "1Table" if flags & _IN_TABLE_1 else "0Table")
            pictures = _stream(package, "Data") if package.exists("Data") else b""
        text = "".join(_pieces(main, table))
    except EditableRefused:
        raise
    except Exception:  # olefile and struct raise many kinds for what is cut off or overwritten
        raise EditableRefused(Problem.DAMAGED, _DAMAGED) from None
    return OldWord(_FIELD_CODE.sub("", text).translate(_ENDS), _scans(pictures), text.count(_CELL))


def _scans(pictures: bytes) -> tuple[bytes, ...]:
    """Pictures as they were pasted, each from its first bytes to the next one's."""
    starts = [*(found.start() for found in _PICTURE.finditer(pictures)), len(pictures)]
    cut = [pictures[start:stop] for start, stop in itertools.pairwise(starts)]
    return tuple(picture for picture in cut if len(picture) >= _SCAN_BYTES)[:_MOST_SCANS]


def _stream(package: olefile.OleFileIO, name: str) -> bytes:
    with package.openstream(name) as stream:
        content: bytes = stream.read(_STREAM_BYTES)
    return content


def _pieces(main: bytes, table: bytes) -> Iterator[str]:
    """The pieces of the main text in reading order; each is kept as UTF-16 or as one byte a character."""
    length = struct.unpack_from("<I", main, _TEXT_LENGTH_AT)[0]
    plan = _piece_table(table, *struct.unpack_from("<II", main, _PIECE_TABLE_AT))
    count = min((len(plan) - 4) // 12, _PIECES)
    ends = struct.unpack_from(f"<{count + 1}I", plan)
    for place in range(count):
        start, stop = ends[place], min(ends[place + 1], length)
        if stop <= start:
            break
        where = struct.unpack_from("<I", plan, 4 * (count + 1) + 8 * place + 2)[0]
        if where & _COMPRESSED:
            at = (where & ~_COMPRESSED) // 2
            yield main[at : at + stop - start].decode("cp1252", "replace")
        else:
            yield main[where : where + 2 * (stop - start)].decode("utf-16-le", "replace")


def _piece_table(table: bytes, at: int, size: int) -> bytes:
    """The PlcPcd behind the formatting that may stand before it."""
    end = at + size
    while at < end and table[at] == 1:
        at += 3 + struct.unpack_from("<H", table, at + 1)[0]
    length = struct.unpack_from("<I", table, at + 1)[0]
    return table[at + 5 : at + 5 + length]
