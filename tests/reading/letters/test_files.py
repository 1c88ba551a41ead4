"""Whatever a file holds, it is answered: damaged, encrypted, unsupported, too large, or nothing of the kind."""

import hashlib
import struct
import zipfile
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.demo.letters import pages_of
from service.demo.paper import pdf_of
from service.demo.scanning import Scan, as_jpeg, as_png, scanned
from service.domain.submission import LetterSource, Problem, Seal
from service.reading.letters import DocumentReading, LooksLike, OcrFailed, OcrUnavailable, read_document
from tests.reading.letters.conftest import Read
from tests.reading.letters.old_word import a_doc
from tests.reading.letters.rules import RULEBOOK
from tests.reading.letters.specimens import BUREAU, DAY, TITLE, a_docx, a_letter, a_page

_LINES = (TITLE, "岭海省科学技术厅：", "现将有关需求随函报送。", BUREAU, "2020年3月20日")


class BrokenOcr:
    """Fails every question."""

    def __init__(self, error: type[OcrFailed]) -> None:
        self._error = error

    def boxes(self, _: object) -> list[object]:
        raise self._error("no answer")

    lines = upside_down = read = boxes


def read_without_ocr(content: bytes, error: type[OcrFailed] = OcrFailed) -> DocumentReading:
    return read_document(content, "文件", "文件", "", RULEBOOK, BrokenOcr(error))  # type: ignore[arg-type]  # never answers


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"", Problem.EMPTY, id="empty"),
        pytest.param(b"\0\0\0\x18ftypheic" + bytes(40), Problem.DAMAGED, id="broken_heic"),
        pytest.param(b"PK\x03\x04" + bytes(30) + b"OFD.xml", Problem.DAMAGED, id="broken_ofd"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Problem.DAMAGED, id="broken_old_word"),
        pytest.param(a_doc("", encrypted=True), Problem.ENCRYPTED, id="locked_old_word"),
        pytest.param(a_doc("")[:1500], Problem.DAMAGED, id="cut_off_old_word"),
        pytest.param(a_doc("", pictures=b"WMF" * 20_000), Problem.UNSUPPORTED, id="old_word_with_an_unknown_picture"),
        pytest.param(b"%PDF-1.7\n%%EOF", Problem.DAMAGED, id="empty_pdf"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"x" * 5000, Problem.DAMAGED, id="broken_png"),
        pytest.param(b"PK\x03\x04word/document.xml", Problem.DAMAGED, id="broken_docx"),
        pytest.param(b"\x7fELF\0\0\0\0" + bytes(100), Problem.UNKNOWN_KIND, id="program"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_what_to_do(content: bytes, problem: Problem) -> None:
    reading = read_without_ocr(content)

    assert (reading.looks_like, reading.problem) == (LooksLike.UNREADABLE, problem)
    assert reading.note


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"%PDF-1.7\n", b"\xff\xd8\xff", b"PK\x03\x04", b"{\\rtf1", b"<html><![x["]),
)
@settings(max_examples=150)
def test_no_bytes_make_it_fail(tail: bytes, head: bytes) -> None:
    read_without_ocr(head + tail)


@given(st.data())
@settings(max_examples=40)
def test_no_damage_to_a_real_file_makes_it_fail(data: st.DataObject) -> None:
    content = bytearray(data.draw(st.sampled_from([_PDF, _PNG, _DOCX])))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    read_without_ocr(bytes(content[: data.draw(st.integers(len(content) // 2, len(content)))]))


_PDF = pdf_of(pages_of(a_letter(seal=None)))
_PNG = as_png(scanned(a_page(), Scan(dpi=60)))
_DOCX = a_docx(*_LINES)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        pytest.param(b"secret", Problem.ENCRYPTED, id="to_open"),
        pytest.param(b"", None, id="to_change_only_so_its_blank_page_is_looked_at"),
    ],
)
def test_only_a_pdf_that_asks_for_a_password_to_open_is_encrypted(password: bytes, problem: Problem | None) -> None:
    assert read_without_ocr(encrypted_pdf(password)).problem is problem


def test_an_image_that_would_fill_memory_is_refused() -> None:
    reading = read_without_ocr(png_header(15_000, 15_000))

    assert (reading.looks_like, reading.problem) == (LooksLike.UNREADABLE, Problem.REFUSED)


@pytest.mark.parametrize("size", [(120, 120), (900, 140)], ids=["icon", "banner"])
def test_small_and_flat_pictures_are_decoration_without_recognition(size: tuple[int, int]) -> None:
    assert (
        read_without_ocr(as_png(scanned(a_page(), Scan(dpi=100)).crop((0, 0, *size)))).looks_like
        is LooksLike.DECORATION
    )


@pytest.mark.parametrize(
    ("error", "problem"), [(OcrUnavailable, Problem.UNSUPPORTED), (OcrFailed, Problem.UNREADABLE_TEXT)]
)
def test_a_scan_that_recognition_fails_on_is_left_to_people(error: type[OcrFailed], problem: Problem) -> None:
    reading = read_without_ocr(as_jpeg(scanned(a_page(), Scan(dpi=60))), error)

    assert (reading.looks_like, reading.problem) == (LooksLike.UNREADABLE, problem)


def rtf(text: str) -> bytes:
    coded = "".join(f"\\'{byte:02x}" for byte in text.encode("gb18030"))
    return rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0 " + coded.encode() + rb";}}" + b"\\par ".join(_coded_lines()) + b"}"


