"""Changes to some parts of an Open Packaging Conventions file (ECMA-376 part 2), with all other parts as they were."""

import posixpath
import zipfile
from io import BytesIO
from typing import Final

from lxml import etree

from service.reading.forms.package import Element, Package, parse_xml

_RELATIONSHIPS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES: Final = "http://schemas.openxmlformats.org/package/2006/content-types"
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
"""The namespace of r:id and of relationship types, in transitional files."""
_LARGEST: Final = 4 << 20  # bytes of a part that is changed


class MarkingRefused(Exception):
    """The file cannot be marked safely. The message says why, for the log; it quotes nothing of the file."""


class Edits:
    """The parts that change. A part is parsed when it is first asked for, and written back as a whole."""

    def __init__(self, package: Package) -> None:
        self.package = package
        self._roots: dict[str, Element] = {}
        self._new: dict[str, bytes] = {}
        signed = any(relation.kind == "origin" for relation in package.relations("").values())
        if signed or any("_xmlsignatures" in name for name in package.names()):
            raise MarkingRefused("the file is signed")

    def xml(self, name: str) -> Element:
        """The root of a part that will be written back. Raises MarkingRefused when there is no such part."""
        if name not in self._roots:
            content = self.package.part(name) if self.package.size(name) <= _LARGEST else None
            if not content:
                raise MarkingRefused("a part is missing or large")
            self._roots[name] = parse_xml(content)
        return self._roots[name]

    def put(self, name: str, root: Element) -> None:
        """Makes a parsed root the content of a part, new or old."""
        self._new.pop(name, None)
        self._roots[name] = root

    def replace(self, name: str, content: bytes) -> None:
        """Gives a part other bytes, or adds it."""
        self._new[name] = content

    def unused(self, pattern: str) -> str:
        """A part name that is not taken: pattern holds one %d."""
        taken = {*self.package.names(), *(name.lower() for name in (*self._roots, *self._new))}
        return next(name for number in range(1, 10_000) if (name := pattern % number).lower() not in taken)

    def relate(self, part: str, kind: str, target: str) -> str:
        """The identifier of a relationship from one part to another, made new."""
        folder, base = posixpath.split(part)
        place = posixpath.join(folder, "_rels", base + ".rels")
        if place not in self._roots and place not in self.package:
            self._roots[place] = etree.Element(f"{{{_RELATIONSHIPS}}}Relationships", nsmap={None: _RELATIONSHIPS})  # type: ignore[dict-item]  # lxml takes None
        root = self.xml(place)
        taken = {element.get("Id") for element in root}
        identifier = next(name for number in range(1, 10_000) if (name := f"rId{number}") not in taken)
        values = {"Id": identifier, "Type": f"{OFFICE}/{kind}", "Target": f"/{target}"}
        etree.SubElement(root, f"{{{_RELATIONSHIPS}}}Relationship", values)
        return identifier

    def declare(self, part: str, media_type: str) -> None:
        """Tells the package what kind of part a new one is."""
        root = self.xml("[Content_Types].xml")
        etree.SubElement(root, f"{{{_TYPES}}}Override", PartName=f"/{part}", ContentType=media_type)

    def packed(self) -> bytes:
        """The whole file again: the same entries in the same order, then the new ones."""
        changed = {name.lower(): _written(root) for name, root in self._roots.items()}
        changed |= {name.lower(): content for name, content in self._new.items()}
        names = {name.lower(): name for name in (*self._roots, *self._new)}
        out, seen = BytesIO(), set[str]()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for entry, content in self.package.entries():
                name = _plain(entry.filename)
                if name in seen:
                    raise MarkingRefused("a part is there twice")
                seen.add(name)
                entry.extra = b""  # may hold the part's old size
                made.writestr(entry, changed.pop(name, content))
            for name, content in changed.items():
                made.writestr(zipfile.ZipInfo(names[name]), content, zipfile.ZIP_DEFLATED)
        return out.getvalue()


def _plain(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()


def _written(root: Element) -> bytes:
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
    return written
