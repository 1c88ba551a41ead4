"""Content-Type and Content-Disposition with their parameters (RFC 2045, 2183, 2231), as tolerant as mail demands.

A value that was sent twice, plain and extended, keeps both: the name layer decides which one is junk.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from urllib.parse import unquote_to_bytes

from service.reading.charsets import decode
from service.reading.limits import MAIL
from service.reading.mail.header import unfold
from service.reading.mail.words import decode_words

_TYPE = re.compile(r"\s*([\w.+-]{1,80})\s*/\s*([\w.+-]{1,120})")
_WORD = re.compile(r"""\s*"?([\w.+-]{1,80})"?\s*(?![\w*=])""")
_PARAMETER = re.compile(
    r"""[;\s]*([^\s=;"*]{1,60})(?:\*(\d{1,3}))?(\*)?\s*=\s*"""
    r"""(?:"((?:[^"\\]|\\.)*)(?:"|$)|((?:=\?[^?\s]{1,60}\?[BbQq]\?[^?]*\?=|[^;"])*))""",
    re.DOTALL,
)
_ESCAPED = re.compile(r'\\(["\\])')
_CHARSET = re.compile(r"([\w.:+-]{0,40})'[\w-]{0,20}'")  # and the language, before an extended value
_PARAMETERS = 60


@dataclass(frozen=True, slots=True)
class Value:
    """A structured field: its leading token in lower case, parameters plain and extended by lower-case name."""

    token: str = ""
    plain: Mapping[str, str] = field(default_factory=dict)
    extended: Mapping[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """The extended value if there is one, else the plain one."""
        return self.extended.get(name, self.plain.get(name))


@dataclass(frozen=True, slots=True)
class _Piece:
    name: str
    number: int | None
    is_extended: bool
    value: str


def parse(raw: bytes | None) -> Value:
    """A structured field from its raw value. Never raises; what cannot be understood is left out."""
    if raw is None:
        return Value()
    text = unfold(raw[: 4 * MAIL.header_line])
    token, rest = _leading_token(text)
    pieces = list(_pieces(rest))
    return Value(token, dict(_plain(pieces)), dict(_extended(pieces)))


def _leading_token(text: str) -> tuple[str, str]:
    """The type or disposition, and the parameters: the semicolon between them may be missing."""
    if found := _TYPE.match(text):
        return f"{found[1]}/{found[2]}".lower(), text[found.end() :]
    if found := _WORD.match(text):
        return found[1].lower(), text[found.end() :]
    return "", text


def _pieces(text: str) -> Iterator[_Piece]:
    at = 0
    for _ in range(_PARAMETERS):
        found = _PARAMETER.match(text, at)
        if found is None:
            at = text.find(";", at) + 1
            if not at:
                return
            continue
        at = found.end()
        name, number, star, quoted, bare = found.groups()
        value = _ESCAPED.sub(r"\1", quoted) if quoted is not None else bare.strip()
        yield _Piece(name.lower(), int(number) if number else None, star is not None, value)


def _plain(pieces: list[_Piece]) -> Iterator[tuple[str, str]]:
    """Values as written, the first of each name last so that it wins."""
    for piece in reversed(pieces):
        if piece.number is None and not piece.is_extended:
            yield piece.name, piece.value


def _extended(pieces: list[_Piece]) -> Iterator[tuple[str, str]]:
    """Values of RFC 2231, continuations joined in the order of their numbers before anything is decoded."""
    for name in dict.fromkeys(p.name for p in pieces if p.number is not None or p.is_extended):
        mine = [p for p in pieces if p.name == name and (p.number is not None or p.is_extended)]
        mine.sort(key=lambda p: p.number or 0)
        yield name, decode_words(_joined(mine))


def _joined(pieces: list[_Piece]) -> str:
    first = pieces[0]
    charset = ""
    if any(p.is_extended for p in pieces) and (told := _CHARSET.match(first.value)):
        charset = told[1]
        rest = first.value[told.end() :]
        pieces = [_Piece(first.name, first.number, first.is_extended, rest), *pieces[1:]]
    if not any(p.is_extended for p in pieces):
        return "".join(p.value for p in pieces)
    runs = groupby(pieces, key=lambda p: p.is_extended)
    return decode(b"".join(_bytes_of("".join(p.value for p in run), extended) for extended, run in runs), charset)


def _bytes_of(value: str, is_extended: bool) -> bytes:
    """A run of segments at once: some programs cut inside a percent sign."""
    return unquote_to_bytes(value) if is_extended else value.encode("utf-8", "replace")
