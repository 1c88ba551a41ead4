"""What is drawn over the cells of a sheet: form controls, text boxes, pictures.

Ticks made with the developer tab's check boxes stand in no cell. They are read from xl/ctrlProps and
xl/drawings/vmlDrawing (ECMA-376 part 1, 18.3.1.19; part 4, 19.4) and laid on the cell under their middle.
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from lxml import etree

from service.reading.forms.grid import PLAIN, Box, CellDetail, Merge, Position
from service.reading.forms.limits import MAX_COLUMNS, MAX_OBJECTS, MAX_ROWS
from service.reading.forms.package import Element, Package, attribute, child, descendants, local_name

_EMU_PER_PIXEL: Final = 9525
_DEFAULT_WIDTH, _DEFAULT_HEIGHT = 64.0, 18.0  # pixels
_OPEN_BREAKS: Final = re.compile(rb"<br\s*>", re.IGNORECASE)  # Excel leaves them open in captions of several lines
_VML_PARSER: Final = etree.XMLParser(
    recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
)
_DEFAULT_CAPTION: Final = re.compile(r"^\s*(?:check ?box|option ?button|复选框|选项按钮)\s*\d*\s*$", re.IGNORECASE)
_SHAPE_NUMBER: Final = re.compile(r"(\d+)$")
_SMALL_OBJECT_CELLS: Final = 12


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where an object lies: cells from 0, offsets in pixels."""

    left: int
    left_offset: float
    top: int
    top_offset: float
    right: int
    right_offset: float
    bottom: int
    bottom_offset: float


@dataclass(frozen=True, slots=True)
class Control:
    """A check box or option button; checked None: its state cannot be read."""

    anchor: Anchor
    checked: bool | None
    caption: str = ""


@dataclass(slots=True)
class Overlays:
    """All that lies over one sheet."""

    controls: dict[str, Control] = field(default_factory=dict)  # by shape number
    texts: list[tuple[Anchor | None, str]] = field(default_factory=list)
    pictures: list[Anchor] = field(default_factory=list)


class Ruler:
    """Turns an anchor into the cell under its middle, by row heights and column widths in pixels."""

    def __init__(
        self, heights: Mapping[int, float], widths: Mapping[int, float], height: float = 0.0, width: float = 0.0
    ) -> None:
        """heights and widths: of those rows and columns, from 0, that differ from height and width."""
        self._heights, self._widths = heights, widths
        self._height, self._width = height or _DEFAULT_HEIGHT, width or _DEFAULT_WIDTH

    @classmethod
    def of(cls, sheet: Element) -> "Ruler":
        """Of a worksheet part."""
        default = child(sheet, "sheetFormatPr")
        height = _number(default.get("defaultRowHeight") if default is not None else None)
        width = _number(default.get("defaultColWidth") if default is not None else None)
        return cls(
            dict(_heights(sheet)),
            dict(_widths(sheet)),
            height * 4 / 3 if height else 0.0,
            width * 7 + 5 if width else 0.0,
        )

    def height(self, row: int) -> float:
        return self._heights.get(row, self._height)

    def width(self, column: int) -> float:
        return self._widths.get(column, self._width)

    def middle(self, anchor: Anchor) -> tuple[Position, float, float]:
        """The cell (from 1) under the middle, and the middle's distance from the sheet's top and left."""
        tops, lefts = (
            _edges(anchor.top, anchor.bottom, self._heights, self._height),
            _edges(anchor.left, anchor.right, self._widths, self._width),
        )
        y = (tops[0] + anchor.top_offset + tops[-2] + anchor.bottom_offset) / 2
        x = (lefts[0] + anchor.left_offset + lefts[-2] + anchor.right_offset) / 2
        row = anchor.top + max(0, min(bisect_right(tops, y) - 1, len(tops) - 2))
        column = anchor.left + max(0, min(bisect_right(lefts, x) - 1, len(lefts) - 2))
        return (row + 1, column + 1), y, x


def _edges(first: int, last: int, sizes: Mapping[int, float], default: float) -> list[float]:
    base = first * 100_000.0  # only the order of objects with the same first cell matters
    edges = [base]
    for index in range(first, min(max(last, first), first + 200) + 1):
        edges.append(edges[-1] + sizes.get(index, default))
    return edges


