"""Zips that are not as zipfile wants them: cut short, written oddly, with something before or without an end."""

import struct
import zipfile
import zlib

import pytest

from service.domain.submission import Problem
from service.reading.containers import Unpacked, unpack
from service.reading.found import Found
from service.reading.limits import CONTAINERS
from tests.reading.containers.archives import zipped
from tests.reading.mail.raw import PDF, WORDS

SHEET = b"%sheet" * 400


def opened(content: bytes) -> Unpacked:
    return unpack([Found("", "材料.zip", content)], WORDS)


def outcome(content: bytes) -> list[tuple[str, Problem | None]]:
    return [(f.name, f.problem) for f in opened(content).files]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_of_an_archive_cut_short_the_whole_files_are_read_and_the_loss_is_told(compression: int) -> None:
    whole = zipped({"函.pdf": PDF, "表.xlsx": SHEET, "三.pdf": PDF * 50}, compression)
    cut = whole[: whole.index("三.pdf".encode()) + 20]

    found = opened(cut).files

    assert [(f.name, f.content) for f in found[1:]] == [("函.pdf", PDF), ("表.xlsx", SHEET)]
    assert (found[0].problem, "2个文件" in found[0].note) == (Problem.DAMAGED, True)


def test_a_file_whose_sizes_follow_it_is_read_from_an_archive_cut_short() -> None:
    packed = zlib.compress(SHEET, wbits=-15)
    head = b"PK\x03\x04" + struct.pack("<HHHIIIIHH", 20, 8, 8, 0, 0, 0, 0, 6, 0) + b"a.xlsx"
    behind = b"PK\x07\x08" + struct.pack("<III", zlib.crc32(SHEET), len(packed), len(SHEET))

    assert outcome(head + packed + behind) == [("材料.zip", Problem.DAMAGED), ("a.xlsx", None)]
    assert outcome(head + packed + behind[:6]) == [("材料.zip", Problem.DAMAGED)]


def test_a_file_that_was_itself_cut_is_not_taken_for_whole() -> None:
    whole = zipped({"表.xlsx": zipped({"xl/workbook.xml": SHEET})}, zipfile.ZIP_STORED)

    assert outcome(whole[:-110]) == [("材料.zip", Problem.DAMAGED)]


def test_an_archive_whose_directory_is_spoilt_but_whose_files_are_all_there_is_whole() -> None:
    content = zipped({"函.pdf": PDF, "表.xlsx": SHEET}).replace(b"PK\x01\x02", b"PK\x01\x00")

    assert outcome(content) == [("材料.zip", None), ("函.pdf", None), ("表.xlsx", None)]


def test_a_name_written_in_two_charsets_is_no_damage() -> None:
    """Some programs write the directory in UTF-8 and the file's own header in GBK."""
    content = zipped({"征集表.xlsx": SHEET}, zipfile.ZIP_STORED)
    own = content.replace("征集表.xlsx".encode(), "征集表.xlsx".encode("gbk") + b"\0\0\0", 1)

    assert outcome(own) == [("材料.zip", None), ("征集表.xlsx", None)]


def test_an_archive_with_something_before_it_is_opened() -> None:
    assert outcome(b"\r\n\0junk" + zipped({"函.pdf": PDF})) == [("材料.zip", None), ("函.pdf", None)]


def test_a_bomb_without_a_directory_stops_at_the_limit() -> None:
    bomb = zipped({"a.pdf": b"\0" * (CONTAINERS.member_bytes + 1)})[:-60]

    assert outcome(bomb) == [("材料.zip", Problem.REFUSED)]


def test_of_more_files_than_are_read_the_first_are_read_and_the_others_are_named_for_a_person() -> None:
    most = CONTAINERS.members

    found = opened(zipped({f"表{n:04}.txt": b"x" for n in range(most + 2)})).files

    assert [f.name for f in found[1:]] == [f"表{n:04}.txt" for n in range(most)]
    assert found[0].problem is Problem.UNSUPPORTED
    assert f"表{most:04}.txt、表{most + 1:04}.txt（共2个）" in found[0].note
