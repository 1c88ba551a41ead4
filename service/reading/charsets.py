"""Bytes to text when labels lie: promises text without lone surrogates and never raises.

Chinese systems write GBK under a gb2312 label, UTF-8 under a GBK label and raw 8-bit bytes without any.
"""

import re
import unicodedata

from service.reading import scripts

_GB = "gb18030"
_CODECS = {
    "gb2312": _GB, "gbk": _GB, "cp936": _GB, "xgbk": _GB, "gb18030": _GB, "euccn": _GB, "ms936": _GB,
    "windows936": _GB, "chinese": _GB, "gb231280": _GB, "xgb2312": _GB, "gb": _GB,
    "big5": "cp950", "xbig5": "cp950", "cp950": "cp950", "cnbig5": "cp950", "big5hkscs": "big5hkscs",
    "hzgb2312": "hz", "hz": "hz", "utf8": "utf-8", "unicode11utf8": "utf-8", "utf7": "utf-7", "unicode11utf7": "utf-7",
    "utf16": "utf-16", "utf16le": "utf-16-le", "utf16be": "utf-16-be", "utf32": "utf-32",
    "shiftjis": "cp932", "sjis": "cp932", "cp932": "cp932", "windows31j": "cp932", "eucjp": "euc_jp",
    "iso2022jp": "iso2022_jp", "euckr": "cp949", "ksc56011987": "cp949", "cp949": "cp949", "iso2022kr": "iso2022_kr",
    "koi8r": "koi8-r", "koi8u": "koi8-u", "macintosh": "mac-roman", "xmaccyrillic": "mac-cyrillic",
}  # fmt: skip
_LATIN = frozenset({"latin-1", "cp1252", "ascii"})
_SEVEN_BIT = frozenset({"hz", "utf-7", "iso2022_jp", "iso2022_kr"})  # ASCII bytes that are not ASCII text
_WIDE = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32"})
_WINDOWS = re.compile(r"(?:windows|cp)(125[0-8]|874|866)")
_ISO_LATIN = re.compile(r"iso8859(1[0-6]|[1-9])")

_THREE_BYTES = re.compile(rb"[\xe0-\xf4][\x80-\xbf]{2}")
_GB_PAIRS = re.compile(rb"(?:[\x00-\x7f]|[\x81-\xfe][\xa1-\xfe])*")

_SURROGATES = re.compile("[\ud800-\udfff]")
_INVISIBLE = "\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_BREAKS = re.compile("[\t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]+")
_NOT_IN_LINES = re.compile(f"[\x00-\x1f\x7f-\x9f{_INVISIBLE}]")
_SPACES = re.compile("  +")


def codec_for(label: str | None) -> str | None:
    """The Python codec that reads what goes by this label in practice; None for a label nobody knows."""
    if not label:
        return None
    key = re.sub(r"[^a-z0-9]", "", label.lower())
    if key in {"usascii", "ascii", "ansix341968"}:
        return "ascii"
    if found := _ISO_LATIN.fullmatch(key):
        return "latin-1" if found[1] == "1" else f"iso8859-{found[1]}"
    if found := _WINDOWS.fullmatch(key):
        return f"cp{found[1]}"
    return _CODECS.get(key)


def decode(raw: bytes, label: str | None = None) -> str:
    """Text of bytes under a charset label that may be wrong, unknown or absent. Never raises."""
    codec = codec_for(label)
    if raw.isascii() and codec not in _SEVEN_BIT and not (codec in _WIDE and b"\0" in raw):
        return raw.decode("ascii")
    text = _by_mark(raw) or _strictly(raw, codec)
    return _SURROGATES.sub("\ufffd", _best_guess(raw, codec) if text is None else text)


def _by_mark(raw: bytes) -> str | None:
    if raw.startswith(b"\xef\xbb\xbf"):
        return _try(raw[3:], "utf-8")
    return _try(raw, "utf-16") if raw.startswith((b"\xff\xfe", b"\xfe\xff")) and len(raw) % 2 == 0 else None


def _strictly(raw: bytes, codec: str | None) -> str | None:
    """The first codec that takes every byte: surely UTF-8, then the label, then what unlabelled mail uses here."""
    utf8 = None if codec in _SEVEN_BIT | _WIDE else _try(raw, "utf-8")
    if utf8 is not None and (codec == "utf-8" or _THREE_BYTES.search(raw)):
        return utf8
    if codec is not None and codec not in _LATIN and codec != "utf-8":
        labelled = _try(raw, codec)
        if labelled is None and codec == "cp950":
            labelled = _try(raw, "big5hkscs")
        if labelled is not None:
            return labelled
    composed = unicodedata.normalize("NFC", utf8) if utf8 is not None else ""  # macOS writes accents by themselves
    if utf8 is not None and (scripts.is_western(composed) or scripts.is_alphabetic(utf8)):
        return utf8  # other two-byte sequences are more likely GBK that is valid by chance
    if codec in _LATIN and not _GB_PAIRS.fullmatch(raw):
        return _chinese_as_western(raw) or raw.decode("cp1252" if codec != "latin-1" else "latin-1", "replace")
    return _chinese(raw) or utf8


def _chinese(raw: bytes) -> str | None:
    """GBK, unless the same bytes say more in Big5."""
    gbk, big5 = _try(raw, _GB), _try(raw, "cp950")
    if gbk is not None and big5 is not None:
        return big5 if scripts.is_traditional(big5, gbk) else gbk
    return big5 if gbk is None else gbk


def _chinese_as_western(raw: bytes) -> str | None:
    """Chinese under a western label, when it looks like nothing else."""
    gbk, big5 = _try(raw, _GB), _try(raw, "cp950")
    if gbk is not None and scripts.is_simple(gbk):
        return gbk
    return big5 if big5 is not None and scripts.is_dense_traditional(big5) else None


def _best_guess(raw: bytes, codec: str | None) -> str:
    """What loses least when no codec takes every byte: a text cut inside its last character, or damage."""
    for cut in (1, 2, 3):
        text = _strictly(raw[:-cut], codec) if len(raw) > cut + 1 else None
        if text is not None:
            return text + "\ufffd"
    guesses = [raw.decode(name, "replace") for name in dict.fromkeys((codec or "utf-8", "utf-8", _GB))]
    return min(guesses, key=lambda text: text.count("\ufffd"))


def _try(raw: bytes, codec: str) -> str | None:
    try:
        return raw.decode(codec)
    except (UnicodeError, LookupError):
        return None


def one_line(text: str) -> str:
    """Header text made safe to show and to send on: one line, no control, bidi or invisible characters."""
    if text.isascii() and text.isprintable():
        return text.strip() if "  " not in text else _SPACES.sub(" ", text).strip()
    flat = _NOT_IN_LINES.sub("", _BREAKS.sub(" ", _SURROGATES.sub("\ufffd", text)))
    return _SPACES.sub(" ", flat).strip()


def clean_text(text: str) -> str:
    """Body text with plain line ends and without characters that no database, JSON or workbook keeps."""
    flat = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n")
    flat = flat.replace("\u2028", "\n").replace("\u2029", "\n").replace("\u00a0", " ")
    return _NOT_IN_TEXT.sub("", _SURROGATES.sub("\ufffd", flat))
