"""Reads OpenDocument spreadsheets and texts (.ods, .odt), also as one flat XML file (.fods, .fodt).

Promises: symbol fonts, struck letters, logical values and check boxes tell what a person sees.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from service.reading.forms.boxes import glyph
from service.reading.forms.grid import Box, CellDetail, Grid, Merge, Position, Workbook
from service.reading.forms.limits import (
    MAX_CELL_TEXT,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_PART_BYTES,
    MAX_ROWS,
    MAX_SHEETS,
    MAX_TEXT,
)
from service.reading.forms.package import (
    Element,
    FileDamaged,
    FileEncrypted,
    FileRefused,
    Package,
    attribute,
    child,
    descendants,
    local_name,
    parse_xml,
    small_number,
)
from service.reading.forms.strings import PLAIN_STYLE, RichText, RunStyle

_LINE_BREAKS: Final = {"line-break": "\n", "tab": "\t"}
_SILENT: Final = frozenset({"annotation", "tracked-changes", "note"})
_PARAGRAPHS: Final = frozenset({"p", "h"})
_LINES_ABOVE: Final = 12
_DEEPEST: Final = 60


def read_open_document(package: Package) -> Workbook:
    """The tables of an OpenDocument package. Raises FileDamaged, FileEncrypted or FileRefused."""
    manifest = package.xml("META-INF/manifest.xml")
    if manifest is not None and descendants(manifest, "encryption-data"):
        raise FileEncrypted
    root = package.xml("content.xml")
    if root is None:
        raise FileDamaged("文件内没有正文")
    return _workbook(root)


def read_flat_document(content: bytes) -> Workbook:
    """The tables of a flat OpenDocument file. Raises FileDamaged or FileRefused."""
    if len(content) > MAX_PART_BYTES:
        raise FileRefused("文件过大")
    return _workbook(parse_xml(content))


def _workbook(root: Element) -> Workbook:
    looks, grids, lines = _Looks(root), list[Grid](), list[str]()
    above: list[str] = []
    for block in _blocks(root):
        if local_name(block) != "table":
            rich = RichText()
            _collect(block, rich, looks, PLAIN_STYLE, 0)
            above.extend(line for line in [rich.text.strip()] if line)
        elif attribute(block, "name") is not None and len(grids) < MAX_SHEETS:
            grids.append(_Sheet(looks).read(block, tuple(above[-_LINES_ABOVE:])))
            lines.extend(above)
            above.clear()
    return Workbook(tuple(grids), loose_text="\n".join((*lines, *above))[:MAX_TEXT])


def _blocks(element: Element, depth: int = 0) -> Iterator[Element]:
    """Paragraphs outside tables, and tables, those within cells after the one that holds them."""
    for one in element if depth < _DEEPEST else ():
        name = local_name(one)
        if name in _PARAGRAPHS:
            yield one
        elif name == "table":
            yield from descendants(one, "table")  # itself too
        elif name not in _SILENT:
            yield from _blocks(one, depth + 1)


class _Looks:
    """What styles and controls of the whole document say of its cells."""

    def __init__(self, root: Element) -> None:
        self.hidden: set[str] = set()
        self.styles: dict[str, RunStyle] = {}
        fonts = {
            attribute(face, "name") or "": (attribute(face, "font-family") or "").strip("'\"")
            for face in descendants(root, "font-face")
        }
        for style in descendants(root, "style"):
            name = attribute(style, "name") or ""
            if any(attribute(one, "display") == "false" for one in style.iterchildren("{*}table-properties")):
                self.hidden.add(name)
            letters = child(style, "text-properties")
            if letters is not None:
                self.styles[name] = _run_style(letters, fonts)
        self.boxes = {
            attribute(box, "id") or "": Box(attribute(box, "current-state") == "checked", attribute(box, "label") or "")
            for box in descendants(root, "checkbox")
        }

    def of(self, element: Element, outer: RunStyle) -> RunStyle:
        """How letters of an element look, inside others that look so."""
        inner = self.styles.get(attribute(element, "style-name") or "")
        if inner is None:
            return outer
        return replace(inner, font=inner.font or outer.font, struck=inner.struck or outer.struck)


def _run_style(letters: Element, fonts: Mapping[str, str]) -> RunStyle:
    name = attribute(letters, "font-name") or ""
    struck = any((attribute(letters, f"text-line-through-{what}") or "none") != "none" for what in ("style", "type"))
    underlined = (attribute(letters, "text-underline-style") or "none") != "none"
    return RunStyle(fonts.get(name) or name or attribute(letters, "font-family") or "", struck, underlined)


@dataclass(slots=True)
class _Sheet:
    """One table as a grid."""

    looks: _Looks
    cells: dict[Position, str] = field(default_factory=dict)
    details: dict[Position, CellDetail] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)

    def read(self, table: Element, above: tuple[str, ...]) -> Grid:
        row = 1
        for line in _rows(table):
            if row > MAX_ROWS or len(self.cells) > MAX_CELLS:
                break
            self._row(line, row)
            row += max(1, small_number(line, "number-rows-repeated"))
        hidden = (attribute(table, "style-name") or "") in self.looks.hidden
        name = attribute(table, "name") or ""
        return Grid(name, self.cells, self.details, tuple(self.merges), hidden, above=above)

    def _row(self, line: Element, row: int) -> None:
        column = 1
        for cell in line.iterchildren("{*}table-cell", "{*}covered-table-cell"):
            if column > MAX_COLUMNS:
                return
            repeated = max(1, small_number(cell, "number-columns-repeated"))
            down, across = small_number(cell, "number-rows-spanned"), small_number(cell, "number-columns-spanned")
            if down > 1 or across > 1:
                bottom, right = row + max(down, 1) - 1, column + max(across, 1) - 1
                self.merges.append(Merge(row, column, min(bottom, MAX_ROWS), min(right, MAX_COLUMNS)))
            if local_name(cell) == "table-cell":
                self._cell(cell, [(row, column + n) for n in range(min(repeated, MAX_COLUMNS))])
            column += repeated

    def _cell(self, cell: Element, places: list[Position]) -> None:
        rich, outer = RichText(), self.looks.of(cell, PLAIN_STYLE)
        for number, paragraph in enumerate(cell.iterchildren("{*}p", "{*}h", "{*}list")):
            if number:
                rich.add("\n")
            _collect(paragraph, rich, self.looks, self.looks.of(paragraph, outer), 0)
        text = rich.text[:MAX_CELL_TEXT]
        if text.strip():
            self.cells.update(dict.fromkeys(places, text))
        detail = self._detail(cell, rich) if text == rich.text else None
        if detail is not None:
            self.details.update(dict.fromkeys(places, detail))

    def _detail(self, cell: Element, rich: RichText) -> CellDetail | None:
        if attribute(cell, "value-type") == "boolean" and rich.text.strip():
            return CellDetail(boolean=attribute(cell, "boolean-value") == "true")
        drawn = [self.looks.boxes.get(attribute(one, "control") or "") for one in cell.iterchildren("{*}control")]
        boxes = tuple(box for box in drawn if box is not None)
        detail = rich.detail()
        return replace(detail or CellDetail(), boxes=boxes) if boxes else detail


def _collect(element: Element, rich: RichText, looks: _Looks, style: RunStyle, depth: int) -> None:
    """The text of a paragraph or list, as its letters look."""
    rich.add(element.text or "", style)
    for one in element if depth < _DEEPEST else ():
        name = local_name(one)
        if name == "s":
            rich.add(" " * max(1, min(small_number(one, "c"), 100)))
        elif name in _LINE_BREAKS:
            rich.add(_LINE_BREAKS[name])
        elif (ticked := _check_box(one)) is not None:
            rich.add(glyph(ticked))
        elif name not in _SILENT:
            if name in _PARAGRAPHS and rich.text.strip():
                rich.add("\n")
            _collect(one, rich, looks, looks.of(one, style), depth + 1)
        rich.add(one.tail or "", style)


def _check_box(element: Element) -> bool | None:
    """Whether a check box of a text is ticked; None when the element is none."""
    name = local_name(element)
    if name == "content-control" and attribute(element, "checkbox") == "true":
        return attribute(element, "checked") == "true"
    if name in {"fieldmark", "fieldmark-start"} and (attribute(element, "type") or "").endswith("FORMCHECKBOX"):
        said = {attribute(one, "name"): attribute(one, "value") for one in element.iterchildren("{*}param")}
        return said.get("Checkbox_Checked") == "true"
    return None


def _rows(table: Element) -> Iterator[Element]:
    for one in table:
        name = local_name(one)
        if name == "table-row":
            yield one
        elif name in {"table-header-rows", "table-row-group", "table-rows"}:
            yield from _rows(one)
