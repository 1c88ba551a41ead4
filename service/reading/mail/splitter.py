"""A mail's MIME tree, cut from its raw bytes (RFC 2046 section 5.1).

Promises: iterative, linear in the size for any nesting up to the limits, no part is lost silently: what is cut
off or guessed stands in `defects`. It refuses to interpret content; that is for the layers above.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from service.reading.limits import MAIL
from service.reading.mail import parameters
from service.reading.mail.header import Header, read_header

UNCLOSED = "multipart has no closing boundary"
_DELIMITER_LINE = re.compile(rb"^--([^\r\n]{1,200}?)[ \t]*\r?$", re.MULTILINE)
_LINE_END = re.compile(rb"[ \t]*(--)?[ \t\r]*(?:\n|\Z)")
_WORDS_BEHIND = re.compile(  # a closing delimiter's, or those of one with a part's header or its end right below
    rb"(?:(--)(?![0-9A-Za-z'()+_,./:=?-])[^\r\n]*\r?(?:\n|\Z)"
    rb"|[ \t]+[^\r\n]*\r?\n(?=\r?\n|Content-))",
    re.IGNORECASE,
)
_DECLARED = re.compile(rb"boundary\s{0,9}=\s{0,9}\"?([^\"\r\n;]{1,200})", re.IGNORECASE)
_LOST_PART = re.compile(  # what is left of its delimiter, its fields, base64
    rb"^(?:-[^\r\n]{0,200}\r?\n)?(?P<fields>Content-[A-Za-z-]{2,30}:[^\r\n]*\r?\n"
    rb"(?:(?:Content-[A-Za-z-]{2,30}:|[ \t])[^\r\n]*\r?\n){1,12}\r?\n[A-Za-z0-9+/]{60,}\r?\n)",
    re.MULTILINE,
)
_PREAMBLE = 500  # bytes
_OLD_LINE_ENDS = 20  # for each one that is usual: the Macintosh's, with a line that a server put before them
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the tree: header, raw body still in its transfer encoding, and the multiparts above it."""

    header: Header
    content_type: parameters.Value
    body: bytes
    above: tuple[tuple[str, int], ...] = ()  # (multipart subtype, identity), outermost first
    too_deep: bool = False

    @property
    def media_type(self) -> str:
        return self.content_type.token


@dataclass(frozen=True, slots=True)
class Split:
    """The top header, the leaves in document order, and what was broken."""

    header: Header
    parts: tuple[Part, ...]
    defects: tuple[str, ...]
    structure_is_broken: bool = False  # a second opinion is worth its price
    is_cut_short: bool = False  # parts beyond the limit were left out


@dataclass(frozen=True, slots=True)
class _Region:
    start: int
    end: int
    default_type: str
    above: tuple[tuple[str, int], ...]


