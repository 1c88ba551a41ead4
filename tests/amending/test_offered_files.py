"""Files that admins mail are read in the caged child, whatever they are: as text, within limits, and nothing runs."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.hyperlink import Hyperlink

from service.demo.mime import File, Mail, make_mail
from service.reading.bounds import Bounds
from service.reading.offered import OfferedFile, OfferedSheet, offered_from_json, offered_to_json
from service.reading.sandbox import Reader, ReaderDied
from tests.builders import the_real_rulebook
from tests.stories.conftest import IN_TIME

HEAD = ["name", "route", "note"]


def workbook(*rows: list[object], title: str = "units") -> bytes:
    book, out = Workbook(), io.BytesIO()
    page = book.worksheets[0]
    page.title = title
    for row in (HEAD, *rows):
        page.append(row)
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def reader() -> Reader:
    with Reader(the_real_rulebook(), Bounds(offering_seconds=30.0)) as opened:
        yield opened


def offered(reader: Reader, folder: Path, *files: File) -> tuple[OfferedFile, ...]:
    mail = folder / "mail.eml"
    mail.write_bytes(make_mail(Mail("a@x.example", "规则", "见附件", IN_TIME, files, to="b@x.example")))
    return reader.offered(mail)


def test_cells_come_as_people_see_them(reader: Reader, tmp_path: Path) -> None:
    (file,) = offered(reader, tmp_path, File("名单.xlsx", workbook(["甲", "direct", 0.5], [None, None, 440100])))

    assert file.sheets == (OfferedSheet("units", (tuple(HEAD), ("甲", "direct", "0.5"), ("", "", "440100"))),)


def test_formulas_links_and_macros_are_named_or_left_alone(reader: Reader, tmp_path: Path) -> None:
    book = load_workbook(io.BytesIO(workbook(["甲", "direct", '=HYPERLINK("http://evil.example","x")'])))
    book["units"]["A2"].hyperlink = Hyperlink(ref="A2", target="http://evil.example/")
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out, "a") as package:
        package.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0macros")
        package.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")

    (file,) = offered(reader, tmp_path, File("规则.xlsm", out.getvalue()))

    assert file.sheets[0].rows[1][:2] == ("甲", "direct")
    assert file.sheets[0].faults == ("单元格 C2：是公式；请改成文字",)


def test_a_bomb_costs_a_sentence(reader: Reader, tmp_path: Path) -> None:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(["甲", "direct", ""]))) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            big = b"<worksheet>" + b" " * (64 << 20) + b"</worksheet>"
            new.writestr(name, big if name.endswith("sheet1.xml") else old.read(name))

    (file,) = offered(reader, tmp_path, File("规则.xlsx", out.getvalue()))

    assert file.sheets == ()
    assert "过大" in file.problem


def test_entities_are_refused(reader: Reader, tmp_path: Path) -> None:
    out = io.BytesIO()
    evil = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet><sheetData/></worksheet>'
    with zipfile.ZipFile(io.BytesIO(workbook(["甲", "direct", ""]))) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, evil if name.endswith("sheet1.xml") else old.read(name))

    (file,) = offered(reader, tmp_path, File("规则.xlsx", out.getvalue()))

    assert (file.sheets, file.problem) == ((), "文件内含有不允许的实体声明")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_a_broken_file_is_told_and_the_others_are_read(reader: Reader, tmp_path: Path, content: bytes) -> None:
    files = offered(reader, tmp_path, File("坏.xlsx", content), File("units.csv", b"name,route\n", "text/csv"))

    assert files[0].problem
    assert files[1].content == b"name,route\n"


def test_a_reader_that_dies_is_no_end_of_the_next(reader: Reader, tmp_path: Path) -> None:
    with Reader(the_real_rulebook(), Bounds(offering_seconds=0.0)) as hurried, pytest.raises(ReaderDied):
        offered(hurried, tmp_path, File("a.xlsx", workbook()))

    assert offered(reader, tmp_path, File("a.xlsx", workbook()))


texts = st.text(st.characters(codec="utf-8"), max_size=8)


@given(
    st.lists(
        st.builds(
            OfferedFile,
            texts,
            texts,
            st.lists(
                st.builds(
                    OfferedSheet, texts, st.lists(st.lists(texts).map(tuple)).map(tuple), st.lists(texts).map(tuple)
                )
            ).map(tuple),
            st.none() | st.binary(max_size=20),
            texts,
        ),
        max_size=3,
    )
)
def test_what_is_offered_passes_the_wire_unchanged(files: list[OfferedFile]) -> None:
    assert offered_from_json(offered_to_json(files)) == tuple(files)


@pytest.mark.parametrize(
    "said",
    [
        {}, [1], [["a", "b", [], None]], [["a", 1, [], None, ""]], [["a", "b", ["x"], None, ""]],
        [["a", "b", [["s", [[1]], []]], None, ""]], [["a", "b", [], "kein base64!", ""]], [["a", "b", [], None, None]],
        [["a", "b", [], None, ""]] * 300,
    ],
)  # fmt: skip
def test_a_child_that_says_anything_else_is_not_believed(said: object) -> None:
    with pytest.raises(ValueError):
        offered_from_json(json.dumps(said).encode())
