"""Every way a Chinese program writes a name, in every charset, under right, wrong and unknown labels: all read alike.

The grid is generated: place x carrier x charset and label x cut. What nobody could tell (raw Big5 of a few characters)
stands in no cell.
"""

import base64
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from urllib.parse import quote_from_bytes

import pytest
from _pytest.mark import ParameterSet

from service.reading.mail import ParsedMail, parse
from tests.reading.mail.raw import PDF, WORDS, attachment, mixed, text

SIMPLE = "附件1-4：镕圳海外人才需求征集表"
RARE = "附件：㐀𠮷海外人才需求征集表"
TRADITIONAL = "附件1-4：海外人才與科技交流合作需求徵集表"

CHARSETS = {  # what is written, the codec that writes it, the label it goes under
    "gbk_as_gb2312": (SIMPLE, "gbk", "gb2312"),
    "gbk": (SIMPLE, "gbk", "GBK"),
    "gb18030_of_four_bytes": (RARE, "gb18030", "gb18030"),
    "gb18030_as_gb2312": (RARE, "gb18030", "GB2312"),
    "big5": (TRADITIONAL, "big5", "big5"),
    "utf8": (RARE, "utf-8", "UTF-8"),
    "gbk_as_utf8": (SIMPLE, "gbk", "utf-8"),
    "gbk_as_latin": (SIMPLE, "gbk", "iso-8859-1"),
    "gbk_as_windows": (SIMPLE, "gbk", "windows-1252"),
    "gbk_as_ascii": (SIMPLE, "gbk", "us-ascii"),
    "utf8_as_gbk": (SIMPLE, "utf-8", "gbk"),
    "utf8_as_ascii": (SIMPLE, "utf-8", "us-ascii"),
    "utf8_as_latin": (SIMPLE, "utf-8", "iso-8859-1"),
    "big5_as_ascii": (TRADITIONAL, "big5", "us-ascii"),
    "big5_as_latin": (TRADITIONAL, "big5", "iso-8859-1"),
    "gbk_as_nothing_known": (SIMPLE, "gbk", "x-unknown"),
    "utf8_as_nothing_known": (SIMPLE, "utf-8", "x-user-defined"),
    "big5_as_nothing_known": (TRADITIONAL, "big5", "unknown-8bit"),
}

Carrier = Callable[[bytes, str, int], bytes]  # the bytes, their label, where they are cut (0: nowhere)


def halves(raw: bytes, at: int) -> list[bytes]:
    return [raw[:at], raw[at:]] if at else [raw]


def b_words(raw: bytes, label: str, at: int) -> bytes:
    return b"\r\n ".join(b"=?%b?B?%b?=" % (label.encode(), base64.b64encode(half)) for half in halves(raw, at))


def b_words_of_one_stream(raw: bytes, label: str, at: int) -> bytes:
    """Base64 made first and cut afterwards, not between its groups of four."""
    coded = base64.b64encode(raw)
    return b"\r\n ".join(b"=?%b?B?%b?=" % (label.encode(), half) for half in halves(coded, at and at + 1))


def q_words(raw: bytes, label: str, at: int) -> bytes:
    coded = [b"".join(b"=%02X" % byte for byte in half) for half in halves(raw, at)]
    return b"\r\n ".join(b"=?%b?Q?%b?=" % (label.encode(), half) for half in coded)


def raw_bytes(raw: bytes, label: str, at: int) -> bytes:
    return raw


WORD_CARRIERS: dict[str, Carrier] = {"b": b_words, "b_cut_as_text": b_words_of_one_stream, "q": q_words}
CARRIERS = WORD_CARRIERS | {"raw": raw_bytes}


def continued(raw: bytes, label: str, at: int) -> bytes:
    """RFC 2231, in sections when it is cut."""
    coded = [quote_from_bytes(half, safe=" ").encode() for half in halves(raw, at)]
    if len(coded) == 1:
        return b"filename*=" + label.encode() + b"''" + coded[0]
    return b"filename*0*=%b''%b;\r\n filename*1*=%b" % (label.encode(), *coded)


