"""What decoded bytes look like: which of two readings of the same bytes a person could have written.

Only the beginning of a text is looked at. Nothing here decodes: that is for `charsets`.
"""

import re

_LOOKED_AT = 2_000  # characters
_ENOUGH = 3  # characters beyond ASCII that may decide
_CYRILLIC = re.compile("[\u0410-\u044f\u0401\u0451]+")
_GREEK = re.compile("[\u0386-\u03ce]+")
_WORDS_OF_ONE_SCRIPT = 4  # letters: so many pairs of GBK hanzi are never all valid as one alphabet

_BEYOND = re.compile("[^\x00-\x7f]+")
_WESTERN = re.compile("(?<=[A-Za-z])[\u0080-\u017f]|[\u0080-\u017f](?=[A-Za-z])|[£®§°±²×]")  # GBK has rare hanzi there


def _level(codec: str, leads: range) -> frozenset[str]:
    """The characters in daily use, which both standards put into their first level."""
    trails = [*range(0x40, 0x7F), *range(0xA1, 0xFF)]
    pairs = (bytes((lead, trail)) for lead in leads for trail in trails)
    return frozenset(char for pair in pairs for char in pair.decode(codec, "ignore"))


_SIMPLE = _level("gb2312", range(0xB0, 0xD8))
_TRADITIONAL = _level("big5", range(0xA4, 0xC7))


def is_traditional(big5: str, gbk: str) -> bool:
    """Whether the Big5 reading of some bytes is meant although GBK takes them too."""
    letters = _letters(big5)
    return len(letters) >= _ENOUGH and _share(letters, _TRADITIONAL) >= 0.9 and _share(_letters(gbk), _SIMPLE) < 0.7


def is_simple(gbk: str) -> bool:
    """Whether the GBK reading of bytes under a western label is meant: mostly hanzi, mostly common ones."""
    return _is_dense(gbk) and _share(_letters(gbk), _SIMPLE) >= 0.6


def is_dense_traditional(big5: str) -> bool:
    """The same of the Big5 reading."""
    return _is_dense(big5) and _share(_letters(big5), _TRADITIONAL) >= 0.9


def is_western(utf8: str) -> bool:
    """Whether what is beyond ASCII are single letters or signs, most of them in words of ASCII letters."""
    looked_at = utf8[:_LOOKED_AT]
    single = _BEYOND.findall(looked_at)
    if any(len(run) > 1 for run in single):
        return False
    return 2 * len(_WESTERN.findall(looked_at)) >= len(single)


def is_alphabetic(utf8: str) -> bool:
    """Whether the letters beyond ASCII are those of Cyrillic alone or Greek alone, and enough of them."""
    letters = "".join(_letters(utf8))
    one = _CYRILLIC.fullmatch(letters) or _GREEK.fullmatch(letters)
    return one is not None and len(letters) >= _WORDS_OF_ONE_SCRIPT


def _letters(text: str) -> list[str]:
    """Letters beyond ASCII, and what no standard assigns: that is nobody's text."""
    return [char for char in text[:_LOOKED_AT] if char > "\x7f" and (char.isalpha() or "\ue000" <= char <= "\uf8ff")]


def _share(letters: list[str], common: frozenset[str]) -> float:
    return sum(char in common for char in letters) / len(letters) if letters else 0.0


def _is_dense(text: str) -> bool:
    """Western words have a letter beyond ASCII here and there; Chinese text has hardly any other."""
    letters = len(_letters(text))
    ascii_letters = sum(char.isalpha() and char.isascii() for char in text[:_LOOKED_AT])
    return letters >= _ENOUGH and letters >= ascii_letters
