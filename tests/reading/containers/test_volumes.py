"""One archive in several files, as size limits make people send it."""

import pytest

from service.domain.submission import Problem
from service.reading.containers import unar, unpack
from service.reading.found import Found
from tests.reading.containers.archives import rar4_volumes, zipped
from tests.reading.mail.raw import PDF, WORDS

CONTENT = PDF * 40
JPEG = b"\xff\xd8\xff\xe0"


def cut(content: bytes, count: int) -> list[bytes]:
    size = -(-len(content) // count)
    return [content[at : at + size] for at in range(0, len(content), size)]


def found(files: dict[str, bytes]) -> list[tuple[str, Problem | None]]:
    return [(f.path, f.problem) for f in unpack([Found("", n, c) for n, c in files.items()], WORDS).files]


@pytest.mark.parametrize("name", ["材料.zip.{:03}", "材料.{:03}"])
def test_a_file_cut_into_pieces_is_joined_in_their_order(name: str) -> None:
    one, two, three = cut(zipped({"函.pdf": CONTENT}), 3)

    got = found({name.format(2): two, name.format(1): one, name.format(3): three})

    assert got == [
        (name.format(2), None),
        (f"{name.format(2)}/函.pdf", None),
        (name.format(1), None),
        (name.format(3), None),
    ]


def test_a_split_zip_with_its_last_volume_under_the_plain_name_is_opened() -> None:
    one, two = cut(b"PK\x07\x08" + zipped({"函.pdf": CONTENT, "表.xlsx": PDF}), 2)

    assert [p for p, _ in found({"材料.z01": one, "材料.zip": two})] == [
        "材料.z01",
        "材料.z01/函.pdf",
        "材料.z01/表.xlsx",
        "材料.zip",
    ]


def test_volumes_that_lack_are_named_and_nobody_is_told_of_damage() -> None:
    pieces = cut(zipped({"函.pdf": CONTENT}), 4)

    first = unpack([Found("", f"材料.zip.{n:03}", pieces[n - 1]) for n in (2, 4)], WORDS).files[0]

    assert (first.problem, "有第2、4卷，缺第1、3卷" in first.note) == (Problem.UNSUPPORTED, True)


def test_the_last_volume_of_a_split_zip_alone_is_named() -> None:
    whole = zipped({"函.pdf": CONTENT})
    end = whole.rindex(b"PK\x05\x06")
    last = whole[end - 60 : end + 4] + b"\x02\0\x02\0" + whole[end + 8 :]

    alone = unpack([Found("", "材料.zip", last)], WORDS).files[0]

    assert (alone.problem, "共3卷" in alone.note) == (Problem.UNSUPPORTED, True)


def test_a_zip_that_calls_itself_a_last_volume_but_holds_everything_is_opened() -> None:
    whole = zipped({"函.pdf": CONTENT})
    end = whole.rindex(b"PK\x05\x06")

    assert found({"材料.zip": whole[: end + 4] + b"\1\0" + whole[end + 6 :]}) == [
        ("材料.zip", None),
        ("材料.zip/函.pdf", None),
    ]


@pytest.mark.parametrize("names", [["材料.part1.rar", "材料.part2.rar"], ["材料.rar", "材料.r00"]])
def test_rar_volumes_are_opened_together_where_unar_is_and_named_elsewhere(names: list[str]) -> None:
    volumes = rar4_volumes("报送函.pdf", CONTENT, 2)

    files = unpack([Found("", n, c) for n, c in zip(names, volumes, strict=True)], WORDS).files

    if unar.is_there():
        assert [(f.path, f.problem) for f in files] == [
            (names[0], None),
            (f"{names[0]}/报送函.pdf", None),
            (names[1], None),
        ]
        assert files[1].content == CONTENT
    else:
        assert (files[0].problem, "有第1、2卷" in files[0].note) == (Problem.UNSUPPORTED, True)


def test_a_first_rar_volume_alone_is_named_as_such() -> None:
    first = unpack([Found("", "材料.part1.rar", rar4_volumes("函.pdf", CONTENT, 3)[0])], WORDS).files[0]

    assert (first.problem, "分卷" in first.note) == (Problem.UNSUPPORTED, True)


def test_numbered_scans_are_no_volumes() -> None:
    assert found({"扫描.001": JPEG + b"1", "扫描.002": JPEG + b"2"}) == [("扫描.001", None), ("扫描.002", None)]
    assert found({"扫描.002": JPEG + b"2"}) == [("扫描.002", None)]


def test_volumes_inside_an_archive_are_brought_together_too() -> None:
    one, two = cut(zipped({"函.pdf": CONTENT}), 2)

    got = found({"外.zip": zipped({"内/a.zip.001": one, "内/a.zip.002": two})})

    assert ("外.zip/内/a.zip.001/函.pdf", None) in got
