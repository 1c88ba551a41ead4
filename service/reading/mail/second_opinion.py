"""What mail-parser makes of a mail whose structure is broken: files that our splitter did not see.

Asked only then: it is slower, recursive, loses names and invents random ones for parts without any.
"""

import base64
import binascii
import logging
import re
from collections.abc import Collection
from hashlib import sha256

from service.reading.found import Found, safe_name

_BOUNDARIES = 40  # more of them could exhaust its recursion
_BYTES = 60 * 1024 * 1024
_HEADER_LINE = re.compile(rb"^[^\r\n]{8000}", re.MULTILINE)
_INVENTED = re.compile(r"[a-z]{10}(?:\.(?:txt|rtf))?|part-\d+.*")  # random, so not the same twice


def more_files(raw: bytes, seen: Collection[str]) -> list[Found]:
    """Files beyond those with the SHA-256 digests in `seen`. Never raises."""
    if len(raw) > _BYTES or raw.lower().count(b"boundary=") > _BOUNDARIES or _HEADER_LINE.search(raw[: 1024 * 1024]):
        return []
    try:
        import mailparser

        logging.getLogger("mailparser").setLevel(logging.CRITICAL)
        attachments = mailparser.parse_from_bytes(raw).attachments
        found = [_found(a) for a in attachments]
    except Exception:  # it raises AttributeError, RecursionError, LookupError and more on real broken mail
        return []
    return [f for f in found if f.content and sha256(f.content).hexdigest() not in seen]


def _found(attachment: dict[str, object]) -> Found:
    payload = str(attachment.get("payload") or "")
    name = safe_name(str(attachment.get("filename") or ""))
    try:
        content = base64.b64decode(payload) if attachment.get("binary") else payload.encode("utf-8", "replace")
    except (binascii.Error, ValueError):
        content = b""
    declared = str(attachment.get("mail_content_type") or "")
    return Found("", "" if _INVENTED.fullmatch(name) else name, content, declared, damage="broken MIME structure")
