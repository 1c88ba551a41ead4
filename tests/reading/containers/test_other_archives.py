"""Archives that the standard library does not open, and what Outlook packs."""

import io
import sys
import tarfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.submission import Problem
from service.reading import programs
from service.reading.containers import unar, unpack
from service.reading.containers.archives import open_archive
from service.reading.containers.members import Budget
from service.reading.found import Found
from service.reading.mail.passwords import passwords_in
from service.reading.sniff import ARJ, LHA, RAR, SEVEN_ZIP
from tests.reading.containers.archives import (
    arj,
    cabinet,
    locked_zip,
    lzh,
    rar4,
    rar5,
    tnef,
    tnef_with_a_mail,
    written_by_libarchive,
    zipped,
)
from tests.reading.containers.msg import mail_inside, outlook_mail
from tests.reading.mail.raw import WORDS

FILES = {"报送函.pdf": b"%PDF letter", "表/征集表.xlsx": b"PK form" * 9}
WHOLE = (
    rar4(FILES),
    rar5(FILES),
    tnef(b"a.xlsx", b"PK form"),
    locked_zip("form.xlsx", b"PK form", b"kjj2020"),
    outlook_mail("报送", "请查收", FILES),
)


@pytest.fixture
def libarchive() -> bool:
    """Whether this machine has the system library; CI has. Without it the answer differs, and both are asserted."""
    try:
        import libarchive as _  # noqa: F401
    except Exception:
        return False
    return True


def seven_zip_of(files: dict[str, bytes]) -> bytes:
    return written_by_libarchive(files, "7zip")


def seven_zip() -> bytes:
    return seven_zip_of(FILES)


@pytest.mark.parametrize("write", [rar4, rar5])
def test_a_rar_is_opened_with_its_chinese_names(write, libarchive: bool) -> None:  # type: ignore[no-untyped-def]
    found = unpack([Found("", "材料.rar", write(FILES))], WORDS).files

    if libarchive:
        assert {f.path.partition("/")[2]: f.content for f in found[1:]} == FILES
        assert found[0].problem is None
    else:
        assert [(f.problem, "zip" in f.note) for f in found] == [(Problem.UNSUPPORTED, True)]


def test_a_7z_is_opened(libarchive: bool) -> None:
    opened = open_archive(seven_zip() if libarchive else b"7z\xbc\xaf\x27\x1c", SEVEN_ZIP, Budget())

    assert [m.content for m in opened.members] == (list(FILES.values()) if libarchive else [])
    assert opened.problem is (None if libarchive else Problem.UNSUPPORTED)


def test_a_cabinet_is_opened_with_its_chinese_names(libarchive: bool) -> None:
    found = unpack([Found("", "材料", cabinet(FILES))], WORDS).files

    assert {f.path.partition("/")[2]: f.content for f in found[1:]} == (FILES if libarchive else {})
    assert found[0].problem is (None if libarchive else Problem.UNSUPPORTED)


@pytest.mark.parametrize("write", [arj, lzh])
def test_what_libarchive_cannot_do_is_opened_where_unar_is_and_named_elsewhere(
    write: Callable[[dict[str, bytes]], bytes],
) -> None:
    found = unpack([Found("", "材料", write(FILES))], WORDS).files

    assert {f.path.partition("/")[2]: f.content for f in found[1:]} == (FILES if unar.is_there() else {})
    assert found[0].problem is (None if unar.is_there() else Problem.UNSUPPORTED)


@pytest.mark.parametrize("name", ["报送函.pdf", "Прил.pdf", "a%41b.pdf"])
@pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
def test_unar_shows_a_name_as_its_sender_saw_it(name: str, charset: str) -> None:
    found = unpack([Found("", "材料.arj", arj({name: b"x"}, charset))], WORDS).files

    assert [f.name for f in found[1:]] == ([name] if unar.is_there() else [])


