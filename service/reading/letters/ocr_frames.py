"""The wire between the reading worker and its OCR child: length-prefixed JSON, then raw pictures.

Frames carry no code and no references, so neither side can be made to do more than read pictures.
"""

import json
import struct
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from service.reading.letters.model import Picture

_LENGTH = struct.Struct("<I")
LENGTH_BYTES = _LENGTH.size


def request(question: str, pictures: "Sequence[Picture]") -> bytes:
    """A question about pictures as bytes."""
    head = reply({"question": question, "shapes": [list(picture.shape) for picture in pictures]})
    return head + b"".join(picture.tobytes() for picture in pictures)


def reply(answer: Any) -> bytes:
    """Any JSON value with its length in front."""
    body = json.dumps(answer, ensure_ascii=False).encode()
    return _LENGTH.pack(len(body)) + body


def length_of(head: bytes) -> int:
    """How many bytes of JSON follow a frame's head."""
    size: int = _LENGTH.unpack(head)[0]
    return size
