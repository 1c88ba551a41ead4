"""The two typefaces that letters are set in (Noto CJK subsets, OFL, in `fonts/`)."""

from enum import StrEnum
from functools import cache
from importlib.resources import files
from io import BytesIO

from PIL import ImageFont

_MM_PER_PT = 25.4 / 72
_MEASURED_AT = 200


class Face(StrEnum):
    SERIF = "NotoSerifSC-subset.otf"
    SANS = "NotoSansSC-subset.otf"


@cache
def face_bytes(face: Face) -> bytes:
    """The font file."""
    return files("service.demo").joinpath("fonts", face.value).read_bytes()


@cache
def picture_font(face: Face, pixels: int) -> ImageFont.FreeTypeFont:
    """The face at a size in pixels, for drawing pictures."""
    return ImageFont.truetype(BytesIO(face_bytes(face)), pixels)


def text_width(text: str, size: float, face: Face = Face.SERIF) -> float:
    """Width in mm of a run of text at a size in pt."""
    return sum(_advance(char, face) for char in text) * size * _MM_PER_PT


@cache
def _advance(char: str, face: Face) -> float:
    """In em."""
    return picture_font(face, _MEASURED_AT).getlength(char) / _MEASURED_AT
