"""What `doctor` says of the machine."""

import sys
from pathlib import Path

import pytest

from service.cli.doctor import amending_sign, cage_sign
from service.reading.cage import ALL, Held, sees


def test_a_whole_cage_is_good() -> None:
    sign = cage_sign(ALL)

    assert (sign.mark, sign.text) == ("✓", "读取附件的进程不能联网，不能读写本服务的文件")


def test_the_parts_of_the_cage_that_do_not_hold_are_named_with_the_next_step() -> None:
    sign = cage_sign(Held(files=True, network=True))

    assert (sign.mark, sign.code) == ("!", 0)
    assert sign.text == "本机不能禁止读取附件的进程向其他进程发信号；请改用 Linux 6.12 以上、启用 Landlock 的内核"


def test_a_machine_without_a_cage_is_warned_of_all_of_it() -> None:
    text = cage_sign(Held()).text

    assert text.startswith("本机不能禁止读取附件的进程联网、读写其他文件、向其他进程发信号；")


def test_data_that_lies_among_the_programs_is_pointed_out(tmp_path: Path) -> None:
    assert (sees(Path(sys.prefix) / "data"), sees(tmp_path)) == (True, False)

    sign = cage_sign(ALL, [Path("/usr/data")])

    assert (sign.mark, sign.text) == ("!", "/usr/data 在程序目录之内，读取附件的进程可以读取；请移到程序目录之外")


def test_changing_rules_by_mail_needs_admins_a_folder_to_write_and_a_server_to_believe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nobody = amending_sign(tmp_path, (), trusts=True)
    unproved = amending_sign(tmp_path, ("wang@ste.example",), trusts=False)
    good = amending_sign(tmp_path, ("wang@ste.example",), trusts=True)
    monkeypatch.setattr("service.cli.doctor.is_writable", lambda _: False)  # root may write everywhere
    read_only = amending_sign(tmp_path, ("wang@ste.example",), trusts=True)

    assert [s.mark for s in (nobody, read_only, unproved, good)] == ["!", "!", "!", "✓"]
    assert "admins 是空的" in nobody.text and "authserv_id" in unproved.text
    assert "ReadWritePaths" in read_only.text
