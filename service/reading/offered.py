"""What a mail offers as files of the rules, on the wire from the reading child: cells as text, small files as bytes.

Loads no document library: the child reads workbooks, the parent sees nothing of them but text.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

_MOST_FILES = 200


@dataclass(frozen=True, slots=True)
class OfferedSheet:
    """One sheet of a workbook; row n of it stands at n - 1."""

    name: str
    rows: tuple[tuple[str, ...], ...]
    faults: tuple[str, ...] = ()  # Chinese: cells that are not text, such as formulas


@dataclass(frozen=True, slots=True)
class OfferedFile:
    """One file of a mail: a workbook's sheets, or the bytes of a plain text file, or neither."""

    path: str
    name: str
    sheets: tuple[OfferedSheet, ...] = ()
    content: bytes | None = field(default=None, repr=False)
    problem: str = ""  # Chinese: why it cannot be read


def offered_to_json(files: Sequence[OfferedFile]) -> bytes:
    return json.dumps([_written(file) for file in files], ensure_ascii=False).encode("utf-8", "replace")


def _written(file: OfferedFile) -> list[object]:
    content = None if file.content is None else base64.b64encode(file.content).decode()
    sheets = [[sheet.name, sheet.rows, sheet.faults] for sheet in file.sheets]
    return [file.path, file.name, sheets, content, file.problem]


def offered_from_json(content: bytes) -> tuple[OfferedFile, ...]:
    """From the child, whom nothing is believed: ValueError for anything else than `offered_to_json` writes."""
    found = json.loads(content)
    if not isinstance(found, list) or len(found) > _MOST_FILES:
        raise ValueError("no list of files")
    return tuple(map(_file, found))


def _file(found: object) -> OfferedFile:
    match found:
        case [str(path), str(name), list(sheets), None | str() as content, str(problem)]:
            return OfferedFile(path, name, tuple(map(_sheet, sheets)), _bytes(content), problem)
    raise ValueError("no file")


def _sheet(found: object) -> OfferedSheet:
    match found:
        case [str(name), list(rows), list(faults)]:
            return OfferedSheet(name, tuple(map(_texts, rows)), _texts(faults))
    raise ValueError("no sheet")


def _texts(found: object) -> tuple[str, ...]:
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise ValueError("no texts")
    return tuple(found)


def _bytes(text: str | None) -> bytes | None:
    try:
        return None if text is None else base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
