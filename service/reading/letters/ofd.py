"""Pages of an OFD document (GB/T 33190-2016), the layout format of Chinese government offices: text, pictures, stamps.

An OFD file is a zip of XML parts. Lengths are millimetres, from the top left of the page. What is read: the text with
its places, pictures, and where electronic seals are stamped; signatures are not verified.
"""

import math
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
from service.reading.letters import pictures
from service.reading.letters.model import Box, Line, SealMark, Sheet
from service.reading.letters.reading_order import in_order, joined
from service.reading.letters.text import chinese
from service.reading.letters.text_layer import SCAN_SHARE, is_told_by

if TYPE_CHECKING:
    from PIL import Image

    from service.reading.letters.model import Picture

_DAMAGED: Final = "OFD 文件不完整或已损坏，请重新导出，或导出为 PDF 后发送"
_ENCRYPTED: Final = "OFD 文件已加密，请取消密码或导出为 PDF 后重新发送"
_A4: Final = (210.0, 297.0)
_LONGEST_SIDE: Final = 2000.0  # mm
_PAGES: Final = 500
_CHARACTERS: Final = 6000  # of one page
_OBJECTS: Final = 20_000  # of one page
_PICTURES: Final = 60  # of one page
_STAMP: Final = (21.0, 81.0)  # mm: no narrower, or it is a seal across the edges of several pages
_ASCENT: Final = 0.88  # of the size: from the upper edge to the baseline
_LEVEL: Final = 0.05  # radians: text that leans more belongs to a watermark or a stamp
_GLANCE_SIDE: Final = 420  # px: a seal's ring is still three pixels wide
_NAME: Final = 4  # Chinese characters of a seal's name at least
_IMAGES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM")

