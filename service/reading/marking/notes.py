"""Comments of a worksheet: their text (18.7) and the yellow boxes they are shown in (VML)."""

import re
from collections.abc import Iterable, Mapping, Sequence, Set
from itertools import takewhile
from typing import Final

from lxml import etree

from service.domain.marking import Pen
from service.reading.forms.grid import Position
from service.reading.forms.package import Element, child, descendants, local_name, small_number
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


def has_ours(table: Element, pen: Pen) -> bool:
    """True for a table with comments, or parts of comments, of an earlier round."""
    names = [one.text or "" for one in descendants(table, "author")]
    return pen.author in names or any(_our_lines(comment, pen) for comment in descendants(table, "comment"))


def write(table: Element, texts: Mapping[str, str], yellow: Set[str], pen: Pen) -> list[str]:
    """Writes comments by cell; one that is there already keeps its words and gets ours below. What the same pen wrote
    in an earlier round is replaced: by its new words, or by the cleared ones; below other words, in a yellow cell, it
    goes. Returns the cells that were cleared.

    LibreOffice saves comments without their authors: then our words themselves tell that they are ours."""
    namespace = etree.QName(table).namespace
    authors, listed = child(table, "authors"), child(table, "commentList")
    if authors is None or listed is None:
        raise MarkingRefused("no list of comments")
    there = {one.get("ref") or "": one for one in descendants(listed, "comment")}
    _name_strays(authors, there.values())
    number = _author(authors, pen.author)
    threads = {str(index) for index, one in enumerate(authors) if (one.text or "").startswith("tc=")}
    if any(there[cell].get("authorId") in threads for cell in texts.keys() & there.keys()):
        raise MarkingRefused("a cell with a thread of comments")
    cleared = []
    for cell, comment in there.items():
        ours = _our_lines(comment, pen)
        if ours and ours == len(_words(comment).split("\n")):
            comment.set("authorId", number)
        if comment.get("authorId") == number:
            if cell not in texts:
                _say(comment, pen.cleared, namespace, anew=True)
                cleared.append(cell)
        elif ours and cell in yellow:
            _take_back(comment, ours)
            if cell not in texts:
                cleared.append(cell)
    for cell, text in texts.items():
        comment = there.get(cell)
        if comment is None:
            comment = etree.SubElement(listed, f"{{{namespace}}}comment", ref=cell, authorId=number)
        _say(comment, text, namespace, anew=comment.get("authorId") == number)
    return cleared


def _author(authors: Element, name: str) -> str:
    """The number of an author, who is added where he is not among them."""
    names = [one.text or "" for one in authors]
    if name not in names:
        etree.SubElement(authors, f"{{{etree.QName(authors).namespace}}}author").text = name
        names.append(name)
    return str(names.index(name))


def _name_strays(authors: Element, comments: Iterable[Element]) -> None:
    """Comments of an author who is not listed get a nameless one: the next to be listed is somebody else."""
    strays = [one for one in comments if small_number(one, "authorId") >= len(authors)]
    if strays:
        nobody = _author(authors, "")
        for comment in strays:
            comment.set("authorId", nobody)


def _words(comment: Element) -> str:
    return "".join(one.text or "" for one in _texts(comment))


def _texts(comment: Element) -> list[Element]:
    """The t elements of a comment; without those that say how it is pronounced."""
    return [one for one in descendants(comment, "t") if local_name(one.getparent()) != "rPh"]


def _our_lines(comment: Element, pen: Pen) -> int:
    """How many lines at the end of a comment are sentences of ours."""
    lines = reversed(_words(comment).split("\n"))
    ours = takewhile(lambda line: line.strip() == pen.cleared or _SIGNED.search(line.strip()), lines)
    return sum(1 for _ in ours)


def _take_back(comment: Element, lines: int) -> None:
    """Removes so many lines from the end of a comment."""
    left = len("\n".join(_words(comment).split("\n")[:-lines]))
    for one in _texts(comment):
        kept = (one.text or "")[:left]
        left -= len(kept)
        one.text = kept
        run = one.getparent()
        if not kept and local_name(run) == "r":
            run.getparent().remove(run)


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
    runs = list(words.iterchildren("{*}r"))
    added = etree.Element(f"{{{namespace}}}r")
    words.insert(len(runs), added)  # before what says how the words are pronounced
    said = etree.SubElement(added, f"{{{namespace}}}t")
    said.text = f"\n{text}" if runs else text
    said.set(_SPACE, "preserve")


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
