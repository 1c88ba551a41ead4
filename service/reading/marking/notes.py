"""Comments of a worksheet: their text (18.7) and the yellow boxes they are shown in (VML)."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from lxml import etree

from service.domain.marking import Pen
from service.reading.forms.grid import Position
from service.reading.forms.package import Element, child, descendants
from service.reading.marking.edits import MarkingRefused

_V: Final = (
    'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel"'
)
EMPTY_DRAWING: Final = (
    f'<xml {_V}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'.encode()
)
_BOX_TYPE: Final = (
    f'<v:shapetype {_V} id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
_NUMBER: Final = re.compile(rb"_x0000_s(\d{1,9})")
_SIGNED: Final = re.compile(r"\[[A-Z]\d{3}\]$")
"""How each of our sentences ends: with the code of its finding."""
_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_WIDE, _HIGH = 3, 6  # columns and rows that a box covers


def empty_table(namespace: str) -> Element:
    """A comments part without comments."""
    root = etree.Element(f"{{{namespace}}}comments", nsmap={None: namespace})  # type: ignore[dict-item]  # lxml takes None
    etree.SubElement(root, f"{{{namespace}}}authors")
    etree.SubElement(root, f"{{{namespace}}}commentList")
    return root


def write(table: Element, texts: Mapping[str, str], pen: Pen) -> list[str]:
    """Writes comments by cell; one that is there already keeps its words and gets ours below. What the same pen wrote
    in an earlier round is replaced: by its new words, or by the cleared ones. Returns the cells that were cleared.

    LibreOffice saves comments without their authors: then our words themselves tell that they are ours."""
    namespace = etree.QName(table).namespace
    authors, listed = child(table, "authors"), child(table, "commentList")
    if authors is None or listed is None:
        raise MarkingRefused("no list of comments")
    names = [one.text or "" for one in authors]
    if pen.author not in names:
        etree.SubElement(authors, f"{{{namespace}}}author").text = pen.author
        names.append(pen.author)
    number = str(names.index(pen.author))
    there = {one.get("ref") or "": one for one in descendants(listed, "comment")}
    for comment in there.values():
        if _is_signed(comment, pen):
            comment.set("authorId", number)
    cleared = []
    for cell, comment in there.items():
        if comment.get("authorId") == number and cell not in texts:
            _say(comment, pen.cleared, namespace, anew=True)
            cleared.append(cell)
    for cell, text in texts.items():
        comment = there.get(cell)
        if comment is None:
            comment = etree.SubElement(listed, f"{{{namespace}}}comment", ref=cell, authorId=number)
        _say(comment, text, namespace, anew=comment.get("authorId") == number)
    return cleared


def _is_signed(comment: Element, pen: Pen) -> bool:
    """True for a comment of nothing but our sentences."""
    words = child(comment, "text")
    lines = "".join(words.itertext()).split("\n") if words is not None else []
    return bool(lines) and all(line.strip() == pen.cleared or _SIGNED.search(line.strip()) for line in lines)


def _say(comment: Element, text: str, namespace: str | None, *, anew: bool) -> None:
    words = child(comment, "text")
    if words is None:
        words = etree.SubElement(comment, f"{{{namespace}}}text")
    elif anew:
        words.clear()
    elif text in "".join(words.itertext()):
        return
    plain = child(words, "t")
    if plain is not None:  # a run and bare text may not stand side by side
        run = etree.Element(f"{{{namespace}}}r")
        words.replace(plain, run)
        run.append(plain)
    added = etree.SubElement(etree.SubElement(words, f"{{{namespace}}}r"), f"{{{namespace}}}t")
    added.text = f"\n{text}" if len(words) > 1 else text
    added.set(_SPACE, "preserve")


def with_shapes(drawing: bytes, places: Sequence[Position]) -> bytes:
    """A drawing with a hidden box for each cell. Worked on as text: these parts are often no well-formed XML."""
    end = drawing.lower().rfind(b"</xml>")
    if end < 0:
        raise MarkingRefused("an unknown drawing")
    first = max((int(number) for number in _NUMBER.findall(drawing)), default=1024) + 1
    shapes = [_shape(first + index, place) for index, place in enumerate(places)]
    kind = "" if b'"_x0000_t202"' in drawing else _BOX_TYPE
    return drawing[:end] + (kind + "".join(shapes)).encode() + drawing[end:]


def _shape(number: int, place: Position) -> str:
    row, column = place[0] - 1, place[1] - 1
    anchor = f"{column + 1}, 15, {max(row - 1, 0)}, 10, {column + 1 + _WIDE}, 15, {max(row - 1, 0) + _HIGH}, 4"
    return (
        f'<v:shape {_V} id="_x0000_s{number}" type="#_x0000_t202" fillcolor="#ffffe1" o:insetmode="auto" '
        'style="position:absolute;width:180pt;height:90pt;z-index:1;visibility:hidden">'
        '<v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill><x:Row>{row}</x:Row><x:Column>{column}</x:Column>"
        "</x:ClientData></v:shape>"
    )