def _heights(sheet: Element) -> Iterator[tuple[int, float]]:
    data = child(sheet, "sheetData")
    for row in () if data is None else data.iterchildren("{*}row"):
        height, number = _number(row.get("ht")), row.get("r", "")
        if height is not None and number.isdigit() and int(number) <= MAX_ROWS:
            yield int(number) - 1, height * 4 / 3


def _widths(sheet: Element) -> Iterator[tuple[int, float]]:
    columns = child(sheet, "cols")
    for column in () if columns is None else columns:
        width = _number(column.get("width"))
        first, last = column.get("min", ""), column.get("max", "")
        if width is not None and first.isdigit() and last.isdigit():
            for index in range(int(first), min(int(last), int(first) + 200) + 1):
                yield index - 1, width * 7 + 5


def read_overlays(package: Package, part: str, sheet: Element) -> Overlays:
    """Controls, text boxes and pictures over the sheet in `part`."""
    overlays = Overlays()
    relations = package.relations(part)
    for relation in relations.values():
        if relation.kind == "vmlDrawing":
            _read_vml(package, relation.target, overlays)
    for control in descendants(sheet, "control")[:MAX_OBJECTS]:
        target = relations.get(attribute(control, "id") or "")
        _read_control(package, target.target if target else "", control, overlays)
    for relation in relations.values():
        if relation.kind == "drawing":
            _read_drawing(package, relation.target, overlays)
    return overlays


def _read_vml(package: Package, part: str, overlays: Overlays) -> None:
    content = package.part(part)
    if not content or b"<!ENTITY" in content:
        return
    root = etree.fromstring(_OPEN_BREAKS.sub(b"<br/>", content), _VML_PARSER)
    for shape in () if root is None else descendants(root, "shape")[:MAX_OBJECTS]:
        data = child(shape, "ClientData")
        if data is None or data.get("ObjectType") not in {"Checkbox", "Radio"}:
            continue
        anchor = _vml_anchor(_child_text(data, "Anchor"))
        if anchor is not None:
            checked = _child_text(data, "Checked").strip() == "1"
            overlays.controls[_shape_number(shape)] = Control(anchor, checked, _caption(shape))


def _read_control(package: Package, part: str, control: Element, overlays: Overlays) -> None:
    number = control.get("shapeId", "")
    drawn = overlays.controls.get(number)
    properties = package.xml(part) if part.endswith(".xml") else None
    position = next(iter(descendants(control, "anchor")), None)
    anchor = _cell_anchor(position) if position is not None else (drawn.anchor if drawn else None)
    if properties is None or anchor is None:
        return
    if local_name(properties) == "formControlPr":
        if properties.get("objectType") in {"CheckBox", "Radio"}:
            checked = properties.get("checked") == "Checked"
            overlays.controls[number] = Control(anchor, checked, drawn.caption if drawn else "")
    else:  # ActiveX keeps its state in a binary part
        overlays.controls[number] = Control(anchor, None)


def _read_drawing(package: Package, part: str, overlays: Overlays) -> None:
    root = package.xml(part)
    for holder in () if root is None else root.iter("{*}twoCellAnchor", "{*}oneCellAnchor", "{*}absoluteAnchor"):
        anchor = _cell_anchor(holder)
        text = "\n".join(_paragraphs(holder)).strip()
        number = _drawn_number(holder)
        if number in overlays.controls:
            known = overlays.controls[number]
            if text and not known.caption:
                overlays.controls[number] = Control(known.anchor, known.checked, without_default(text))
        elif text:
            overlays.texts.append((anchor, text))
        elif anchor is not None:
            overlays.pictures.append(anchor)


def _paragraphs(holder: Element) -> Iterator[str]:
    for paragraph in descendants(holder, "p")[:MAX_OBJECTS]:
        yield "".join(t.text or "" for t in descendants(paragraph, "t"))


def _drawn_number(holder: Element) -> str:
    """The shape number a drawing shares with its control ("_x0000_s1025" in its compatibility extension)."""
    for extension in descendants(holder, "compatExt"):
        found = _SHAPE_NUMBER.search(extension.get("spid", ""))
        if found:
            return found.group(1)
    properties = next(iter(descendants(holder, "cNvPr")), None)
    return str(properties.get("id", "")) if properties is not None else ""


