"""Frames of image files as RGB arrays, upright as the camera meant them, never larger than asked for."""

import io
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from service.domain.submission import Problem

if TYPE_CHECKING:
    from service.reading.letters.model import Picture

_PIXELS = 72_000_000  # of one frame as decoded: A3 at 600 dpi has 70 million, the photos of telephones up to 51
_FORMATS = ("JPEG", "PNG", "TIFF", "BMP", "WEBP", "GIF", "HEIF", "AVIF")
_DRAFT = 2400  # px: a JPEG is decoded at a half, a quarter or an eighth when that leaves as much
_GAP = 1.5  # larger pictures are first brought to so many times the size asked for, or more, in the cheapest way
_SMALL_SIDE = 150  # px
_SMALL_FILE = 4096  # bytes
_FLAT = 4.5  # wider than high by so much: a banner
_BANNER = 400  # px


class PictureRefused(Exception):
    """The file cannot be read as a picture. problem tells why."""

    def __init__(self, problem: Problem, note: str) -> None:
        super().__init__(note)
        self.problem = problem
        self.note = note


@dataclass(frozen=True, slots=True)
class Pictures:
    """An open image file; frames are counted from 0."""

    image: Any
    size: int  # bytes of the file

    def __len__(self) -> int:
        return int(getattr(self.image, "n_frames", 1)) if self.image.format == "TIFF" else 1

    @property
    def is_decoration(self) -> bool:
        """True for what is too small or too flat to be a page: logos, rules, icons."""
        short, long = sorted(self.image.size)
        return short < _SMALL_SIDE or self.size < _SMALL_FILE or (long > _FLAT * short and short < _BANNER)

    def picture(self, number: int, long_side: int) -> "Picture":
        """One frame with its longer side at most long_side pixels. Raises PictureRefused."""
        import numpy
        from PIL import Image, ImageOps

        with _refusing():
            if number:
                self.image.seek(number)
                _check_size(self.image)
            frame = ImageOps.exif_transpose(self.image)
            frame = _scalable(frame)
            frame.thumbnail((long_side, long_side), Image.Resampling.LANCZOS, reducing_gap=_GAP)
            return numpy.asarray(_on_white(frame))


@contextmanager
def opened(content: bytes) -> Iterator[Pictures]:
    """The image file for as long as the block runs. Raises PictureRefused."""
    from PIL import AvifImagePlugin, Image, TiffImagePlugin, WebPImagePlugin  # noqa: F401 - this registers them

    if content[4:8] == b"ftyp":
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    with _refusing():
        image = Image.open(io.BytesIO(content), formats=_FORMATS)
        image.draft("RGB", (_DRAFT, _DRAFT))
        _check_size(image)
    with image:
        yield Pictures(image, len(content))


def _check_size(image: Any) -> None:
    width, height = image.size
    if width * height > _PIXELS:
        raise PictureRefused(Problem.REFUSED, f"图片尺寸过大（{width}×{height} 像素），请缩小后重新发送")


def _scalable(frame: Any) -> Any:
    """In as few channels as can be scaled down: a picture of 70 million pixels costs seconds otherwise.

    16-bit greys are brought to 8 bits.
    """
    if frame.mode.startswith("I") or frame.mode == "F":
        low, high = frame.getextrema()
        scale = 255 / (high - low) if high > low else 1
        grey = frame.point(lambda value: value * scale - low * scale).convert("L")
        grey.info.pop("transparency", None)  # was a 16-bit value
        return grey
    if frame.mode in ("RGBA", "LA") or (frame.mode in ("1", "L", "RGB") and "transparency" not in frame.info):
        return frame.convert("L") if frame.mode == "1" else frame
    return frame.convert("RGBA" if frame.mode == "PA" or "transparency" in frame.info else "RGB")


def _on_white(frame: Any) -> Any:
    """As RGB; what is transparent is paper."""
    from PIL import Image

    if frame.mode in ("RGBA", "LA"):
        frame = frame.convert("RGBA")
        paper = Image.new("RGBA", frame.size, "white")
        return Image.alpha_composite(paper, frame).convert("RGB")
    return frame.convert("RGB")


@contextmanager
def _refusing() -> Iterator[None]:
    """Everything that Pillow raises for broken files, as PictureRefused."""
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about metadata; sizes are checked by us
            yield
    except PictureRefused:
        raise
    except Image.DecompressionBombError:
        raise PictureRefused(Problem.REFUSED, "图片尺寸过大，请缩小后重新发送") from None
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, struct.error) as error:
        raise PictureRefused(Problem.DAMAGED, "图片不完整或已损坏，请重新扫描或拍摄后发送") from error