def _coded_lines() -> list[bytes]:
    """Lines by turns as bytes of the code page and as \\uN with a fallback."""
    gbk = ["".join(f"\\'{byte:02x}" for byte in line.encode("gb18030")).encode() for line in _LINES]
    unicode = ["".join(f"\\u{ord(c)}?" for c in line).encode() for line in _LINES]
    return [gbk[i] if i % 2 else unicode[i] for i in range(len(_LINES))]


@pytest.mark.parametrize("page", ["936", "10000", "99999"])
def test_a_code_page_that_nobody_knows_does_not_stop_the_reading(read: Read, page: str) -> None:
    content = rtf("宋体").replace(b"\\rtf1", b"\\rtf1\\ansicpg" + page.encode(), 1)

    assert read(content).problem is None


def an_odt(*lines: str) -> bytes:
    paragraphs = "".join(f"<t:p>{line[:3]}<t:span>{line[3:]}</t:span></t:p>" for line in lines)
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", f'<d xmlns:t="urn:t">{paragraphs}</d>')
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("\n".join(_LINES).encode(), id="utf8"),
        pytest.param("\r\n".join(_LINES).encode("gb18030"), id="gbk"),
        pytest.param("\n".join(_LINES).encode("utf-16"), id="utf16"),
        pytest.param(("<html><style>p{}</style>" + "".join(f"<p>{line}</p>" for line in _LINES)).encode(), id="html"),
        pytest.param(b"<html><meta charset=gb2312>" + "<br>".join(_LINES).encode("gb18030"), id="html_gbk"),
        pytest.param(rtf("宋体"), id="rtf"),
        pytest.param(a_docx(*_LINES, deleted="岚山市科学技术局"), id="docx"),
        pytest.param(a_docx(*_LINES, namespace="http://purl.oclc.org/ooxml/wordprocessingml/main"), id="strict_docx"),
        pytest.param(an_odt(*_LINES), id="odt"),
    ],
)
def test_a_letter_to_edit_is_read_from_every_kind_of_text(read: Read, content: bytes) -> None:
    letter = read(content).letter

    assert letter is not None
    assert (letter.source, letter.signer, letter.date, letter.title) == (LetterSource.EDITABLE, BUREAU, DAY, TITLE)


def test_entities_in_a_word_file_are_not_resolved(read: Read) -> None:
    file = BytesIO()
    bomb = '<!DOCTYPE d [<!ENTITY a "AAAAAAAAAA"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    with zipfile.ZipFile(file, "w") as package:
        w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
        package.writestr(
            "word/document.xml", f'{bomb}<w:document xmlns:w="{w}"><w:p><w:r><w:t>&b;&f;</w:t></w:r></w:p></w:document>'
        )

    assert read(file.getvalue()).text == ""


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size; its pixels would unpack to much."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(200_000), 9) + bytes(5000)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


def encrypted_pdf(user: bytes) -> bytes:
    """An empty page under the standard security handler, revision 2 (ISO 32000-1, 7.6.3)."""
    pad = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
    owner = _rc4(hashlib.md5((b"owner" + pad)[:32]).digest()[:5], (user + pad)[:32])
    identity = bytes(16)
    key = hashlib.md5((user + pad)[:32] + owner + struct.pack("<i", -44) + identity).digest()[:5]
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>",
        b"<</Filter/Standard/V 1/R 2/P -44/O<"
        + owner.hex().encode()
        + b">/U<"
        + _rc4(key, pad).hex().encode()
        + b">>>",
    ]
    file = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    name = identity.hex().encode()
    trailer = b"trailer<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[<%s><%s>]>>" % (name, name)
    return file + b"xref\n0 5\n0000000000 65535 f \n" + table + trailer + b"\nstartxref\n%d\n%%%%EOF" % len(file)


def _rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def test_a_letter_in_old_word_is_a_text_to_edit(read: Read) -> None:
    letter = read(a_doc("\n".join(_LINES) * 2)).letter

    assert letter is not None
    assert (letter.source, letter.signer, letter.title, letter.seal) == (
        LetterSource.EDITABLE,
        BUREAU,
        TITLE,
        Seal.ABSENT,
    )


def test_an_old_word_document_of_another_language_is_read_and_no_letter(read: Read) -> None:
    reading = read(a_doc("We are pleased to confirm the visit. " * 20))

    assert (reading.problem, reading.letter, "pleased" in reading.text) == (None, None, True)


def test_a_scan_that_was_pasted_into_old_word_is_looked_at(read_scan: Read) -> None:
    scan = as_jpeg(scanned(a_page(), Scan(dpi=110)))

    letter = read_scan(a_doc("", pictures=b"\x64\0\0\0" + scan)).letter

    assert letter is not None
    assert (letter.source, letter.signer) == (LetterSource.OCR, BUREAU)
