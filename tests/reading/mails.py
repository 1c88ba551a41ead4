"""Whole mails for the reading: a born-digital letter (no recognition needed), filled forms, and what surrounds them."""

import dataclasses
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from service.demo.letters import pages_of
from service.demo.paper import pdf_of
from service.domain.rules import Rulebook
from service.domain.submission import Attachment, Role, Submission
from service.reading import read_mail
from service.reading.letters import OcrLine, Words
from tests.reading.forms.example_forms import FORMS
from tests.reading.forms.filled import as_bytes, header, sheets
from tests.reading.letters.rules import RULEBOOK as LETTERS
from tests.reading.letters.specimens import a_letter
from tests.reading.mail.raw import WORDS, attachment, mixed, text

RULEBOOK: Rulebook = dataclasses.replace(LETTERS, forms=FORMS, mail=WORDS)
LETTER = pdf_of(pages_of(a_letter()))


class NoOcr:
    """Fails the test in which a picture is recognised although it need not be."""

    def lines(self, _: object) -> list[OcrLine]:
        raise AssertionError("no recognition was needed here")

    boxes = upside_down = read = lines


class BlankOcr:
    """Sees an empty page, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def lines(self, _: object) -> list[OcrLine]:
        return []

    def boxes(self, _: object) -> list[object]:
        self.asked += 1
        return []

    def upside_down(self, _: object) -> list[float]:
        return []

    def read(self, _: object) -> list[Words]:
        return []


def a_form() -> bytes:
    """表1 with one row."""
    table = FORMS.tables[0]
    row = ["内容" for _ in header(table)]
    return as_bytes(sheets(表1=[[table.title], header(table), row]))


def a_mail(files: Mapping[str, bytes], body: str = "您好，现报送征集表，请查收附件。", **layout: Any) -> bytes:
    """A mail with these files attached."""
    parts = [text(body), *(attachment(content, disposition=_named(name)) for name, content in files.items())]
    return mixed(parts, **layout)


def _named(name: str) -> bytes:
    return f"attachment; filename*=utf-8''{quote(name)}".encode()


def read(raw: bytes, ocr: object | None = None) -> Submission:
    return read_mail(raw, RULEBOOK, ocr or NoOcr())  # type: ignore[arg-type]


def roles(submission: Submission) -> dict[str, Role]:
    return {a.path: a.role for a in submission.attachments}


def the(submission: Submission, path: str) -> Attachment:
    return next(a for a in submission.attachments if a.path == path)
