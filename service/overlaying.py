"""New contents for some files of a rules folder, validated as a whole before a byte of it changes."""

import re
import shutil
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from service import rulebook
from service.rulebook import RulesSummary
from service.rulebook.files import RULES_FILES, TABLES
from service.rulebook.rewriting import read_written

_PLACE = re.compile(
    r"(?P<table>\w+)\.csv (?P<rows>第(?P<numbers>\d+(?:、\d+)*)(?P<more>…?)行(?:（共 (?P<count>\d+) 行）)?)"
    r"(?:，(?P<column>\w+))?"
)
_LETTERS = 26

Rows = Sequence[Sequence[str]]
Tables = Mapping[str, Rows]
"""Rows by the name of their table: cities, units."""


def table_of(name: str) -> str:
    return name.removesuffix(".csv")


def changed_tables(folder: Path, tables: Tables) -> dict[str, bytes]:
    """The files of a valid folder whose rows are other ones, as they would be written: what stays, byte for byte."""
    changed = {}
    for name in TABLES:
        if table_of(name) in tables:
            written = read_written(folder / name)
            content = written.rewritten(_placed(tables[table_of(name)], written.rows))
            if content != (folder / name).read_bytes():
                changed[name] = content
    return changed


def _placed(rows: Rows, before: Rows) -> Rows:
    """With the empty rows at the end that the file has and a workbook does not."""
    same = len(rows) < len(before) and not any(any(row) for row in before[len(rows) :])
    return [*rows, *([] for _ in before[len(rows) :])] if same else rows


def lay_over(folder: Path, changed: Mapping[str, bytes], place: Path) -> None:
    """The rules files of a folder with these contents, in another place."""
    for name in RULES_FILES:
        if name in changed:
            (place / name).write_bytes(changed[name])
        elif (folder / name).exists():
            shutil.copyfile(folder / name, place / name)


def validate(folder: Path, changed: Mapping[str, bytes], own_addresses: Collection[str] = ()) -> RulesSummary:
    """What the folder would be with these contents. Raises RulesInvalid with every problem."""
    with tempfile.TemporaryDirectory(prefix="rules-") as place:
        lay_over(folder, changed, Path(place))
        return rulebook.explain_rules(Path(place), own_addresses)


def in_workbook(problem: str, tables: Tables, sheets: Mapping[str, str] | None = None) -> str:
    """A problem of a table by its sheet and cell. sheets: the sheets that tables stand on, where they are not named
    after them; a table that is not in tables stays a file."""

    def place(found: re.Match[str]) -> str:
        table = found["table"]
        if table not in tables:
            return found[0]
        sheet = (sheets or {}).get(table, table)
        header: Sequence[str] = next((row for row in tables[table] if any(row)), [])
        names = [cell.strip().casefold() for cell in header]
        if found["column"] in names:
            letters = column_letters(names.index(found["column"]) + 1)
            cells = "、".join(f"{letters}{row}" for row in found["numbers"].split("、"))
            count = f"，共 {found['count']} 行" if found["count"] else ""
            return f"工作表 {sheet} 单元格 {cells}{found['more']}（{found['column']}{count}）"
        return f"工作表 {sheet} {found['rows']}"

    return _PLACE.sub(place, problem)


def column_letters(column: int) -> str:
    """1 -> "A", 28 -> "AB"."""
    letters = ""
    while column > 0:
        column, rest = divmod(column - 1, _LETTERS)
        letters = chr(ord("A") + rest) + letters
    return letters
