"""The token that lets a tried change take effect: it belongs to one mail, one outcome, and the rules it was compared
with. Only we can make one, and nothing needs to be kept to know it again."""

import base64
import hashlib
import hmac
import re
import unicodedata

_BYTES = 10
_ALPHABET = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"0123456789ABCDEFGHJKMNPQRSTVWXYZ")
_GROUPS = re.compile("(....)(?=.)")
_SHAPE = re.compile(r"[0-9A-Z]{16}")
_LOOK_ALIKES = str.maketrans("OILU", "011V")


def token_for(mail: str, base: str, version: str, key: bytes) -> str:
    """Like 7K2M-9DQX-04TN-HW3P: 80 bits. base and version: of the rules before and after."""
    digest = hmac.new(key, f"rules\0{mail}\0{base}\0{version}".encode(), hashlib.sha256).digest()
    letters = base64.b32encode(digest[:_BYTES]).translate(_ALPHABET).decode()
    return _GROUPS.sub(r"\1-", letters)


def same(written: str, token: str) -> bool:
    """Whether a person wrote this token, dashes, blanks and look-alike letters left to him."""
    return hmac.compare_digest(plain(written).encode(), plain(token).encode())


def plain(written: str) -> str:
    """What was written, as tokens are compared; "" when it has not the shape of one."""
    letters = re.sub(r"[\s-]+", "", unicodedata.normalize("NFKC", written)).upper().translate(_LOOK_ALIKES)
    return letters if _SHAPE.fullmatch(letters) else ""
