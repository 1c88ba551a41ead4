"""What `doctor` says of the machine."""

import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.cli.doctor import amending_sign, cage_sign
from service.cli.evidence import channel_sign, probed_sign
from service.evidence import Broken, Probed
from service.reading.cage import ALL, Held, sees
from service.settings import SmtpSection


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


PROBED_AT = datetime(2020, 3, 20, 1, 0, tzinfo=UTC)
GOOD = Probed(PROBED_AT.isoformat(), 2.2, "INBOX")


def smtp(evidence: str) -> SmtpSection:
    return SmtpSection.model_validate(
        {"host": "smtp.example", "port": 465, "from": "a@b.example", "evidence": evidence}
    )


@pytest.mark.parametrize(
    ("evidence", "seen", "mark", "says"),
    [
        ("auto", None, "!", "尚未检测；请运行 doctor --probe"),
        ("auto", GOOD, "✓", "每封信附送本邮箱一份副本"),
        ("auto", replace(GOOD, sent_folder="已发送"), "✓", "存入“已发送”"),
        ("auto", replace(GOOD, is_renamed=True), "!", "要人工核实"),
        ("auto", replace(GOOD, copy_seconds=None), "!", "要人工核实"),
        ("sent", GOOD, "!", "请把 evidence 改为 auto"),
        ("copy", None, "✓", "每封信附送本邮箱一份副本"),
        ("none", GOOD, "!", "配置为不用"),
    ],
)
def test_what_tells_that_a_letter_was_taken_is_told(evidence: str, seen: Probed | None, mark: str, says: str) -> None:
    sign = channel_sign(smtp(evidence), seen, None)

    assert (sign.mark, sign.code) == (mark, 0)
    assert says in sign.text


def test_refused_copies_are_told_until_a_probe_sees_one_arrive() -> None:
    sign = channel_sign(smtp("auto"), GOOD, Broken(PROBED_AT, "550 5.7.1 no"))

    assert sign.mark == "!"
    assert "不接受寄给本邮箱的副本（550 5.7.1 no）" in sign.text and "doctor --probe" in sign.text


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        (replace(GOOD, copy_seconds=None), "没有在等候的时间内回到邮箱"),
        (replace(GOOD, copy_folder="Junk", is_junk=True), "进了垃圾邮件"),
        (replace(GOOD, is_renamed=True), "改写了 Message-ID"),
        (replace(GOOD, clock_ahead=-300.0), "收信服务器的时钟比本机慢 300 秒"),
    ],
)
def test_what_a_probe_found_wrong_is_told_with_the_next_step(seen: Probed, says: str) -> None:
    sign = probed_sign(seen, PROBED_AT, believes=True)

    assert (sign.mark, sign.code) == ("!", 0)
    assert says in sign.text


def test_a_good_probe_is_told_with_its_age_and_is_due_again_after_a_season() -> None:
    today = probed_sign(GOOD, PROBED_AT + timedelta(hours=3), believes=True)
    later = probed_sign(GOOD, PROBED_AT + timedelta(days=3), believes=True)
    old = probed_sign(GOOD, PROBED_AT + timedelta(days=91), believes=True)

    assert [s.mark for s in (today, later, old)] == ["✓", "✓", "!"]
    assert "（今天）：2 秒后在“INBOX”收到" in today.text
    assert "（3 天前）" in later.text and "请再检测一次" in old.text


def test_the_name_that_the_receiving_server_gives_itself_is_offered_while_none_is_believed() -> None:
    seen = replace(GOOD, authserv_id="mx.ste.example")

    assert "mx.ste.example，可填入 authserv_id" in probed_sign(seen, PROBED_AT, believes=False).text
    assert "mx.ste.example" not in probed_sign(seen, PROBED_AT, believes=True).text