@pytest.mark.parametrize("write", [rar4, rar5, seven_zip_of, zipped])
def test_an_archive_that_unpacks_itself_is_opened(write, libarchive: bool) -> None:  # type: ignore[no-untyped-def]
    if not libarchive and write is not zipped:
        return

    found = unpack([Found("", "材料.exe", b"MZ\x90\0" + bytes(3000) + write(FILES))], WORDS).files

    assert {f.path.partition("/")[2]: f.content for f in found[1:]} == FILES


def test_a_hard_link_in_an_archive_stands_for_its_file() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        first, link = tarfile.TarInfo("函.pdf"), tarfile.TarInfo("同函.pdf")
        first.size, link.type, link.linkname = 4, tarfile.LNKTYPE, "函.pdf"
        archive.addfile(first, io.BytesIO(b"%PDF"))
        archive.addfile(link)

    assert [f.content for f in unpack([Found("", "a.tar", out.getvalue())], WORDS).files[1:]] == [b"%PDF", b"%PDF"]


@pytest.mark.parametrize(
    ("form", "packing", "inside"),
    [
        ("iso9660", None, set(FILES)),
        ("cpio_newc", None, set(FILES)),
        ("ustar", "zstd", set(FILES)),
        ("ustar", "compress", set(FILES)),
        ("ustar", "lzip", set(FILES)),
        ("v7tar", None, set(FILES)),
    ],
)
def test_rare_archives_are_opened(form: str, packing: str | None, inside: set[str], libarchive: bool) -> None:
    if not libarchive:
        return
    names = {"letter.pdf": FILES["报送函.pdf"], "t/form.xlsx": FILES["表/征集表.xlsx"]}

    found = unpack([Found("", "材料.tar.x", written_by_libarchive(names, form, packing))], WORDS).files

    assert {f.path.partition("/")[2].lower(): f.content for f in found[1:]} == names


def test_a_packing_method_that_nobody_knows_gives_no_empty_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "find", lambda *_: None)

    opened = open_archive(lzh(FILES, method=b"-lh1-"), LHA, Budget())

    assert (opened.members, opened.problem) == ((), Problem.UNSUPPORTED)


def test_no_password_is_tried_on_an_archive_that_is_not_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []
    monkeypatch.setattr(unar, "_unpacked", lambda _place, _name, password, *_: tried.append(password))

    unpack([Found("", "材料.arj", arj(FILES))], WORDS, ("2020kjc", "kjc"))

    assert tried == ([""] if unar.is_there() else [])


def test_unar_takes_nothing_where_listing_and_content_disagree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unar, "_unpacked", lambda *_: b"too short")

    opened = open_archive(arj(FILES), ARJ, Budget())

    assert (opened.members, opened.problem) == ((), Problem.UNSUPPORTED)


def test_a_rar_cut_short_is_never_taken_for_a_whole_one(libarchive: bool) -> None:
    whole = rar5(FILES)

    for cut in (whole[:-4], whole[:-40], whole[:-80]):
        problem = open_archive(cut, RAR, Budget()).problem
        assert problem is not None
        assert libarchive or problem is Problem.UNSUPPORTED


def test_what_libarchive_does_not_understand_is_not_called_damaged() -> None:
    opened = open_archive(b"Rar!\x1a\x07\x01\x00" + b"\x01\x02\x03\x04" * 20, RAR, Budget())

    assert (opened.problem, "zip" in opened.note) == (Problem.UNSUPPORTED, True)


def test_without_the_systems_library_and_unar_the_archive_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "libarchive", None)
    monkeypatch.setattr(programs, "find", lambda *_: None)

    opened = open_archive(rar5(FILES), RAR, Budget())

    assert (opened.members, opened.problem) == ((), Problem.UNSUPPORTED)


def test_a_locked_zip_opens_with_the_password_that_the_mail_states(libarchive: bool) -> None:
    locked = Found("", "材料.zip", locked_zip("form.xlsx", b"PK form", b"kjj2020"))

    without, wrong, told = (unpack([locked], WORDS, words).files for words in ((), ("nothing",), ("no", "kjj2020")))

    assert [f.problem for f in without] == [f.problem for f in wrong] == [Problem.ENCRYPTED]
    assert [f.content for f in told[1:]] == ([b"PK form"] if libarchive else [])


