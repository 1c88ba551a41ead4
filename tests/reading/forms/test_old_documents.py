"""Old Word, WPS and RTF documents: read through LibreOffice where there is one, named where there is none."""

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from service.demo.submissions import Scribe, official_forms
from service.demo.wordfiles import form_docx
from service.demo.world import the_world
from service.domain.submission import Problem, Table
from service.reading import programs
from service.reading.forms import office, read_form
from service.reading.forms.office import OfficeFailed, OfficeMissing, as_docx
from tests.reading.forms.example_forms import FORMS
from tests.reading.forms.filled import header
from tests.reading.letters.old_word import a_doc


def rtf(rows: Sequence[Sequence[object]]) -> bytes:
    """A document with one table, as WordPad writes it."""

    def escaped(text: object) -> str:
        return "".join(c if c.isascii() else f"\\u{ord(c) - (65536 if ord(c) > 32767 else 0)}?" for c in str(text))

    def line(row: Sequence[object]) -> str:
        edges = "".join(f"\\cellx{(n + 1) * 900}" for n in range(len(row)))
        return f"\\trowd{edges}" + "".join(f"\\intbl {escaped(value)}\\cell" for value in row) + "\\row\n"

    title = escaped("表1 2020年海外人才需求情况表")
    return ("{\\rtf1\\ansi\\deff0 " + title + "\\par\n" + "".join(map(line, rows)) + "\\pard\\par}").encode()


def one_need() -> bytes:
    form = FORMS.table(1)
    assert form is not None
    heads = header(form)
    values = {"单位名称": "云江某某有限公司", "所在地市": "云江市", "岗位名称": "算法工程师", "需求人数": "2"}
    return rtf([heads, ["1", *(values.get(head, "") for head in heads[1:])]])


def written(tables: Sequence[Table]) -> list[object]:
    """Everything that the rows say."""
    return [
        (t.number, [(r.unit, r.city, dict(r.cells), [(a.question, a.tick, a.text) for a in r.answers]) for r in t.rows])
        for t in tables
    ]


def test_an_rtf_form_is_read_where_an_office_program_is_and_named_elsewhere() -> None:
    reading = read_form(one_need(), "表.rtf", "表.rtf", "application/rtf", FORMS)

    if office.is_there():
        assert [(t.number, [r.unit for r in t.rows]) for t in reading.tables] == [(1, ["云江某某有限公司"])]
        assert reading.problem is None
    else:
        assert (reading.tables, reading.problem) == ((), Problem.UNSUPPORTED)
        assert "LibreOffice" in reading.note


def test_a_doc_form_says_what_the_same_docx_says(tmp_path: Path) -> None:
    world, forms = the_world(), official_forms()
    modern = form_docx(forms, Scribe(5, world, forms).tables(world.bureaus[1]))
    try:
        old = _as_doc(modern, tmp_path)
    except OfficeMissing:
        old = a_doc("\x07".join(["序号", "单位名称", "所在地市", "岗位名称", "云江某某有限公司"] * 3))

    reading = read_form(old, "表.doc", "征集表.doc", "application/msword", forms)

    if office.is_there():
        assert written(reading.tables) == written(read_form(modern, "表.doc", "表.docx", "", forms).tables)
        assert len(reading.tables) == 4
    else:
        assert (reading.problem, "LibreOffice" in reading.note) == (Problem.UNSUPPORTED, True)


def _as_doc(modern: bytes, folder: Path) -> bytes:
    if not office.is_there():
        raise OfficeMissing
    (folder / "form.docx").write_bytes(modern)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(office, "_FILTER", "doc:MS Word 97")
        with contextlib.suppress(OfficeFailed):  # it looks for a .docx; ours is to be a .doc
            office._convert(programs.find("soffice", "libreoffice") or "", folder, "form.docx")
    return (folder / "out" / "form.doc").read_bytes()


def test_a_document_without_a_table_is_not_worth_the_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "as_docx", lambda *_: pytest.fail("converted"))

    for content, name in ((a_doc("The letter"), "函.doc"), (b"{\\rtf1 The letter}", "函.rtf")):
        found = read_form(content, name, name, "", FORMS)

        assert (found.problem, found.is_form, found.text) == (None, False, "The letter")


def test_an_object_in_a_document_without_a_table_may_be_the_form() -> None:
    reading = read_form(b"{\\rtf1 See below {\\object\\objemb}}", "表.rtf", "表.rtf", "", FORMS)

    assert reading.problem is Problem.UNSUPPORTED


def test_the_cells_of_an_old_document_are_counted_in_its_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "as_docx", lambda *_: (_ for _ in ()).throw(OfficeFailed))

    table = read_form(a_doc("单位\x07人数\x07" * 5), "表.doc", "表.doc", "", FORMS)

    assert (table.problem, "未能转换" in table.note) == (Problem.UNSUPPORTED, True)


def test_what_the_office_program_cannot_read_goes_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> bytes:
        raise OfficeFailed

    monkeypatch.setattr(office, "as_docx", fails)

    reading = read_form(one_need(), "表.rtf", "征集表.rtf", "", FORMS)

    assert (reading.is_form, reading.problem, reading.note) == (
        False,
        Problem.UNSUPPORTED,
        "RTF 文档（.rtf），未能转换",
    )


def test_a_program_that_hangs_is_ended_with_all_that_it_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    hanging = tmp_path / "soffice"
    hanging.write_text(f"#!/bin/sh\nsleep 300 &\necho $! $$ >{pids}\nwait\n")
    hanging.chmod(0o755)
    monkeypatch.setattr(programs, "find", lambda *_: str(hanging))
    monkeypatch.setattr(office, "_ALLOWED", programs.Allowed(seconds=1.0, cpu_seconds=60))

    with pytest.raises(OfficeFailed):
        as_docx(one_need(), ".rtf")

    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and any(_runs(pid) for pid in pids.read_text().split()):
        time.sleep(0.05)
    assert not any(_runs(pid) for pid in pids.read_text().split())


def _runs(pid: str) -> bool:
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_nothing_of_a_conversion_is_left_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)

    with contextlib.suppress(OfficeMissing, OfficeFailed):
        as_docx(one_need(), ".rtf")

    assert list(tmp_path.iterdir()) == []