_Rectangle = tuple[float, float, float, float]  # left, top, width, height
_Matrix = tuple[float, float, float, float, float, float]
_UPRIGHT: Final[_Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


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
class _Stamp:
    """An electronic seal on a page: where, the name it was issued under, and its picture, as far as they are told."""

    place: _Rectangle
    name: str | None
    image: bytes | None


@dataclass(frozen=True, slots=True)
class _Image:
    """A picture on a page: its bytes, and the matrix that takes the unit square to where it lies."""

    content: bytes
    matrix: _Matrix

    @property
    def area(self) -> float:
        a, b, c, d, _, _ = self.matrix
        return abs(a * d - b * c)


@dataclass(frozen=True, slots=True)
class _Page:
    """Where one page's parts lie, and what is stamped on it."""

    part: str
    size: tuple[float, float]
    templates: Mapping[str, str]
    images: Mapping[str, str]  # resource: part
    stamps: list[_Stamp] = field(default_factory=list)


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
        lines = joined(_lines(objects, page.size[0]))
        return self._stamped(page, lines, images) if is_told_by(lines) else None

    def picture(self, number: int, long_side: int) -> "Picture":
        """The page's pictures and stamps on white, with its longer side at most long_side pixels."""
        page = self._pages[number]
        return _drawn(page, list(self._images(page, self._objects(page))), long_side)

    def _stamped(self, page: _Page, lines: Sequence[Line], images: Sequence[_Image]) -> Sheet:
        from service.reading.letters import seal

        marks = tuple(_mark(stamp, page.size[0]) for stamp in page.stamps)
        perhaps = False
        if images and not marks:
            found = seal.find_seals(_drawn(page, images, _GLANCE_SIDE))
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
        part = _place("", _text(body, "DocRoot"))
        document = self._package.xml(part)
        if document is None:
            raise FileDamaged("没有文档根节点")
        common = child(document, "CommonData")
        images = self._resources(part, common)
        templates = {
            attribute(t, "ID") or "": _place(part, attribute(t, "BaseLoc"))
            for t in descendants(document, "TemplatePage")
        }
        size = _size(child(common, "PageArea") if common is not None else None, _A4)
        pages: dict[str, _Page] = {}
        for element in islice(descendants(document, "Page"), _PAGES):
            place = _place(part, attribute(element, "BaseLoc"))
            pages.setdefault(attribute(element, "ID") or place, self._page(place, size, templates, images))
        self._add_stamps(pages, part, body, document)
        return list(pages.values())

    def _page(
        self, part: str, size: tuple[float, float], templates: Mapping[str, str], images: Mapping[str, str]
    ) -> _Page:
        root = self._package.xml(part)
        if root is None:
            return _Page(part, size, templates, images)
        own = self._resources(part, root, ("PageRes",))
        return _Page(part, _size(child(root, "Area"), size), templates, {**images, **own})

    def _resources(
        self, part: str, parent: Element | None, kinds: Sequence[str] = ("PublicRes", "DocumentRes")
    ) -> dict[str, str]:
        """The pictures by their identifier."""
        found: dict[str, str] = {}
        for kind in kinds if parent is not None else ():
            for element in islice(descendants(parent, kind), 20):
                place = _place(part, (element.text or "").strip())
                root = self._package.xml(place)
                if root is None:
                    continue
                base = posixpath.join(posixpath.dirname(place), attribute(root, "BaseLoc") or "", "_")
                for media in descendants(root, "MultiMedia"):
                    found[attribute(media, "ID") or ""] = _place(base, _text(media, "MediaFile"))
        return found

    def _add_stamps(self, pages: Mapping[str, _Page], part: str, body: Element, document: Element) -> None:
        """Electronic seals, from the signatures (18.2) and from annotations that show a stamp (15)."""
        found = [*self._signed(_place("", _text(body, "Signatures")))]
        found += self._annotated(_place(part, _text(document, "Annotations")))
        for page, stamp in found:
            if page in pages and all(_STAMP[0] <= side <= _STAMP[1] for side in stamp.place[2:]):
                pages[page].stamps.append(stamp)

    def _signed(self, listing: str) -> Iterator[tuple[str, _Stamp]]:
        root = self._package.xml(listing)
        for element in islice(descendants(root, "Signature"), 50) if root is not None else ():
            place = _place(listing, attribute(element, "BaseLoc"))
            signature = self._package.xml(place)
            if signature is None:
                continue
            value = self._package.part(_place(place, _text(signature, "SignedValue"))) or b""
            name, image = _name_in(value), _image_in(value)
            for stamp in descendants(signature, "StampAnnot"):
                yield attribute(stamp, "PageRef") or "", _Stamp(_rectangle(stamp), name, image)

    def _annotated(self, listing: str) -> Iterator[tuple[str, _Stamp]]:
        root = self._package.xml(listing)
        for page in islice(descendants(root, "Page"), _PAGES) if root is not None else ():
            annotations = self._package.xml(_place(listing, _text(page, "FileLoc")))
            for annotation in descendants(annotations, "Annot") if annotations is not None else ():
                appearance = child(annotation, "Appearance")
                if attribute(annotation, "Type") == "Stamp" and appearance is not None:
                    yield attribute(page, "PageID") or "", _Stamp(_rectangle(appearance), None, None)

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

    def _images(self, page: _Page, objects: Sequence[Element]) -> Iterator[_Image]:
        shown = (o for o in objects if o.tag.endswith("}ImageObject"))
        for element in islice(shown, _PICTURES):
            content = self._package.part(page.images.get(attribute(element, "ResourceID") or "", ""))
            if content:
                left, top, width, height = _rectangle(element)
                a, b, c, d, e, f = _matrix(element) or (width, 0.0, 0.0, height, 0.0, 0.0)
                yield _Image(content, (a, b, c, d, e + left, f + top))


# -- text -------------------------------------------------------------------------------------------------


def _lines(objects: Sequence[Element], width: float) -> Iterator[Line]:
    """Pieces of text with their boxes in page widths."""
    left = _CHARACTERS
    for element in objects:
        if not element.tag.endswith("}TextObject"):
            continue
        matrix = _matrix(element) or _UPRIGHT
        if abs(math.atan2(matrix[1], matrix[0])) > _LEVEL:
            continue
        x, y, _, _ = _rectangle(element)
        for text, box in _pieces(element, _number(attribute(element, "Size"), 4.0)):
            left -= len(text)
            if left < 0:
                return
            if text.strip():
                yield Line(" ".join(text.split()), _on_page(box, matrix, (x, y), width))


def _pieces(element: Element, size: float) -> Iterator[tuple[str, _Rectangle]]:
    """The text codes of one object (11.3): where a step is missing, characters stand side by side."""
    x = y = 0.0
    for code in descendants(element, "TextCode"):
        x, y = _number(attribute(code, "X"), x), _number(attribute(code, "Y"), y)
        text = code.text or ""
        steps = _steps(attribute(code, "DeltaX") or "")
        advance = sum(steps[: len(text) - 1]) + sum(map(_wide, text[len(steps) : -1])) * size
        end = advance + (size * _wide(text[-1]) if text else 0.0)
        yield text, (x, y - _ASCENT * size, max(end, 0.0), size)
        x += end


def _wide(letter: str) -> float:
    return 0.5 if letter.isascii() else 1.0


def _steps(written: str) -> list[float]:
    """ "2.5 g 3 5" -> 2.5, 5, 5, 5: "g" repeats."""
    words, place = written.split(), 0
    steps: list[float] = []
    while place < len(words) and len(steps) < _CHARACTERS:
        if words[place] == "g" and place + 2 < len(words):
            times = min(int(_number(words[place + 1], 0.0)), _CHARACTERS)
            steps += [_number(words[place + 2], 0.0)] * times
            place += 3
        else:
            steps.append(_number(words[place], 0.0))
            place += 1
    return steps


def _on_page(box: _Rectangle, matrix: _Matrix, origin: tuple[float, float], width: float) -> Box:
    a, b, c, d, e, f = matrix
    left, top, across, down = box
    corners = [(left, top), (left + across, top + down)]
    xs = sorted(a * x + c * y + e + origin[0] for x, y in corners)
    ys = sorted(b * x + d * y + f + origin[1] for x, y in corners)
    return Box(xs[0] / width, ys[0] / width, xs[1] / width, ys[1] / width)


# -- pictures and stamps ----------------------------------------------------------------------------------


def _drawn(page: _Page, images: Sequence[_Image], long_side: int) -> "Picture":
    import numpy
    from PIL import Image, ImageChops

    scale = long_side / max(page.size)
    canvas = Image.new("RGB", (max(1, round(page.size[0] * scale)), max(1, round(page.size[1] * scale))), "white")
    stamps = [_Image(s.image, (s.place[2], 0.0, 0.0, s.place[3], *s.place[:2])) for s in page.stamps if s.image]
    for image in (*images, *stamps):
        frame = _frame(image.content, long_side)
        inverse = _inverse(image.matrix, scale, frame.size) if frame is not None else None
        if frame is not None and inverse is not None:
            how = Image.Resampling.BILINEAR
            laid = frame.transform(canvas.size, Image.Transform.AFFINE, inverse, how, fillcolor="white")
            canvas = ImageChops.multiply(canvas, laid)
    return numpy.asarray(canvas)


def _frame(content: bytes, long_side: int) -> "Image.Image | None":
    from PIL import Image

    try:
        with pictures.opened(content) as frames:
            return Image.fromarray(frames.picture(0, long_side))
    except pictures.PictureRefused:
        return None


def _inverse(matrix: _Matrix, scale: float, size: tuple[int, int]) -> _Matrix | None:
    """The matrix from pixels of the canvas to pixels of the picture; None for a picture without an area."""
    a, b, c, d, e, f = (value * scale for value in matrix)
    turned = a * d - b * c
    if abs(turned) < 1e-6:
        return None
    width, height = size
    across = (d * width / turned, -c * width / turned, (c * f - d * e) * width / turned)
    down = (-b * height / turned, a * height / turned, (b * e - a * f) * height / turned)
    return (*across, *down)


def _mark(stamp: _Stamp, width: float) -> SealMark:
    left, top, across, down = stamp.place
    middle = (left + across / 2) / width, (top + down / 2) / width
    return SealMark(*middle, across / 2 / width, down / 2 / width, coverage=1.0, star=1.0, text=stamp.name)


def _image_in(value: bytes) -> bytes | None:
    """The picture inside a signed seal (GM/T 0031): wherever it begins."""
    places = [place for mark in _IMAGES[:3] if (place := value.find(mark)) >= 0]
    return value[min(places) :] if places else None


def _name_in(value: bytes) -> str | None:
    """The name under which a seal was issued: the first Chinese UTF8String of its DER structure (GM/T 0031)."""
    place = value.find(b"\x0c")
    while 0 <= place < 4096:
        length = value[place + 1] if place + 1 < len(value) else 0
        if 3 * _NAME <= length < 0x80:
            name = value[place + 2 : place + 2 + length].decode("utf-8", "ignore")
            if len(name.encode()) == length and chinese(name) >= max(_NAME, len(name) - 4):
                return name
        place = value.find(b"\x0c", place + 1)
    return None


# -- notation ---------------------------------------------------------------------------------------------


def _place(part: str, location: str | None) -> str:
    """A location (ST_Loc) seen from a part: absolute with a leading slash, else beside it."""
    wanted = (location or "").replace("\\", "/")
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), wanted)).lstrip("/")


