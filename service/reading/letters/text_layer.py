"""Whether the text that a page carries is what the page shows."""

from collections.abc import Sequence
from typing import Final

from service.reading.letters.legible import is_legible
from service.reading.letters.model import Line
from service.reading.letters.signed_date import date_line
from service.reading.letters.text import chinese

SCAN_SHARE: Final = 0.6
"""A picture over so much of the page makes it a scan, whatever text a scanner hid behind it."""
_ENOUGH: Final = 50  # Chinese characters: fewer, and the text is a page number or a watermark
_SIGNATURE: Final = 10  # Chinese characters of a page that holds only what closes a letter


def is_told_by(lines: Sequence[Line]) -> bool:
    """True when the text is what the page shows: enough of it, or the date under a signature; and no gibberish."""
    text = "".join(line.text for line in lines)
    enough = chinese(text) > _ENOUGH or (chinese(text) >= _SIGNATURE and date_line(lines) is not None)
    return enough and is_legible(text)