def _cell_anchor(holder: Element) -> Anchor | None:
    start, end = child(holder, "from"), child(holder, "to")
    if start is None:
        return None
    first = [_number(_child_text(start, name)) or 0.0 for name in ("col", "colOff", "row", "rowOff")]
    if end is None:
        last = [first[0], first[1] + 10 * _EMU_PER_PIXEL, first[2], first[3] + 10 * _EMU_PER_PIXEL]
    else:
        last = [_number(_child_text(end, name)) or 0.0 for name in ("col", "colOff", "row", "rowOff")]
    return Anchor(
        int(first[0]), first[1] / _EMU_PER_PIXEL, int(first[2]), first[3] / _EMU_PER_PIXEL,
        int(last[0]), last[1] / _EMU_PER_PIXEL, int(last[2]), last[3] / _EMU_PER_PIXEL,
    )  # fmt: skip


def _vml_anchor(text: str) -> Anchor | None:
    numbers = [_number(piece.strip()) for piece in text.split(",")]
    if len(numbers) != 8 or any(n is None or n < -1e6 or n > 1e6 for n in numbers):
        return None
    c1, x1, r1, y1, c2, x2, r2, y2 = (n or 0.0 for n in numbers)
    return Anchor(int(c1), x1, int(r1), y1, int(c2), x2, int(r2), y2)


def _caption(shape: Element) -> str:
    box = child(shape, "textbox")
    return without_default("".join(box.itertext())) if box is not None else ""


def without_default(caption: str) -> str:
    """What a control says, "" for what its program named it."""
    return "" if _DEFAULT_CAPTION.match(caption) else caption.strip()


def _shape_number(shape: Element) -> str:
    found = _SHAPE_NUMBER.search(attribute(shape, "id") or "")
    return found.group(1) if found else f"vml{id(shape)}"


def _child_text(element: Element, name: str) -> str:
    found = child(element, name)
    return (found.text or "") if found is not None else ""


def _number(text: str | None) -> float | None:
    try:
        number = float(text) if text else None
    except ValueError:
        return None
    return number if number is not None and abs(number) < 1e12 else None


Details = dict[Position, CellDetail]


def lay_over(details: Details, merges: Sequence[Merge], overlays: Overlays, ruler: Ruler) -> tuple[str, ...]:
    """Puts what is drawn into the details of the cells under it; returns the texts of boxes."""
    boxes: dict[Position, list[tuple[int, float, Box]]] = defaultdict(list)
    unreadable: list[Anchor] = list(overlays.pictures)
    for control in overlays.controls.values():
        cell, y, x = ruler.middle(control.anchor)
        if control.checked is None:
            unreadable.append(control.anchor)
        else:
            boxes[_owner(cell, merges)].append((round(y / 8), x, Box(control.checked, control.caption)))
    for place, found in boxes.items():
        in_order = tuple(box for _, _, box in sorted(found, key=lambda entry: entry[:2]))
        _amend(details, place, boxes=in_order)
    for anchor, text in overlays.texts:
        if anchor is not None and len(text) <= 2:  # a tick drawn as a text box
            unreadable.append(anchor)
    for anchor in unreadable:
        for cell in _covered_cells(anchor):
            _amend(details, _owner(cell, merges), overlay=True)
    return tuple(text for _, text in overlays.texts)


def _amend(details: Details, place: Position, **changes: object) -> None:
    if place[0] <= MAX_ROWS and place[1] <= MAX_COLUMNS:
        details[place] = replace(details.get(place, PLAIN), **changes)  # type: ignore[arg-type]


def _owner(cell: Position, merges: Sequence[Merge]) -> Position:
    row, column = cell
    for merge in merges:
        if merge.top <= row <= merge.bottom and merge.left <= column <= merge.right:
            return merge.top, merge.left
    return cell


def _covered_cells(anchor: Anchor) -> list[Position]:
    """The cells a small object lies on; for a large one only the cell it starts in."""
    rows = range(anchor.top + 1, anchor.bottom + 2)
    columns = range(anchor.left + 1, anchor.right + 2)
    if 0 < len(rows) * len(columns) <= _SMALL_OBJECT_CELLS:
        return [(row, column) for row in rows for column in columns]
    return [(anchor.top + 1, anchor.left + 1)]
