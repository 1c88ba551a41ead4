"""Which pieces of a letter's pages staff compare, and the same on the wire to the reading child and back.

Loads no document library: the parent names the pieces, the child cuts them.
"""

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

from service.domain.submission import CoverLetter, FieldRead

SEAL, SIGNATURE = "seal", "signature"
_JPEG = b"\xff\xd8\xff"
_LARGEST = 200_000  # bytes of one piece

Box = tuple[float, float, float, float]
Piece = tuple[str, bytes]  # what it shows, and its JPEG


@dataclass(frozen=True, slots=True)
class Cut:
    """A piece of a page that is wanted: what it shows, and where it stands (box in widths of the upright page)."""

    name: str
    attachment: str
    page: int  # from 1
    box: Box


def cuts_of(letter: CoverLetter) -> tuple[Cut, ...]:
    """The mark that may be a seal, and the lines of signer and date."""
    seal = [field for field in letter.fields if field.name == SEAL]
    signed = [field for field in letter.fields if field.name in ("date", "signer")]
    return (*_cut(SEAL, seal), *_cut(SIGNATURE, signed))


def _cut(name: str, fields: Sequence[FieldRead]) -> Iterator[Cut]:
    """What stands on the last page of some fields: letterhead and signature may be pages apart."""
    placed = [(field, field.box) for field in fields if field.box is not None]
    if placed:
        last = placed[-1][0]
        boxes = [box for field, box in placed if (field.attachment, field.page) == (last.attachment, last.page)]
        left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
        right, low = max(box[2] for box in boxes), max(box[3] for box in boxes)
        yield Cut(name, last.attachment, last.page, (left, top, right, low))


def cuts_to_json(cuts: Sequence[Cut]) -> bytes:
    return json.dumps([astuple(cut) for cut in cuts]).encode()


def cuts_from_json(content: bytes) -> tuple[Cut, ...]:
    """From our own parent alone."""
    return tuple(Cut(name, path, page, tuple(box)) for name, path, page, box in json.loads(content))


def pieces_to_json(pieces: Sequence[Piece]) -> bytes:
    return json.dumps([(name, base64.b64encode(jpeg).decode()) for name, jpeg in pieces]).encode()


def pieces_from_json(content: bytes) -> tuple[Piece, ...]:
    """From the child, whom nothing is believed: ValueError for anything but small JPEGs of known names."""
    found = json.loads(content)
    if not isinstance(found, list):
        raise ValueError("no list")
    return tuple(map(_piece, found))


def _piece(found: object) -> Piece:
    match found:
        case [("seal" | "signature") as name, str(text)]:
            pass
        case _:
            raise ValueError("no piece")
    try:
        jpeg = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("no base64") from error
    if not jpeg.startswith(_JPEG) or len(jpeg) > _LARGEST:
        raise ValueError("no small JPEG")
    return name, jpeg
