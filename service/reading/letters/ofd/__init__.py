"""Pages of an OFD document (GB/T 33190-2016), the layout format of Chinese government offices: text, pictures, stamps.

An OFD file is a zip of XML parts. Lengths are millimetres, from the top left of the page. What is read: the text with
its places, pictures, and where electronic seals are stamped; signatures are not verified.
"""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING, Final

from service.domain.submission import LetterSource, Problem
from service.reading.forms.package import (
    Element,
    FileDamaged,
    FileEncrypted,
    FileRefused,
    Package,
    attribute,
    child,
    descendants,
)
from service.reading.letters.model import Line, Point, Sheet
from service.reading.letters.ofd.drawing import Laid, Stamp, drawn, image_in, mark_of, name_in
from service.reading.letters.ofd.notation import matrix, place, rectangle, size, text_of
from service.reading.letters.ofd.text import lines_of
from service.reading.letters.reading_order import in_order, joined
from service.reading.letters.text_layer import SCAN_SHARE, is_told_by

if TYPE_CHECKING:
    from service.reading.letters.model import Picture

_DAMAGED: Final = "OFD 文件不完整或已损坏，请重新导出，或导出为 PDF 后发送"
_ENCRYPTED: Final = "OFD 文件已加密，请取消密码或导出为 PDF 后重新发送"
_A4: Final = (210.0, 297.0)
_PAGES: Final = 500
_OBJECTS: Final = 20_000  # of one page
_PICTURES: Final = 60  # of one page
_STAMP: Final = (21.0, 81.0)  # mm: no narrower, or it is a seal across the edges of several pages
_GLANCE_SIDE: Final = 420  # px: a seal's ring is still three pixels wide


class OfdRefused(Exception):
    """The file cannot be opened. problem tells why."""

    def __init__(self, problem: Problem, note: str) -> None:
        super().__init__(note)
        self.problem = problem
        self.note = note


@contextmanager
def opened(content: bytes) -> "Iterator[Ofd]":
    """The document for as long as the block runs. Raises OfdRefused."""
    try:
        document = Ofd(Package(content))
        if len(document) == 0:
            raise OfdRefused(Problem.DAMAGED, "OFD 文件没有页面，请重新导出后发送")
        yield document
    except FileEncrypted:
        raise OfdRefused(Problem.ENCRYPTED, _ENCRYPTED) from None
    except FileRefused as refusal:
        raise OfdRefused(Problem.REFUSED, str(refusal)) from None
    except FileDamaged:
        raise OfdRefused(Problem.DAMAGED, _DAMAGED) from None


@dataclass(frozen=True, slots=True)
class _Page:
    """Where one page's parts lie, and what is stamped on it."""

    part: str
    size: Point
    templates: Mapping[str, str]
    images: Mapping[str, str]  # resource: part
    stamps: list[Stamp] = field(default_factory=list)


