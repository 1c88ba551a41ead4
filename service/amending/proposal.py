"""What the files of a mail would make of a rules folder. Tables are known by their columns, whatever their names."""

import csv
import re
import tempfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from service import rulebook
from service.amending.differences import differences
from service.domain.amendments import Difference
from service.domain.rules import Campaign, Rulebook
from service.errors import RulesInvalid
from service.overlaying import Rows, changed_tables, in_workbook, lay_over, table_of, validate
from service.reading.offered import OfferedFile, OfferedSheet
from service.rulebook.directory import CITY_COLUMNS, UNIT_COLUMNS
from service.rulebook.files import CAMPAIGN, DEFAULTED, TABLES, RulesFile, readable, text_of
from service.rulebook.problems import Problems
from service.rulebook.rewriting import read_written

WELCOME = (*TABLES, "routing.toml", "checks.toml", CAMPAIGN)
"""Files that may be changed by mail. The others hold patterns and words that only who knows them should touch."""
_MARKS = {"cities": frozenset({"city", "bureau"}), "units": frozenset({"name", "route"})}
_COLUMNS = {"cities": CITY_COLUMNS, "units": UNIT_COLUMNS}
_MOST_ROWS, _MOST_TEXT = 5000, 300_000
"""Ten times what any directory has: beyond it, looking at the rules would keep the mails waiting."""
_COPY = re.compile(r"(?:[ _-]*(?:\(\d+\)|（\d+）|副本|copy|\d+))+(?=\.toml$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proposal:
    """The files that would change, and how; or what is wrong with it."""

    changed: dict[str, bytes] = field(default_factory=dict, repr=False)
    version: str = ""  # of the rules as they would be
    differences: tuple[Difference, ...] = ()
    problems: tuple[str, ...] = ()  # Chinese, by file or sheet and cell
    warnings: tuple[str, ...] = ()  # Chinese: allowed, but probably not meant, and new
    recognised: tuple[str, ...] = ()  # names of the rules files that the mail holds
    unknown: tuple[str, ...] = ()  # paths of files that are none


@dataclass(slots=True)
class _Found:
    """What of the rules the files hold."""

    tables: dict[str, Rows] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)  # table -> the sheet it stands on, as people know it
    texts: dict[str, bytes] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def propose(files: Sequence[OfferedFile], folder: Path, book: Rulebook, own_addresses: Collection[str]) -> Proposal:
    """Pure but for reading the folder, which is valid and holds `book`: the same files and folder, the same outcome."""
    found = _Found()
    for file in files:
        _look_at(file, found)
    recognised = tuple(name for name in WELCOME if table_of(name) in found.tables or name in found.texts)
    unknown = tuple(found.unknown)
    for name in recognised:
        if name in TABLES:
            found.problems += _lost_columns(table_of(name), found, folder)
    if found.problems or not recognised:
        return Proposal(problems=tuple(found.problems), recognised=recognised, unknown=unknown)
    changed = changed_tables(folder, found.tables)
    changed |= {name: text for name, text in found.texts.items() if text != _bytes_of(folder / name)}
    try:
        version = load_with(folder, changed, own_addresses).version
        before = set(rulebook.explain_rules(folder, own_addresses).warnings)
        warnings = tuple(w for w in validate(folder, changed, own_addresses).warnings if w not in before)
        problems = tuple(_touches_people(folder, changed, book.campaign, own_addresses))
    except RulesInvalid as error:
        tables = {table: rows for table, rows in found.tables.items() if table in found.sheets}
        told = tuple(in_workbook(problem, tables, found.sheets) for problem in error.problems)
        return Proposal(problems=told, recognised=recognised, unknown=unknown)
    if problems:
        return Proposal(problems=problems, recognised=recognised, unknown=unknown)
    told_changes = tuple(d for name in changed for d in _differences(name, folder, changed[name]))
    return Proposal(changed, version, told_changes, (), warnings, recognised, unknown)


def _look_at(file: OfferedFile, found: _Found) -> None:
    if file.problem:
        found.problems.append(f"{file.path}：{file.problem}；请用导出的工作簿修改后另存为 .xlsx 再寄")
        return
    name = _COPY.sub("", file.name.strip().lower())
    if file.content is not None and name in (*DEFAULTED, CAMPAIGN):
        _take_text(name, file, found)
        return
    sheets = file.sheets if file.content is None else _sheets_of(file, found)
    known = [(table, sheet) for sheet in sheets if (table := table_on(sheet))]
    for table, sheet in known:
        if table in found.tables:
            found.problems.append(f"{file.path}：{table}.csv 的内容有两份；请只留一份")
            continue
        if len(sheet.rows) > _MOST_ROWS:
            found.problems.append(f"{file.path}：超过 {_MOST_ROWS} 行；请检查是否放错了文件")
            continue
        found.tables[table] = sheet.rows
        where = f"{file.name}" if file.content is not None else f"{sheet.name}"
        found.problems += [f"工作表 {where}：{fault}" for fault in sheet.faults]
        if file.content is None:
            found.sheets[table] = sheet.name
    if not known:
        found.unknown.append(file.path)


