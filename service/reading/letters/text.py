"""Characters: one form for what fonts, scanners and recognition write in many ways."""

import re
import unicodedata
from functools import cache
from importlib.resources import files

_KEEP = frozenset("（），：；！？～。“”‘’《》〔〕【】、…—·")  # the punctuation of a Chinese letter is not folded
_CJK = re.compile(r"[\u3400-\u9fff〇]")
_GAP = re.compile(r"(?<=[^\x21-\x7e])\s+|\s+(?=[^\x21-\x7e])")


def clean(text: str) -> str:
    """A line as people would type it: simplified forms, half-width letters and digits, no spaces between characters."""
    plain = "".join(c if c in _KEEP else unicodedata.normalize("NFKC", c) for c in text)
    plain = "".join(c for c in plain if unicodedata.category(c) not in ("Cc", "Cf", "Co", "Cn") or c.isspace())
    return _GAP.sub("", plain.translate(_simplified())).strip()


def bare(text: str) -> str:
    """For comparing: cleaned, with neither spaces nor punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKC", clean(text)).lower() if c.isalnum() or c == "〇")


def chinese(text: str) -> int:
    """How many Chinese characters a text has."""
    return len(_CJK.findall(text))


@cache
def _simplified() -> dict[int, str]:
    lines = files(__package__).joinpath("variants.txt").read_text(encoding="utf-8").splitlines()
    return {ord(line[0]): line[1] for line in lines if line and line[0] != "#"}
