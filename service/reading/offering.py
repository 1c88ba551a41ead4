"""The files of a mail that may be files of the rules, read in the child within the limits of any other mail.

A workbook is cells as people see them: no formula is computed, no macro run, no link followed.
"""

import re
from collections.abc import Iterator

from lxml import etree

from service.domain.rules import Rulebook
from service.domain.submission import Problem
from service.reading import sniff
from service.reading.containers import unpack
from service.reading.containers.members import is_decoration
from service.reading.forms.grid import Grid
from service.reading.forms.kinds import kind_of, read_workbook
from service.reading.forms.package import (
    FileDamaged,
    FileEncrypted,
    FileRefused,
    Package,
    UnsupportedKind,
    attribute,
    descendants,
)
from service.reading.forms.spreadsheet import workbook_part
from service.reading.found import Found
from service.reading.mail import parse
from service.reading.mail.passwords import passwords_in
from service.reading.offered import OfferedFile, OfferedSheet
from service.reading.roles import Sort, sort_of

_MOST_BYTES = 4_000_000  # of a plain file, and letters of a workbook
_MOST_FAULTS = 20
_PLAIN = (".csv", ".toml")
_FORMULA = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3}\d{1,7})"[^>]*>\s*<(?:\w+:)?f[\s>/]')
_PROBLEMS = {
    Problem.EMPTY: "文件是空的",
    Problem.ENCRYPTED: "设有打开密码",
    Problem.DAMAGED: "已损坏，打不开",
    Problem.REFUSED: "超过可以读取的大小",
}


def offered_files(content: bytes, rulebook: Rulebook) -> tuple[OfferedFile, ...]:
    """Every file of a mail but containers and decoration, at any depth. Raises nothing for what the mail holds."""
    mail = parse(content, rulebook.mail)
    unpacked = unpack(mail.files, rulebook.mail, passwords_in(mail.envelope.subject, mail.text))
    return tuple(_offered(found) for found in unpacked.files if _counts(found))


def _counts(found: Found) -> bool:
    if found.is_container and found.problem is None:
        return False
    picture = found.inline and found.media_type.startswith("image/")
    return not picture and not is_decoration((), found.name)


def _offered(found: Found) -> OfferedFile:
    if found.problem is not None:
        return OfferedFile(found.path, found.name, problem=_PROBLEMS.get(found.problem, "无法读取"))
    is_text = sort_of(found.media_type, found.name) is Sort.PLAIN or found.media_type == sniff.CSV
    if is_text and found.name.lower().endswith(_PLAIN):
        if len(found.content) > _MOST_BYTES:
            return OfferedFile(found.path, found.name, problem=_PROBLEMS[Problem.REFUSED])
        return OfferedFile(found.path, found.name, content=found.content)
    if sort_of(found.media_type, found.name) is Sort.SHEET:
        return _workbook(found)
    return OfferedFile(found.path, found.name)


def _workbook(found: Found) -> OfferedFile:
    try:
        book = read_workbook(found.content, kind_of(found.content, found.name, found.media_type))
        formulas = _formulas(found) if found.media_type in {sniff.XLSX, sniff.XLSM} else {}
        sheets = tuple(_sheet(grid, formulas.get(grid.sheet, ())) for grid in book.grids)
    except FileEncrypted:
        return OfferedFile(found.path, found.name, problem=_PROBLEMS[Problem.ENCRYPTED])
    except (FileDamaged, FileRefused, UnsupportedKind) as error:
        return OfferedFile(found.path, found.name, problem=str(error))
    except (etree.LxmlError, ValueError, ArithmeticError, LookupError, EOFError, OSError):
        return OfferedFile(found.path, found.name, problem=_PROBLEMS[Problem.DAMAGED])
    if sum(len(cell) for sheet in sheets for row in sheet.rows for cell in row) > _MOST_BYTES:
        return OfferedFile(found.path, found.name, problem=_PROBLEMS[Problem.REFUSED])
    return OfferedFile(found.path, found.name, sheets)


def _sheet(grid: Grid, formulas: tuple[str, ...]) -> OfferedSheet:
    rows: list[list[str]] = []
    for (row, column), text in sorted(grid.cells.items()):
        rows += [[] for _ in range(row - len(rows))]
        rows[row - 1] += [""] * (column - 1 - len(rows[row - 1]))
        rows[row - 1].append(text)
    return OfferedSheet(grid.sheet, tuple(map(tuple, rows)), tuple(_faults(grid, formulas)))


def _faults(grid: Grid, formulas: tuple[str, ...]) -> Iterator[str]:
    if grid.cut:
        yield f"行列过多（{grid.cut}）；请改用 CSV 文件"
    for cell in formulas[:_MOST_FAULTS]:
        yield f"单元格 {cell}：是公式；请改成文字"
    wrong = [place for place, detail in grid.details.items() if detail.error]
    for row, column in wrong[:_MOST_FAULTS]:
        yield f"第{row}行第{column}列：是错误值；请改成文字"


def _formulas(found: Found) -> dict[str, tuple[str, ...]]:
    """Cells with formulas by sheet: what they show was computed by a program, and may be out of date."""
    package = Package(found.content)
    main = workbook_part(package)
    root = package.xml(main) if main else None
    if main is None or root is None:
        return {}
    relations, cells = package.relations(main), {}
    for sheet in descendants(root, "sheet"):
        relation = relations.get(next((str(v) for k, v in sheet.attrib.items() if k.endswith("}id")), ""))
        part = package.part(relation.target) if relation is not None else None
        if part is not None:
            cells[attribute(sheet, "name") or ""] = tuple(c.decode() for c in _FORMULA.findall(part))
    return cells