FILE_NAMES: dict[str, Callable[[bytes, str, int], tuple[bytes, bytes]]] = {  # disposition and type of the part
    "rfc2231": lambda r, c, n: (b"attachment;\r\n " + continued(r, c, n), b"application/pdf"),
    "rfc2231_beside_junk": lambda r, c, n: (
        b'attachment; filename="____.pdf";\r\n ' + continued(r, c, n), b'application/pdf; name="???.pdf"'
    ),
    "type_alone": lambda r, c, n: (b"attachment", b'application/pdf;\r\n name="' + b_words(r, c, n) + b'"'),
    "no_disposition": lambda r, c, n: (b"", b'application/pdf;\r\n name="' + b_words(r, c, n) + b'"'),
    "shown_inline": lambda r, c, n: (b'inline; filename="' + q_words(r, c, n) + b'"', b"application/pdf"),
} | {
    f"{name}_in_quotes": lambda r, c, n, carry=carry: (b'attachment; filename="' + carry(r, c, n) + b'"', b"a/b")
    for name, carry in CARRIERS.items()
} | {
    f"{name}_bare": lambda r, c, n, carry=carry: (b"attachment; filename=" + carry(r, c, n) + b"; size=9", b"a/b")
    for name, carry in CARRIERS.items()
}  # fmt: skip


def inside_a_character(raw: bytes, codec: str) -> int:
    """Somewhere behind the middle where a cut leaves half a character on either side."""
    for at in range(len(raw) // 2, len(raw)):
        try:
            raw[:at].decode(codec)
        except UnicodeDecodeError:
            return at
    raise AssertionError("every character is one byte")


def cells(carriers: Iterable[str]) -> Iterator[ParameterSet]:
    for carrier, charset, is_cut in product(carriers, CHARSETS, (False, True)):
        if "raw" in carrier and (is_cut or "_as_" in charset):
            continue  # raw bytes have no label, and are in one piece
        yield pytest.param(carrier, charset, is_cut, id=f"{carrier}-{charset}{'-cut' if is_cut else ''}")


def written(charset: str, is_cut: bool, ending: str = "") -> tuple[str, bytes, str, int]:
    said, codec, label = CHARSETS[charset]
    raw = (said + ending).encode(codec)
    return said + ending, raw, label, inside_a_character(raw, codec) if is_cut else 0


def read(head: bytes = b"", disposition: bytes = b"attachment", kind: bytes = b"application/pdf") -> ParsedMail:
    part = attachment(PDF, disposition=disposition, kind=kind)
    return parse(mixed([text("请查收"), part], head=head + b"MIME-Version: 1.0\r\n"), WORDS)


@pytest.mark.parametrize(("carrier", "charset", "is_cut"), list(cells(CARRIERS)))
def test_a_subject_is_read(carrier: str, charset: str, is_cut: bool) -> None:
    said, raw, label, at = written(charset, is_cut)

    found = read(b"From: <a@kyc.example>\r\nSubject: " + CARRIERS[carrier](raw, label, at) + b"\r\n")

    assert found.envelope.subject == said


@pytest.mark.parametrize("quote", [b"", b'"'], ids=["bare", "in_quotes"])
@pytest.mark.parametrize(("carrier", "charset", "is_cut"), list(cells(CARRIERS)))
def test_a_sender_is_read(carrier: str, charset: str, is_cut: bool, quote: bytes) -> None:
    said, raw, label, at = written(charset, is_cut)

    found = read(b"From: " + quote + CARRIERS[carrier](raw, label, at) + quote + b" <a@kyc.example>\r\nSubject: x\r\n")

    assert [(a.name, a.address) for a in found.envelope.senders] == [(said, "a@kyc.example")]


@pytest.mark.parametrize(("carrier", "charset", "is_cut"), list(cells(FILE_NAMES)))
def test_a_file_name_is_read(carrier: str, charset: str, is_cut: bool) -> None:
    said, raw, label, at = written(charset, is_cut, ".pdf")
    disposition, kind = FILE_NAMES[carrier](raw, label, at)

    found = read(disposition=disposition, kind=kind)

    assert [(f.name, f.content) for f in found.files] == [(said, PDF)]
