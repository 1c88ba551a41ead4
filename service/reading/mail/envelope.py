"""A header as an `Envelope`: who, when, what about, and the signs of a machine."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from service.domain.mail import Envelope
from service.reading.charsets import one_line
from service.reading.mail import parameters
from service.reading.mail.addresses import every_mailbox, mailboxes
from service.reading.mail.header import Header, text_of, unfold

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")
_BARE_ID = re.compile(r"[^<>\s,;]{1,400}@[^<>\s,;]{1,200}")
_COMMENT = re.compile(r"\([^()]*\)")
_PLAIN_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})[ T](\d{1,2}):(\d{2})(?::(\d{2}))?")
_IDS = 100
_DATE_CHARS = 200
_RESULTS = 20

SIGNALS = (
    "auto-submitted", "precedence", "list-id", "list-unsubscribe", "return-path", "x-autoreply", "x-autorespond",
    "x-auto-response-suppress", "x-failed-recipients", "x-mailer", "sender",
)  # fmt: skip


def envelope_of(header: Header) -> Envelope:
    """What a mail's own header says. Never raises; what cannot be read is None or empty."""
    return Envelope(
        message_id=_message_id(header),
        senders=every_mailbox(header.all(b"from")),
        reply_to=mailboxes(header.all(b"reply-to")),
        to=mailboxes(header.all(b"to")),
        cc=mailboxes(header.all(b"cc")),
        subject=header.text(b"subject"),
        in_reply_to=_ids(header, b"in-reply-to"),
        references=_ids(header, b"references"),
        date=_date(header.text(b"date")),
        received=_received(header),
        signals=tuple(_signals(header)),
        authentication_results=tuple(
            # Not decoded: a sender's local part could be an encoded word that says dmarc=pass.
            one_line(unfold(v))
            for v in header.all(b"authentication-results")[:_RESULTS]
        ),
    )


def _message_id(header: Header) -> str | None:
    text = one_line(unfold(header.get(b"message-id") or b""))
    if found := _MESSAGE_ID.search(text):
        return found[0]
    bare = _BARE_ID.search(text)
    return f"<{bare[0]}>" if bare else None


def _ids(header: Header, name: bytes) -> tuple[str, ...]:
    found = [m for value in header.all(name) for m in _MESSAGE_ID.findall(one_line(unfold(value)))]
    return tuple(dict.fromkeys(found[-_IDS:]))


def _received(header: Header) -> datetime | None:
    """The time of the topmost Received field that carries one: the newest, stamped by our own server."""
    for value in header.all(b"received"):
        if moment := _date(unfold(value).rpartition(";")[2]):
            return moment
    return None


def _date(text: str) -> datetime | None:
    """A date of RFC 5322 or one written with figures; a missing zone means UTC (RFC 5322 section 3.3: -0000)."""
    text = _COMMENT.sub(" ", one_line(text)[:_DATE_CHARS]).strip()
    try:
        moment = parsedate_to_datetime(text) if text else None
    except (ValueError, TypeError, IndexError, OverflowError):
        moment = _figures(text)
    if moment is None:
        return None
    return moment if moment.tzinfo and moment.utcoffset() is not None else moment.replace(tzinfo=UTC)


def _figures(text: str) -> datetime | None:
    found = _PLAIN_DATE.search(text)
    try:
        return datetime(*(int(n or 0) for n in found.groups()), tzinfo=UTC) if found else None  # type: ignore[arg-type,misc]
    except ValueError:
        return None


def _signals(header: Header) -> Iterator[tuple[str, str]]:
    for name in SIGNALS:
        for value in header.all(name.encode())[:3]:
            yield name, text_of(value)[:500]
    if header.get(b"content-type") is not None:
        content_type = parameters.parse(header.get(b"content-type"))
        report = content_type.get("report-type")
        yield "content-type", content_type.token + (f"; report-type={one_line(report).lower()}" if report else "")
