"""A table of a rules folder as rows of cells, and written anew: what did not change stays byte for byte."""

import codecs
import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.rulebook.sheets import separator_of

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Written:
    """A table as a file holds it: every record's cells and its own text."""

    rows: tuple[tuple[str, ...], ...]
    records: tuple[str, ...]
    separator: str
    newline: str
    charset: str
    mark: str = ""

    def rewritten(self, rows: Sequence[Sequence[str]]) -> bytes:
        """The file with these rows. A row that it held before is written as it was."""
        kept = {_bare(row): record for row, record in zip(reversed(self.rows), reversed(self.records), strict=True)}
        here = dict(enumerate(zip(map(_bare, self.rows), self.records, strict=True)))
        texts = []
        for number, row in enumerate(rows):
            bare, record = here.get(number, ((), ""))
            same = record if record and bare == _bare(row) else kept.get(_bare(row))
            texts.append(same or self._record(row))
        if texts == list(self.records):
            return self._encoded("".join(self.records))
        return self._encoded("".join(text if text.endswith(("\n", "\r")) else text + self.newline for text in texts))

    def _record(self, row: Sequence[str]) -> str:
        text, width = io.StringIO(), max(map(len, self.rows), default=0)
        cells = [*row, *[""] * (width - len(row))]
        csv.writer(text, delimiter=self.separator, lineterminator=self.newline).writerow(cells)
        return text.getvalue()

    def _encoded(self, text: str) -> bytes:
        return (self.mark + text).encode(self.charset)


def read_written(file: Path) -> Written:
    """The table of a file that the loader accepts; rows as a spreadsheet program shows them."""
    data = file.read_bytes()
    charset, mark = next(((name, "\ufeff") for bom, name in _MARKS if data.startswith(bom)), ("", ""))
    charset = "utf-8" if charset == "utf-8-sig" else charset or _plain_charset(data)
    text = data.decode(charset).removeprefix("\ufeff")
    lines = (
        text.splitlines(keepends=True)
        if "\r" in text.replace("\r\n", "")
        else io.StringIO(text, newline="").readlines()
    )
    newline = "\r\n" if "\r\n" in text else "\r" if "\r" in text else "\n"
    separator = separator_of(text)
    rows: list[tuple[str, ...]] = []
    records: list[str] = []
    hint = lines[:1] if lines and lines[0].lower().startswith("sep=") else []
    for line in hint:
        rows.append(())
        records.append(line)
    reader, at = csv.reader(lines[len(hint) :], delimiter=separator), len(hint)
    for row in reader:
        end = len(hint) + reader.line_num
        rows.append(tuple(cell.replace("\r\n", "\n").replace("\r", "\n") for cell in row))
        records.append("".join(lines[at:end]))
        at = end
    return Written(tuple(rows), tuple(records), separator, newline, charset, mark)


def _plain_charset(data: bytes) -> str:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _bare(row: Sequence[str]) -> tuple[str, ...]:
    cells = list(row)
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)
