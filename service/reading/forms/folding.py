"""Text made comparable: one width, one kind of space, and for headers no punctuation at all."""

import re
from functools import lru_cache
from typing import Final

_SPACES: Final = "\t\xa0\u2002\u2003\u2007\u2009\u202f\u3000\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff\xad"
_FOLD: Final = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(_SPACES, " ") | {
    "〔": "(", "〕": ")", "【": "[", "】": "]", "﹝": "(", "﹞": ")",
}  # fmt: skip
_FOLDABLE: Final = re.compile("[" + re.escape("".join(_FOLD)) + "]")
_NO_WORD: Final = re.compile(r"[\W_]+")
_BRACKETED: Final = re.compile(r"[(\[][^()\[\]]*[)\]]")


def _folded(match: re.Match[str]) -> str:
    return _FOLD[match[0]]


def fold(text: str) -> str:
    """Full width to half width, every kind of space to a plain one; same length, so places stay right."""
    return _FOLDABLE.sub(_folded, text)


@lru_cache(maxsize=8192)
def squeeze(text: str) -> str:
    """Only letters, digits and Chinese characters, lower case: "拟引进国别 （地区）" -> "拟引进国别地区"."""
    return _NO_WORD.sub("", fold(text)).lower()


@lru_cache(maxsize=8192)
def without_brackets(text: str) -> str:
    """Text without its bracketed remarks: "拟投入资金（万元）" -> "拟投入资金"."""
    return _BRACKETED.sub("", fold(text))


def squeeze_with_places(text: str) -> tuple[str, list[int]]:
    """Squeezed text, and for each of its letters the place it came from."""
    places = [index for index, letter in enumerate(text) if letter.isalnum()]
    return "".join(text[index] for index in places).lower(), places


def loosely(wording: str) -> str:
    """A pattern for a wording whose quotes, spaces, line breaks and punctuation may differ."""
    return r"[\W_]*?".join(re.escape(letter) for letter in fold(wording) if letter.isalnum())
