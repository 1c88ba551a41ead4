"""Marks in .xlsx and .xlsm: a fill for the cell and a comment (ECMA-376 part 1, 18.3, 18.7, 18.8; comments' shapes in
VML, part 4, 19)."""

import copy
import posixpath
import re
from collections.abc import Collection, Iterator, Sequence, Set
from typing import Final

from lxml import etree

from service.domain.marking import CellMark, Pen
from service.reading.forms.grid import Position, column_letters, column_number
from service.reading.forms.package import Element, Package, attribute, child, descendants, local_name
from service.reading.forms.spreadsheet import workbook_part
from service.reading.marking import notes
from service.reading.marking.edits import OFFICE, Edits, MarkingRefused

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_YELLOW: Final = "FFFFE699"
_CELL: Final = re.compile(r"([A-Za-z]{1,3})(\d{1,7})$")
_MOST_STYLES: Final = 65_000  # Excel opens no file with more than 65,490
_AFTER_NOTES: Final = (
    "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst",
)  # fmt: skip


def mark_workbook(package: Package, marks: Sequence[CellMark], pen: Pen) -> bytes:
    """The workbook with its marks. Raises MarkingRefused, FileDamaged, FileEncrypted or FileRefused."""
    edits = Edits(package)
    main = workbook_part(package)
    if main is None:
        raise MarkingRefused("no workbook")
    relations = package.relations(main)
    styles = next((r.target for r in relations.values() if r.kind == "styles"), None)
    if styles is None:
        raise MarkingRefused("no styles")
    paint = _Paint(edits.xml(styles))
    for sheet, part in _sheets(package, main):
        here = [mark for mark in marks if mark.sheet == sheet]
        if here or _was_marked(package, part, pen):
            _mark_sheet(edits, part, here, paint, pen)
    if {mark.sheet for mark in marks} - {sheet for sheet, _ in _sheets(package, main)}:
        raise MarkingRefused("a sheet is not there")
    return edits.packed()


def _sheets(package: Package, main: str) -> Iterator[tuple[str, str]]:
    root, relations = package.xml(main), package.relations(main)
    for sheet in descendants(root, "sheet"):
        relation = relations.get(sheet.get(f"{{{OFFICE}}}id") or "")
        if relation is not None and relation.kind == "worksheet":
            yield attribute(sheet, "name") or "", relation.target


def _mark_sheet(edits: Edits, part: str, marks: Sequence[CellMark], paint: "_Paint", pen: Pen) -> None:
    root = edits.xml(part)
    if root.tag != f"{{{_MAIN}}}worksheet":
        raise MarkingRefused("strict or unknown worksheet")
    cells = _Cells(root)
    yellow = {str(cell.get("r")) for cell in descendants(root, "c") if paint.is_over(int(cell.get("s") or 0))}
    places: dict[Position, str] = {}
    for mark in marks:
        place = cells.owner(_position(mark.cell))
        places[place] = f"{places[place]}\n{mark.text}" if place in places else mark.text
    for place in places:
        cell = cells.at(place)
        cell.set("s", str(paint.over(int(cell.get("s") or 0))))
    cleared = cells.areas(_comment(edits, part, root, places, yellow, pen))
    for place in map(_position, yellow):
        if any(_is_in(place, area) for area in cleared):
            cell = cells.at(place)
            cell.set("s", str(paint.off(int(cell.get("s") or 0))))


def _position(cell: str) -> Position:
    found = _CELL.match(cell)
    if found is None or not (column := column_number(found[1])) or not (row := int(found[2])):
        raise MarkingRefused("no cell")
    return row, column


_Area = tuple[Position, Position]
"""Two corners: top left and bottom right."""


def _corners(reference: str) -> _Area:
    first, _, last = reference.replace("$", "").partition(":")
    return _position(first), _position(last or first)


def _is_in(place: Position, area: _Area) -> bool:
    first, last = area
    return first[0] <= place[0] <= last[0] and first[1] <= place[1] <= last[1]


