"""Reads .docx packages into grids: one per table, nested ones too (ECMA-376 part 1, 17.4).

Promises: all four kinds of Word ticks become marks, merged cells stay merged, deleted text is left out.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from service.reading.forms.grid import CellDetail, Grid, Merge, Position, Workbook
from service.reading.forms.limits import MAX_CELL_TEXT, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, MAX_SHEETS, MAX_TEXT
from service.reading.forms.package import Element, FileDamaged, Package, attribute, child, local_name
from service.reading.forms.runs import RunReader

_WRAPPERS: Final = frozenset({"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"})
_LINES_ABOVE: Final = 12
_NESTED_COLUMNS, _NESTED_ROWS = 3, 2  # a smaller table inside a cell only arranges its text
_DEEPEST: Final = 12


def read_word(package: Package) -> Workbook:
    """All tables of a document. Raises FileDamaged, FileEncrypted or FileRefused."""
    part = document_part(package)
    reader = _read(package.xml(part) if part else None)
    macros = any(name.endswith("vbaproject.bin") for name in package.names())
    return Workbook(tuple(reader.grids), macros, "\n".join(reader.lines)[:MAX_TEXT])


def cells_of(root: Element) -> dict[str, tuple[dict[Position, Element], tuple[Merge, ...]]]:
    """The w:tc elements of a main document part, by the name of their grid and their place; and what is merged."""
    reader = _read(root)
    return {grid.sheet: (elements, grid.merges) for grid, elements in zip(reader.grids, reader.elements, strict=True)}


def _read(root: Element | None) -> "_DocumentReader":
    body = child(root, "body") if root is not None else None
    if body is None:
        raise FileDamaged("文件内没有正文")
    reader = _DocumentReader()
    reader.read(body, 0)
    return reader


def document_part(package: Package) -> str | None:
    """The name of the main document part; None when there is none."""
    for relation in package.relations("").values():
        if relation.kind == "officeDocument" and relation.target in package:
            return relation.target
    return next((name for name in package.names() if name.endswith("word/document.xml")), None)


@dataclass(slots=True)
class _DocumentReader:
    grids: list[Grid] = field(default_factory=list)
    elements: list[dict[Position, Element]] = field(default_factory=list)  # of each grid
    lines: list[str] = field(default_factory=list)  # text outside tables
    above: list[str] = field(default_factory=list)  # since the last table
    cells_left: int = MAX_CELLS
    room: int = MAX_TEXT  # for text outside tables; a paragraph takes one more than its letters

    def read(self, body: Element, depth: int) -> None:
        """Walk a body, a text box or a cell holding tables, in document order."""
        for block in blocks(body):
            if local_name(block) == "tbl":
                self._table(block, depth)
            elif self.room > 0:
                run = RunReader()
                run.paragraph(block)
                self._say(run.rich.text)
                self.room -= 1 + len(run.rich.text)
                for content in run.floating:
                    if depth < _DEEPEST:
                        self.read(content, depth + 1)

    def _say(self, text: str) -> None:
        if text.strip():
            self.lines.append(text.strip())
            self.above.append(text.strip())

    def _table(self, table: Element, depth: int) -> None:
        if len(self.grids) >= MAX_SHEETS or depth > _DEEPEST:
            return
        above, self.above = tuple(self.above[-_LINES_ABOVE:]), []
        reader = _TableReader(self.cells_left)
        reader.read(table)
        self.cells_left -= len(reader.cells)
        name = f"第{len(self.grids) + 1}个表格"
        self.grids.append(Grid(name, reader.cells, reader.details, tuple(reader.merges), above=above, cut=reader.cut))
        self.elements.append(reader.elements)
        if not reader.cells:  # a frame round other tables: what stands above it stands above the first of them
            self.above = list(above)
        for nested in reader.nested:
            self.read(nested, depth + 1)


def blocks(element: Element) -> Iterator[Element]:
    """Paragraphs and tables, also those inside content controls and tracked insertions."""
    for one in element:
        name = local_name(one)
        if name in {"p", "tbl"}:
            yield one
        elif name in _WRAPPERS:
            yield from blocks(one)


def _parts(element: Element, wanted: str) -> Iterator[Element]:
    for one in element:
        name = local_name(one)
        if name == wanted:
            yield one
        elif name in _WRAPPERS:
            yield from _parts(one, wanted)


@dataclass(slots=True)
class _TableReader:
    """One w:tbl as cells on the table's own column grid."""

    cells_left: int
    cells: dict[Position, str] = field(default_factory=dict)
    details: dict[Position, CellDetail] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    nested: list[Element] = field(default_factory=list)
    elements: dict[Position, Element] = field(default_factory=dict)
    cut: str = ""
    _open: dict[int, tuple[int, int, int]] = field(default_factory=dict)  # column: first row, last row, last column

    def read(self, table: Element) -> None:
        number = 0
        for row in _parts(table, "tr"):
            properties = child(row, "trPr")
            if properties is not None and child(properties, "del") is not None:
                continue
            number += 1
            if number > MAX_ROWS or len(self.cells) > self.cells_left:
                self.cut = f"只读取前{number - 1}行"
                break
            self._row(row, number, _whole(properties, "gridBefore"))
        for column in list(self._open):
            self._close(column)

    def _row(self, row: Element, number: int, skipped: int) -> None:
        column = 1 + skipped
        for cell in _parts(row, "tc"):
            properties = child(cell, "tcPr")
            width = max(1, min(_whole(properties, "gridSpan"), MAX_COLUMNS))
            merge = child(properties, "vMerge") if properties is not None else None
            if column > MAX_COLUMNS:
                return
            if merge is not None and attribute(merge, "val") != "restart":
                self._continue(column, number)
            else:
                self._close(column)
                if merge is not None or width > 1:
                    self._open[column] = (number, number, column + width - 1)
                self._cell(cell, (number, column))
            column += width

    def _continue(self, column: int, number: int) -> None:
        first, last, right = self._open.get(column, (number, number, column))
        self._open[column] = (first, number if last >= number - 1 else last, right)

    def _close(self, column: int) -> None:
        first, last, right = self._open.pop(column, (0, 0, 0))
        if first and (last > first or right > column):
            self.merges.append(Merge(first, column, last, right))

    def _cell(self, cell: Element, place: Position) -> None:
        run = RunReader()
        self.elements[place] = cell
        self._content(cell, run, 0)
        for content in run.floating:
            self.nested.append(content)
        text = run.rich.text[:MAX_CELL_TEXT]
        detail = run.detail()
        if text.strip():
            self.cells[place] = text
        if detail is not None:
            self.details[place] = detail

    def _content(self, cell: Element, run: RunReader, depth: int) -> None:
        for block in blocks(cell):
            if local_name(block) == "p":
                run.paragraph(block)
            elif _is_table_of_its_own(block) or depth > _DEEPEST:
                self.nested.append(_wrapped(block))
            else:
                for row in _parts(block, "tr"):
                    for inner in _parts(row, "tc"):
                        self._content(inner, run, depth + 1)


def _is_table_of_its_own(table: Element) -> bool:
    rows = list(_parts(table, "tr"))
    return len(rows) >= _NESTED_ROWS and any(len(list(_parts(row, "tc"))) >= _NESTED_COLUMNS for row in rows)


def _wrapped(table: Element) -> list[Element]:
    return [table]


def _whole(properties: Element | None, name: str) -> int:
    found = child(properties, name) if properties is not None else None
    value = attribute(found, "val") if found is not None else None
    return int(value) if value and value.isdigit() and len(value) < 6 else 0
