"""The daily digest: what needs a person first, and a sign of life when nothing does."""

import html
import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree

import pytest

from service.digest.facts import Debtor, Matter
from service.digest.rendering import SHOWN, digest_problems, render_digest, sample_facts
from service.typesetting.templates import Templates

FOLDER = Path(__file__).parents[2] / "mail_templates"
TEMPLATES = Templates(FOLDER)
BUSY, QUIET = sample_facts()

FULL_TEXT = """【每日简报】3月24日：7件事需要处理

7件事需要处理。
3月24日：来件22封，新立11件，收齐3件。累计31件，已收齐24件。今天截止（2020年3月25日24时）。

【注意】units.csv 第 12 行：同一地址已在第 4 行出现，请删去一处。服务仍按原规则运行。

■ 请处理
1. LH2020-0023　岭海大学　3月24日 16:00
   报送函署名“岭海大学”，征集表填报单位是“岭海医科大学”。
2. LH2020-0027　云江智能装备研究院　3月24日 18:00
   目录中没有这个单位，请确认报送渠道。
3. 3月24日 17:40 的来信　李四
   询问征集表能否用旧版填写，没有附件。

■ 搁置的邮件（未能读取，原件已存档）
1. 3月24日 11:02 的来信　王五
   两次读取都超出限时。

■ 未发出的回信
1. 信41 【补正通知】岭南农业研究所：还缺报送函扫描件　3月24日 16:00
   收件服务器拒收：邮箱已满。
2. 信43 【转报通知】请报送岭西市科学技术局　3月24日 16:00
   等待审定。

■ 来件结论
回执9，补正4，转报2，转人工2，非报送5

■ 新收齐
- LH2020-0012 云江市科学技术局
- LH2020-0019 岭海大学
- LH2020-0021 岭东市科学技术局

■ 规则的改动
- 3月24日 15:20 wangwu@ste.linghai.example 用邮件启用了规则的改动：units.csv：第12行改动

■ 未登记的邮箱代单位来件（2个）
- 岭海大学 ← lisi@freemail.example（LH2020-0019）
- 岭东市科学技术局 ← wangwu@freemail.example（LH2020-0021）
来件照常办理，每个邮箱只列一次。核实后可回复“确认 编号”或“确认 邮箱”，以后不再提示；“撤销 编号”或“撤销 邮箱”取消确认。

■ 尚未报齐（3个单位）
未来件：岭西市科学技术局、岭北市科学技术局
缺报送函扫描件：岭东市科学技术局

1封回信的送达结果不明，正在核实。

可直接回复本简报办理，每行一条：“放行 信17”照原样发出，“不发 信17”取消，“已办 编号”不再列出，“受理 编号”予以受理，“认定 编号 单位名称”认定报送单位，“撤件 编号”撤回报送件。

本简报由征集邮箱服务于2020年3月25日 08:00自动生成；每天一封，没有收到即表示服务可能已停止。
2020年海外人才与科技交流合作需求征集
岭海省科学技术厅 · 每日简报
"""


def visible(page: str) -> str:
    return re.sub(r"\s", "", html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", "", page, flags=re.S)))


def test_the_digest_of_a_busy_day_reads_word_for_word() -> None:
    letter = render_digest(BUSY, TEMPLATES)

    assert f"{letter.subject}\n\n{letter.text}" == FULL_TEXT


@pytest.mark.parametrize("facts", [BUSY, QUIET], ids=["busy", "quiet"])
def test_the_html_part_says_every_line_of_the_text_part(facts: object) -> None:
    letter = render_digest(facts, TEMPLATES)  # type: ignore[arg-type]

    shown = visible(letter.html)
    for line in letter.text.splitlines():
        for words in re.split(r"[\s，：。■（）【】]+|^\d+\.|^-|注意", line):
            assert words in shown or words.strip("0123456789 ") in shown


def test_a_day_on_which_nothing_happened_is_a_sign_of_life() -> None:
    letter = render_digest(QUIET, TEMPLATES)

    assert letter.subject == "【每日简报】3月24日：无来件，服务正常"
    assert "■" not in letter.text


def test_a_day_with_mails_but_nothing_to_do_says_so() -> None:
    letter = render_digest(replace(BUSY, needs_person=(), quarantined=(), parked=(), rules_problems=()), TEMPLATES)

    assert letter.subject.endswith("没有需要处理的事")


def test_rules_problems_stand_above_everything_else() -> None:
    text = render_digest(BUSY, TEMPLATES).text

    assert text.index("units.csv 第 12 行") < text.index("■ 请处理") < text.index("■ 来件结论")


def test_what_waits_longest_comes_first() -> None:
    older = Matter("LH2020-0001", "等了三天。", since=BUSY.made - timedelta(days=3))

    text = render_digest(replace(BUSY, needs_person=(*BUSY.needs_person, older)), TEMPLATES).text

    assert text.index("LH2020-0001") < text.index("LH2020-0023")


def test_times_are_told_in_the_campaigns_zone() -> None:
    assert (
        "3月23日 20:00"
        in render_digest(
            replace(
                BUSY,
                timezone="Africa/Abidjan",
                needs_person=(Matter("LH2020-0001", "请核对。", since=BUSY.made - timedelta(hours=28)),),
            ),
            TEMPLATES,
        ).text
    )


def test_a_digest_after_days_of_silence_names_the_days_it_covers() -> None:
    assert "3月22日至3月24日" in render_digest(replace(BUSY, since=date(2020, 3, 22)), TEMPLATES).subject


def test_the_days_left_are_counted_and_then_the_end_is_told() -> None:
    early = replace(QUIET, made=QUIET.made - timedelta(days=5))
    late = replace(QUIET, made=QUIET.made + timedelta(days=5))

    assert "距截止还有5天" in render_digest(early, TEMPLATES).text
    assert "今天截止" in render_digest(QUIET, TEMPLATES).text
    assert "征集已于2020年3月25日24时截止" in render_digest(late, TEMPLATES).text


def test_more_matters_than_one_reads_are_counted() -> None:
    many = tuple(Matter(f"LH2020-{n:04}", "请核对。") for n in range(SHOWN + 3))

    text = render_digest(replace(BUSY, needs_person=many), TEMPLATES).text

    assert "另有3件" in text
    assert f"{SHOWN + 7}件事需要处理" in text


def test_sendings_in_doubt_are_counted() -> None:
    text = render_digest(replace(QUIET, ambiguous=2, resent=1, held=4), TEMPLATES).text

    assert "2封回信的送达结果不明" in text
    assert "1封回信已重发一次" in text
    assert "4封回信待发" in text


def test_values_from_mails_are_text() -> None:
    evil = Matter("<b>x</b>", "{{ 7*7 }}\r\n■ 假标题", "张\u202e三")

    letter = render_digest(replace(QUIET, needs_person=(evil,), owing=(Debtor("某\n局"),)), TEMPLATES)

    assert "<b>x</b>" not in letter.html
    assert "{{ 7*7 }} ■ 假标题" in letter.text
    assert "\u202e" not in letter.text + letter.html
    assert "某 局" in letter.text


def test_the_template_that_comes_with_the_service_has_no_problems() -> None:
    assert digest_problems(TEMPLATES) == ()


def test_a_broken_digest_template_is_told_at_start(tmp_path: Path) -> None:
    folder = Path(copytree(FOLDER, tmp_path / "templates"))
    path = folder / "digest.txt"
    path.write_text(path.read_text("utf-8").replace("say.next()", "say.nxt()"), "utf-8")

    (problem,) = digest_problems(Templates(folder))

    assert problem.startswith("digest.txt:")
