"""Documents of other programs: named for what they are, with what to send instead, and never called damaged."""

import pytest

from service.domain.submission import Problem, Role
from service.reading import foreign, sniff
from tests.reading.containers.archives import zipped
from tests.reading.forms.biff import compound
from tests.reading.mails import LETTER, a_form, a_mail, read, the

MARKED = [(start + b"\0" * 600, kind) for start, kind in foreign.STARTS]
STORED = [(compound(stream, b"x"), kind) for stream, kind in foreign.STREAMS]
PACKED = [
    *((zipped({part: b"x", "b": b"y"}), kind) for part, kind in foreign.PARTS),
    *((zipped({"mimetype": kind.encode(), "content.xml": b"<x/>"}), kind) for kind in sorted(foreign.MIMETYPES)),
]
NAMED = [(zipped({"Index/Document.iwa": b"x"}), "application/vnd.apple.numbers")]


@pytest.mark.parametrize(("content", "kind"), [*MARKED, *STORED, *PACKED, *NAMED])
def test_each_kind_is_told_by_its_bytes_and_named(content: bytes, kind: str) -> None:
    known = foreign.KINDS[kind]
    name = f"征集表.{known.extension}"

    found = the(read(a_mail({"函.pdf": LETTER, name: content})), name)

    assert (found.media_type, found.problem, found.note) == (kind, Problem.UNSUPPORTED, known.note)
    assert found.role is (Role.FORM if known.is_sheet else Role.UNREADABLE)


def test_beside_a_form_that_was_read_a_foreign_sheet_is_not_taken_for_the_form() -> None:
    sheet = zipped({"Index/Document.iwa": b"x"})

    found = read(a_mail({"函.pdf": LETTER, "表.xlsx": a_form(), "底稿.numbers": sheet}))

    assert the(found, "底稿.numbers").role is Role.UNREADABLE


def test_a_form_with_something_before_its_beginning_is_read() -> None:
    found = read(a_mail({"函.pdf": LETTER, "征集表.xlsx": b"\r\n\0\1junk" + a_form()}))

    assert [t.number for t in found.tables] == [1]
    assert the(found, "征集表.xlsx").media_type == sniff.XLSX


def test_a_form_cut_short_is_damaged_although_parts_of_it_are_whole() -> None:
    found = read(a_mail({"函.pdf": LETTER, "征集表.xlsx": a_form()[:-300]}))

    assert (the(found, "征集表.xlsx").problem, found.tables) == (Problem.DAMAGED, ())


@pytest.mark.parametrize(
    ("name", "problem", "role"),
    [
        ("征集表.xlsx.lnk", Problem.SHORTCUT, Role.FORM),
        ("征集表.xlsx - 快捷方式.lnk", Problem.SHORTCUT, Role.FORM),
        ("需求.xls - Shortcut.LNK", Problem.SHORTCUT, Role.FORM),
        ("征集表.url", Problem.SHORTCUT, Role.FORM),
        ("~$征集表.xlsx", Problem.LOCK_FILE, Role.FORM),
        ("~$求汇总.docx", Problem.LOCK_FILE, Role.FORM),
    ],
)
def test_what_was_attached_in_place_of_the_form_is_named(name: str, problem: Problem, role: Role) -> None:
    found = read(a_mail({"函.pdf": LETTER, name: b"\x05wps" + b" " * 161}))

    assert (the(found, name).problem, the(found, name).role) == (problem, role)


def test_a_shortcut_in_place_of_the_letter_is_named() -> None:
    found = read(a_mail({"征集表.xlsx": a_form(), "报送函.pdf - 快捷方式.lnk": b"L\0\0\0"}))

    shortcut = the(found, "报送函.pdf - 快捷方式.lnk")
    assert (shortcut.problem, shortcut.role) == (Problem.SHORTCUT, Role.COVER_LETTER)


@pytest.mark.parametrize("name", ["~$征集表.xlsx", "征集表.xlsx - 快捷方式.lnk", "回收站.lnk", "~$报送函.docx"])
def test_beside_the_files_themselves_what_systems_leave_is_decoration(name: str) -> None:
    found = read(a_mail({"函.pdf": LETTER, "征集表.xlsx": a_form(), name: b"x" * 165}))

    assert the(found, name).role is Role.DECORATION
