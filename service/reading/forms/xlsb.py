"""Excel's binary workbooks (.xlsb, [MS-XLSB]) into grids, and .xls ones that xlrd does not open, with calamine in a
process of its own.

A file made to do harm can make calamine abort its whole process or ask for any amount of memory: there it costs
nothing but its own reading. Promises rows, merges and logical values (check boxes) where they stand. Fonts, strike-out
and drawn controls are not seen: a question that seems unanswered may be answered by them, and is for staff to look at.

Run as `python -m service.reading.forms.xlsb`: a workbook on standard input, its grids as JSON on standard output.
"""

import datetime
import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from lxml import etree

from service.reading.forms.biff12 import merges_by_sheet
from service.reading.forms.grid import CellDetail, Grid, Merge, Position, Workbook
from service.reading.forms.limits import MAX_CELL_TEXT, MAX_CELLS, MAX_COLUMNS, MAX_MERGES, MAX_ROWS, MAX_SHEETS
from service.reading.forms.numbers import shown
from service.reading.forms.package import FileDamaged, FileEncrypted, FileRefused, Package

_SOURCE: Final = Path(__file__).resolve().parents[3]
_SECONDS: Final = 30.0
_CPU_SECONDS: Final = 10
_MEMORY: Final = 1 << 30  # bytes of address space
_ANSWER: Final = 64 << 20  # bytes
_CANNOT, _UNKNOWN = 3, 4  # exit codes: no workbook; perhaps one
_PERHAPS_TICKED: Final = CellDetail(overlay=True)


class BinaryUnread(Exception):
    """The process ended, or took too long: whether the file is sound is not known."""


def read_binary_workbook(content: bytes, *, macros: bool) -> Workbook:
    """All sheets. Raises FileDamaged or BinaryUnread."""
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(_SOURCE)}
    command = [sys.executable, "-m", "service.reading.forms.xlsb"]
    try:
        done = subprocess.run(
            command, input=content, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, cwd="/",
            timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (subprocess.TimeoutExpired, OSError):
        raise BinaryUnread from None
    if done.returncode == _CANNOT:
        raise FileDamaged("文件已损坏，无法打开")
    if done.returncode or len(done.stdout) > _ANSWER:
        raise BinaryUnread
    return Workbook(tuple(_grid(sheet) for sheet in json.loads(done.stdout)), macros=macros)


def _grid(sheet: dict[str, Any]) -> Grid:
    cells: dict[Position, str] = {}
    details: dict[Position, CellDetail] = {}
    for row, column, value in sheet["cells"]:
        details[row, column] = CellDetail(boolean=value) if isinstance(value, bool) else _PERHAPS_TICKED
        cells[row, column] = _text(value)
    merges = tuple(Merge(*edges) for edges in sheet["merges"])
    return Grid(sheet["name"], cells, details, merges, hidden=sheet["hidden"], cut=sheet["cut"])


def _text(value: str | float | bool) -> str:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    return value if isinstance(value, str) else shown(repr(value), "", since_1904=False)


def main() -> None:
    """Read one workbook, under limits."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    import python_calamine

    try:
        content = sys.stdin.buffer.read()
        merges = merges_by_sheet(Package(content)) if content.startswith(b"PK") else None
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = python_calamine.SheetVisibleEnum.Visible
        sheets = [
            _sheet(book.get_sheet_by_name(about.name), merges, hidden=about.visible != visible)
            for about in book.sheets_metadata[:MAX_SHEETS]
            if about.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
    except (FileDamaged, FileRefused, FileEncrypted, ValueError, OSError, etree.LxmlError):
        sys.exit(_CANNOT)
    except python_calamine.CalamineError:  # of a sound package: kinds of sheets that it does not know
        sys.exit(_CANNOT if merges is None else _UNKNOWN)
    sys.stdout.write(json.dumps(sheets))


def _sheet(sheet: Any, merges: dict[str, tuple[Merge, ...]] | None, *, hidden: bool) -> dict[str, Any]:
    cells: list[tuple[int, int, str | float | bool]] = []
    cut = ""
    for number, row in enumerate(sheet.to_python(skip_empty_area=False, nrows=MAX_ROWS + 1), 1):
        if number > MAX_ROWS or len(cells) > MAX_CELLS:
            cut = f"只读取前{number - 1}行"
            break
        for column, value in enumerate(row[:MAX_COLUMNS], 1):
            plain = _plain(value)
            if not isinstance(plain, str) or plain.strip():
                cells.append((number, column, plain))
    if merges is None:
        edges = [(top + 1, left + 1, bottom + 1, right + 1) for (top, left), (bottom, right) in _ranges(sheet)]
    else:
        edges = [(merge.top, merge.left, merge.bottom, merge.right) for merge in merges.get(sheet.name, ())]
    return {"name": sheet.name, "hidden": hidden, "cells": cells, "merges": edges, "cut": cut}


def _ranges(sheet: Any) -> list[Any]:
    """Merged cells as calamine tells them of .xls, counted from 0."""
    return list(sheet.merged_cell_ranges or ())[:MAX_MERGES]


def _plain(value: Any) -> str | float | bool:
    """A cell as JSON knows it; days as people write them."""
    if isinstance(value, datetime.date):
        return f"{value.year}/{value.month}/{value.day}"
    if isinstance(value, bool | int | float):
        return value
    return str(value)[:MAX_CELL_TEXT]


if __name__ == "__main__":
    main()
