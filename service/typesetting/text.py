"""Text from mails made safe to show: on one line, in a letter, in a spreadsheet cell."""

import re
import unicodedata
from datetime import datetime

_HIDDEN = re.compile(
    "[\u0000-\u0008\u000b-\u001f\u007f-\u009f"  # C0 and C1 but tab and line feed
    "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # UTS 55: unseen, or turning the text round
    "\ufff9-\ufffb\ufffe\uffff]"
)
_BREAKS = re.compile("\r\n?|[\u000b\u000c\u0085\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")
_OOXML_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")

CELL_LIMIT = 32767  # UTF-16 units in a cell (ECMA-376 and Excel's specification)
CUT_NOTE = "……（内容过长，此处截断，全文见原附件）"


def clean(text: str) -> str:
    """The text without control, bidi and zero-width characters; lone surrogates become U+FFFD. Lines stay lines."""
    if text.isascii() and text.isprintable():
        return text
    return _SURROGATES.sub("\ufffd", _HIDDEN.sub("", _BREAKS.sub("\n", text)))


def one_line(text: str, limit: int | None = None) -> str:
    """The text as one clean line; longer than limit characters, its middle is left out."""
    line = _SPACES.sub(" ", clean(text)).strip()
    return line if limit is None else shorten_middle(line, limit)


def shorten_middle(text: str, limit: int) -> str:
    """At most limit (3 or more) characters, both ends kept: a file's name still shows its extension."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}…{text[len(text) - tail :]}"


def cell_text(text: str) -> str:
    """The text as a spreadsheet cell can hold it, cut with a note when it is longer than a cell."""
    safe = _OOXML_ESCAPE.sub("_x005F_", clean(text))
    if len(safe.encode("utf-16-le")) // 2 <= CELL_LIMIT:
        return safe
    room = (CELL_LIMIT - len(CUT_NOTE)) * 2
    return safe.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + CUT_NOTE


def size_text(size: int) -> str:
    """A file's size as people read it: 0 B, 999 B, 48 KB, 1.5 MB."""
    if size < 1000:
        return f"{size} B"
    if size < 1000 * 1024:
        return f"{max(1, round(size / 1024))} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def moment_text(moment: datetime) -> str:
    """2020年3月24日 16:05, in the zone the moment is in."""
    return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}"


def deadline_text(moment: datetime) -> str:
    """A last moment as notices write it: the end of a day is 24时."""
    if (moment.hour, moment.minute) == (23, 59):
        return f"{moment.year}年{moment.month}月{moment.day}日24时"
    return moment_text(moment)


def width(text: str) -> int:
    """Columns the longest line takes where a Chinese character takes two."""
    return max(sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line) for line in text.split("\n"))