class Ofd:
    """An open OFD document; pages are counted from 0. Raises FileDamaged, FileEncrypted or FileRefused."""

    def __init__(self, package: Package) -> None:
        self._package = package
        if "encryptions.xml" in package or any(name.endswith("entriesmap.dat") for name in package.names()):
            raise FileEncrypted

    def __len__(self) -> int:
        return len(self._pages)

    def sheet(self, number: int) -> Sheet | None:
        """The page's text with its places, or None when the page must be read as a picture."""
        page = self._pages[number]
        objects = self._objects(page)
        images = list(self._images(page, objects))
        if sum(image.area for image in images) > SCAN_SHARE * page.size[0] * page.size[1]:
            return None
        lines = joined(lines_of(objects, page.size[0]))
        return self._stamped(page, lines, images) if is_told_by(lines) else None

    def picture(self, number: int, long_side: int) -> "Picture":
        """The page's pictures and stamps on white, with its longer side at most long_side pixels."""
        page = self._pages[number]
        return drawn(page.size, list(self._images(page, self._objects(page))), page.stamps, long_side)

    def _stamped(self, page: _Page, lines: Sequence[Line], images: Sequence[Laid]) -> Sheet:
        from service.reading.letters import seal

        marks = tuple(mark_of(stamp, page.size[0]) for stamp in page.stamps)
        perhaps = False
        if images and not marks:
            found = seal.find_seals(drawn(page.size, images, (), _GLANCE_SIDE))
            marks, perhaps = found.seals, found.red_patch
        return Sheet(in_order(lines), LetterSource.TEXT_LAYER, marks, colour=True, perhaps_sealed=perhaps)

    # -- the parts of the package (GB/T 33190, chapter 7) -------------------------------------------------

    @cached_property
    def _pages(self) -> list[_Page]:
        root = self._package.xml("OFD.xml")
        if root is None:
            raise FileDamaged("没有 OFD.xml")
        pages: list[_Page] = []
        for body in islice(descendants(root, "DocBody"), 10):
            pages += self._pages_of(body)
        return pages[:_PAGES]

    def _pages_of(self, body: Element) -> list[_Page]:
        part = place("", text_of(body, "DocRoot"))
        document = self._package.xml(part)
        if document is None:
            raise FileDamaged("没有文档根节点")
        common = child(document, "CommonData")
        images = self._resources(part, common)
        templates = {
            attribute(t, "ID") or "": place(part, attribute(t, "BaseLoc"))
            for t in descendants(document, "TemplatePage")
        }
        paper = size(child(common, "PageArea") if common is not None else None, _A4)
        pages: dict[str, _Page] = {}
        for element in islice(descendants(document, "Page"), _PAGES):
            where = place(part, attribute(element, "BaseLoc"))
            pages.setdefault(attribute(element, "ID") or where, self._page(where, paper, templates, images))
        self._add_stamps(pages, part, body, document)
        return list(pages.values())

    def _page(self, part: str, paper: Point, templates: Mapping[str, str], images: Mapping[str, str]) -> _Page:
        root = self._package.xml(part)
        if root is None:
            return _Page(part, paper, templates, images)
        own = self._resources(part, root, ("PageRes",))
        return _Page(part, size(child(root, "Area"), paper), templates, {**images, **own})

    def _resources(
        self, part: str, parent: Element | None, kinds: Sequence[str] = ("PublicRes", "DocumentRes")
    ) -> dict[str, str]:
        """The pictures by their identifier."""
        found: dict[str, str] = {}
        for kind in kinds if parent is not None else ():
            for element in islice(descendants(parent, kind), 20):
                where = place(part, (element.text or "").strip())
                root = self._package.xml(where)
                if root is None:
                    continue
                base = posixpath.join(posixpath.dirname(where), attribute(root, "BaseLoc") or "", "_")
                for media in descendants(root, "MultiMedia"):
                    found[attribute(media, "ID") or ""] = place(base, text_of(media, "MediaFile"))
        return found

    def _add_stamps(self, pages: Mapping[str, _Page], part: str, body: Element, document: Element) -> None:
        """Electronic seals, from the signatures (18.2) and from annotations that show a stamp (15)."""
        found = [*self._signed(place("", text_of(body, "Signatures")))]
        found += self._annotated(place(part, text_of(document, "Annotations")))
        for page, stamp in found:
            if page in pages and all(_STAMP[0] <= side <= _STAMP[1] for side in stamp.place[2:]):
                pages[page].stamps.append(stamp)

    def _signed(self, listing: str) -> Iterator[tuple[str, Stamp]]:
        root = self._package.xml(listing)
        for element in islice(descendants(root, "Signature"), 50) if root is not None else ():
            where = place(listing, attribute(element, "BaseLoc"))
            signature = self._package.xml(where)
            if signature is None:
                continue
            value = self._package.part(place(where, text_of(signature, "SignedValue"))) or b""
            name, image = name_in(value), image_in(value)
            for stamp in descendants(signature, "StampAnnot"):
                yield attribute(stamp, "PageRef") or "", Stamp(rectangle(stamp), name, image)

    def _annotated(self, listing: str) -> Iterator[tuple[str, Stamp]]:
        root = self._package.xml(listing)
        for page in islice(descendants(root, "Page"), _PAGES) if root is not None else ():
            annotations = self._package.xml(place(listing, text_of(page, "FileLoc")))
            for annotation in descendants(annotations, "Annot") if annotations is not None else ():
                appearance = child(annotation, "Appearance")
                if attribute(annotation, "Type") == "Stamp" and appearance is not None:
                    yield attribute(page, "PageID") or "", Stamp(rectangle(appearance), None, None)

    # -- what stands on a page ----------------------------------------------------------------------------

    def _objects(self, page: _Page) -> list[Element]:
        """Text and pictures of the page and of the template behind it."""
        found: list[Element] = []
        roots = [self._package.xml(page.part)]
        if roots[0] is not None:
            parts = (page.templates.get(attribute(t, "TemplateID") or "") for t in descendants(roots[0], "Template"))
            roots += [self._package.xml(part) for part in islice(parts, 5) if part]
        for root in roots:
            if root is not None:
                found += islice(root.iter("{*}TextObject", "{*}ImageObject"), _OBJECTS)
        return found

    def _images(self, page: _Page, objects: Sequence[Element]) -> Iterator[Laid]:
        shown = (o for o in objects if o.tag.endswith("}ImageObject"))
        for element in islice(shown, _PICTURES):
            content = self._package.part(page.images.get(attribute(element, "ResourceID") or "", ""))
            if content:
                left, top, width, height = rectangle(element)
                a, b, c, d, e, f = matrix(element) or (width, 0.0, 0.0, height, 0.0, 0.0)
                yield Laid(content, (a, b, c, d, e + left, f + top))
