"""Mails as the programs of this country write them, taken apart without loss."""

from datetime import datetime, timedelta, timezone

import pytest

from service.demo import naming
from service.demo.mime import Client, File, Mail, gbk_zip, make_mail
from service.domain.mail import Address
from service.reading.containers import unpack
from service.reading.mail import parse
from tests.reading.mail.raw import PDF, WORDS

DATE = datetime(2020, 3, 20, 9, 30, tzinfo=timezone(timedelta(hours=8)))
SUBJECT = "关于报送海外人才与科技交流合作需求的函（圳市，第2次）"
NAME = "附件：海外人才与科技交流合作需求征集表（表1-4）-圳.xlsx"
RARE = "镕"  # in GBK, not in GB 2312


def a_mail(**changes: object) -> Mail:
    whole = {
        "sender": "zs@kyc.example",
        "sender_name": "张三",
        "subject": SUBJECT,
        "text": "您好，请查收。",
        "date": DATE,
    }
    return Mail(**{**whole, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize("client", Client)
def test_each_program_is_understood(client: Client) -> None:
    raw = make_mail(a_mail(client=client, files=(File(NAME, PDF),)))

    found = parse(raw, WORDS)

    assert found.envelope.subject == SUBJECT
    assert found.envelope.sender == Address("张三", "zs@kyc.example")
    assert found.envelope.received == DATE + timedelta(seconds=20)
    assert found.text == "您好，请查收。"
    assert [(f.name, f.content) for f in found.files] == [(NAME, PDF)]
    assert found.defects == ()


@pytest.mark.parametrize("way", naming.Naming)
def test_each_way_to_name_a_file_is_understood(way: naming.Naming) -> None:
    raw = make_mail(a_mail(files=(File(NAME, PDF, naming=way),)))

    found = unpack(parse(raw, WORDS).files, WORDS).files

    assert found[0].content == PDF
    assert found[0].name in {NAME, "未命名附件1.pdf"}
    assert (found[0].name == NAME) is (way.name != "NONE")


@pytest.mark.parametrize("words", naming.HEADER_WORDS, ids=lambda w: f"{w.label or w.charset}-{w.encoding}-{w.split}")
def test_each_way_to_write_a_header_is_understood(words: naming.Words) -> None:
    rare = RARE if words.charset != "gb2312" else ""

    found = parse(make_mail(a_mail(subject=SUBJECT + rare, words=words, sender_name=f"张{rare}")), WORDS)

    assert (found.envelope.subject, found.envelope.senders[0].name) == (SUBJECT + rare, f"张{rare}")


def test_what_a_program_quotes_is_told_from_what_its_user_wrote() -> None:
    quoted = "发件人: 征集工作邮箱 <collection@example>\n发送时间: 2020年3月20日\n收件人: zs\n主题: 补正通知\n\n请补交"

    found = parse(make_mail(a_mail(quoted=quoted, text="已补交")), WORDS)

    assert found.text == "已补交"
    assert "请补交" in found.quoted


def test_a_zip_made_on_chinese_windows_shows_its_names() -> None:
    raw = make_mail(a_mail(files=(File("材料.zip", gbk_zip({"表/需求表镕.xlsx": PDF})),)))

    assert [f.path for f in unpack(parse(raw, WORDS).files, WORDS).files] == ["材料.zip", "材料.zip/表/需求表镕.xlsx"]
