"""How mail programs write Chinese into headers: subjects, display names and attachment names, right and wrong.

RFC 2047 encoded words, RFC 2231 parameters, and the raw 8-bit text that neither allows.
"""

import base64
import quopri
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote_from_bytes


@dataclass(frozen=True, slots=True)
class Words:
    """A header's charset label and encoding: B, Q, or raw (bytes as they are). split cuts words inside characters."""

    charset: str
    encoding: str = "B"
    split: bool = False
    label: str | None = None  # what the word claims, when it is not the charset


UTF8_B = Words("utf-8")
UTF8_Q = Words("UTF-8", "Q")
GB2312_B = Words("gb2312")
GBK_Q = Words("GBK", "Q")
GBK_B = Words("GBK")
GB18030_B = Words("gb18030")
GBK_SPLIT = Words("GBK", split=True)
MISLABELLED = Words("gbk", label="gb2312")  # characters beyond GB 2312 under its name
RAW_GBK = Words("gbk", "raw")
RAW_UTF8 = Words("utf-8", "raw")
HEADER_WORDS = (UTF8_B, UTF8_Q, GB2312_B, GBK_Q, GBK_B, GB18030_B, GBK_SPLIT, MISLABELLED, RAW_GBK, RAW_UTF8)


class Naming(StrEnum):
    """How an attachment's name is written."""

    QUOTED_WORD = "quoted_word"  # an encoded word in a quoted string, against RFC 2047 section 5
    RFC2231 = "rfc2231"
    CONTINUED = "continued"  # RFC 2231 section 3, cut anywhere
    RAW = "raw"
    JUNK_BESIDE_STAR = "junk_beside_star"  # filename="____.xlsx" next to a good filename*
    TYPE_ONLY = "type_only"  # only the name parameter of Content-Type
    NONE = "none"


def encoded(text: str, words: Words) -> bytes:
    """A header value: folded encoded words, or raw bytes. Plain ASCII stays as it is."""
    if text.isascii():
        return text.encode("ascii")
    content = text.encode(words.charset)
    if words.encoding == "raw":
        return content
    label = (words.label or words.charset).encode("ascii")
    return b"\r\n ".join(_word(label, chunk, words.encoding) for chunk in _chunks(text, content, words))


def name_parameters(name: str, naming: Naming, words: Words) -> tuple[bytes, bytes]:
    """What follows the media type and what follows "attachment" for a file of this name."""
    if naming is Naming.NONE:
        return b"", b""
    if naming in (Naming.QUOTED_WORD, Naming.RAW, Naming.TYPE_ONLY):
        raw = Words(words.charset, "raw") if naming is Naming.RAW else words
        value = encoded(name, raw)
        disposition = b"" if naming is Naming.TYPE_ONLY else b';\r\n\tfilename="' + value + b'"'
        return b';\r\n\tname="' + value + b'"', disposition
    return b"", b"".join(_extended(name, naming, words.charset))


def _extended(name: str, naming: Naming, charset: str) -> Iterator[bytes]:
    value = quote_from_bytes(name.encode(charset), safe="").encode("ascii")
    label = charset.lower().encode("ascii")
    if naming is Naming.JUNK_BESIDE_STAR:
        junk = "".join(char if char.isascii() else "_" for char in name).encode("ascii")
        yield b';\r\n\tfilename="' + junk + b'"'
    if naming is not Naming.CONTINUED:
        yield b";\r\n\tfilename*=" + label + b"''" + value
        return
    for i, start in enumerate(range(0, len(value), 30)):
        prefix = label + b"''" if i == 0 else b""
        yield b";\r\n\tfilename*%d*=%s%s" % (i, prefix, value[start : start + 30])


def _word(label: bytes, chunk: bytes, encoding: str) -> bytes:
    if encoding == "B":
        return b"=?%s?B?%s?=" % (label, base64.b64encode(chunk))
    written = quopri.encodestring(chunk, header=True).replace(b"?", b"=3F").replace(b"=\n", b"")
    return b"=?%s?Q?%s?=" % (label, b"".join(written.splitlines()))


def _chunks(text: str, content: bytes, words: Words) -> Iterator[bytes]:
    """Pieces that fit a word of 75 characters; split ones end inside a character."""
    if words.split:
        yield from (content[i : i + 21] for i in range(0, len(content), 21))
        return
    step = 12 if words.encoding == "B" else 6
    yield from (text[i : i + step].encode(words.charset) for i in range(0, len(text), step))
