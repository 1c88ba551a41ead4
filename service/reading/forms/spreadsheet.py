"""Reads .xlsx and .xlsm packages into grids (ECMA-376 part 1, chapter 18; strict and transitional).

Promises: every visible text is kept as people see it; ticks made with controls become marks of their cell.
"""

import posixpath
from collections import defaultdict
from dataclasses import replace

from service.reading.forms.grid import PLAIN, Box, CellDetail, Grid, Merge, Position, Workbook
from service.reading.forms.limits import MAX_COLUMNS, MAX_ROWS, MAX_SHEETS
from service.reading.forms.overlays import Anchor, Overlays, Ruler, covered_cells, read_overlays
from service.reading.forms.package import Element, FileDamaged, Package, attribute, child, descendants
from service.reading.forms.sheets import SheetContent, SheetReader
from service.reading.forms.strings import read_shared_strings
from service.reading.forms.styles import read_styles


def read_spreadsheet(package: Package) -> Workbook:
    """All sheets of a workbook package. Raises FileDamaged, FileEncrypted or FileRefused."""
    main = workbook_part(package)
    root = package.xml(main) if main else None
    if main is None or root is None:
        raise FileDamaged("文件内没有工作簿")
    relations = package.relations(main)
    parts = {relation.kind: relation.target for relation in relations.values()}
    properties = child(root, "workbookPr")
    reader = SheetReader(
        read_shared_strings(package.xml(parts.get("sharedStrings", _sibling(main, "sharedStrings.xml")))),
        read_styles(package.xml(parts.get("styles", _sibling(main, "styles.xml")))),
        since_1904=properties is not None and properties.get("date1904") in {"1", "true"},
    )
    grids = []
    for sheet in descendants(root, "sheet")[:MAX_SHEETS]:
        relation = relations.get(_relation_id(sheet))
        if relation is not None and relation.kind == "worksheet":
            grids.append(_read_sheet(package, reader, sheet, relation.target))
    macros = any(name.endswith("vbaproject.bin") for name in package.names())
    return Workbook(tuple(grids), macros=macros)


def workbook_part(package: Package) -> str | None:
    """The name of the workbook part; None when the package holds none."""
    for relation in package.relations("").values():
        if relation.kind == "officeDocument" and relation.target in package:
            return relation.target
    return next((name for name in package.names() if name.endswith("workbook.xml")), None)


def _sibling(part: str, name: str) -> str:
    return posixpath.join(posixpath.dirname(part), name)


def _relation_id(sheet: Element) -> str:
    return next((str(value) for key, value in sheet.attrib.items() if key.endswith("}id")), "")


def _read_sheet(package: Package, reader: SheetReader, sheet: Element, part: str) -> Grid:
    content = package.part(part)
    if content is None:
        raise FileDamaged("工作簿缺少工作表内容")
    read = reader.read(content)
    texts: tuple[str, ...] = ()
    if read.root is not None and _relations_part(part) in package:
        texts = _lay_over(read, read_overlays(package, part, read.root), Ruler(read.root))
    return Grid(
        sheet=attribute(sheet, "name") or "",
        cells=read.cells,
        details=read.details,
        merges=read.merges,
        hidden=attribute(sheet, "state") in {"hidden", "veryHidden"},
        hidden_rows=frozenset(read.hidden_rows),
        floating=texts,
        cut=read.cut,
    )


def _relations_part(part: str) -> str:
    folder, base = posixpath.split(part)
    return posixpath.join(folder, "_rels", base + ".rels")


def _lay_over(sheet: SheetContent, overlays: Overlays, ruler: Ruler) -> tuple[str, ...]:
    boxes: dict[Position, list[tuple[int, float, Box]]] = defaultdict(list)
    unreadable: list[Anchor] = list(overlays.pictures)
    for control in overlays.controls.values():
        cell, y, x = ruler.middle(control.anchor)
        if control.checked is None:
            unreadable.append(control.anchor)
        else:
            boxes[_owner(cell, sheet.merges)].append((round(y / 8), x, Box(control.checked, control.caption)))
    for place, found in boxes.items():
        in_order = tuple(box for _, _, box in sorted(found, key=lambda entry: entry[:2]))
        _amend(sheet, place, boxes=in_order)
    for anchor, text in overlays.texts:
        if anchor is not None and len(text) <= 2:  # a tick drawn as a text box
            unreadable.append(anchor)
    for anchor in unreadable:
        for cell in covered_cells(anchor):
            _amend(sheet, _owner(cell, sheet.merges), overlay=True)
    return tuple(text for _, text in overlays.texts)


def _amend(sheet: SheetContent, place: Position, **changes: object) -> None:
    if place[0] <= MAX_ROWS and place[1] <= MAX_COLUMNS:
        detail: CellDetail = sheet.details.get(place, PLAIN)
        sheet.details[place] = replace(detail, **changes)  # type: ignore[arg-type]


def _owner(cell: Position, merges: tuple[Merge, ...]) -> Position:
    row, column = cell
    for merge in merges:
        if merge.top <= row <= merge.bottom and merge.left <= column <= merge.right:
            return merge.top, merge.left
    return cell
