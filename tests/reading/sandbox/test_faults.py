"""Hostile mails and files through the reading child: each gets its finding in a moment, and the child lives on.

The names are those of the project's catalogue of faults: F for mails, G for files.
"""

import io
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.domain.submission import Problem, Role
from service.reading.sandbox import Reader
from tests.reading.containers.archives import zipped
from tests.reading.mail.raw import part
from tests.reading.mails import LETTER, RULEBOOK, a_form, a_mail, the

FORM = a_form()
GOOD = {"函.pdf": LETTER, "表.xlsx": FORM}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    first = tmp_path_factory.mktemp("first") / "mail"
    first.write_bytes(a_mail(GOOD))
    with Reader(RULEBOOK) as made:
        made.read(first)
        yield made


def nested_multiparts(depth: int) -> bytes:
    return b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(depth))


def beside(more: bytes) -> bytes:
    """A good mail with one more part at its end."""
    return a_mail(GOOD).replace(b"\r\n--=_b1--", b"\r\n--=_b1\r\n" + more + b"\r\n--=_b1--")


MAILS: dict[str, Callable[[], bytes]] = {
    "f1_multiparts_3000_deep": lambda: beside(nested_multiparts(3000) + b"\r\nx"),
    "f2_50000_parts": lambda: beside(b"\r\n--=_b1\r\n".join([part(body=b"x")] * 50_000)),
    "f3_160_kb_of_addresses": lambda: b"To: " + b"a@b.example, " * 13_000 + b"\r\n" + a_mail(GOOD),
    "f4_20000_brackets": lambda: b"From: " + b"(" * 20_000 + b"\r\n" + a_mail(GOOD),
    "f5_groups_in_groups": lambda: b"To: undisclosed:;,x:a@b.example,;,;:\r\n" + a_mail(GOOD),
    "f6_charsets_that_are_none": lambda: b"X-Mailer: =?rot13?Q?x?=\r\nCc: =?zlib?B?eA==?= <a@b>\r\n" + a_mail(GOOD),
    "f16_5000_links_a_script_and_pictures_elsewhere": lambda: beside(
        part(
            b"Content-Type: text/html",
            body=b"<script>x()</script><img src='http://a.example/x.png'>"
            + b"<a href='http://a.example/1'>x</a>" * 5000,
        )
    ),
    "f18_a_subject_of_many_lines": lambda: b"Subject: =?utf-8?B?YQ0KQmNjOiBi4oCoYw==?=\r\n" + a_mail(GOOD),
    "f19_bytes_that_are_no_text": lambda: b"Message-ID: <\xff\xfe@\xe6>\r\nX: \xff\r\n" + a_mail(GOOD),
}


@pytest.mark.parametrize("name", MAILS)
def test_a_hostile_mail_still_brings_its_files(name: str, reader: Reader, tmp_path: Path) -> None:
    mail, child = tmp_path / "mail", reader.pid
    mail.write_bytes(MAILS[name]())
    begun = time.monotonic()

    found = reader.read(mail)

    assert {a.role for a in found.attachments} >= {Role.COVER_LETTER, Role.FORM}
    assert (len(found.letters), len(found.tables), reader.pid) == (1, 1, child)
    assert "\n" not in found.envelope.subject and "\u2028" not in found.envelope.subject
    assert time.monotonic() - begun < 10


def a_pdf(*objects: bytes, more: bytes = b"") -> bytes:
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, o) for n, o in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer\n<</Root 1 0 R" + more + b">>\n%%EOF\n"


