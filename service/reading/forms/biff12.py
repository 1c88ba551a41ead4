"""Merged cells of a binary workbook (.xlsb), which calamine does not tell ([MS-XLSB] 2.1.4 and 2.4.702).

Walks the records of the workbook and of one sheet; whatever is wrong with them ends the walk.
"""

import struct
from collections.abc import Iterator
from typing import Final

from service.reading.forms.grid import Merge
from service.reading.forms.limits import MAX_MERGES
from service.reading.forms.package import Package

_SHEET: Final = 156  # BrtBundleSh
_MERGE: Final = 176  # BrtMergeCell
_BOOK: Final = "xl/workbook.bin"


def merges_by_sheet(package: Package) -> dict[str, tuple[Merge, ...]]:
    """The merges of every sheet, by its name. Raises what Package raises."""
    relations = package.relations(_BOOK)
    found: dict[str, tuple[Merge, ...]] = {}
    for kind, body in _records(package.part(_BOOK) or b""):
        if kind == _SHEET and (about := _about(body)) and (relation := relations.get(about[0])):
            found[about[1]] = tuple(_merges(package.part(relation.target) or b""))
    return found


def _about(body: bytes) -> tuple[str, str] | None:
    """A sheet's relation and name."""
    relation, at = _text(body, 8)
    name, _ = _text(body, at)
    return (relation, name) if relation and name else None


def _text(body: bytes, at: int) -> tuple[str, int]:
    size = int.from_bytes(body[at : at + 4], "little") * 2
    end = at + 4 + size
    return ("", len(body)) if end > len(body) else (body[at + 4 : end].decode("utf-16-le", "replace"), end)


def _merges(sheet: bytes) -> Iterator[Merge]:
    left = MAX_MERGES
    for kind, body in _records(sheet):
        if kind == _MERGE and len(body) >= 16 and left > 0:
            left -= 1
            top, bottom, first, last = struct.unpack_from("<4I", body)
            yield Merge(top + 1, first + 1, bottom + 1, last + 1)


def _records(content: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(content):
        kind, at = _sevens(content, at, 2)
        size, at = _sevens(content, at, 4)
        yield kind, content[at : at + size]
        at += size


def _sevens(content: bytes, at: int, most: int) -> tuple[int, int]:
    """A number in seven bits a byte, the lowest first, and the place behind it."""
    number = 0
    for place, byte in enumerate(content[at : at + most]):
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number, at + place + 1
    return number, at + most