class _Paint:
    """The styles of a workbook, and for each one asked for the same in yellow."""

    def __init__(self, root: Element) -> None:
        fills, styles = child(root, "fills"), child(root, "cellXfs")
        if fills is None or styles is None:
            raise MarkingRefused("no fills")
        self._styles = styles
        ours = {str(number) for number, fill in enumerate(fills.iterchildren("{*}fill")) if _is_yellow(fill)}
        self._over = {number for number, xf in enumerate(styles.iterchildren("{*}xf")) if xf.get("fillId") in ours}
        self._made: dict[tuple[int, int], int] = {}
        namespace = etree.QName(root).namespace
        fill = etree.SubElement(fills, f"{{{namespace}}}fill")
        pattern = etree.SubElement(fill, f"{{{namespace}}}patternFill", patternType="solid")
        etree.SubElement(pattern, f"{{{namespace}}}fgColor", rgb=_YELLOW)
        etree.SubElement(pattern, f"{{{namespace}}}bgColor", indexed="64")
        self._fill = len(descendants(fills, "fill")) - 1
        _count(fills)

    def is_over(self, style: int) -> bool:
        """True for a style that was yellow when the file came."""
        return style in self._over

    def over(self, style: int) -> int:
        """The number of the style that is this one in yellow."""
        return self._with(style, self._fill)

    def off(self, style: int) -> int:
        """The number of the style that is this one without a fill."""
        return self._with(style, 0)

    def _with(self, style: int, fill: int) -> int:
        if (style, fill) not in self._made:
            formats = list(self._styles.iterchildren("{*}xf"))
            if not 0 <= style < len(formats):
                raise MarkingRefused("an unknown style")
            if len(formats) >= _MOST_STYLES:
                raise MarkingRefused("too many styles")
            changed = copy.deepcopy(formats[style])
            changed.set("fillId", str(fill))
            changed.set("applyFill", "1")
            self._styles.append(changed)
            self._made[style, fill] = len(formats)
            _count(self._styles)
        return self._made[style, fill]


def _is_yellow(fill: Element) -> bool:
    return any(colour.get("rgb") == _YELLOW for colour in descendants(fill, "fgColor"))


def _count(parent: Element) -> None:
    if parent.get("count") is not None:
        parent.set("count", str(len(parent)))


class _Cells:
    """The cells of a worksheet; what is not there yet is made in its place."""

    def __init__(self, root: Element) -> None:
        data = child(root, "sheetData")
        if data is None:
            raise MarkingRefused("no sheetData")
        self._data = data
        self._columns = child(root, "cols")
        self._merges = [_corners(merge.get("ref") or "") for merge in descendants(root, "mergeCell")]
        _name_all(data)
        self._rows = {int(row.get("r")): row for row in data}
        if len(self._rows) < len(data):
            raise MarkingRefused("a row is there twice")

    def at(self, place: Position) -> Element:
        number, column = place
        row = self._rows.get(number)
        if row is None:
            row = self._rows[number] = etree.Element(f"{{{_MAIN}}}row", r=str(number))
            self._data.insert(sum(other < number for other in self._rows), row)
        if "spans" in row.attrib:
            del row.attrib["spans"]
        for index, cell in enumerate(row):
            there = column_number(cell.get("r").rstrip("0123456789"))
            if not there:
                raise MarkingRefused("a cell with an odd name")
            if there == column:
                return cell
            if there > column:
                return self._put(row, index, place)
        return self._put(row, len(row), place)

    def owner(self, place: Position) -> Position:
        """The cell that shows a place: of merged ones the top left."""
        return next((area[0] for area in self._merges if _is_in(place, area)), place)

    def areas(self, places: Collection[Position]) -> list[_Area]:
        """The cells that these show: of merged ones LibreOffice colours all."""
        return [*((place, place) for place in places), *(area for area in self._merges if area[0] in places)]

    def style_of(self, place: Position) -> int:
        """The style of a cell that has none of its own: its row's or its column's."""
        row = self._rows.get(place[0])
        if row is not None and row.get("customFormat") in {"1", "true"}:
            return int(row.get("s") or 0)
        for columns in self._columns if self._columns is not None else ():
            if int(columns.get("min") or 0) <= place[1] <= int(columns.get("max") or 0):
                return int(columns.get("style") or 0)
        return 0

    def _put(self, row: Element, index: int, place: Position) -> Element:
        name = f"{column_letters(place[1])}{place[0]}"
        cell = etree.Element(f"{{{_MAIN}}}c", r=name, s=str(self.style_of(place)))
        row.insert(index, cell)
        return cell


