"""Content-Transfer-Encoding undone (RFC 2045 section 6), with damage told apart from a clean decoding."""

import binascii
import re
from dataclasses import dataclass

_WHITE = b" \t\r\n\0"
_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))
_BROKEN_QP = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)")
_BASE64_OF_KNOWN = (b"UEsDB", b"JVBER", b"0M8R4KGx", b"/9j/", b"iVBORw0K", b"UmFyIR", b"SUkqA", b"N3q8r")
_BASE64_LINE_ALONE = re.compile(rb"^[A-Za-z0-9+/]{40,}={0,2}[ \t]*\r?$", re.MULTILINE)
_WORDS_BEHIND = re.compile(  # or the check sum of OpenPGP's armour
    rb"=[ \t]*\r?\n\s*([A-Za-z0-9+/=]{0,80}[^A-Za-z0-9+/=\s]|=[A-Za-z0-9+/]{4}\s*\Z)"
)
_WORDS_LOOKED_AT = 4000  # bytes
_LONG_WORD = 16
_XX = b"+-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_XX_TO_UU = bytes.maketrans(_XX, bytes([*b"`", *range(33, 96)]))
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]{20,}={0,2}\r?\n?")


@dataclass(frozen=True, slots=True)
class Decoded:
    content: bytes
    damage: str = ""  # English; "" when every byte was understood


def undo(body: bytes, encoding: str) -> Decoded:
    """The bytes that were sent. Never raises; what could not be understood is left out and told."""
    name = re.sub(r"[^a-z0-9]", "", encoding.lower())
    if name.startswith("base64") or name in {"b", "xgzip64", "gzip64"}:
        return from_base64(body)
    if name.startswith("quotedprintable") or name == "qp":
        return Decoded(binascii.a2b_qp(body), "broken quoted-printable" if _BROKEN_QP.search(body) else "")
    if name in {"xuuencode", "uuencode", "xuue", "uue", "xxxencode", "xxencode"}:
        return from_uuencode(body)
    if body.lstrip().startswith(_BASE64_OF_KNOWN) and _BASE64_LINE.match(body.lstrip()):
        return Decoded(from_base64(body).content, "base64 without its label")
    return Decoded(body)


def from_base64(body: bytes) -> Decoded:
    """Base64 with padding in the middle, strange characters or a missing end still gives what is there."""
    if text := _words_alone(body):
        return text
    packed = body.translate(None, _WHITE)
    try:
        return Decoded(binascii.a2b_base64(packed, strict_mode=True))
    except binascii.Error:
        return _with_words_behind(body) or _from_damaged_base64(packed)


def _with_words_behind(body: bytes) -> Decoded | None:
    """A whole file with lines behind its padding that are none of it: a damaged delimiter, a mailing list's footer."""
    words = _WORDS_BEHIND.search(body)
    if words is None or _BASE64_LINE_ALONE.search(body, words.start(1)):
        return None
    try:
        return Decoded(binascii.a2b_base64(body[: words.start(1)].translate(None, _WHITE), strict_mode=True))
    except binascii.Error:
        return None


def _words_alone(body: bytes) -> Decoded | None:
    """Text that nobody encoded: most of its lines are words with spaces between them, as base64 never is."""
    lines = [line.strip() for line in body[:_WORDS_LOOKED_AT].splitlines() if line.strip()]
    spaced = sum(b" " in line and len(line) < _LONG_WORD * len(line.split()) for line in lines)
    return Decoded(body, "text labelled as base64") if 2 * spaced > len(lines) else None


def _from_damaged_base64(packed: bytes) -> Decoded:
    clean = packed.translate(None, _NOT_BASE64)
    damage = "strange characters in base64" if len(clean) != len(packed) else ""
    runs = [run for run in re.split(rb"=+", clean) if run]
    if len(runs) > 1:
        damage = damage or "base64 padded in the middle"
    if any(len(run) % 4 == 1 for run in runs):
        damage = "base64 of impossible length"
    return Decoded(b"".join(_run(run) for run in runs), damage or "base64 without its end" if packed else "")


def _run(run: bytes) -> bytes:
    if len(run) % 4 == 1:
        run = run[:-1]
    return binascii.a2b_base64(run + b"=" * (-len(run) % 4))


def from_uuencode(body: bytes) -> Decoded:
    """Lines between "begin" and "end", or all lines when there is no "begin". xxencode is told by its letters."""
    lines = body.splitlines()
    begin = next((n for n, line in enumerate(lines) if line.startswith(b"begin ")), -1)
    lines = lines[begin + 1 :]
    if lines and is_xx(lines[0]):
        lines = [line.translate(_XX_TO_UU) if line.strip() != b"end" else line for line in lines]
    return _from_lines(lines)


def _from_lines(lines: list[bytes]) -> Decoded:
    out: list[bytes] = []
    damage = "uuencode without its end"
    for line in lines:
        if line.strip() in (b"end", b"`", b""):
            damage = "" if line.strip() == b"end" else damage
            if line.strip() == b"end":
                break
            continue
        try:
            out.append(_uu_line(line))
        except binascii.Error:
            damage = "broken uuencode line"
    return Decoded(b"".join(out), damage)


def is_xx(line: bytes) -> bool:
    """A line of xxencode: of its letters only, some of which uuencode has not, and as long as it says."""
    if not line or line.translate(None, _XX) or line.upper() == line:
        return False
    return len(line) - 1 == (_XX.index(line[0]) + 2) // 3 * 4


def _uu_line(line: bytes) -> bytes:
    """One line; encoders that pad too long are cut to the length they state (as the standard library did)."""
    try:
        return binascii.a2b_uu(line)
    except binascii.Error:
        count = (((line[0] - 32) & 63) * 4 + 5) // 3
        return binascii.a2b_uu(line[:count])
