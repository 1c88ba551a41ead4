"""Stamps of invented units, drawn character by character. Every one says 测试样章."""

import math

import cv2
import numpy as np
from PIL import Image, ImageDraw

from tests.specimens.letters.faces import Face, Kind, face_for, faces, font
from tests.specimens.letters.plans import Seal

_MARK = "测试样章"
_CODE = "4400000012345"
_FINE = 2  # drawn so many times larger


def seal_ink(seal: Seal, name: str, scale: float, seed: int) -> Image.Image:
    """An RGBA picture of a stamp at so many pixels a mm: its colour, transparent where no ink reached."""
    side = round(seal.size * scale)
    drawn = _drawn(seal, name, side * _FINE).rotate(-seal.tilt, Image.Resampling.BICUBIC)
    height = round(side * 0.67) if seal.shape == "oval" else side
    ink = np.asarray(drawn.resize((side, height), Image.Resampling.LANCZOS), np.float32)
    ink = ink * seal.strength * _reach(ink.shape[1], ink.shape[0], seal, seed)
    picture = Image.new("RGBA", (side, height), (*seal.colour, 0))
    picture.putalpha(Image.fromarray(ink.clip(0, 255).astype(np.uint8)))
    return picture


def _drawn(seal: Seal, name: str, side: int) -> Image.Image:
    plate = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(plate)
    rim = max(2, round(side * 0.024))
    draw.ellipse((1, 1, side - 2, side - 2), outline=255, width=rim)
    if seal.rings == 2:
        inner = round(side * 0.04)
        draw.ellipse((inner, inner, side - inner, side - inner), outline=255, width=max(1, rim // 3))
    middle = side / 2
    sans = faces(Kind.HEI)[0]
    if seal.star:
        draw.polygon(_star(middle, middle * 0.97, side * 0.14), fill=255)
        draw.text((middle, side * 0.73), _MARK, fill=255, font=font(sans, round(side * 0.08)), anchor="mm")
    else:
        draw.text((middle, middle), _MARK, fill=255, font=font(sans, round(side * 0.12)), anchor="mm")
    face = faces(Kind.SONG)[0]
    em = min(side * 0.135, side * 0.37 * math.radians(262) / len(name))
    _around(plate, name, em, side * (0.455 if seal.rings == 1 else 0.43) - em * 0.5, 262.0, face)
    if seal.code:
        _around(plate, _CODE[::-1], side * 0.045, side * 0.44, 62.0, sans, below=True)
    return plate


def _around(
    plate: Image.Image, text: str, em: float, radius: float, arc: float, face: Face, *, below: bool = False
) -> None:
    """Characters along a circle: over the top clockwise, or along the bottom."""
    step = min(arc / max(1, len(text) - 1), 9.0 if below else 27.0)
    for place, character in enumerate(text):
        angle = (place - (len(text) - 1) / 2) * step
        one = Image.new("L", (round(em * 2.2),) * 2, 0)
        type_ = font(face_for(face, character), max(6, round(em)))
        ImageDraw.Draw(one).text((one.width / 2, one.height / 2), character, fill=255, font=type_, anchor="mm")
        one = one.rotate(angle if below else -angle, Image.Resampling.BICUBIC)
        turn = math.radians(angle)
        x = plate.width / 2 + radius * math.sin(turn)
        y = plate.width / 2 + radius * math.cos(turn) * (1 if below else -1)
        plate.paste(255, (round(x - one.width / 2), round(y - one.height / 2)), one)


def _star(x: float, y: float, radius: float) -> list[tuple[float, float]]:
    reach = [radius if i % 2 == 0 else radius * 0.382 for i in range(10)]
    return [
        (x + r * math.sin(math.radians(36 * i)), y - r * math.cos(math.radians(36 * i))) for i, r in enumerate(reach)
    ]


def _reach(width: int, height: int, seal: Seal, seed: int) -> np.ndarray:
    """How much of the ink reached the paper: blotches, and less towards one side of a stamp that was held aslant."""
    rng = np.random.default_rng(seed)
    clouds = rng.random((14, 14), np.float32)
    reach = 1 - seal.wear * cv2.resize(clouds, (width, height), interpolation=cv2.INTER_CUBIC)
    if seal.cut:
        x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
        side = rng.uniform(0, 2 * math.pi)
        away = x * math.cos(side) + y * math.sin(side)
        reach = reach * np.clip((1 - 2 * seal.cut - away) * 8 + 0.5, 0, 1)
    return reach.astype(np.float32)