def _take_text(name: str, file: OfferedFile, found: _Found) -> None:
    assert file.content is not None
    if len(file.content) > _MOST_TEXT:
        found.problems.append(f"{file.path}：文件过大；请检查是否放错了文件")
    elif name not in WELCOME:
        found.problems.append(f"{file.path}：{name} 不能用邮件修改；请在服务器上改")
    elif name in found.texts:
        found.problems.append(f"{file.path}：{name} 有两份；请只留一份")
    else:
        found.texts[name] = file.content


def table_on(sheet: OfferedSheet) -> str | None:
    """The table that a sheet's first row names the columns of; None when it is none of ours."""
    header = _header(sheet.rows)
    return next((table for table, marks in _MARKS.items() if marks <= header), None)


def _header(rows: Rows) -> frozenset[str]:
    first = next((row for row in rows if any(row)), ())
    return frozenset(cell.strip().casefold().replace(" ", "_") for cell in first)


def _sheets_of(file: OfferedFile, found: _Found) -> tuple[OfferedSheet, ...]:
    """A CSV file as the sheet that it is."""
    assert file.content is not None
    unheard = Problems()
    if text_of(RulesFile(file.name, file.content), unheard) is None:
        found.problems += unheard.found
        return ()
    with tempfile.TemporaryDirectory(prefix="rules-") as place:
        copy = Path(place) / "table.csv"
        copy.write_bytes(file.content)
        try:
            rows = read_written(copy).rows
        except (ValueError, csv.Error):
            return ()
    return (OfferedSheet(file.name, rows),)


def _lost_columns(table: str, found: _Found, folder: Path) -> Iterator[str]:
    """A workbook exported long ago lacks columns that have come to hold something since."""
    before = read_written(folder / f"{table}.csv").rows
    top = next((number for number, row in enumerate(before) if any(row)), 0)
    held = {
        name.strip().casefold().replace(" ", "_")
        for index, name in enumerate(before[top])
        if any(index < len(row) and row[index].strip() for row in before[top + 1 :])
    }
    where = f"工作表 {found.sheets[table]}" if table in found.sheets else f"{table}.csv"
    for name in sorted((held & set(_COLUMNS[table])) - _header(found.tables[table])):
        yield f"{where}：没有 {name} 列，而现在的规则里这一列有内容；请用新导出的工作簿修改"


def load_with(folder: Path, changed: dict[str, bytes], own_addresses: Collection[str]) -> Rulebook:
    """The rules of a folder with these contents. Raises RulesInvalid."""
    with tempfile.TemporaryDirectory(prefix="rules-") as place:
        lay_over(folder, changed, Path(place))
        return rulebook.load(Path(place), own_addresses)


def _touches_people(
    folder: Path, changed: dict[str, bytes], campaign: Campaign, own_addresses: Collection[str]
) -> Iterator[str]:
    """Who may change the rules is not for a mail to say, nor under which numbers cases are kept."""
    if CAMPAIGN not in changed:
        return
    after = load_with(folder, changed, own_addresses).campaign
    if (set(after.staff), set(after.admins)) != (set(campaign.staff), set(campaign.admins)):
        yield f"{CAMPAIGN}：[people] 的 staff、admins 不能用邮件修改；请在服务器上改，其余改动可照样寄来"
    if after.number_prefix != campaign.number_prefix:
        yield f"{CAMPAIGN}：number_prefix 不能用邮件修改；请在服务器上改，其余改动可照样寄来"


def _differences(name: str, folder: Path, content: bytes) -> tuple[Difference, ...]:
    with tempfile.TemporaryDirectory(prefix="rules-") as place:
        after = Path(place) / name
        after.write_bytes(content)
        return differences(name, _rows(folder / name), _rows(after))


def _rows(file: Path) -> Rows:
    if file.name in TABLES:
        return read_written(file).rows
    text = readable(file if file.exists() else rulebook.defaults_folder() / file.name)
    return [[line] for line in (text or "").split("\n")]


def _bytes_of(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
