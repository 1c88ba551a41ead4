"""What scanners, fax machines and phones make of a page, and the files they write.

Everything is drawn from a seed: the same call gives the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from time import gmtime

import cv2
import numpy as np
import pypdfium2
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from service.demo.letters import Page
from service.demo.paper import picture_of, without_chance

_MOMENT = gmtime(1584666000)  # 2020-03-20 09:00 in China: scans carry a date, and it must not be today's
_DESK = (118, 96, 78)


class Tone(StrEnum):
    COLOUR = "colour"
    GREY = "grey"
    FAX = "fax"  # one bit per pixel


@dataclass(frozen=True, slots=True)
class Scan:
    """How a page was taken."""

    dpi: int = 200
    tone: Tone = Tone.COLOUR
    quarter_turns: int = 0  # clockwise
    skew: float = 0.0  # degrees, counter-clockwise
    noise: float = 0.0  # standard deviation, of 255
    blur: float = 0.0  # pixels
    photo: float = 0.0  # 0: a scanner; 1: a careful phone photo on a desk; 2: a careless one


def scanned(page: Page, scan: Scan, seed: int = 0) -> Image.Image:
    """A page as this device sees it: RGB, grey or one bit."""
    picture = picture_of(page, scan.dpi)
    if scan.skew:
        picture = picture.rotate(scan.skew, Image.Resampling.BICUBIC, expand=False, fillcolor="white")
    if scan.photo:
        picture = _photographed(picture, scan.photo, seed)
    if scan.blur:
        picture = picture.filter(ImageFilter.GaussianBlur(scan.blur))
    if scan.noise:
        picture = _noisy(picture, scan.noise, seed)
    if scan.quarter_turns % 4:
        picture = picture.rotate(-90 * scan.quarter_turns, expand=True)
    return _toned(picture, scan.tone)


def as_jpeg(picture: Image.Image, quality: int = 82, orientation: int = 1) -> bytes:
    """A JPEG file. With EXIF orientation 3, 6 or 8 the pixels are stored turned, as phones do, and shown upright."""
    stored = {1: 0, 3: 180, 6: 90, 8: 270}[orientation]
    out = BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture.convert("RGB" if picture.mode == "RGB" else "L").rotate(stored, expand=True).save(
        out, "JPEG", quality=quality, exif=exif.tobytes()
    )
    return out.getvalue()


def as_png(picture: Image.Image) -> bytes:
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def as_tiff(pictures: Sequence[Image.Image], dpi: int = 200) -> bytes:
    """A TIFF of several pages, G4 when they are one bit."""
    out = BytesIO()
    compression = "group4" if pictures[0].mode == "1" else "tiff_lzw"
    first, *rest = pictures
    first.save(out, "TIFF", save_all=True, append_images=rest, compression=compression, dpi=(dpi, dpi))
    return out.getvalue()


def as_pdf(pictures: Sequence[Image.Image], dpi: int = 200, rotate: int = 0) -> bytes:
    """A PDF of pictures without any text; rotate is the pages' /Rotate entry in degrees."""
    out = BytesIO()
    first, *rest = pictures
    first.save(out, "PDF", save_all=True, append_images=rest, resolution=dpi, creationDate=_MOMENT, modDate=_MOMENT)
    return _rotated(out.getvalue(), rotate) if rotate else out.getvalue()


def _rotated(pdf: bytes, degrees: int) -> bytes:
    document = pypdfium2.PdfDocument(pdf)
    for page in document:
        page.set_rotation(degrees)
    out = BytesIO()
    document.save(out)
    return without_chance(out.getvalue())


def _toned(picture: Image.Image, tone: Tone) -> Image.Image:
    if tone is Tone.GREY:
        return picture.convert("L")
    if tone is Tone.FAX:
        return picture.convert("L").point(lambda value: 255 if value > 150 else 0).convert("1")
    return picture


def _noisy(picture: Image.Image, sigma: float, seed: int) -> Image.Image:
    pixels = np.asarray(picture, dtype=np.float32)
    grain = np.random.default_rng(seed).normal(0, sigma, pixels.shape[:2]).astype(np.float32)
    return _image(pixels + grain[..., None])


def _photographed(picture: Image.Image, strength: float, seed: int) -> Image.Image:
    """The page on a desk, seen from an angle, with a shadow across it."""
    rng = np.random.default_rng(seed)
    page = np.asarray(picture)
    height, width = page.shape[:2]
    margin = int(width * 0.06)
    size = (width + 2 * margin, height + 2 * margin)
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], dtype=np.float32)
    moved = corners + margin + rng.uniform(-1, 1, (4, 2)).astype(np.float32) * margin * 0.45 * strength
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    seen = cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA, borderValue=_DESK)
    return _image(seen.astype(np.float32) * _light(size, strength, rng)[..., None])


def _light(size: tuple[int, int], strength: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Brightness per pixel: an even fall-off and the soft shadow of a hand."""
    width, height = size
    x, y = np.meshgrid(np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32))
    angle = rng.uniform(0, 2 * np.pi)
    slope = (x - 0.5) * np.cos(angle) + (y - 0.5) * np.sin(angle)
    edge = 1 / (1 + np.exp(-(slope - rng.uniform(0.1, 0.3)) * 25))
    light: NDArray[np.float32] = (1 - 0.10 * strength * slope - 0.14 * strength * edge).astype(np.float32)
    return light


def _image(pixels: NDArray[np.float32]) -> Image.Image:
    return Image.fromarray(pixels.clip(0, 255).astype(np.uint8))
