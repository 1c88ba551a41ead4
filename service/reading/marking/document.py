"""Marks in .docx: a shade for the cell and a comment on its first paragraph (ECMA-376 part 1, 17.4 and 17.13.4)."""

import posixpath
from collections.abc import Mapping, Sequence
from typing import Final

from lxml import etree

from service.domain.marking import CellMark, Pen
from service.reading.forms.grid import Merge, Position, column_number
from service.reading.forms.package import Element, Package, attribute, child, descendants, local_name
from service.reading.forms.word import blocks, cells_of, document_part
from service.reading.marking.edits import Edits, MarkingRefused

_MAIN: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_YELLOW: Final = "FFE699"
_BEFORE_SHADE: Final = ("cnfStyle", "tcW", "gridSpan", "hMerge", "vMerge", "tcBorders")


def mark_document(package: Package, marks: Sequence[CellMark], pen: Pen) -> bytes:
    """The document with its marks. Raises MarkingRefused, FileDamaged, FileEncrypted or FileRefused."""
    edits = Edits(package)
    part = document_part(package)
    if part is None:
        raise MarkingRefused("no document")
    root = edits.xml(part)
    if root.tag != _w("document"):
        raise MarkingRefused("strict or unknown document")
    tables = cells_of(root)
    comments = _comments(edits, part)
    listed = {attribute(one, "id") or "": one for one in descendants(comments, "comment")}
    number = 1 + max(map(int, listed), default=-1)
    for cells, _ in tables.values():
        for cell in cells.values():
            _take_back(cell, listed, pen)
    for mark in marks:
        cell = _cell(*tables.get(mark.sheet, ({}, ())), _position(mark.cell))
        _shade(cell)
        _anchor(cell, number)
        _write(comments, number, mark.text, pen.author)
        number += 1
    return edits.packed()


def _take_back(cell: Element, comments: Mapping[str, Element], pen: Pen) -> None:
    """Removes the shade that an earlier round gave a cell, and says in its comment that the cell is in order."""
    for reference in descendants(cell, "commentReference"):
        comment = comments.get(attribute(reference, "id") or "")
        if comment is not None and attribute(comment, "author") == pen.author:
            for old in list(comment):
                comment.remove(old)
            _lines(comment, pen.cleared)
            for properties in list(cell.iterchildren(_w("tcPr"))):
                for shade in list(properties.iterchildren(_w("shd"))):
                    if attribute(shade, "fill") == _YELLOW:
                        properties.remove(shade)


def _cell(cells: Mapping[Position, Element], merges: Sequence[Merge], place: Position) -> Element:
    """The cell at a place; of merged ones the top left."""
    row, column = place
    if place not in cells:
        covering = (m for m in merges if m.top <= row <= m.bottom and m.left <= column <= m.right)
        place = next(((merge.top, merge.left) for merge in covering), place)
    if place not in cells:
        raise MarkingRefused("a cell is not there")
    return cells[place]


def _w(name: str) -> str:
    return f"{{{_MAIN}}}{name}"


def _position(cell: str) -> Position:
    letters = cell.rstrip("0123456789")
    if not (column := column_number(letters)) or not (digits := cell[len(letters) :]):
        raise MarkingRefused("no cell")
    return int(digits), column


def _comments(edits: Edits, part: str) -> Element:
    """The part that holds the comments, made where there is none."""
    written = next((r.target for r in edits.package.relations(part).values() if r.kind == "comments"), None)
    if written is not None:
        return edits.xml(written)
    root = etree.Element(_w("comments"), nsmap={"w": _MAIN})
    name = edits.unused(posixpath.join(posixpath.dirname(part), "comments%d.xml"))
    edits.put(name, root)
    edits.declare(name, "application/vnd.openxmlformats-officedocument.wordprocessingml.comments+xml")
    edits.relate(part, "comments", name)
    return root


def _shade(cell: Element) -> None:
    properties = child(cell, "tcPr")
    if properties is None:
        properties = etree.Element(_w("tcPr"))
        cell.insert(0, properties)
    for old in list(properties.iterchildren(_w("shd"))):
        properties.remove(old)
    before = sum(etree.QName(one).localname in _BEFORE_SHADE for one in properties)
    properties.insert(before, etree.Element(_w("shd"), {_w("val"): "clear", _w("color"): "auto", _w("fill"): _YELLOW}))


def _anchor(cell: Element, number: int) -> None:
    paragraph = child(cell, "p")  # LibreOffice 7.4 drops the words of comments inside content controls
    if paragraph is None:
        paragraph = next((block for block in blocks(cell) if local_name(block) == "p"), None)
    if paragraph is None:
        raise MarkingRefused("a cell without a paragraph of its own")
    start = etree.Element(_w("commentRangeStart"), {_w("id"): str(number)})
    properties = child(paragraph, "pPr")
    paragraph.insert(0 if properties is None else paragraph.index(properties) + 1, start)
    etree.SubElement(paragraph, _w("commentRangeEnd"), {_w("id"): str(number)})
    run = etree.SubElement(paragraph, _w("r"))
    etree.SubElement(run, _w("commentReference"), {_w("id"): str(number)})


def _write(comments: Element, number: int, text: str, author: str) -> None:
    values = {_w("id"): str(number), _w("author"): author, _w("initials"): author[:2]}
    _lines(etree.SubElement(comments, _w("comment"), values), text)


def _lines(comment: Element, text: str) -> None:
    for line in text.split("\n"):
        run = etree.SubElement(etree.SubElement(comment, _w("p")), _w("r"))
        words = etree.SubElement(run, _w("t"))
        words.text = line
        words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
