"""The tables of a rules folder as a workbook for a spreadsheet program, and back into the folder.

Coming back, the whole folder is validated with the new tables before a byte of it changes; what did not change stays
byte for byte. Problems are named by sheet and cell.
"""

import re
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from openpyxl.utils import get_column_letter

from service import rulebook
from service.domain.rules import Rulebook, UnitRoute
from service.errors import RulesInvalid
from service.rulebook.files import RULES_FILES, TABLES
from service.rulebook.rewriting import Written, read_written
from service.workbook.rules_sheets import Sheet, read_sheets, write_sheets

_PLACE = re.compile(r"(?P<table>\w+)\.csv 第(?P<row>\d+)行(?:，(?P<column>\w+))?")
_STRICT = frozenset({"route", "seat_city"})

Rows = Mapping[str, list[list[str]]]


def export_tables(folder: Path, file: Path, notes: Mapping[str, str], about: tuple[str, ...]) -> None:
    """Write cities.csv and units.csv of a valid folder as one workbook. Raises RulesInvalid, OSError."""
    book = rulebook.load(folder)
    sheets = [
        Sheet(_sheet(name), read_written(folder / name).rows, notes, _choices(name, book), _STRICT)
        for name in reversed(TABLES)
    ]
    write_sheets(file, sheets, about)


def _choices(name: str, book: Rulebook) -> Mapping[str, tuple[str, ...]]:
    if _sheet(name) == "cities":
        return {"region": tuple(dict.fromkeys(c.region for c in book.cities if c.region))}
    return {
        "route": tuple(route.value for route in UnitRoute),
        "seat_city": tuple(city.name for city in book.cities),
        "affiliation": tuple(dict.fromkeys(u.affiliation for u in book.units if u.affiliation)),
        "category": tuple(dict.fromkeys(u.category for u in book.units if u.category)),
    }


def import_tables(file: Path, folder: Path) -> tuple[str, ...]:
    """Take the tables of a workbook into a folder; the names of the files that changed. Raises RulesInvalid with
    every problem, and then nothing was changed."""
    rows, problems = read_sheets(file, [_sheet(name) for name in TABLES])
    if problems:
        raise RulesInvalid(str(file), tuple(problems), _NOTHING)
    changed = {}
    for name in TABLES:
        written = read_written(folder / name)
        content = written.rewritten(_placed(rows[_sheet(name)], written))
        if content != (folder / name).read_bytes():
            changed[name] = content
    with tempfile.TemporaryDirectory(prefix="rules-") as place:
        _validate(file, folder, Path(place), changed, rows)
    for name, content in changed.items():
        _replace(folder / name, content)
    return tuple(changed)


_NOTHING = "请逐条改正后再导入；规则文件夹没有改动"


def _placed(rows: list[list[str]], written: Written) -> list[list[str]]:
    """With the empty rows at the end that the file has and a workbook does not."""
    same = len(rows) < len(written.rows) and not any(any(row) for row in written.rows[len(rows) :])
    return rows + [[] for _ in written.rows[len(rows) :]] if same else rows


def _validate(file: Path, folder: Path, place: Path, changed: Mapping[str, bytes], rows: Rows) -> None:
    for name in RULES_FILES:
        if name in changed:
            (place / name).write_bytes(changed[name])
        elif (folder / name).exists():
            shutil.copyfile(folder / name, place / name)
    try:
        rulebook.load(place)
    except RulesInvalid as error:
        problems = tuple(_in_workbook(problem, rows) for problem in error.problems)
        raise RulesInvalid(str(file), problems, _NOTHING) from None


def _in_workbook(problem: str, rows: Rows) -> str:
    """A problem of a table by its sheet and cell."""

    def place(found: re.Match[str]) -> str:
        header: list[str] = next((row for row in rows.get(found["table"], []) if any(row)), [])
        names = [cell.strip().casefold() for cell in header]
        if found["column"] in names:
            cell = f"{get_column_letter(names.index(found['column']) + 1)}{found['row']}"
            return f"工作表 {found['table']} 单元格 {cell}（{found['column']}）"
        return f"工作表 {found['table']} 第{found['row']}行"

    return _PLACE.sub(place, problem)


def _replace(target: Path, content: bytes) -> None:
    """Whole or not at all, with the mode the file had."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as draft:
        draft.write(content)
    shutil.copymode(target, draft.name)
    Path(draft.name).replace(target)


def _sheet(name: str) -> str:
    return name.removesuffix(".csv")
