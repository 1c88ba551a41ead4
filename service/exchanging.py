"""The tables of a rules folder as a workbook for a spreadsheet program, and back into the folder.

Coming back, the whole folder is validated with the new tables before a byte of it changes; what did not change stays
byte for byte. Problems are named by sheet and cell.
"""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from service import rulebook
from service.domain.confirmations import Confirmation
from service.domain.rules import Rulebook, UnitRoute
from service.errors import RulesInvalid
from service.overlaying import changed_tables, in_workbook, table_of, validate
from service.rulebook.files import TABLES
from service.rulebook.rewriting import read_written
from service.workbook.rules_sheets import Sheet, read_sheets, write_sheets

_STRICT = frozenset({"route", "seat_city"})
CONFIRMED = "已确认的邮箱"
_NOTHING = "请逐条改正后再导入；规则文件夹没有改动"


def export_tables(
    folder: Path,
    file: Path,
    notes: Mapping[str, str],
    about: tuple[str, ...],
    confirmed: Sequence[Confirmation] | None = None,
) -> None:
    """Write cities.csv and units.csv of a valid folder as one workbook. confirmed: mailboxes that staff confirmed,
    for a sheet to look at, which is not read back. Raises RulesInvalid, OSError."""
    book = rulebook.load(folder)
    sheets = [
        Sheet(table_of(name), read_written(folder / name).rows, notes, _choices(name, book), _STRICT)
        for name in reversed(TABLES)
    ]
    if confirmed is not None:
        sheets.append(Sheet(CONFIRMED, _confirmed(confirmed, ZoneInfo(book.campaign.timezone))))
    write_sheets(file, sheets, about)


def _confirmed(confirmed: Sequence[Confirmation], zone: ZoneInfo) -> list[list[str]]:
    heading = ["邮箱", "单位", "确认人", "确认时间", "报送件", "撤销人", "撤销时间"]
    rows = [
        [c.address, c.unit, c.by, _moment(c.at, zone), c.case, c.revoked_by or "", _moment(c.revoked_at, zone)]
        for c in confirmed
    ]
    return [heading, *rows]


def _moment(moment: datetime | None, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%Y-%m-%d %H:%M}" if moment else ""


def _choices(name: str, book: Rulebook) -> Mapping[str, tuple[str, ...]]:
    if table_of(name) == "cities":
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
    rows, problems = read_sheets(file, [table_of(name) for name in TABLES])
    if problems:
        raise RulesInvalid(str(file), tuple(problems), _NOTHING)
    changed = changed_tables(folder, rows)
    try:
        validate(folder, changed)
    except RulesInvalid as error:
        told = tuple(in_workbook(problem, rows) for problem in error.problems)
        raise RulesInvalid(str(file), told, _NOTHING) from None
    for name, content in changed.items():
        _replace(folder / name, content)
    return tuple(changed)


def _replace(target: Path, content: bytes) -> None:
    """Whole or not at all, with the mode the file had."""
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as draft:
        draft.write(content)
    shutil.copymode(target, draft.name)
    Path(draft.name).replace(target)
