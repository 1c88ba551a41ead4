"""Header fields from raw bytes (RFC 5322 section 2.2), bounded before anything structured looks at them.

Promises linear time; keeps only the fields that this service reads, so that a flood of others costs nothing.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from service.reading.charsets import decode, one_line
from service.reading.limits import MAIL
from service.reading.mail.words import decode_words

WANTED = frozenset(
    b"from reply-to to cc subject date received message-id in-reply-to references sender return-path "
    b"content-type content-disposition content-transfer-encoding content-id content-location content-description "
    b"auto-submitted precedence list-id list-unsubscribe x-autoreply x-autorespond x-auto-response-suppress "
    b"x-failed-recipients x-mailer authentication-results mime-version".split()
)
_NAME = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,100})[ \t]*:")
_MIME_FIELD = re.compile(rb"(MIME-Version|Content-(?:Type|Transfer-Encoding|Disposition))[ \t]*:", re.IGNORECASE)
_KNOWN = re.compile(rb"(?:[ \t][^\n]{0,500}\n){0,2}" + _NAME.pattern)
_FOLD = re.compile(rb"[\r\n]+[ \t]*")


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of one header, in order: lower-case name and raw value, still folded."""

    fields: tuple[tuple[bytes, bytes], ...] = ()

    def all(self, name: bytes) -> list[bytes]:
        return [value for key, value in self.fields if key == name]

    def get(self, name: bytes) -> bytes | None:
        """The first field of that name, None when there is none."""
        return next((value for key, value in self.fields if key == name), None)

    def text(self, name: bytes) -> str:
        """The first field of that name as one line of text with encoded words read; "" when there is none."""
        value = self.get(name)
        return "" if value is None else text_of(value)


def unfold(value: bytes) -> str:
    """A raw value as text on one line; encoded words are still encoded."""
    return decode(_FOLD.sub(b" ", value).replace(b"\0", b"")).strip()


def text_of(value: bytes) -> str:
    """A raw value as people read it."""
    return one_line(decode_words(unfold(value)))


@dataclass(frozen=True, slots=True)
class HeaderEnd:
    """A header as found in a region, and where its body begins."""

    header: Header
    body: int
    defects: tuple[str, ...] = ()


def read_header(raw: bytes, start: int, end: int) -> HeaderEnd:
    """The header at the beginning of raw[start:end]. Lines that are no fields begin the body, as in RFC 5322."""
    collector = _Collector()
    body = end
    for begin, stop, after in _lines(raw, start, end):
        line = raw[begin:stop]
        if not line.strip(b"\r") or (not line.strip() and not _goes_on(raw, after, end)):
            if collector.lacks(_MIME_FIELD.match(raw, after, end)):
                collector.note("blank line inside the header")
                continue
            body = after
            break
        if begin - start > MAIL.header_scan:
            collector.note("header longer than the scan limit")
            body = _after_blank_line(raw, begin, end)
            break
        if collector.take(line):
            continue
        if collector.has_fields and _is_known_field(raw, after, end):
            collector.continue_with(line)
        else:
            collector.note("no blank line between header and body")
            body = begin
            break
    return HeaderEnd(collector.header(), body, tuple(collector.defects))


def _lines(raw: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Begin, end and successor of each line in the region."""
    at = start
    while at < end:
        stop = raw.find(b"\n", at, end)
        if stop < 0:
            stop = end
        yield at, stop, min(stop + 1, end)
        at = stop + 1


def _is_known_field(raw: bytes, at: int, end: int) -> bool:
    """Whether a field that we read begins here, or behind a few folded lines."""
    following = _KNOWN.match(raw, at, min(end, at + 1200))
    return following is not None and following[1].lower() in WANTED


def _goes_on(raw: bytes, at: int, end: int) -> bool:
    """Whether a header goes on behind a line of blanks: with a field or a folded line, not with a delimiter or text."""
    return raw[at : at + 1] in (b" ", b"\t") or _NAME.match(raw, at, min(end, at + 120)) is not None


def _after_blank_line(raw: bytes, at: int, end: int) -> int:
    found = [(raw.find(mark, at, end), len(mark)) for mark in (b"\n\r\n", b"\n\n")]
    return min((place + size for place, size in found if place >= 0), default=end)


class _Collector:
    """Gathers fields within the limits. The oversized are cut, never parsed whole."""

    def __init__(self) -> None:
        self._fields: list[tuple[bytes, list[bytes]]] = []
        self._current: list[bytes] | None = None  # lines of the field at hand; None while it is not wanted
        self._room: dict[bytes, int] = {}  # by name: a flood of one field must not drown the others
        self._name = b""
        self.has_fields = False
        self.defects: list[str] = []

    def note(self, defect: str) -> None:
        if defect not in self.defects:
            self.defects.append(defect)

    def lacks(self, field: re.Match[bytes] | None) -> bool:
        """Whether a MIME field behind a blank line belongs to this header; what a nested mail begins with does not."""
        if field is None or not self._fields:
            return False
        kind = next((lines for name, lines in self._fields if name == b"content-type"), [])
        nested = b"".join(kind).lstrip().lower().startswith(b"message/")
        return not nested and all(name != field[1].lower() for name, _ in self._fields)

    def take(self, line: bytes) -> bool:
        """False for a line that is neither a field nor the continuation of one."""
        if line[:1] in (b" ", b"\t"):
            if self.has_fields or _NAME.match(line.lstrip()) is None:
                self._keep(line)
                return True
            line = line.lstrip()
            self.note("blanks before the first header field")
        found = _NAME.match(line)
        if found is None:
            return False
        self.has_fields = True
        name = self._name = found[1].lower()
        self._current = [] if name in WANTED else None
        if self._current is not None:
            self._fields.append((name, self._current))
            self._keep(line[found.end() :])
        return True

    def continue_with(self, line: bytes) -> None:
        """A fold that lost its white space: a known field follows, so this line is not the body yet."""
        self.note("header line folded without white space")
        self._keep(line)

    def _keep(self, line: bytes) -> None:
        if self._current is None:
            return
        if len(line) > MAIL.header_line:
            self.note("header line over 8 KB cut")
            line = line[: MAIL.header_line]
        room = self._room.get(self._name, MAIL.header_field)
        if len(line) > room:
            self.note("header field over 16 KB cut")
            line = line[:room]
        self._room[self._name] = room - len(line)
        self._current.append(line)

    def header(self) -> Header:
        return Header(tuple((name, b"\n".join(lines)) for name, lines in self._fields))