def _name_all(data: Element) -> None:
    """Writes the numbers of rows and the names of cells that a program left out: each follows the one before it."""
    number = 0
    for row in data:
        number = int(row.get("r") or number + 1)
        row.set("r", str(number))
        column = 0
        for cell in row:
            name = cell.get("r")
            column = column_number(name.rstrip("0123456789")) if name else column + 1
            cell.set("r", name or f"{column_letters(column)}{number}")


def _comments_of(package: Package, part: str) -> str | None:
    relations = package.relations(part).values()
    return next((relation.target for relation in relations if relation.kind == "comments"), None)


def _was_marked(package: Package, part: str, pen: Pen) -> bool:
    """True for a sheet with marks of an earlier round."""
    written = _comments_of(package, part)
    table = package.xml(written) if written is not None else None
    return table is not None and notes.has_ours(table, pen)


def _comment(
    edits: Edits, part: str, root: Element, places: dict[Position, str], yellow: Set[str], pen: Pen
) -> list[Position]:
    """Writes the comments; returns the yellow cells that were marked in an earlier round and are in order now."""
    written = _comments_of(edits.package, part)
    if written is None:
        written = edits.unused(posixpath.join(posixpath.dirname(posixpath.dirname(part)), "comments%d.xml"))
        edits.declare(written, "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml")
        edits.relate(part, "comments", written)
        table, had = notes.empty_table(_MAIN), set[Position]()
    else:
        table = edits.xml(written)
        had = {_position(comment.get("ref") or "") for comment in descendants(table, "comment")}
    texts = {f"{column_letters(column)}{row}": text for (row, column), text in sorted(places.items())}
    cleared = notes.write(table, texts, yellow, pen)
    edits.put(written, table)
    fresh = [place for place in sorted(places) if place not in had]
    if fresh:
        _draw(edits, part, root, fresh)
    return [_position(cell) for cell in cleared if cell in yellow]


def _draw(edits: Edits, part: str, root: Element, places: Sequence[Position]) -> None:
    """The boxes that comments are shown in, added to the sheet's old-style drawing."""
    shown = child(root, "legacyDrawing")
    if shown is not None:
        relation = edits.package.relations(part).get(shown.get(f"{{{OFFICE}}}id") or "")
        drawing = edits.package.part(relation.target) if relation is not None else None
        if relation is None or not drawing:
            raise MarkingRefused("no drawing")
        edits.replace(relation.target, notes.with_shapes(drawing, places))
        return
    name = edits.unused(posixpath.join(posixpath.dirname(posixpath.dirname(part)), "drawings/vmlDrawing%d.vml"))
    edits.replace(name, notes.with_shapes(notes.EMPTY_DRAWING, places))
    edits.declare(name, "application/vnd.openxmlformats-officedocument.vmlDrawing")
    identifier = edits.relate(part, "vmlDrawing", name)
    element = etree.Element(f"{{{_MAIN}}}legacyDrawing", {f"{{{OFFICE}}}id": identifier}, nsmap={"r": OFFICE})
    later = (index for index, one in enumerate(root) if _follows_notes(one))
    root.insert(next(later, len(root)), element)


def _follows_notes(element: Element) -> bool:
    """True for a child of the worksheet that stands after legacyDrawing, also where it is one of alternatives."""
    if local_name(element) == "AlternateContent":
        return any(_follows_notes(one) for choice in element for one in choice)
    return local_name(element) in _AFTER_NOTES