class _Splitter:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.parts: list[Part] = []
        self.defects: list[str] = []
        self.broken = False
        self.cut_short = False
        self.identity = 0
        self._longer: dict[bytes, tuple[bytes, ...]] = {}

    def note(self, *defects: str) -> None:
        self.defects += [d for d in defects if d not in self.defects]

    def note_broken(self, defect: str) -> None:
        self.note(defect)
        self.broken = True

    def run(self) -> Split:
        start = _start_of(self.raw)
        top = read_header(self.raw, start, len(self.raw)).header
        stack = [_Region(start, len(self.raw), "text/plain", ())]
        while stack:
            if len(self.parts) >= MAIL.parts:
                self.cut_short = True
                self.note(f"more than {MAIL.parts} parts, the rest left out")
                break
            stack += reversed(self.visit(stack.pop()))
        return Split(top, tuple(self.parts), tuple(self.defects), self.broken, self.cut_short)

    def visit(self, region: _Region) -> list[_Region]:
        """Adds a leaf, or returns the regions of a multipart's parts."""
        found = read_header(self.raw, region.start, region.end)
        self.note(*found.defects)
        inner = _Region(found.body, region.end, region.default_type, region.above)
        declared = self.declared(found.header, inner)
        if declared.token.startswith("multipart/"):
            if len(region.above) >= MAIL.depth:
                self.note(f"multiparts nested deeper than {MAIL.depth}")
                return self.leaf(inner, found.header, declared, too_deep=True)
            if children := self.divide(inner, declared):
                return children
            declared = parameters.Value("text/plain", declared.plain, declared.extended)
        if inner.above and not declared.token.startswith("message/"):
            inner, lost = self.without_lost_part(inner)
            self.leaf(inner, found.header, declared)
            return lost
        return self.leaf(inner, found.header, declared)

    def without_lost_part(self, inner: _Region) -> tuple[_Region, list[_Region]]:
        """A leaf, and the part behind it whose delimiter was lost."""
        at = self.raw.find(b"\nContent-", inner.start, inner.end)
        lost = _LOST_PART.search(self.raw, inner.start, inner.end) if at >= 0 else None
        if lost is None:
            return inner, []
        self.note("a part without its delimiter")
        rest = _Region(lost.start("fields"), inner.end, inner.default_type, inner.above)
        return _Region(inner.start, lost.start(), inner.default_type, inner.above), [rest]

    def declared(self, header: Header, inner: _Region) -> parameters.Value:
        """The first Content-Type that names a type; where a MIME mail has none, what its body looks like."""
        said = [parameters.parse(value) for value in header.all(b"content-type")]
        told = [value for value in said if "/" in value.token]
        if told:
            return next((v for v in told if len(told) > 1 and self.is_used(v, inner)), told[0])
        is_mime = said or header.all(b"mime-version") or not header.fields
        if not inner.above and is_mime and _begins_with_part(self.raw, inner):
            return parameters.Value("multipart/mixed")
        plain = said[0] if said else parameters.parse(None)
        return parameters.Value(inner.default_type, plain.plain, plain.extended)

    def is_used(self, declared: parameters.Value, inner: _Region) -> bool:
        """Whether a multipart's boundary stands in its body: of several Content-Types that one is meant."""
        boundary = self.boundary_of(declared, inner)
        is_multipart = declared.token.startswith("multipart/") and bool(boundary)
        return is_multipart and self.raw.find(b"--" + boundary, inner.start, inner.end) >= 0

    def boundary_of(self, declared: parameters.Value, inner: _Region) -> bytes:
        """A multipart's boundary as bytes; of one beyond ASCII nobody knows which bytes its characters were."""
        said = (declared.get("boundary") or "").rstrip()
        written = [said.encode("utf-8", "replace")]
        if not said.isascii():
            written.append(said.encode("gb18030", "replace"))
        used = (b for b in written if self.raw.find(b"--" + b, inner.start, inner.end) >= 0)
        return next(used, written[0])

    def leaf(
        self, region: _Region, header: Header, declared: parameters.Value, *, too_deep: bool = False
    ) -> list[_Region]:
        body = self.raw[region.start : region.end]
        self.parts.append(Part(header, declared, body, region.above, too_deep))
        return []

    def divide(self, region: _Region, declared: parameters.Value) -> list[_Region]:
        """The regions between the delimiters of one multipart; none when there is no delimiter at all."""
        boundary = self.boundary_of(declared, region)
        pieces, closed = self.between(region, boundary) if boundary else ([], False)
        if not pieces:
            boundary = _guess_boundary(self.raw, region.start, region.end)
            self.note_broken("multipart boundary is missing or never used")
            pieces, closed = self.between(region, boundary) if boundary else ([], False)
        elif not closed:
            self.note(UNCLOSED)
        self.identity += 1
        subtype = declared.token.removeprefix("multipart/")
        above = (*region.above, (subtype, self.identity))
        inside = "message/rfc822" if subtype == "digest" else "text/plain"
        found = [_Region(start, end, inside, above) for start, end in pieces]
        if pieces and closed:  # what follows is nobody's, unless the delimiter of the multipart around it was lost
            found += self.without_lost_part(replace(region, start=pieces[-1][1]))[1]
        return found

    def between(self, region: _Region, boundary: bytes) -> tuple[list[tuple[int, int]], bool]:
        """Begin and end of every piece, and whether a closing delimiter was seen last."""
        pieces: list[tuple[int, int]] = []
        start: int | None = None
        closed = False
        for line, after, is_close in self.delimiters(region, boundary):
            if start is not None:
                pieces.append((start, max(start, _before_line_end(self.raw, line))))
            elif closed:
                self.note("parts after the closing boundary")
            start, closed = (None, True) if is_close else (after, False)
            if len(pieces) > MAIL.parts:
                return pieces, True
        if start is not None:
            pieces.append((start, region.end))
        return pieces, closed

    def delimiters(self, region: _Region, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
        """(begin, successor, closes) of every delimiter line in the region."""
        raw, end = self.raw, region.end
        mark = b"--" + boundary
        at = raw.find(mark, region.start, end)
        while at >= 0:
            after = at + len(mark)
            if at == region.start or raw[at - 1 : at] == b"\n":
                rest = _LINE_END.match(raw, after, end) or self.words_behind(boundary, after, end)
                if rest is not None:
                    yield at, rest.end(), rest[1] is not None
                    after = max(after, rest.end())
            at = raw.find(mark, after, end)

    def words_behind(self, boundary: bytes, after: int, end: int) -> re.Match[bytes] | None:
        """A delimiter with words behind it (RFC 2046 section 5.1.1), if it is not the beginning of a longer one."""
        found = _WORDS_BEHIND.match(self.raw, after, end)
        if found is None:
            return None
        if (boundary + found[0].rstrip()).startswith(self.longer_than(boundary)):
            return None
        self.note("words behind a delimiter")
        return found

    def longer_than(self, boundary: bytes) -> tuple[bytes, ...]:
        """The boundaries that are declared anywhere in the mail and only begin like this one."""
        if boundary not in self._longer:
            declared = (found[1].rstrip() for found in islice(_DECLARED.finditer(self.raw), MAIL.parts))
            self._longer[boundary] = tuple({d for d in declared if d.startswith(boundary) and d != boundary})
        return self._longer[boundary]


def split(raw: bytes) -> Split:
    """The tree of a mail. Never raises, whatever the bytes."""
    if raw.count(b"\r") > _OLD_LINE_ENDS * raw.count(b"\n"):
        raw = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return _Splitter(raw).run()


def _start_of(raw: bytes) -> int:
    """Where the header begins: after a byte order mark, blank lines, an mbox "From " line."""
    at = len(_BYTE_ORDER_MARK) if raw.startswith(_BYTE_ORDER_MARK) else 0
    while raw[at : at + 1] in (b"\r", b"\n"):
        at += 1
    if raw.startswith((b"From ", b">From "), at):
        at = raw.find(b"\n", at) + 1 or len(raw)
    return at


def _before_line_end(raw: bytes, line: int) -> int:
    """The end of the content before a delimiter line: the line break belongs to the delimiter."""
    at = line - 1
    return at - 1 if raw[at - 1 : at] == b"\r" else at


def _begins_with_part(raw: bytes, region: _Region) -> bool:
    """Whether a body begins with a delimiter and a MIME field, after a line or two for old programs at most."""
    return bool(_guess_boundary(raw, region.start, min(region.end, region.start + _PREAMBLE)))


def _guess_boundary(raw: bytes, start: int, end: int) -> bytes:
    """The first line that begins with "--" and is directly followed by a MIME field; b"" when there is none."""
    for found in _DELIMITER_LINE.finditer(raw, start, min(end, start + MAIL.header_scan)):
        if raw[found.end() + 1 : found.end() + 9].lower() == b"content-":
            return found[1]
    return b""
