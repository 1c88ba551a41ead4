"""Letters that symbol fonts draw as marks (Wingdings and its kin), as the Unicode mark they look like.

Only check marks and boxes are known: other letters of these fonts stay as they are.
"""

import re
from typing import Final

_TICK, _BOX_TICK, _BOX_CROSS, _CROSS, _BOX = "✓", "☑", "☒", "✗", "□"

_WINGDINGS: Final = {
    0xFE: _BOX_TICK, 0xFC: _TICK, 0x78: _BOX_CROSS, 0xFD: _BOX_CROSS, 0xFB: _CROSS,
    0xA8: _BOX, 0x6F: _BOX, 0x70: _BOX, 0x71: _BOX, 0x72: _BOX, 0x73: _BOX,
    0x6E: "■", 0x6C: "●", 0xA1: "○",
}  # fmt: skip
_WINGDINGS_2: Final = {
    0x52: _BOX_TICK, 0x50: _TICK, 0x51: _BOX_CROSS, 0x53: _BOX_CROSS, 0x54: _BOX_CROSS,
    0x4F: _CROSS, 0x55: _CROSS, 0x56: _CROSS, 0xA3: _BOX, 0xA4: _BOX, 0xA5: _BOX,
}  # fmt: skip
_WEBDINGS: Final = {0x61: _TICK, 0x63: _BOX, 0x67: "■", 0x72: _CROSS, 0x6E: "●"}
_BY_FONT: Final = {"wingdings": _WINGDINGS, "wingdings2": _WINGDINGS_2, "webdings": _WEBDINGS}
_UNKNOWN_FONT: Final = _WINGDINGS | _WINGDINGS_2  # by far the usual one in Chinese forms
_PRIVATE: Final = range(0xF020, 0xF100)
_PRIVATE_LETTER: Final = re.compile("[\uf020-\uf0ff]")


def is_symbol_font(font: str | None) -> bool:
    """Whether letters in this font are drawn as symbols."""
    return _key(font) in _BY_FONT


def as_marks(text: str, font: str | None) -> str:
    """Text of a run in a symbol font with its marks as Unicode; same length."""
    table = _BY_FONT.get(_key(font))
    if table is None:
        return private_as_marks(text)
    return "".join(table.get(_low_byte(letter), letter) for letter in text)


def private_as_marks(text: str) -> str:
    """Private-use letters (U+F0xx), whose font got lost, as the mark they most likely are; same length."""
    if _PRIVATE_LETTER.search(text) is None:
        return text
    return "".join(
        _UNKNOWN_FONT.get(ord(letter) & 0xFF, letter) if ord(letter) in _PRIVATE else letter for letter in text
    )


def symbol(font: str | None, code: str) -> str:
    """The mark of a w:sym element (font, hexadecimal code); U+FFFC when it is none we know."""
    try:
        number = int(code, 16)
    except ValueError:
        return "\ufffc"
    table = _BY_FONT.get(_key(font), _UNKNOWN_FONT)
    if number in _PRIVATE or number < 0x100:
        return table.get(number & 0xFF, "\ufffc")
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffc"


def _key(font: str | None) -> str:
    return (font or "").replace(" ", "").lower()


def _low_byte(letter: str) -> int:
    code = ord(letter)
    return code & 0xFF if code in _PRIVATE or code < 0x100 else -1