def picture(side: int) -> bytes:
    """A black and white PNG; its pixels are nearly free."""
    rows = zlib.compress((b"\0" + b"\0" * (-(-side // 8))) * side, 9)
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)), (b"IDAT", rows), (b"IEND", b""))
    coded = (struct.pack(">I", len(c)) + kind + c + struct.pack(">I", zlib.crc32(kind + c)) for kind, c in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(coded)


def with_sheet(change: Callable[[bytes], bytes]) -> bytes:
    """The form with another first sheet."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(FORM)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name.endswith("sheet1.xml") else content)
    return out.getvalue()


def zip_in_zip(depth: int) -> bytes:
    content = zipped({"0.dat": b"\0" * (20 << 20)})
    for _ in range(depth):
        content = zipped({f"{n}.zip": content for n in range(16)})
    return content


def overlapping(count: int) -> bytes:
    """A zip whose directory names one and the same member over and over."""
    content = zipped({"0.dat": b"\0" * (10 << 20)})
    at, end = content.index(b"PK\x01\x02"), content.index(b"PK\x05\x06")
    directory = b"".join(content[at:end].replace(b"0.dat", b"%05d" % n) for n in range(count))
    sizes = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), at, 0)
    return content[:at] + directory + b"PK\x05\x06" + sizes


def inflating(twice: bytes) -> bytes:
    """A page whose content is packed twice."""
    stream = zlib.compress(zlib.compress(twice, 9), 9)
    head = b"<</Filter[/FlateDecode/FlateDecode]/Length %d>>\nstream\n" % len(stream)
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R>>"
    return a_pdf(PAGES, b"<</Type/Pages/Kids[3 0 R]/Count 1>>", page, head + stream + b"\nendstream")


def of_pages(count: int) -> bytes:
    kids = b" ".join(b"%d 0 R" % n for n in range(3, count + 3))
    pages = [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"] * count
    return a_pdf(PAGES, b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count), *pages)


PAGES = b"<</Type/Catalog/Pages 2 0 R>>"
FILES: dict[str, tuple[str, Callable[[], bytes], Problem]] = {
    "g5_60_mb_of_spaces": (
        "表.xlsx",
        lambda: with_sheet(lambda sheet: sheet.replace(b"</sheetData>", b" " * (60 << 20) + b"</sheetData>")),
        Problem.REFUSED,
    ),
    "g6_entities": ("表.xlsx", lambda: with_sheet(lambda s: b'<!DOCTYPE a [<!ENTITY b "c">]>' + s), Problem.REFUSED),
    "g7_ole_that_is_none": ("表.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\7" * 4000, Problem.DAMAGED),
    "g11_zips_in_zips": ("表.zip", lambda: zip_in_zip(4), Problem.REFUSED),
    "g11_entries_that_overlap": ("表.zip", lambda: overlapping(1000), Problem.REFUSED),
    "g12_225_megapixels": ("函.png", lambda: picture(15_000), Problem.REFUSED),
    "g12_100_megapixels": ("函.png", lambda: picture(10_000), Problem.REFUSED),
    "g13_pages_in_a_circle": ("函.pdf", lambda: a_pdf(PAGES, b"<</Type/Pages/Kids[2 0 R]/Count 1>>"), Problem.DAMAGED),
    "g13_no_page": ("函.pdf", lambda: a_pdf(PAGES, b"<</Type/Pages/Kids[]/Count 9999>>"), Problem.DAMAGED),
    "g13_cut": ("函.pdf", lambda: LETTER[: len(LETTER) // 2], Problem.DAMAGED),
    "g14_nothing": ("表.xlsx", lambda: b"", Problem.EMPTY),
}


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_named_with_its_problem(name: str, reader: Reader, tmp_path: Path) -> None:
    file, content, problem = FILES[name]
    mail, child = tmp_path / "mail", reader.pid
    mail.write_bytes(a_mail({file: content()}))
    begun = time.monotonic()

    found = reader.read(mail)

    problems = {a.problem for a in found.attachments if a.path.startswith(file)}
    assert problem in problems and reader.pid == child
    assert the(found, file).role in {Role.COVER_LETTER, Role.FORM, Role.CONTAINER}
    assert time.monotonic() - begun < 10


def test_g12_twelve_huge_pictures_are_no_burden(reader: Reader, tmp_path: Path) -> None:
    mail, child = tmp_path / "mail", reader.pid
    mail.write_bytes(a_mail({f"{n}.png": picture(7000 + n) for n in range(12)}))
    begun = time.monotonic()

    found = reader.read(mail)

    assert len(found.attachments) == 12 and reader.pid == child
    assert time.monotonic() - begun < 12  # two seconds on an idle machine; thirty before


BURDENS: dict[str, Callable[[], bytes]] = {
    "g13_200_mb_in_a_page": lambda: inflating(b" " * (200 << 20)),
    "g13_10000_pages": lambda: of_pages(10_000),
}


@pytest.mark.parametrize("name", BURDENS)
def test_a_hostile_file_is_no_burden(name: str, reader: Reader, tmp_path: Path) -> None:
    mail, child = tmp_path / "mail", reader.pid
    mail.write_bytes(a_mail({"材料.pdf": BURDENS[name](), "报送函.pdf": LETTER}))
    begun = time.monotonic()

    found = reader.read(mail)

    assert len(found.letters) == 1 and the(found, "材料.pdf").role is Role.SUPPORTING and reader.pid == child
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    "action",
    [
        pytest.param(b"/S/JavaScript/JS(app.launchURL\\('http://a.example'\\))", id="script"),
        pytest.param(b"/S/Launch/F(/bin/sh)", id="program"),
    ],
)
def test_g13_a_letter_that_would_do_something_when_opened_is_read_and_does_nothing(
    action: bytes, reader: Reader, tmp_path: Path
) -> None:
    mail, child = tmp_path / "mail", reader.pid
    active = LETTER.replace(b"/Type/Catalog", b"/Type/Catalog/OpenAction<<" + action + b">>", 1)
    assert active != LETTER
    mail.write_bytes(a_mail({"函.pdf": active, "表.xlsx": FORM}))

    found = reader.read(mail)

    assert (len(found.letters), len(found.tables), reader.pid) == (1, 1, child)
