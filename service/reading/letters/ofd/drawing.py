"""Pictures and stamps of an OFD page, drawn where they lie; and what a signed seal tells of itself (GM/T 0031)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from service.reading.letters import pictures
from service.reading.letters.model import Point, SealMark
from service.reading.letters.ofd.notation import Matrix, Rectangle
from service.reading.letters.text import chinese

if TYPE_CHECKING:
    from PIL import Image

    from service.reading.letters.model import Picture

_NAME: Final = 4  # Chinese characters of a seal's name at least
_IMAGES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")


@dataclass(frozen=True, slots=True)
class Stamp:
    """An electronic seal on a page: where, the name it was issued under, and its picture, as far as they are told."""

    place: Rectangle
    name: str | None
    image: bytes | None


@dataclass(frozen=True, slots=True)
class Laid:
    """A picture on a page: its bytes, and the matrix that takes the unit square to where it lies."""

    content: bytes
    matrix: Matrix

    @property
    def area(self) -> float:
        a, b, c, d, _, _ = self.matrix
        return abs(a * d - b * c)


def drawn(size: Point, images: Sequence[Laid], stamps: Sequence[Stamp], long_side: int) -> "Picture":
    """A page of that size in mm, white but for its pictures and stamps, its longer side long_side pixels."""
    import numpy
    from PIL import Image, ImageChops

    scale = long_side / max(size)
    canvas = Image.new("RGB", (max(1, round(size[0] * scale)), max(1, round(size[1] * scale))), "white")
    laid = [Laid(s.image, (s.place[2], 0.0, 0.0, s.place[3], *s.place[:2])) for s in stamps if s.image]
    for image in (*images, *laid):
        frame = _frame(image.content, long_side)
        inverse = _inverse(image.matrix, scale, frame.size) if frame is not None else None
        if frame is not None and inverse is not None:
            how = Image.Resampling.BILINEAR
            seen = frame.transform(canvas.size, Image.Transform.AFFINE, inverse, how, fillcolor="white")
            canvas = ImageChops.multiply(canvas, seen)
    return numpy.asarray(canvas)


def _frame(content: bytes, long_side: int) -> "Image.Image | None":
    from PIL import Image

    try:
        with pictures.opened(content) as frames:
            return Image.fromarray(frames.picture(0, long_side))
    except pictures.PictureRefused:
        return None


def _inverse(matrix: Matrix, scale: float, size: tuple[int, int]) -> Matrix | None:
    """The matrix from pixels of the canvas to pixels of the picture; None for a picture without an area."""
    a, b, c, d, e, f = (value * scale for value in matrix)
    turned = a * d - b * c
    if abs(turned) < 1e-6:
        return None
    width, height = size
    across = (d * width / turned, -c * width / turned, (c * f - d * e) * width / turned)
    down = (-b * height / turned, a * height / turned, (b * e - a * f) * height / turned)
    return (*across, *down)


def mark_of(stamp: Stamp, width: float) -> SealMark:
    """A stamp as a seal that was found. width: of the page in mm."""
    left, top, across, down = stamp.place
    middle = (left + across / 2) / width, (top + down / 2) / width
    return SealMark(*middle, across / 2 / width, down / 2 / width, coverage=1.0, star=1.0, text=stamp.name)


def image_in(value: bytes) -> bytes | None:
    """The picture inside a signed seal (GM/T 0031): wherever it begins."""
    places = [place for mark in _IMAGES if (place := value.find(mark)) >= 0]
    return value[min(places) :] if places else None


def name_in(value: bytes) -> str | None:
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
