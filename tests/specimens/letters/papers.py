"""What a letter was printed on, and what stationery did to it."""

import random
from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # height x width x 3, RGB
_TINTS = ((250, 240, 208), (244, 230, 190), (222, 234, 250), (252, 226, 228), (226, 244, 226))


def white(page: Pixels, rng: random.Random) -> Pixels:
    return page


def tinted(page: Pixels, rng: random.Random) -> Pixels:
    """Yellowed, or sold in a colour."""
    return lit(page, np.array(rng.choice(_TINTS), np.float32) / 255)


def lined(page: Pixels, rng: random.Random) -> Pixels:
    """Letter paper with rules from side to side, in the colours it is sold in."""
    colour = rng.choice(((200, 90, 90), (120, 150, 210), (150, 190, 150), (170, 170, 170)))
    height, width = page.shape[:2]
    sheet = np.full_like(page, 255)
    step = height / 29.7 * rng.uniform(0.85, 1.1)
    for row in range(3, 26):
        y = round(row * step)
        cv2.line(sheet, (width // 10, y), (width * 9 // 10, y), colour, max(1, width // 900))
    return np.minimum(page, sheet)


def from_a_binder(page: Pixels, rng: random.Random) -> Pixels:
    """Holes: two of a punch, or a row of a ring binding."""
    height, width = page.shape[:2]
    page = page.copy()
    rings = rng.random() < 0.5
    rows = [0.03 + 0.047 * place for place in range(21)] if rings else [0.365, 0.635]
    for row in rows:
        cv2.circle(page, (width * 3 // 100, round(row * height)), width // (70 if rings else 75), (70, 68, 66), -1)
    return page


def stapled(page: Pixels, rng: random.Random) -> Pixels:
    """A staple and its shadow, and the dark edge of a lid that did not close."""
    height, width = page.shape[:2]
    page = page.copy()
    x, y = round(width * rng.uniform(0.03, 0.09)), round(height * rng.uniform(0.02, 0.06))
    for shift, colour in ((3, (170, 170, 170)), (0, (60, 60, 64))):
        end = (x + width // 28 + shift, y - width // 40 + shift)
        cv2.line(page, (x + shift, y + shift), end, colour, max(2, width // 500))
    edge = round(width * rng.uniform(0.004, 0.015))
    page[:, -edge:] = 40
    return page


def lit(page: Pixels, light: NDArray[np.float32]) -> Pixels:
    """A page under a light: one for each channel, or for each pixel."""
    return (page * light).clip(0, 255).astype(np.uint8)


PAPERS: dict[str, Callable[[Pixels, random.Random], Pixels]] = {
    "white": white,
    "tinted": tinted,
    "lined": lined,
    "binder": from_a_binder,
    "stapled": stapled,
}
