"""The name of a part: the best of what its header says, None when it says nothing."""

import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from service.reading import sniff
from service.reading.charsets import decode
from service.reading.found import extension_of, safe_name
from service.reading.mail.header import Header
from service.reading.mail.parameters import Value
from service.reading.mail.words import decode_words

_USUAL = frozenset(sniff.EXTENSIONS.values()) | {"wps", "et", "htm", "jpeg", "tiff"}
_PERCENT = re.compile(r"(?:[^%]|%[0-9A-Fa-f]{2})*")
_BEYOND_ASCII = re.compile(r"%[89A-Fa-f][0-9A-Fa-f]")
_QUOTES = {"“": "”", "‘": "’", "'": "'"}  # that no standard knows
_JUNK = re.compile(r"[_?\ufffd\s.()0-9-]*(?:\.\w{1,5})?")


def name_of(disposition: Value, content_type: Value) -> str | None:
    """The name that a person would recognise: extended before plain, whole before damaged, readable before junk."""
    names = [name for text in _candidates(disposition, content_type) if (name := safe_name(text))]
    return min(names, key=_doubts, default=None)


def name_beside(header: Header) -> str | None:
    """A file name where programs put one besides: where the part came from, or what describes it."""
    for field in (b"content-location", b"content-description"):
        text = header.text(field)
        if "?" not in text and extension_of(name := safe_name(_plain(text))) in _USUAL:
            return name
    return None


def _candidates(disposition: Value, content_type: Value) -> Iterator[str]:
    for value, key in ((disposition, "filename"), (content_type, "name"), (disposition, "name")):
        if key in value.extended:
            yield value.extended[key]
        if key in value.plain:
            yield _plain(value.plain[key])


def _plain(text: str) -> str:
    """A plain value in which programs hide an encoded word or percent signs."""
    if "=?" in text or "&#" in text:
        return decode_words(text)
    if text[:1] in _QUOTES and text.endswith(_QUOTES.get(text[0], "")) and len(text) > 2:
        return text[1:-1]
    if _BEYOND_ASCII.search(text) and _PERCENT.fullmatch(text):
        decoded = decode(unquote_to_bytes(text))
        return text if "\ufffd" in decoded else decoded
    return text


def _doubts(name: str) -> tuple[bool, bool, bool]:
    """Sorts names: undamaged first, then those that say something, then those with an extension."""
    return ("\ufffd" in name or "=?" in name, _JUNK.fullmatch(name) is not None, not extension_of(name))
