"""Round seals of invented units. Every one carries 测试样章 and can be taken for no real organ's."""

import math

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from service.demo.letters import Seal
from service.demo.typefaces import Face, picture_font

SAMPLE_MARK = "测试样章"
_ARC = 250.0  # degrees of the ring that the longest names take
_FINE = 3  # drawn this many times larger, then reduced


def draw_seal(seal: Seal, pixels_per_mm: float, seed: int = 0) -> Image.Image:
    """A square RGBA picture of a seal, transparent where there is no ink."""
    size = max(8, round(seal.diameter_mm * pixels_per_mm))
    ink = _ink(seal, size * _FINE).rotate(-seal.tilt, Image.Resampling.BICUBIC)
    ink = ink.resize((size, size), Image.Resampling.LANCZOS)
    alpha = np.asarray(ink, dtype=np.float32) * seal.strength * _blotches(size, seal.wear, seed)
    picture = Image.new("RGBA", (size, size), (*seal.colour, 0))
    picture.putalpha(Image.fromarray(alpha.clip(0, 255).astype(np.uint8)))
    return picture


def _ink(seal: Seal, size: int) -> Image.Image:
    """Where ink goes, as a grey picture."""
    mask = Image.new("L", (size, size), 0)
    draw = ImageDraw.Draw(mask)
    rim = max(2, round(size / seal.diameter_mm))
    draw.ellipse((1, 1, size - 2, size - 2), outline=255, width=rim)
    draw.polygon(_star(size / 2, size / 2, size * 0.13), fill=255)
    font = picture_font(Face.SANS, round(size * 0.075))
    draw.text((size / 2, size * 0.74), SAMPLE_MARK, fill=255, font=font, anchor="mm")
    _ring_text(mask, seal.text, size)
    return mask


def _ring_text(mask: Image.Image, text: str, size: int) -> None:
    """The name along the rim, left to right over the top."""
    em = min(size * 0.135, size * 0.37 * math.radians(_ARC) / max(len(text), 1))
    step = min(_ARC / max(len(text) - 1, 1), 26.0)
    start = -step * (len(text) - 1) / 2
    radius = size / 2 - size / 42 - em * 0.72
    for i, char in enumerate(text):
        angle = start + i * step
        glyph = Image.new("L", (round(em * 1.6),) * 2, 0)
        middle = glyph.width / 2
        ImageDraw.Draw(glyph).text((middle, middle), char, fill=255, font=_ring_font(em), anchor="mm")
        glyph = glyph.rotate(-angle, Image.Resampling.BICUBIC)
        x = size / 2 + radius * math.sin(math.radians(angle))
        y = size / 2 - radius * math.cos(math.radians(angle))
        mask.paste(255, (round(x - middle), round(y - middle)), glyph)


def _ring_font(em: float) -> ImageFont.FreeTypeFont:
    return picture_font(Face.SERIF, max(6, round(em)))


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    points = []
    for i in range(10):
        reach = radius if i % 2 == 0 else radius * 0.382
        angle = math.radians(36 * i)
        points.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
    return points


def _blotches(size: int, wear: float, seed: int) -> NDArray[np.float32]:
    """How much of the ink reached the paper, 0..1 per pixel."""
    if wear <= 0:
        return np.ones((size, size), dtype=np.float32)
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (size // 6 + 2,) * 2, dtype=np.uint8))
    cloud = coarse.resize((size, size), Image.Resampling.BICUBIC).filter(ImageFilter.GaussianBlur(1))
    reached: NDArray[np.float32] = np.float32(1) - np.asarray(cloud, dtype=np.float32) * np.float32(wear / 255)
    return reached
