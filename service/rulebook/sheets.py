"""Tables as spreadsheet programs save them: rows by column name, whatever separator, order and padding."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.rulebook.problems import Problems, did_you_mean, shorten

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\u200e\u200f"))
_SEPARATORS = ",\t;，"
_BETWEEN_CHINESE = re.compile(r"(?<=[\u4e00-\u9fff（）])\s+(?=[\u4e00-\u9fff（）])")
_SPOILT = re.compile(r"#(?:NAME\?|N/A|REF!|VALUE!|NULL!|NUM!|DIV/0!|#+)|\d\.?\d*E\+\d+", re.IGNORECASE)
_LIST = re.compile(r"[|｜¦︱；、，\n]")


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: its number as the spreadsheet program shows it, and its cells by column."""

    file: str
    number: int
    cells: Mapping[str, str]

    @property
    def source(self) -> str:
        return f"{self.file}:{self.number}"

    def place(self, column: str = "") -> str:
        return f"{self.file} 第{self.number}行" + (f"，{column}" if column else "")

    def text(self, column: str) -> str:
        """A cell in one line, without padding; spaces inside Chinese words are typing slips."""
        return _BETWEEN_CHINESE.sub("", " ".join(self.cells.get(column, "").split()))

    def texts(self, column: str) -> tuple[str, ...]:
        """The values of a cell that holds several, each once."""
        parts = _LIST.split(self.cells.get(column, ""))
        cleaned = (_BETWEEN_CHINESE.sub("", " ".join(part.split())) for part in parts)
        return tuple(dict.fromkeys(part for part in cleaned if part))


def read_table(
    file: str, text: str | None, columns: Sequence[str], required: Sequence[str], problems: Problems
) -> list[Line]:
    """The rows that hold something. A table without a usable header gives none, and problems."""
    rows = None if text is None else _rows(file, text, problems)
    if rows is None:
        return []
    at = next((index for index, row in enumerate(rows) if any(row)), None)
    if at is None:
        problems.add(file, "是空的", f"第一行请写列名：{','.join(columns)}")
        return []
    header = _header(file, at + 1, rows[at], columns, required, problems)
    if header is None:
        return []
    lines = []
    for number, row in enumerate(rows[at + 1 :], at + 2):
        if any(row):
            _check_width(file, number, row, rows[at], problems)
            _check_cells(file, number, row, problems)
            cells = {name: cell for name, cell in zip(header, row, strict=False) if name}
            lines.append(Line(file, number, cells))
    return lines


def separator_of(text: str) -> str:
    """What parts the cells of a table, by its first line that says something."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    if first.lower().startswith("sep="):
        first = first[4:]
    return max(_SEPARATORS, key=first.count)


def _rows(file: str, text: str, problems: Problems) -> list[list[str]] | None:
    first = next((line for line in text.split("\n") if line.strip()), "")
    if first.lower().startswith("sep="):  # a hint that spreadsheet programs leave for each other
        text, first = text.replace(first, "", 1), first[4:]
    separator = separator_of(first)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append([cell.translate(_INVISIBLE).strip() for cell in row])
    except csv.Error:  # what stands below cannot be told apart any more
        problems.add(f"{file} 第{len(rows) + 1}行", "引号没有成对，或引号后面还有字", "请检查这一行的双引号")
        return None
    return rows


def _header(
    file: str, number: int, row: list[str], columns: Sequence[str], required: Sequence[str], problems: Problems
) -> list[str] | None:
    """The column names, "" for an unnamed one; None when rows cannot be understood under them."""
    known = {name.casefold(): name for name in columns}
    header = [known.get(cell.casefold().replace(" ", "_"), "") for cell in row]
    missing = [name for name in columns if name not in header]
    for cell, name in zip(row, header, strict=True):
        if cell and not name:
            todo = did_you_mean(cell, missing) if missing else "请删去这一列"
            problems.add(f"{file} 第{number}行", f"不认识的列“{shorten(cell)}”", todo)
    repeated = sorted({name for name in header if name and header.count(name) > 1})
    for name in repeated:
        problems.add(f"{file} 第{number}行", f"“{name}”列出现了两次", "请删去一列")
    lacking = [name for name in required if name in missing]
    for name in lacking:
        problems.add(f"{file} 第{number}行", f"缺少“{name}”列", f"第一行请写列名：{','.join(columns)}")
    return None if lacking or repeated else header


def _check_width(file: str, number: int, row: list[str], titles: list[str], problems: Problems) -> None:
    """A value under no title: mostly a comma typed inside a cell in a text editor."""
    for index, cell in enumerate(row):
        if cell and (index >= len(titles) or not titles[index]):
            seen, todo = f"多出一格“{shorten(cell)}”", "格子里有逗号的，请用英文双引号把整格括起"
            problems.add(f"{file} 第{number}行", seen, todo)
            return


def _check_cells(file: str, number: int, row: list[str], problems: Problems) -> None:
    """What a spreadsheet program left in place of what was typed, and a row whose commas are Chinese."""
    if spoilt := next((cell for cell in row if _SPOILT.fullmatch(cell)), None):
        todo = "请把这一列设为“文本”，重新输入这一格"
        problems.add(f"{file} 第{number}行", f"“{shorten(spoilt)}”不是原来输入的内容", todo)
    elif len(row) == 1 and row[0].count("，") > 1:
        problems.add(f"{file} 第{number}行", "整行用了中文逗号", "请改成英文逗号，或用表格软件分格填写")
