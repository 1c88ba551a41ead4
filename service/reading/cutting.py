"""Cut pieces out of a letter's pages, as evidence for staff: the signature, and what seems to be a seal.

Runs where mails are read, in the child. Nothing is kept beforehand: the pieces come from the archived mail.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from service.domain.rules import Rulebook
from service.reading.containers import unpack
from service.reading.cuts import Box, Cut, Piece
from service.reading.letters import page_picture
from service.reading.mail import parse
from service.reading.mail.passwords import passwords_in
from service.reading.unlocking import LOCKABLE, unlocked

if TYPE_CHECKING:
    from service.reading.found import Found
    from service.reading.letters import Ocr
    from service.reading.letters.model import Picture

_MARGIN = 0.02  # page widths around a piece
_LONG_SIDE = 800  # px
_BYTES = 30_000
_QUALITIES = (85, 70, 50, 30)


def cut(content: bytes, cuts: Sequence[Cut], rulebook: Rulebook, ocr: "Ocr") -> tuple[Piece, ...]:
    """Each wanted piece of a mail that can still be found, as a small JPEG; pages are made upright as for reading."""
    mail = parse(content, rulebook.mail)
    unpacked = unpack(mail.files, rulebook.mail, passwords_in(mail.envelope.subject, mail.text))
    passwords = passwords_in(mail.envelope.subject, mail.text, *unpacked.texts)
    files = {file.path: file for file in unpacked.files}
    found: list[Piece] = []
    for (attachment, page), wanted in _by_page(cuts).items():
        file = files.get(attachment)
        picture = _page(file, passwords, page, ocr) if file is not None else None
        found += [(one.name, _jpeg(picture, one.box)) for one in wanted] if picture is not None else []
    return tuple(found)


def _by_page(cuts: Sequence[Cut]) -> dict[tuple[str, int], list[Cut]]:
    pages: dict[tuple[str, int], list[Cut]] = {}
    for one in cuts:
        pages.setdefault((one.attachment, one.page), []).append(one)
    return pages


def _page(file: "Found", passwords: Sequence[str], page: int, ocr: "Ocr") -> "Picture | None":
    opened = unlocked(file.content, file.media_type, passwords) if file.media_type in LOCKABLE else None
    return page_picture(opened or file.content, file.name, file.media_type, page, ocr)


def _jpeg(picture: "Picture", box: Box) -> bytes:
    """The piece with a margin, small enough for a mail."""
    from PIL import Image

    unit = picture.shape[1]
    left, top = (max(0, round((side - _MARGIN) * unit)) for side in box[:2])
    right, low = (round((side + _MARGIN) * unit) for side in box[2:])
    image = Image.fromarray(picture[top : max(low, top + 1), left : max(right, left + 1)])
    image.thumbnail((_LONG_SIDE, _LONG_SIDE))
    for quality in _QUALITIES:
        out = BytesIO()
        image.save(out, "JPEG", quality=quality)
        if out.tell() <= _BYTES:
            break
    return out.getvalue()
