"""Reads comma or tab separated text into one grid."""

import csv
import io
from collections import Counter
from typing import Final

from service.reading.charsets import decode
from service.reading.forms.grid import Grid, Position, Workbook
from service.reading.forms.limits import MAX_CELL_TEXT, MAX_CELLS, MAX_COLUMNS, MAX_PART_BYTES, MAX_ROWS
from service.reading.forms.package import FileRefused

_SEPARATORS: Final = ",\t;"
_CHINESE: Final = "，"
_ENOUGH: Final = 2  # lines: a header and a row
_HEAD: Final = 4000  # letters looked at


def read_separated(content: bytes) -> Workbook:
    """The rows of a .csv file; its rows count from 1 with blank ones. Raises FileRefused when it is too large."""
    if len(content) > MAX_PART_BYTES:
        raise FileRefused("文件过大")
    text = decode(content).replace("\x00", "")
    cells: dict[Position, str] = {}
    cut = ""
    csv.field_size_limit(MAX_PART_BYTES)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text))
    for row, values in enumerate(lines, 1):
        if row > MAX_ROWS or len(cells) > MAX_CELLS:
            cut = f"只读取前{row - 1}行"
            break
        for column, value in enumerate(values[:MAX_COLUMNS], 1):
            if value.strip():
                cells[row, column] = _plain(value)[:MAX_CELL_TEXT]
    return Workbook((Grid("", cells, cut=cut),))


def _plain(value: str) -> str:
    """A value without what keeps a spreadsheet program from taking it for a number: '138…, ="138…"."""
    value = value.lstrip("'")
    return value[2:-1] if value.startswith('="') and value.endswith('"') and value.count('"') == 2 else value


def _separator(text: str) -> str:
    """The separator that gives most of the first lines the same number of cells. A Chinese comma, which stands in
    sentences too, only where no other does."""
    scores = {sign: _alike(text[:_HEAD], sign) for sign in _SEPARATORS}
    best = max(_SEPARATORS, key=lambda sign: (scores[sign], -_SEPARATORS.index(sign)))
    return best if scores[best] >= _ENOUGH else _CHINESE


def _alike(head: str, separator: str) -> int:
    lines = csv.reader(io.StringIO(head, newline=""), delimiter=separator)
    widths = Counter(len(line) for line in lines if len(line) > 1)
    return max(widths.values(), default=0)
