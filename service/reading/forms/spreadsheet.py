"""Reads .xlsx and .xlsm packages into grids (ECMA-376 part 1, chapter 18; strict and transitional).

Promises: every visible text is kept as people see it; ticks made with controls become marks of their cell.
"""

import posixpath

from service.reading.forms.grid import Grid, Workbook
from service.reading.forms.limits import MAX_SHEETS
from service.reading.forms.overlays import Ruler, lay_over, read_overlays
from service.reading.forms.package import Element, FileDamaged, Package, attribute, child, descendants
from service.reading.forms.sheets import SheetReader
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
        texts = lay_over(read.details, read.merges, read_overlays(package, part, read.root), Ruler.of(read.root))
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
