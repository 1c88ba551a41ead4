"""Containers opened at any depth, within limits, with names as their senders saw them."""

import gzip
import io
import struct
import tarfile
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.submission import Problem
from service.reading import sniff
from service.reading.containers import Unpacked, unpack
from service.reading.found import Found, Paths, extension_of, safe_name
from service.reading.limits import CONTAINERS
from tests.reading.containers.archives import encrypted, tarred, zipped, zipped_with_raw_name
from tests.reading.mail.raw import PDF, WORDS, attachment, mail, mixed

MB = 1 << 20


def opened(content: bytes, name: str = "材料.zip", declared: str = "") -> Unpacked:
    return unpack([Found("", name, content, declared)], WORDS)


def paths(unpacked: Unpacked) -> list[str]:
    return [f.path for f in unpacked.files]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("表1-4镕.xlsx".encode("gbk"), id="gbk"),
        pytest.param("表1-4镕.xlsx".encode(), id="utf8_without_flag"),
        pytest.param("材料/表1-4镕.xlsx".encode("gbk"), id="in_a_folder"),
        pytest.param("材料\\表1-4镕.xlsx".encode("gbk"), id="backslash"),
        pytest.param("../../表1-4镕.xlsx".encode(), id="upwards"),
        pytest.param("C:/表1-4镕.xlsx".encode(), id="drive"),
    ],
)
def test_a_members_name_is_read_whatever_wrote_the_archive(raw: bytes) -> None:
    found = opened(zipped_with_raw_name(raw, PDF)).files

    assert [f.name for f in found] == ["材料.zip", "表1-4镕.xlsx"]
    assert ".." not in found[1].path


@pytest.mark.parametrize(("crc_of", "shown"), [(b"form_1.xlsx", "表一𠮷.xlsx"), (b"other", "form_1.xlsx")])
def test_a_name_in_unicode_beside_the_raw_one_is_believed_when_it_belongs_to_it(crc_of: bytes, shown: str) -> None:
    told = b"\1" + struct.pack("<I", zlib.crc32(crc_of)) + "表一𠮷.xlsx".encode()
    info = zipfile.ZipInfo("form_1.xlsx")
    info.extra = struct.pack("<HH", 0x7075, len(told)) + told
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, PDF)

    assert [f.name for f in opened(out.getvalue()).files] == ["材料.zip", shown]


def test_a_flagged_name_is_taken_as_it_is() -> None:
    assert paths(opened(zipped({"材料/表1.xlsx": PDF}))) == ["材料.zip", "材料.zip/材料/表1.xlsx"]


def test_archives_inside_archives_keep_their_path() -> None:
    inner = zipped({"表.xlsx": PDF})

    found = opened(zipped({"内.zip": inner, "函.pdf": PDF}), "外.zip")

    assert paths(found) == ["外.zip", "外.zip/内.zip", "外.zip/内.zip/表.xlsx", "外.zip/函.pdf"]
    assert [f.is_container for f in found.files] == [True, True, False, False]


def test_archives_nested_too_deep_are_refused_but_named() -> None:
    content = PDF
    for _ in range(CONTAINERS.depth + 1):
        content = zipped({"a.zip": content})

    last = opened(content).files[-1]

    assert (last.is_container, last.problem) == (True, Problem.REFUSED)
    assert "嵌套" in last.note


@pytest.mark.parametrize("name", ["__MACOSX/._a.xlsx", ".DS_Store", "Thumbs.db", "~$表.xlsx", "材料/desktop.ini"])
def test_what_systems_leave_behind_is_not_listed(name: str) -> None:
    assert paths(opened(zipped({name: b"x", "a.pdf": PDF}))) == ["材料.zip", "材料.zip/a.pdf"]


def test_an_encrypted_archive_is_told_from_a_damaged_one() -> None:
    locked, broken = opened(encrypted(zipped({"a.pdf": PDF}))).files, opened(zipped({"a.pdf": PDF})[:-30]).files

    assert [(f.name, f.problem) for f in locked] == [("材料.zip", Problem.ENCRYPTED)]
    assert [(f.name, f.problem) for f in broken] == [("材料.zip", Problem.DAMAGED), ("a.pdf", None)]


def test_one_damaged_member_does_not_spoil_the_others() -> None:
    content = zipped({"a.pdf": PDF, "b.pdf": PDF[:-1] + b"X"}, zipfile.ZIP_STORED).replace(PDF, PDF[:-1] + b"!", 1)

    assert [f.problem for f in opened(content).files] == [None, Problem.DAMAGED, None]


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_bomb_stops_at_the_limit(compression: int) -> None:
    bomb = zipped({"a.pdf": PDF, "bomb.xlsx": b"\0" * (60 * MB)}, compression)

    found = opened(bomb).files

    assert [f.name for f in found] == ["材料.zip", "a.pdf"]
    assert found[0].problem is Problem.REFUSED


def test_all_archives_of_a_mail_share_one_allowance_of_members() -> None:
    many = zipped({f"{n}.txt": b"x" for n in range(CONTAINERS.members - 1)})

    found = unpack([Found("", "1.zip", many), Found("", "2.zip", many)], WORDS).files

    assert [f.problem for f in found if f.is_container] == [None, Problem.UNSUPPORTED]
    assert len(found) == CONTAINERS.members + 2
    assert f"{CONTAINERS.members - 2}.txt（共{CONTAINERS.members - 2}个）" not in found[-1].note


def test_an_archive_of_countless_entries_is_not_even_listed() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n in range(CONTAINERS.directory_entries + 1):
            archive.writestr(zipfile.ZipInfo(f"{n}"), b"")

    assert [f.problem for f in opened(out.getvalue()).files] == [Problem.REFUSED]


