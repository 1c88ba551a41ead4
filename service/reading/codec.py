"""A Submission as JSON bytes and back, without loss. Keys are the field names of `service.domain`.

Writing needs no library, so that the reading child starts without one; reading back validates every field, because
the bytes may come from a child that a hostile file has taken over, or from an older version.
"""

import json
from dataclasses import asdict
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING

from service.domain.submission import Submission

if TYPE_CHECKING:
    from pydantic import TypeAdapter


def submission_to_json(submission: Submission) -> bytes:
    """UTF-8 JSON. The same Submission always gives the same bytes."""
    text = json.dumps(asdict(submission), ensure_ascii=False, separators=(",", ":"), default=_plain)
    return text.encode("utf-8", "replace")


def submission_from_json(content: bytes) -> Submission:
    """The Submission again. Raises ValueError (pydantic.ValidationError) when the bytes are none of this version."""
    return _adapter().validate_json(content)


def prepare() -> None:
    """Builds the validator now rather than at the first Submission: about 0.2 s, well spent while a child starts."""
    _adapter()


def _plain(value: object) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a Submission")


@cache
def _adapter() -> "TypeAdapter[Submission]":
    from pydantic import TypeAdapter

    return TypeAdapter(Submission)
