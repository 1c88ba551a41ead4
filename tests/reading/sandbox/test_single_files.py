"""A file that ends its reader, or would keep it busy for ever, costs only itself: the mail is read without it."""

import dataclasses
import io
from pathlib import Path

import pypdfium2
import pytest

from service.domain.submission import Problem, Role
from service.reading import sandbox
from service.reading.bounds import Bounds
from service.reading.sandbox import Reader, ReaderDied
from tests.reading.mails import LETTER, RULEBOOK, a_form, a_mail, roles, the
from tests.reading.sandbox.fragile_reader import DEADLY


def endless_pdf(levels: int = 9) -> bytes:
    """A page that shows a form ten times, which shows another ten times, and so on: 10^levels lines to draw."""
    shows, line = b"/I Do " * 10, b"0 0 m 500 500 l S"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</I 5 0 R>>>>>>",
        b"<</Length 5>>\nstream\n/I Do\nendstream",
    ]
    for level in range(levels):
        inside = shows if level < levels - 1 else line
        inner = b"/Resources<</XObject<</I %d 0 R>>>>" % (6 + level)
        head = b"<</Type/XObject/Subtype/Form/BBox[0 0 595 842]%s/Length %d>>" % (inner, len(inside))
        objects.append(head + b"\nstream\n" + inside + b"\nendstream")
    body = b"".join(b"%d 0 obj\n%s\nendobj\n" % (n, o) for n, o in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer\n<</Root 1 0 R>>\n%%EOF\n"


def test_the_endless_pdf_is_a_pdf() -> None:
    assert len(pypdfium2.PdfDocument(io.BytesIO(endless_pdf(1)))) == 1


def test_g13_a_page_that_takes_for_ever_to_draw_is_left_alone_and_the_rest_is_read(tmp_path: Path) -> None:
    mail = tmp_path / "mail"
    mail.write_bytes(a_mail({"报送函.pdf": endless_pdf(), "征集表.xlsx": a_form()}))
    with Reader(RULEBOOK, dataclasses.replace(Bounds(), file_cpu_seconds=0.5)) as reader:
        found = reader.read(mail)

    assert roles(found) == {"报送函.pdf": Role.COVER_LETTER, "征集表.xlsx": Role.FORM}
    assert the(found, "报送函.pdf").problem is Problem.UNSUPPORTED
    assert len(found.tables) == 1


def test_a_file_that_kills_its_reader_is_left_alone_and_the_rest_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sandbox, "_CHILD", "tests.reading.sandbox.fragile_reader")
    mail = tmp_path / "mail"
    mail.write_bytes(a_mail({f"{DEADLY}表.xlsx": a_form() + b"\0", "征集表.xlsx": a_form(), "函.pdf": LETTER}))
    with Reader(RULEBOOK) as reader:
        found = reader.read(mail)

    assert the(found, f"{DEADLY}表.xlsx").problem is Problem.UNSUPPORTED
    assert (len(found.tables), len(found.letters)) == (1, 1)


def test_a_mail_full_of_deadly_files_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sandbox, "_CHILD", "tests.reading.sandbox.fragile_reader")
    mail = tmp_path / "mail"
    mail.write_bytes(a_mail({f"{DEADLY}{n}.xlsx": a_form() + bytes([n]) for n in range(3)}))
    bounds = dataclasses.replace(Bounds(), files_given_up=1)

    with Reader(RULEBOOK, bounds) as reader, pytest.raises(ReaderDied, match="SIGSEGV"):
        reader.read(mail)
