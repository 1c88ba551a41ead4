"""A rendered letter as the bytes of a mail (RFC 5322, 2045-2047, 2231, 3834).

Promises: the same input gives the same bytes; CRLF, pure ASCII, no line over 998 octets; no value can add a header.
"""

import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, getaddresses
from urllib.parse import quote

from service.domain.mail import Address
from service.typesetting.papers import OutgoingFile, RenderedLetter
from service.typesetting.text import one_line, shorten_middle

_CC = re.compile(r"\r\nCc: ((?:[^\r]|\r\n )*)\r\n")
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_ATEXT_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_LOCAL = re.compile(r"""[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+|"[!#-\[\]-~]+\"""")
_DOMAIN = re.compile(r"[A-Za-z0-9_-]{1,63}(?:\.[A-Za-z0-9_-]{1,63})*\.?")
_NAME_LIMIT = 80
_MAIL = "message/rfc822"
_REFERENCES_KEPT = 20


def compose(
    letter: RenderedLetter,
    sender: Address,
    to: Sequence[Address],
    message_id: str,
    in_reply_to: str | None,
    references: Sequence[str],
    date: datetime,
    auto_submitted: str = "auto-replied",
    cc: Sequence[Address] = (),
) -> bytes:
    """The mail, byte for byte. auto_submitted is "auto-generated" for letters that answer nothing (RFC 3834, 5).

    Raises ValueError for an address that `is_writable` refuses.
    """
    boundary = hashlib.sha256(message_id.encode()).hexdigest()[:24]
    head = [
        ("From", _address(sender)),
        ("To", ",\r\n ".join(_address(a) for a in to)),
        *((("Cc", ",\r\n ".join(_address(a) for a in cc)),) if cc else ()),
        ("Subject", _encoded(letter.subject)),
        ("Date", format_datetime(date)),
        ("Message-ID", message_id),
        *_thread(in_reply_to, references),
        ("Auto-Submitted", auto_submitted),
        ("X-Auto-Response-Suppress", "All"),
        ("Content-Language", "zh-CN"),
        ("MIME-Version", "1.0"),
    ]
    body = _alternative(letter, f"=_a{boundary}")
    if letter.attachments:
        body = _multipart("mixed", f"=_m{boundary}", [body, *(_file(f) for f in letter.attachments)])
    return ("".join(f"{name}: {value}\r\n" for name, value in head) + body).encode("ascii")


def copies_in(content: bytes) -> tuple[str, ...]:
    """Who else gets a letter of ours, as its own Cc field says: its bytes are all that is kept of it."""
    head = content.partition(b"\r\n\r\n")[0].decode("ascii", "replace")
    found = _CC.search(f"\r\n{head}\r\n")
    return tuple(address for _, address in getaddresses([found[1]]) if address) if found else ()


def is_writable(address: str) -> bool:
    """Whether a mail can be addressed so without SMTPUTF8: ASCII before the @, any domain that IDNA can write."""
    return _addr_spec(address) is not None


def _addr_spec(address: str) -> str | None:
    local, _, domain = address.rpartition("@")
    try:
        host = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    return f"{local}@{host}" if len(local) <= 200 and _LOCAL.fullmatch(local) and _DOMAIN.fullmatch(host) else None


def _thread(in_reply_to: str | None, references: Sequence[str]) -> Iterator[tuple[str, str]]:
    """In-Reply-To and References (RFC 5322 section 3.6.4); what is no Message-ID is left out."""
    answered = _MESSAGE_ID.fullmatch((in_reply_to or "").strip())
    known = [r for r in (*references, in_reply_to or "") if _MESSAGE_ID.fullmatch(r.strip())]
    chain = list(dict.fromkeys(r.strip() for r in known))
    if answered:
        yield "In-Reply-To", answered[0]
    if chain:
        yield "References", "\r\n ".join([chain[0], *chain[1:][-_REFERENCES_KEPT:]])


def _alternative(letter: RenderedLetter, boundary: str) -> str:
    return _multipart("alternative", boundary, [_text("plain", letter.text), _text("html", letter.html)])


def _multipart(subtype: str, boundary: str, parts: Sequence[str]) -> str:
    head = f'Content-Type: multipart/{subtype};\r\n boundary="{boundary}"\r\n\r\n'
    return head + "".join(f"--{boundary}\r\n{part}\r\n" for part in parts) + f"--{boundary}--\r\n"


def _text(subtype: str, text: str) -> str:
    content = text.replace("\r\n", "\n").replace("\n", "\r\n").encode("utf-8", "replace")
    return f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{_base64(content)}"


def _file(file: OutgoingFile) -> str:
    """An attachment named as Thunderbird names its own: readable in QQ, Coremail and Outlook old and new.

    A mail inside a mail stands as it is (RFC 2046, 5.2.1); ours are pure ASCII.
    """
    name = shorten_middle(one_line(file.name).replace('"', "'"), _NAME_LIMIT)
    return (
        f'Content-Type: {file.media_type};\r\n name="{_encoded(name)}"\r\n'
        f"Content-Disposition: attachment;\r\n filename*=UTF-8''{quote(name, safe='')}\r\n"
        + (
            f"Content-Transfer-Encoding: 7bit\r\n\r\n{file.content.decode('ascii')}"
            if file.media_type == _MAIL
            else f"Content-Transfer-Encoding: base64\r\n\r\n{_base64(file.content)}"
        )
    )


def _base64(content: bytes) -> str:
    return base64.encodebytes(content).decode("ascii").replace("\n", "\r\n")


def _address(address: Address) -> str:
    addr_spec = _addr_spec(address.address)
    if addr_spec is None:
        raise ValueError(f"not a mail address that can be written: {address.address!r}")
    name = one_line(address.name, _NAME_LIMIT)
    if not name:
        return addr_spec
    shown = name if _ATEXT_NAME.fullmatch(name) else _encoded(name, always=True)
    return f"{shown} <{addr_spec}>"


def _encoded(value: str, always: bool = False) -> str:
    """Text for a header: as it is when plain, else RFC 2047 words, folded."""
    line = one_line(value)
    if not always and line.isascii() and "=?" not in line and len(line) <= 76:
        return line
    return Header(line, "utf-8", maxlinelen=66).encode(linesep="\r\n")
