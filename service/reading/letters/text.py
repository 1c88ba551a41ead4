"""Characters: one form for what fonts, scanners and recognition write in many ways."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from importlib.resources import files

_KEEP = frozenset("（），：；！？～。“”‘’《》〔〕【】、…—·")  # the punctuation of a Chinese letter is not folded
_CJK = re.compile(r"[\u3400-\u9fff〇]")
_GAP = re.compile(r"(?<=[^\x21-\x7e])\s+|\s+(?=[^\x21-\x7e])")


class _Table(dict[int, str]):
    """For str.translate: what becomes of each character, worked out when it is first met."""

    def __init__(self, becomes: Callable[[str], str]) -> None:
        super().__init__()
        self._becomes = becomes

    def __missing__(self, code: int) -> str:
        self[code] = became = self._becomes(chr(code))
        return became


def _plain(character: str) -> str:
    """Half-width and simplified, controls and characters of no script dropped."""
    folded = character if character in _KEEP else unicodedata.normalize("NFKC", character)
    kept = (c for c in folded if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn"))
    return "".join(kept).translate(_simplified())


def _letters(character: str) -> str:
    folded = unicodedata.normalize("NFKC", _plain(character)).lower()
    return "".join(c for c in folded if c.isalnum() or c == "〇")


_PLAIN, _LETTERS = _Table(_plain), _Table(_letters)


def clean(text: str) -> str:
    """A line as people would type it: simplified forms, half-width letters and digits, no spaces between characters."""
    return _GAP.sub("", text.translate(_PLAIN)).strip()


def bare(text: str) -> str:
    """For comparing: cleaned, with neither spaces nor punctuation."""
    return text.translate(_LETTERS)


def chinese(text: str) -> int:
    """How many Chinese characters a text has."""
    return len(_CJK.findall(text))


@cache
def _simplified() -> dict[int, str]:
    lines = files(__package__).joinpath("variants.txt").read_text(encoding="utf-8").splitlines()
    return {ord(line[0]): line[1] for line in lines if line and line[0] != "#"}