def _text(parent: Element, name: str) -> str:
    found = next(iter(descendants(parent, name)), None)
    return (found.text or "").strip() if found is not None else ""


def _number(written: str | None, otherwise: float) -> float:
    try:
        number = float(written) if written else otherwise
    except ValueError:
        return otherwise
    return number if math.isfinite(number) and abs(number) < 1e6 else otherwise


def _numbers(written: str | None, count: int) -> list[float] | None:
    words = (written or "").split()
    return [_number(word, 0.0) for word in words] if len(words) == count else None


def _rectangle(element: Element) -> _Rectangle:
    left, top, width, height = _numbers(attribute(element, "Boundary"), 4) or (0.0, 0.0, 0.0, 0.0)
    return left, top, width, height


def _matrix(element: Element) -> _Matrix | None:
    found = _numbers(attribute(element, "CTM"), 6)
    return (found[0], found[1], found[2], found[3], found[4], found[5]) if found else None


def _size(area: Element | None, otherwise: tuple[float, float]) -> tuple[float, float]:
    """Width and height of a page, by its physical box."""
    box = _numbers(_text(area, "PhysicalBox"), 4) if area is not None else None
    if box is None or not all(10 <= side <= _LONGEST_SIDE for side in box[2:]):
        return otherwise
    return box[2], box[3]
