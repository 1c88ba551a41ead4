"""What scanners, copiers, phones and screens make of a page. Each takes and gives RGB pixels."""

import random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from tests.specimens.letters.faces import Kind, faces, font
from tests.specimens.letters.papers import Pixels, lit

_CLOTH, _DESK = (150, 24, 34), (126, 104, 84)


def skewed(page: Pixels, rng: random.Random) -> Pixels:
    """Two to four degrees."""
    return _turned(page, rng.choice((-1, 1)) * rng.uniform(1.5, 4.0))


def slightly_skewed(page: Pixels, rng: random.Random) -> Pixels:
    return _turned(page, rng.uniform(-0.8, 0.8))


def blurred(page: Pixels, rng: random.Random) -> Pixels:
    """In proportion to the page: what is soft at 200 dpi is gone at 100."""
    return cv2.GaussianBlur(page, (0, 0), page.shape[1] / 1654 * rng.uniform(1.2, 2.0)).astype(np.uint8)


def noisy(page: Pixels, rng: random.Random) -> Pixels:
    return _image(page + _grain(page.shape, rng.uniform(12, 24), rng))


def photographed(page: Pixels, rng: random.Random) -> Pixels:
    """On a desk, from an angle, with a shadow."""
    seen = _seen_aslant(page, _DESK, rng, 0.45)
    return lit(seen, _shadow(seen.shape, rng))


def on_a_red_cloth(page: Pixels, rng: random.Random) -> Pixels:
    """On the table cloth of a meeting room."""
    seen = _seen_aslant(page, _CLOTH, rng, 0.35)
    return lit(seen, _shadow(seen.shape, rng))


def in_low_light(page: Pixels, rng: random.Random) -> Pixels:
    """Yellow, dark and grainy."""
    dark = lit(_seen_aslant(page, _DESK, rng, 0.3), np.array([0.62, 0.55, 0.44], np.float32) * rng.uniform(0.7, 1.1))
    return _image(dark + _grain(dark.shape, 7, rng))


def crumpled(page: Pixels, rng: random.Random) -> Pixels:
    """Folded and smoothed out again: bent lines and soft creases."""
    height, width = page.shape[:2]
    waves = [_clouds(height, width, 9, rng) for _ in range(2)]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    bent = cv2.remap(
        page,
        x + width * 0.006 * waves[0],
        y + width * 0.006 * waves[1],
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    creases = 1 - 0.09 * np.abs(_clouds(height, width, 12, rng))
    return lit(bent.astype(np.uint8), creases[..., None])


def off_a_screen(page: Pixels, rng: random.Random) -> Pixels:
    """A photo of a screen: the stripes of two grids, and the screen's own blue."""
    seen = _seen_aslant(page, (20, 20, 22), rng, 0.25)
    height, width = seen.shape[:2]
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    phases = [rng.uniform(0, 6) for _ in range(3)]
    across, down = rng.uniform(0.5, 1.2), rng.uniform(0.05, 0.5)
    stripes = np.stack([np.sin(across * x + down * y + phase) for phase in phases], axis=2)
    return lit(seen, ((0.9 + 0.07 * stripes) * np.array([0.95, 0.98, 1.0])).astype(np.float32))


def on_its_side(page: Pixels, rng: random.Random) -> Pixels:
    return np.ascontiguousarray(np.rot90(page, rng.choice((1, 3))))


def on_its_head(page: Pixels, rng: random.Random) -> Pixels:
    return np.ascontiguousarray(np.rot90(_turned(page, rng.uniform(-1, 1)), 2))


def grey(page: Pixels, rng: random.Random) -> Pixels:
    """A copy without colour."""
    return np.repeat(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2).astype(np.uint8)


def faxed(page: Pixels, rng: random.Random) -> Pixels:
    """One bit a pixel, with the specks of the line."""
    plain = grey(cv2.GaussianBlur(page, (0, 0), 0.6).astype(np.uint8), rng)
    bits = np.where(plain > rng.randint(120, 170), 255, 0).astype(np.uint8)
    specks = np.random.default_rng(rng.randrange(1 << 30)).random(page.shape[:2]) < 0.0008
    bits[specks] = 0
    return bits


def watermarked(page: Pixels, rng: random.Random) -> Pixels:
    """By the scanning program of a phone."""
    image = Image.fromarray(page)
    width, height = image.size
    at = (width * 0.97, height * 0.985)
    size = round(width * rng.uniform(0.016, 0.024))
    ImageDraw.Draw(image).text(
        at, "扫描全能王 创建", fill=(120, 120, 120), font=font(faces(Kind.HEI)[0], size), anchor="rs"
    )
    return np.asarray(image)


def _turned(page: Pixels, degrees: float) -> Pixels:
    height, width = page.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    return cv2.warpAffine(page, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=(252, 252, 252)).astype(
        np.uint8
    )


def _seen_aslant(page: Pixels, ground: tuple[int, int, int], rng: random.Random, much: float) -> Pixels:
    height, width = page.shape[:2]
    margin = width * 0.06
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    moved = (
        corners + margin + np.array([[rng.uniform(-1, 1) for _ in "xy"] for _ in corners], np.float32) * margin * much
    )
    matrix = cv2.getPerspectiveTransform(corners, moved.astype(np.float32))
    size = (round(width + 2 * margin), round(height + 2 * margin))
    return cv2.warpPerspective(page, matrix, size, flags=cv2.INTER_AREA, borderValue=ground).astype(np.uint8)


def _shadow(shape: tuple[int, ...], rng: random.Random) -> NDArray[np.float32]:
    """For `lit`: the soft shadow of a hand and the fall-off of a lamp."""
    x, y = np.meshgrid(np.linspace(-0.5, 0.5, shape[1]), np.linspace(-0.5, 0.5, shape[0]))
    angle = rng.uniform(0, 2 * np.pi)
    slope = x * np.cos(angle) + y * np.sin(angle)
    edge = 1 / (1 + np.exp(-(slope - rng.uniform(0.05, 0.3)) * 25))
    return (1 - 0.15 * slope - rng.uniform(0.1, 0.3) * edge).astype(np.float32)[..., None]


def _clouds(height: int, width: int, cells: int, rng: random.Random) -> NDArray[np.float32]:
    """Smooth values of about -1 to 1."""
    coarse = np.random.default_rng(rng.randrange(1 << 30)).normal(0, 0.6, (cells, cells)).astype(np.float32)
    return cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32)


def _grain(shape: tuple[int, ...], sigma: float, rng: random.Random) -> NDArray[np.float32]:
    grain = np.random.default_rng(rng.randrange(1 << 30)).standard_normal(shape[:2], np.float32) * np.float32(sigma)
    return grain[..., None].astype(np.float32)


def _image(pixels: NDArray[np.float32]) -> Pixels:
    return pixels.clip(0, 255).astype(np.uint8)
