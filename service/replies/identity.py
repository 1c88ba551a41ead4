"""How our letters are recognised again: Message-IDs that only we can make, and case numbers kept in subjects.

A Message-ID is derived from what it answers, so that a letter made twice has one identity (RFC 5322 section 3.6.4);
its last part is an HMAC, so that nobody can pass off a mail as ours.
"""

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass

_SHAPE = re.compile(
    r"<?(?P<kind>[a-z_]{1,32})\.(?P<sha>[0-9a-f]{16})\.(?P<seq>\d{1,6})\.(?P<mac>[0-9a-f]{16})@[^<>@\s]+>?"
)
_DASHES = re.compile("[\u2010-\u2015\u2212\ufe58\uff0d]")


@dataclass(frozen=True, slots=True)
class OwnLetter:
    """What one of our Message-IDs says: which letter, to which mail, the how-manieth."""

    kind: str
    sha_prefix: str  # first 16 hexadecimal digits of the SHA-256 of the mail it answers
    seq: int


def message_id_for(kind: str, mail_sha256: str, seq: int, key: bytes, domain: str) -> str:
    """The Message-ID of our letter of that kind about that mail, with its angle brackets."""
    body = f"{kind}.{mail_sha256[:16].lower()}.{seq}"
    return f"<{body}.{_mac(body, key)}@{domain}>"


def verify(message_id: str, key: bytes) -> OwnLetter | None:
    """What a Message-ID says if it was made with this key, else None. Its domain is not looked at."""
    match = _SHAPE.fullmatch(message_id.strip())
    if match is None:
        return None
    body = f"{match['kind']}.{match['sha']}.{match['seq']}"
    if not hmac.compare_digest(_mac(body, key), match["mac"]):
        return None
    return OwnLetter(match["kind"], match["sha"], int(match["seq"]))


def our_case_number(subject: str, prefix: str) -> str | None:
    """The first number like GD2020-0012 in a subject, full-width and lower-case writing included."""
    plain = _DASHES.sub("-", unicodedata.normalize("NFKC", subject)).upper()
    match = re.search(rf"(?<![0-9A-Z]){re.escape(prefix.upper())}-(\d{{4,9}})(?!\d)", plain)
    return f"{prefix}-{match[1]}" if match else None


def _mac(body: str, key: bytes) -> str:
    return hmac.new(key, body.encode(), hashlib.sha256).hexdigest()[:16]
