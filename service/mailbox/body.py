"""The bytes of one mail: asked for in pieces, never trusted to be as long as announced."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from imapclient import IMAPClient

from service.mailbox import answers
from service.mailbox.connection import CHUNK

_HEADER_BYTES = 64 * 1024


class TooLarge(Exception):
    """The mail is over the limit."""


class NoContent(Exception):
    """The server answers with NIL or nothing where the mail's bytes should be."""


class Gone(Exception):
    """The server no longer has the mail."""


def read_sizes(client: IMAPClient, uids: Sequence[int]) -> dict[int, int | None]:
    """UID -> announced size, None where the server gives none; a mail that is gone is left out."""
    answer = client.fetch(list(uids), ["RFC822.SIZE"])
    return {uid: size if isinstance(size := data.get(b"RFC822.SIZE"), int) else None for uid, data in answer.items()}


def read_body(client: IMAPClient, uid: int, size: int | None, max_bytes: int) -> bytes:
    """The exact bytes, without setting \\Seen. Raises TooLarge, NoContent, Gone, and what imaplib raises.

    size is the server's word and often wrong: reading goes on until a piece comes back short or empty.
    """
    if size is not None and size > max_bytes:
        raise TooLarge
    body = BytesIO()
    while body.tell() <= max_bytes:
        piece, is_last = _piece(client, uid, body.tell(), size)
        body.write(piece)
        is_short = len(piece) < CHUNK and (size is None or body.tell() >= size)
        if is_last or is_short or not piece:
            break
    if body.tell() > max_bytes:
        raise TooLarge
    if not body.tell():
        raise NoContent
    return body.getvalue()


def read_header(client: IMAPClient, uid: int) -> bytes:
    """The beginning of the header, for people; b"" when the server does not give it."""
    try:
        data = client.fetch([uid], [f"BODY.PEEK[HEADER]<0.{_HEADER_BYTES}>"]).get(uid, {})
    except answers.FAILURES as error:
        if answers.trouble(error) is answers.Trouble.LINE:
            raise
        return b""
    return next((value for key, value in data.items() if key.startswith(b"BODY[HEADER]") and value), b"")


def _piece(client: IMAPClient, uid: int, offset: int, size: int | None) -> tuple[bytes, bool]:
    """The next piece, b"" after the end; and whether it is known to be the last."""
    data: dict[bytes, Any] = client.fetch([uid], [f"BODY.PEEK[]<{offset}.{CHUNK}>"]).get(uid, {})
    key = next((key for key in data if key.startswith(b"BODY[]")), None)
    if key is None:  # OK without data: expunged, or asked beyond the end
        if offset and size is not None and offset >= size:
            return b"", True
        raise Gone
    return data[key] or b"", key == b"BODY[]"  # without <offset> the server sent the whole