@pytest.mark.parametrize(
    ("said", "password"),
    [
        ("附件已加密，解压密码：kjj2020。", "kjj2020"),
        ("密码为 Abc@123，请查收", "Abc@123"),
        ("压缩包密码是“20200325”", "20200325"),
        ("Password: s3cret!", "s3cret!"),
        ("密码另行电话告知", None),
        ("请查收附件。", None),
    ],
)
def test_a_password_is_found_where_people_state_it(said: str, password: str | None) -> None:
    found = passwords_in(said)

    assert password in found if password else found == ()


def test_a_winmail_dat_gives_its_files_with_their_chinese_names() -> None:
    found = unpack([Found("", "winmail.dat", tnef("征集表.xlsx".encode("gbk"), b"PK form"))], WORDS).files

    assert [(f.path, f.content) for f in found[1:]] == [("winmail.dat/征集表.xlsx", b"PK form")]


def test_an_outlook_mail_gives_its_files_and_its_text_but_no_sender() -> None:
    mail = outlook_mail("报送征集表", "请查收附件。", {"征集表.xlsx": b"PK form", "报送函.pdf": b"%PDF letter"})

    unpacked = unpack([Found("", "转发.msg", mail)], WORDS)

    assert [(f.path, f.content) for f in unpacked.files[1:]] == [
        ("转发.msg/征集表.xlsx", b"PK form"),
        ("转发.msg/报送函.pdf", b"%PDF letter"),
    ]
    assert unpacked.texts == ("报送征集表\n\n请查收附件。",)
    assert unpacked.mails == ()


def test_a_mail_inside_an_outlook_mail_gives_its_files_in_a_folder_of_its_name() -> None:
    innermost = mail_inside("征集表", "表在附件", {"征集表.xlsx": b"PK form"})
    inner = mail_inside("回复", "见附件", {"报送函.pdf": b"%PDF letter", "转发/征集表": innermost})

    unpacked = unpack([Found("", "转发.msg", outlook_mail("转发", "请查收", {"..": inner, "对象": {}}))], WORDS)

    assert [(f.path, f.content, f.problem) for f in unpacked.files[1:]] == [
        ("转发.msg/邮件/报送函.pdf", b"%PDF letter", None),
        ("转发.msg/邮件/征集表/征集表.xlsx", b"PK form", None),
        ("转发.msg/对象", b"", Problem.UNSUPPORTED),
    ]
    assert unpacked.texts == ("转发\n\n请查收\n\n回复\n\n见附件\n\n征集表\n\n表在附件",)


def test_a_mail_inside_a_winmail_dat_keeps_its_place_and_gives_its_files() -> None:
    inner = tnef("征集表.xlsx".encode("gbk"), b"PK form")

    found = unpack([Found("", "winmail.dat", tnef_with_a_mail("转发".encode("gbk"), inner))], WORDS).files

    assert [(f.path, f.content) for f in found[1:]] == [
        ("winmail.dat/转发", inner),
        ("winmail.dat/转发/征集表.xlsx", b"PK form"),
    ]


def test_a_western_name_in_a_winmail_dat_is_not_read_as_chinese() -> None:
    found = unpack([Found("", "winmail.dat", tnef("Anhang-äöü.pdf".encode("cp1252"), b"%PDF", 1252))], WORDS).files

    assert found[1].name == "Anhang-äöü.pdf"


@settings(max_examples=80)
@given(st.data())
def test_no_damage_to_any_of_them_defeats_the_reader(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from(WHOLE)))
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))

    unpacked = unpack([Found("", "材料", bytes(whole[: data.draw(st.integers(1, len(whole)))]))], WORDS, ("kjj2020",))

    assert unpacked.files