def test_a_tar_is_opened_and_its_links_are_left_out() -> None:
    out = io.BytesIO(tarred({"表.xlsx".encode("gbk"): PDF}))
    with tarfile.open(fileobj=out, mode="a") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)

    assert paths(opened(out.getvalue(), "a.tar")) == ["a.tar", "a.tar/表.xlsx"]


@pytest.mark.parametrize("mode", ["w:gz", "w:bz2", "w:xz"])
def test_a_packed_tar_is_opened_in_one_step(mode: str) -> None:
    assert paths(opened(tarred({"函.pdf".encode(): PDF}, mode), "a.tgz")) == ["a.tgz", "a.tgz/函.pdf"]


def test_a_single_packed_file_loses_its_suffix() -> None:
    assert paths(opened(gzip.compress(PDF), "函.pdf.gz")) == ["函.pdf.gz", "函.pdf.gz/函.pdf"]


def test_a_packed_bomb_stops_at_the_limit() -> None:
    found = opened(gzip.compress(b"\0" * (200 * MB), 9), "a.gz").files

    assert [f.problem for f in found] == [Problem.REFUSED]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        pytest.param(b"Rar!\x1a\x07\x01\0" + b"x" * 40, "rar", id="rar"),
        pytest.param(b"7z\xbc\xaf\x27\x1c" + b"x" * 40, "7z", id="seven_zip"),
        pytest.param(b"\x78\x9f\x3e\x22" + b"x" * 40, "winmail.dat", id="tnef"),
    ],
)
def test_a_container_that_cannot_be_opened_here_is_named(content: bytes, word: str) -> None:
    found = opened(content, "a").files[0]

    assert (found.is_container, found.problem) == (True, Problem.UNSUPPORTED)
    assert word in found.note


def test_a_signature_beside_a_signed_mail_is_no_container() -> None:
    signature = b"0\x82\x01\x00\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"

    found = opened(signature, "smime.p7s", "application/pkcs7-signature").files[0]

    assert (found.is_container, found.problem) == (False, None)


INNER = mixed(
    [attachment(PDF, disposition='attachment; filename="函.pdf"'.encode())],
    head=b"From: <in@x.example>\r\nSubject: in\r\n",
)


@pytest.mark.parametrize(
    ("content", "declared"),
    [
        pytest.param(INNER, "message/rfc822", id="declared"),
        pytest.param(INNER, "application/octet-stream", id="only_by_content"),
        pytest.param(mail(b"X: y", b"", body=b"z"), "message/rfc822", id="hardly_a_mail"),
    ],
)
def test_a_mail_inside_a_mail_is_opened(content: bytes, declared: str) -> None:
    found = opened(content, "原邮件.eml", declared)

    assert found.files[0].is_container
    assert paths(found)[1:] in (["原邮件.eml/函.pdf"], [])


def test_mails_inside_mails_stop_at_the_limit() -> None:
    raw = INNER
    for _ in range(CONTAINERS.mail_depth + 3):
        raw = b"From: <a@x.example>\r\nSubject: x\r\nContent-Type: message/rfc822\r\n\r\n" + raw

    found = opened(raw, "a.eml", "message/rfc822")

    assert found.files[-1].problem is Problem.REFUSED
    assert len(found.files) == CONTAINERS.mail_depth + 1


def test_a_zip_in_a_mail_in_a_zip_is_reached() -> None:
    inner = mixed([attachment(zipped({"表.xlsx": PDF}), disposition=b"attachment; filename=in.zip")])

    assert paths(opened(zipped({"信.eml": inner}), "o.zip"))[-1] == "o.zip/信.eml/in.zip/表.xlsx"


def test_paths_are_unique_whatever_the_names() -> None:
    given_out = Paths()

    assert [given_out.unique(p) for p in ("a.xlsx", "a.xlsx", "a (2).xlsx", "a.xlsx", "b", "b")] == [
        "a.xlsx", "a (2).xlsx", "a (2) (2).xlsx", "a (3).xlsx", "b", "b (2)",
    ]  # fmt: skip


def test_office_files_are_no_containers() -> None:
    book = zipped({"[Content_Types].xml": b"spreadsheetml.sheet.main", "xl/workbook.xml": b"<x/>"})

    assert paths(opened(book, "表.xlsx")) == ["表.xlsx"]


@given(st.text(max_size=400))
def test_a_safe_name_is_one_visible_component(name: str) -> None:
    safe = safe_name(name)

    assert "/" not in safe
    assert "\\" not in safe
    assert len(safe) <= 210
    assert safe == safe.strip()
    safe.encode("utf-8")


def test_an_extension_survives_a_trailing_space_and_a_long_name() -> None:
    assert extension_of("表.XLSX ") == "xlsx"
    assert extension_of(safe_name("字" * 5_000 + ".xlsx")) == "xlsx"


@settings(max_examples=150)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\0", b"Rar!\x1a\x07", b""]),
)
def test_no_bytes_defeat_the_containers(raw: bytes, start: bytes) -> None:
    opened(start + raw)


@settings(max_examples=150)
@given(st.data())
def test_no_damage_to_an_archive_defeats_the_reader(data: st.DataObject) -> None:
    content = bytearray(zipped({"表1.xlsx": PDF, "函.pdf": PDF * 3}))
    for _ in range(data.draw(st.integers(1, 6))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))

    unpack([Found("", "a.zip", bytes(content))], WORDS)


def test_sniffing_knows_a_tar_by_its_magic() -> None:
    assert sniff.media_type(tarred({b"a": b"b"})) == sniff.TAR
