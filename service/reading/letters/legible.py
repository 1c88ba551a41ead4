"""Whether the text that a page carries is what the page shows.

Some programs write fonts whose characters carry wrong codes, and the text behind a page is then gibberish, though the
page looks right. Such text has many Chinese characters and hardly any everyday word.
"""

from functools import cache
from importlib.resources import files

from service.reading.letters.text import bare, chinese

_SHARE = 0.02  # everyday words a character: letters and forms have 0.15 and more, gibberish next to none


def is_legible(text: str) -> bool:
    """False for a text of Chinese characters in which everyday words are missing."""
    plain = bare(text)
    return sum(map(plain.count, _everyday())) >= _SHARE * chinese(plain)


@cache
def _everyday() -> tuple[str, ...]:
    lines = files(__package__).joinpath("everyday.txt").read_text(encoding="utf-8").splitlines()
    return tuple(word for line in lines if line[:1] != "#" for word in line.split())
