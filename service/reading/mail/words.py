"""Encoded words (RFC 2047) as mail programs really write them.

Adjacent words of one charset are joined before they are decoded, because many programs cut inside a character.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.reading.charsets import codec_for, decode

_WORD = re.compile(  # with blanks where none belong, and question marks that should have been encoded
    r"=\?\s?([^?\s*]{1,60})(?:\*[^?\s]{0,20})?\s?\?\s?([BbQq])\s?\?((?:[^?=]|=(?!\?(?!=))|\?(?!=)){0,4000})\?="
)

_ENTITY = re.compile("&#(1[2-9][0-9]{3}|[2-5][0-9]{4}|6[0-4][0-9]{3}|1[3-9][0-9]{4}|20[0-9]{4});")
"""A hanzi that a browser could not write in its page's charset."""
_INSIDE_EACH_OTHER = 2


@dataclass(frozen=True, slots=True)
class _Word:
    charset: str
    encoding: str
    payload: str
    start: int
    end: int


def decode_words(text: str) -> str:
    """The text with every encoded word read, also one inside another; everything else stays as it is. Never raises."""
    for _ in range(_INSIDE_EACH_OTHER):
        if "=?" not in text or not _WORD.search(text):
            break
        text = _decode_once(text)
    return _ENTITY.sub(lambda found: chr(int(found[1])), text) if "&#" in text else text


def _decode_once(text: str) -> str:
    out: list[str] = []
    at = 0
    for run in _runs(text):
        between = text[at : run[0].start]
        if between.strip() or not at:
            out.append(between)
        out.append(_decode_run(run))
        at = run[-1].end
    out.append(text[at:])
    return "".join(out)


def _runs(text: str) -> Iterator[list[_Word]]:
    """Encoded words in runs that belong together: one charset, nothing but white space between."""
    run: list[_Word] = []
    for found in _WORD.finditer(text):
        word = _Word(found[1], found[2].upper(), found[3], found.start(), found.end())
        if run and not (_same_charset(run[-1], word) and not text[run[-1].end : word.start].strip()):
            yield run
            run = []
        run.append(word)
    if run:
        yield run


def _same_charset(a: _Word, b: _Word) -> bool:
    return a.charset.lower() == b.charset.lower() or (codec_for(a.charset) or 1) == codec_for(b.charset)


def _decode_run(run: list[_Word]) -> str:
    return decode(b"".join(_payloads(run)), run[0].charset)


def _payloads(run: list[_Word]) -> Iterator[bytes]:
    """The bytes of each word. Base64 cut inside a quantum goes on in the next word."""
    carried = ""
    for word in run:
        if word.encoding == "Q":
            yield _from_base64(carried) + _from_q(word.payload)
            carried = ""
            continue
        payload = carried + re.sub(r"[^A-Za-z0-9+/=]", "", word.payload)
        whole = payload.endswith("=") or len(payload) % 4 == 0
        carried = "" if whole else payload[len(payload) // 4 * 4 :]
        yield _from_base64(payload if whole else payload[: len(payload) // 4 * 4])
    yield _from_base64(carried)


def _from_q(payload: str) -> bytes:
    return binascii.a2b_qp(payload.replace(" ", "_").encode("utf-8", "replace"), header=True)


def _from_base64(payload: str) -> bytes:
    if not payload:
        return b""
    if len(payload) % 4 == 1:
        payload = payload[:-1]
    try:
        return binascii.a2b_base64(payload + "=" * (-len(payload) % 4))
    except binascii.Error:
        return b""
