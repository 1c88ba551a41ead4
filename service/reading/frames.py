"""Length-prefixed messages between the reading parent and its child."""

import struct
from typing import BinaryIO

HEAD = struct.Struct(">cQ")  # what it is, how many bytes follow
LONGEST = 1 << 30

RULES = b"r"  # parent: pickled (Rulebook, Bounds)
LEAVE = b"l"  # parent: SHA-256 of the files of the next mail that are to be left alone, with commas between
MARK = b"k"  # parent: pickled FileMarks for a file of the next mail
CUT = b"c"  # parent: pieces that are to be cut out of the next mail, as JSON
OFFER = b"w"  # parent: what of the next mail may be files of the rules is wanted
MAIL = b"m"  # parent: a mail's bytes
READY = b"+"  # child: rules taken, nothing to read yet
OPENED = b"o"  # child: SHA-256 of the file that a library is at work on; empty when it is done with it
DONE = b"d"  # child: resident bytes (8), then a Submission as JSON
MARKED = b"x"  # child: the file with its marks; empty when it cannot be marked
FAILED = b"f"  # child: what went wrong, without any content of the mail


def pack(kind: bytes, payload: bytes) -> bytes:
    return HEAD.pack(kind, len(payload)) + payload


def parted(kind: bytes, payload: bytes) -> tuple[bytes, bytes]:
    """The same in two pieces, for what is too long to be copied."""
    return HEAD.pack(kind, len(payload)), payload


def receive(stream: BinaryIO) -> tuple[bytes, bytes] | None:
    """The next message; None when the other side has closed. Raises EOFError when it closed inside a message."""
    head = stream.read(HEAD.size)
    if not head:
        return None
    if len(head) < HEAD.size:
        raise EOFError("message cut off")
    kind, size = HEAD.unpack(head)
    payload = stream.read(size)
    if len(payload) < size:
        raise EOFError("message cut off")
    return kind, payload
