"""The typefaces that letters are set in: those of Debian's packages where installed, else the two of the demo.

A character that a face lacks is set in one that has it, so that nothing is ever drawn as an empty box.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from io import BytesIO
from pathlib import Path

from PIL import ImageFont

from service.demo.typefaces import Face as Packaged
from service.demo.typefaces import face_bytes

_FONTS = Path("/usr/share/fonts")


class Kind(StrEnum):
    SONG = "song"  # 宋体: body and titles
    HEI = "hei"  # 黑体: home-made titles
    KAI = "kai"  # 楷体, for want of a free 仿宋
    HAND = "hand"  # what a pen would write


@dataclass(frozen=True, slots=True)
class Face:
    """One typeface in a file; path None: packaged with the demo."""

    name: str
    kind: Kind
    path: str | None = None
    index: int = 0


_PACKAGED = (Face(Packaged.SERIF.value, Kind.SONG), Face(Packaged.SANS.value, Kind.HEI))
_DEBIAN: tuple[Face, ...] = (
    Face("Noto Serif CJK SC", Kind.SONG, "opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    Face("AR PL UMing CN", Kind.SONG, "truetype/arphic/uming.ttc"),
    Face("AR PL SungtiL GB", Kind.SONG, "truetype/arphic-gbsn00lp/gbsn00lp.ttf"),
    Face("Noto Serif CJK SC Bold", Kind.SONG, "opentype/noto/NotoSerifCJK-Bold.ttc", 2),
    Face("WenQuanYi Zen Hei", Kind.HEI, "truetype/wqy/wqy-zenhei.ttc"),
    Face("WenQuanYi Micro Hei", Kind.HEI, "truetype/wqy/wqy-microhei.ttc"),
    Face("Noto Sans CJK SC", Kind.HEI, "opentype/noto/NotoSansCJK-Regular.ttc", 2),
    Face("AR PL UKai CN", Kind.KAI, "truetype/arphic/ukai.ttc"),
    Face("AR PL KaitiM GB", Kind.KAI, "truetype/arphic-gkai00mp/gkai00mp.ttf"),
    Face("LXGW WenKai", Kind.KAI, "truetype/lxgw-wenkai/LXGWWenKai-Regular.ttf"),
    Face("LXGW WenKai Light", Kind.HAND, "truetype/lxgw-wenkai/LXGWWenKai-Light.ttf"),
    Face("Smiley Sans", Kind.HAND, "truetype/smiley-sans/SmileySans-Oblique.ttf"),
)

_looked_for = list(_DEBIAN)


@cache
def all_faces() -> tuple[Face, ...]:
    """What this machine has, the packaged ones last."""
    return (*(face for face in _looked_for if face.path and (_FONTS / face.path).exists()), *_PACKAGED)


@contextmanager
def packaged_alone() -> Iterator[None]:
    """Letters drawn here look the same on every machine."""
    _looked_for.clear()
    _forget()
    yield
    _looked_for.extend(_DEBIAN)
    _forget()


def _forget() -> None:
    for remembered in (all_faces, faces, face_for):
        remembered.cache_clear()


@cache
def faces(kind: Kind) -> tuple[Face, ...]:
    """Those of a kind; any where there is none."""
    return tuple(face for face in all_faces() if face.kind is kind) or all_faces()


@cache
def font(face: Face, pixels: int) -> ImageFont.FreeTypeFont:
    """A face at a size, for drawing."""
    if face.path is None:
        return ImageFont.truetype(BytesIO(face_bytes(Packaged(face.name))), pixels)
    return ImageFont.truetype(str(_FONTS / face.path), pixels, index=face.index)


@cache
def has(face: Face, character: str) -> bool:
    """True when a face can draw a character."""
    drawn, missing = (font(face, 24).getmask(one) for one in (character, "\uffff"))
    return character.isspace() or (drawn.size != missing.size) or bytes(drawn) != bytes(missing)


@cache
def face_for(face: Face, character: str) -> Face:
    """The face itself, or the first that has the character it lacks."""
    return next((one for one in (face, *all_faces()) if has(one, character)), face)


def can_write(text: str) -> bool:
    """True when every character of a text is in some face of this machine."""
    return all(any(has(face, character) for face in all_faces()) for character in text)
