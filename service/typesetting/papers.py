"""A finished paper: what composing puts into a mail."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """A file that goes out with a letter."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RenderedLetter:
    """A letter in words: subject on one line, the same content as text and as HTML."""

    template: str  # receipt, correction, redirect, handover, digest
    subject: str
    text: str
    html: str
    attachments: tuple[OutgoingFile, ...] = ()
