"""Reads comma or tab separated text into one grid."""

import csv
import io
from typing import Final

from service.reading.charsets import decode
from service.reading.forms.grid import Grid, Position, Workbook
from service.reading.forms.limits import MAX_CELL_TEXT, MAX_CELLS, MAX_COLUMNS, MAX_PART_BYTES, MAX_ROWS
from service.reading.forms.package import FileRefused

_SEPARATORS: Final = ",\t;，"


def read_separated(content: bytes) -> Workbook:
    """The rows of a .csv file; its rows count from 1 with blank ones. Raises FileRefused when it is too large."""
    if len(content) > MAX_PART_BYTES:
        raise FileRefused("文件过大")
    text = decode(content).replace("\x00", "")
    cells: dict[Position, str] = {}
    cut = ""
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    csv.field_size_limit(MAX_PART_BYTES)
    for row, values in enumerate(lines, 1):
        if row > MAX_ROWS or len(cells) > MAX_CELLS:
            cut = f"只读取前{row - 1}行"
            break
        for column, value in enumerate(values[:MAX_COLUMNS], 1):
            if value.strip():
                cells[row, column] = value.lstrip("'")[:MAX_CELL_TEXT]
    return Workbook((Grid("", cells, cut=cut),))


def _separator(text: str) -> str:
    """The separator that stands most often in the first lines."""
    head = text[:4000]
    return max(_SEPARATORS, key=lambda sign: (head.count(sign), -_SEPARATORS.index(sign)))
