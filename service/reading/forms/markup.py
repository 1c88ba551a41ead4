"""Reads tables of web pages, which many systems save under the name .xls, into grids.

Promises: row and column spans become merges, ticked inputs and struck letters become what a person sees.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from service.reading.charsets import decode
from service.reading.forms.boxes import glyph
from service.reading.forms.grid import CellDetail, Grid, Merge, Position, Workbook
from service.reading.forms.limits import (
    MAX_CELL_TEXT,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_PART_BYTES,
    MAX_ROWS,
    MAX_SHEETS,
    MAX_TEXT,
)
from service.reading.forms.package import Element, FileDamaged, FileRefused
from service.reading.forms.strings import RichText, RunStyle
from service.reading.forms.symbols import is_symbol_font

_SILENT: Final = frozenset(
    {"script", "style", "head", "title", "xml", "comment"}
)  # the last: notes of cells, as LibreOffice writes
_LINES: Final = frozenset({"p", "div", "li", "tr"})
_STRUCK: Final = frozenset({"s", "strike", "del"})
_DEEPEST: Final = 100
_LINES_ABOVE: Final = 12


def read_markup(content: bytes) -> Workbook:
    """All tables of a web page. Raises FileDamaged when there is no page, FileRefused when it is too large."""
    if len(content) > MAX_PART_BYTES:
        raise FileRefused("文件过大")
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    root = etree.fromstring(decode(content, _declared(content)).encode("utf-8"), parser)
    if root is None:
        raise FileDamaged("文件内容不符合格式，无法读取")
    reader = _PageReader()
    reader.read(root, 0)
    return Workbook(tuple(reader.grids), loose_text="\n".join(reader.lines)[:MAX_TEXT])


def _declared(content: bytes) -> str | None:
    head = content[:2048].lower()
    place = head.find(b"charset=")
    if place < 0:
        return None
    return head[place + 8 : place + 40].strip(b"\"' ").split(b'"')[0].split(b"'")[0].split(b">")[0].decode("latin-1")


@dataclass(slots=True)
class _PageReader:
    grids: list[Grid] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    above: list[str] = field(default_factory=list)

    def read(self, element: Element, depth: int) -> None:
        """Walk the page in document order."""
        for one in element:
            tag = one.tag if isinstance(one.tag, str) else ""
            if tag == "table":
                self._table(one, depth)
            elif tag and tag not in _SILENT and depth < _DEEPEST:
                self._say(one.text)
                self.read(one, depth + 1)
            self._say(one.tail)

    def _say(self, text: str | None) -> None:
        if text and text.strip():
            line = " ".join(text.split())
            self.lines.append(line)
            self.above.append(line)

    def _table(self, table: Element, depth: int) -> None:
        if len(self.grids) >= MAX_SHEETS:
            return
        above, self.above = tuple(self.above[-_LINES_ABOVE:]), []
        reader = _TableReader()
        reader.read(table)
        name = f"第{len(self.grids) + 1}个表格"
        self.grids.append(Grid(name, reader.cells, reader.details, tuple(reader.merges), above=above))
        for nested in reader.nested:
            if depth < _DEEPEST:
                self._table(nested, depth + 1)


@dataclass(slots=True)
class _TableReader:
    """One table; cells that spans cover are skipped (HTML, table model)."""

    cells: dict[Position, str] = field(default_factory=dict)
    details: dict[Position, CellDetail] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    nested: list[Element] = field(default_factory=list)
    _taken: set[Position] = field(default_factory=set)

    def read(self, table: Element) -> None:
        for number, row in enumerate(_rows(table), 1):
            if number > MAX_ROWS or len(self.cells) > MAX_CELLS:
                return
            column = 1
            for cell in row.iterchildren("td", "th"):
                while (number, column) in self._taken:
                    column += 1
                if column > MAX_COLUMNS:
                    break
                column += self._cell(cell, (number, column))

    def _cell(self, cell: Element, place: Position) -> int:
        height, width = _span(cell, "rowspan", 500), _span(cell, "colspan", MAX_COLUMNS)
        if height > 1 or width > 1:
            row, column = place
            self.merges.append(Merge(row, column, row + height - 1, column + width - 1))
            self._taken.update((r, c) for r in range(row + 1, row + height) for c in range(column, column + width))
        rich = RichText()
        self._text(cell, rich, RunStyle(), 0)
        text = rich.text.strip("\n")[:MAX_CELL_TEXT]
        if text.strip():
            self.cells[place] = text
            detail = rich.detail() if text == rich.text else None
            if detail is not None:
                self.details[place] = detail
        return width

    def _text(self, element: Element, rich: RichText, style: RunStyle, depth: int) -> None:
        rich.add(_collapsed(element.text), style)
        for one in element:
            tag = one.tag if isinstance(one.tag, str) else ""
            if tag == "table" and len(list(_rows(one))) > 1:
                self.nested.append(one)
            elif tag == "br":
                rich.add("\n")
            elif tag == "input" and one.get("type", "").lower() in {"checkbox", "radio"}:
                rich.add(glyph(one.get("checked") is not None))
            elif tag and tag not in _SILENT and depth < _DEEPEST:
                if tag in _LINES and rich.text.strip():
                    rich.add("\n")
                self._text(one, rich, _style(one, tag, style), depth + 1)
            rich.add(_collapsed(one.tail), style)


def _rows(table: Element) -> Iterator[Element]:
    for one in table:
        if one.tag == "tr":
            yield one
        elif one.tag in {"thead", "tbody", "tfoot"}:
            yield from one.iterchildren("tr")


def _collapsed(text: str | None) -> str:
    if not text:
        return ""
    inner = " ".join(text.split(" ")).replace("\r", "").replace("\n", " ").replace("\t", " ")
    while "  " in inner:
        inner = inner.replace("  ", " ")
    return "" if inner == " " and "\n" in text else inner


def _style(element: Element, tag: str, outer: RunStyle) -> RunStyle:
    css = (element.get("style") or "").lower()
    face = element.get("face") or ""
    font = face if is_symbol_font(face) else next((f for f in ("wingdings 2", "wingdings") if f in css), outer.font)
    return RunStyle(font, outer.struck or tag in _STRUCK or "line-through" in css, outer.stressed or tag == "u")


def _span(cell: Element, name: str, most: int) -> int:
    value = (cell.get(name) or "").strip()
    return max(1, min(int(value), most)) if value.isascii() and value.isdigit() and len(value) < 6 else 1
