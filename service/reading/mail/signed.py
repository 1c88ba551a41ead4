"""What an opaque signature holds: the content of a CMS SignedData (RFC 5652 section 5.2), as S/MIME wraps a mail in.

The signature is not verified: nothing is decided by it. What is encrypted or no SignedData gives None. Bounded,
never raises.
"""

from dataclasses import dataclass

_SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
_SEQUENCE, _SET, _OID, _INTEGER, _OCTETS, _OCTETS_IN_PIECES, _EXPLICIT = 0x30, 0x31, 0x06, 0x02, 0x04, 0x24, 0xA0
_PIECES = 200_000  # of one octet string; writers make pieces of about a kilobyte
_DEPTH = 20  # values of unknown length inside each other


class _Broken(Exception):
    """Not what the encoding demands."""


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of the encoding (X.690): where its content begins and ends, and where the next one begins."""

    tag: int
    start: int
    end: int
    after: int


def signed_content(raw: bytes) -> bytes | None:
    """The bytes that were signed; None when there are none to be had."""
    try:
        return _content(raw)
    except (_Broken, IndexError):
        return None


def _content(raw: bytes) -> bytes | None:
    outer = _entered(raw, 0, len(raw), _SEQUENCE)
    kind = _value(raw, outer.start, outer.end)
    if kind.tag != _OID or raw[kind.start : kind.end] != _SIGNED_DATA:
        return None
    explicit = _entered(raw, kind.after, outer.end, _EXPLICIT)
    signed = _entered(raw, explicit.start, explicit.end, _SEQUENCE)
    version = _entered(raw, signed.start, signed.end, _INTEGER)
    digests = _entered(raw, version.after, signed.end, _SET)
    encapsulated = _entered(raw, digests.after, signed.end, _SEQUENCE)
    content_type = _entered(raw, encapsulated.start, encapsulated.end, _OID)
    inside = _entered(raw, content_type.after, encapsulated.end, _EXPLICIT)  # absent beside a detached signature
    return _octets(raw, _value(raw, inside.start, inside.end))


def _octets(raw: bytes, value: _Value) -> bytes:
    """An octet string, whole or in pieces."""
    if value.tag == _OCTETS:
        return raw[value.start : value.end]
    if value.tag != _OCTETS_IN_PIECES:
        raise _Broken
    pieces: list[bytes] = []
    at = value.start
    while at < value.end and len(pieces) < _PIECES:
        piece = _entered(raw, at, value.end, _OCTETS)
        pieces.append(raw[piece.start : piece.end])
        at = piece.after
    return b"".join(pieces)


def _entered(raw: bytes, at: int, end: int, tag: int) -> _Value:
    """The value at a place, which must be of this tag."""
    value = _value(raw, at, end)
    if value.tag != tag:
        raise _Broken
    return value


def _value(raw: bytes, at: int, end: int, depth: int = 0) -> _Value:
    """The value at a place; a mail cut short still gives what is there."""
    if at + 2 > end or raw[at] & 0x1F == 0x1F:
        raise _Broken
    tag, length = raw[at], raw[at + 1]
    start = at + 2
    if length == 0x80:
        return _of_unknown_length(raw, tag, start, end, depth)
    if length > 0x80:
        size = length - 0x80
        length = int.from_bytes(raw[start : start + size], "big")
        start += size
    stop = min(start + length, end)
    return _Value(tag, start, stop, stop)


def _of_unknown_length(raw: bytes, tag: int, start: int, end: int, depth: int) -> _Value:
    """A value that goes on until two zero bytes."""
    if depth > _DEPTH:
        raise _Broken
    at = start
    while at < end and raw[at : at + 2] != b"\0\0":
        at = _value(raw, at, end, depth + 1).after
    return _Value(tag, start, at, min(at + 2, end))
