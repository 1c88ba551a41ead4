"""Files in the codes of old programs: read when they are whole, named when they are not."""

import base64
import binascii
import struct
import time
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.submission import Problem
from service.reading.containers import unpack
from service.reading.found import Found
from service.reading.mail import parse
from service.reading.mail.oldcodes import from_old_code
from service.reading.mail.transfer import from_uuencode
from tests.reading.mail.raw import HEAD, PDF, WORDS, attachment, mixed, part, text

BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
BINHEX = b"!\"#$%&'()*+,-012345689@ABCDEFGHIJKLMNPQRSTUVXYZ[`abcdefhijklmpqr"
XX = b"+-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def binhex(content: bytes, name: bytes = b"letter.pdf") -> bytes:
    """BinHex 4.0, with runs shortened as the Macintosh did."""
    head = bytes([len(name)]) + name + b"\0BINAhDmp\0\0" + struct.pack(">II", len(content), 0)
    checked = [d + struct.pack(">H", binascii.crc_hqx(d, 0)) for d in (head, content, b"")]
    packed = b"".join(checked).replace(b"\x90", b"\x90\0").replace(b"\xff" * 9, b"\xff\x90\x09")
    letters = base64.b64encode(packed).rstrip(b"=").translate(bytes.maketrans(BASE64, BINHEX))
    lines = [letters[n : n + 64] for n in range(0, len(letters), 64)]
    return b"(This file must be converted with BinHex 4.0)\r\n\r\n:" + b"\r\n".join(lines) + b":\r\n"


def yenc(content: bytes, name: bytes = b"letter.pdf", part: bytes = b"") -> bytes:
    shifted = ((byte + 42) & 255 for byte in content)
    coded = b"".join(bytes([b]) if b not in b"\0\r\n=" else b"=" + bytes([(b + 64) & 255]) for b in shifted)
    size = str(len(content)).encode()
    begin = b"=ybegin line=128 size=" + size + b" name=" + name + b"\r\n" + part
    return begin + coded + b"\r\n=yend size=" + size + b" crc32=%08x\r\n" % zlib.crc32(content)


def xxencode(content: bytes) -> bytes:
    uu = bytes([*b"`", *range(33, 96)])
    lines = [binascii.b2a_uu(content[n : n + 45], backtick=True) for n in range(0, len(content), 45)]
    coded = b"".join(line.rstrip().translate(bytes.maketrans(uu, XX)) + b"\r\n" for line in lines)
    return b"begin 644 letter.pdf\r\n" + coded + b"+\r\nend\r\n"


Code = Callable[[bytes], bytes]
CODES = [pytest.param(binhex, id="binhex"), pytest.param(yenc, id="yenc"), pytest.param(xxencode, id="xxencode")]
MUCH = bytes(range(256)) * 3 + b"\xff" * 40 + PDF


@pytest.mark.parametrize("code", CODES)
def test_a_file_in_the_text_is_taken_out_of_it(code: Code) -> None:
    found = parse(HEAD + b"Content-Type: text/plain\r\n\r\nhello\r\n" + code(MUCH) + b"bye\r\n", WORDS)

    assert [(f.name, f.content, f.damage) for f in found.files] == [("letter.pdf", MUCH, "")]
    assert found.text.split() == ["hello", "bye"]


@pytest.mark.parametrize("code", [binhex, yenc])
def test_an_attached_one_is_opened_like_a_container(code: Code) -> None:
    coded = part(b"Content-Type: application/octet-stream; name=f.hqx", body=code(PDF))

    found = unpack(parse(mixed([text("您好"), coded]), WORDS).files, WORDS).files

    assert [f.path for f in found] == ["f.hqx", "f.hqx/letter.pdf"]
    assert found[1].content == PDF


def test_xxencode_may_be_the_encoding_of_a_part() -> None:
    coded = part(
        b"Content-Disposition: attachment; filename=x.pdf", b"Content-Transfer-Encoding: x-xxencode", body=xxencode(PDF)
    )

    assert parse(mixed([coded]), WORDS).files[0].content == PDF


def test_two_files_in_two_codes_are_both_found() -> None:
    body = yenc(PDF, b"a.pdf") + b"and\r\n" + binhex(MUCH, b"b.bin") + b"end\r\n"

    found = parse(HEAD + b"Content-Type: text/plain\r\n\r\n" + body, WORDS)

    assert [(f.name, f.content) for f in found.files] == [("a.pdf", PDF), ("b.bin", MUCH)]


def test_a_uuencoded_file_without_a_name_is_found() -> None:
    lines = b"".join(binascii.b2a_uu(PDF[n : n + 45]) for n in range(0, len(PDF), 45))

    found = parse(HEAD + b"Content-Type: text/plain\r\n\r\nbegin 644\n" + lines + b"`\nend\n", WORDS)

    assert [(f.name, f.content) for f in found.files] == [("", PDF)]


def test_words_that_look_like_the_beginning_of_a_code_stay_words() -> None:
    body = b"begin 644 eggs\r\nhello world of eggs\r\nbegin 755 more\r\nhello\r\nbegin 600\r\nTHIS IS NO FILE\r\n"

    assert parse(HEAD + b"Content-Type: text/plain\r\n\r\n" + body, WORDS).files == ()


@pytest.mark.parametrize(
    "coded",
    [
        pytest.param(binhex(MUCH)[:-40] + b":", id="binhex_cut_short"),
        pytest.param(binhex(PDF)[:90] + binhex(PDF)[90:].replace(b"B", b"C"), id="binhex_changed"),
        pytest.param(yenc(PDF, part=b"=ypart begin=1 end=9\r\n"), id="yenc_in_several_mails"),
        pytest.param(yenc(PDF).replace(b"=yend", b"lost"), id="yenc_without_its_end"),
        pytest.param(yenc(PDF).replace(b"crc32=", b"crc32=00000000 was="), id="yenc_of_another_sum"),
    ],
)
def test_one_that_is_not_whole_is_named(coded: bytes) -> None:
    found = unpack([Found("", "f.hqx", coded)], WORDS).files

    assert [(f.name, f.is_container, f.problem) for f in found] == [("f.hqx", True, Problem.UNSUPPORTED)]


@given(st.binary(min_size=45, max_size=300))
def test_every_content_comes_out_as_it_went_in(content: bytes) -> None:
    for code in (binhex, yenc):
        found = from_old_code(code(content))
        assert found is not None and (found.name, found.content) == ("letter.pdf", content)
    assert from_uuencode(xxencode(content)).content == content


@pytest.mark.parametrize("junk", [b"\xff\x90\xff" * 400_000, b"\x90" * 3_000_000])
def test_a_bomb_costs_no_more_than_its_size(junk: bytes) -> None:
    letters = base64.b64encode(junk).translate(bytes.maketrans(BASE64, BINHEX))
    begun = time.process_time()

    assert from_old_code(b"(This file must be converted with BinHex 4.0)\n:" + letters + b":") is None
    assert time.process_time() - begun < 2.5


def test_an_attachment_of_base64_and_gzip_is_unpacked() -> None:
    packed = attachment(b"\x1f\x8b" + PDF).replace(b"Encoding: base64", b"Encoding: x-gzip64")

    assert parse(mixed([packed]), WORDS).files[0].content.startswith(b"\x1f\x8b")
