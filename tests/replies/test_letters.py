"""What a letter shows, what it never shows, and that the two parts say the same."""

import html
import re
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.judgement import Finding, Judgement, PieceState, Place, Severity
from service.domain.mail import MailKind
from service.domain.rules import Rulebook
from service.domain.submission import Attachment, Role
from service.replies.checklist import FileView, file_view
from service.replies.rendering import Letters
from service.replies.samples import sample_judgements, sample_rulebook
from tests.replies.conftest import SAY, TEMPLATES

RULEBOOK = sample_rulebook()
SAMPLES = sample_judgements(RULEBOOK, SAY)
HIDDEN = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def with_findings(judgement: Judgement, *findings: Finding) -> Judgement:
    return Judgement(judgement.dossier, replace(judgement.decision, findings=findings))


def asked(message: str, **place: object) -> Judgement:
    finding = Finding("F210", message, Place(**place), Severity.CORRECT)  # type: ignore[arg-type]
    return with_findings(SAMPLES["correction"], finding)


def with_unit(judgement: Judgement, unit: str) -> Judgement:
    return Judgement(judgement.dossier, replace(judgement.decision, route=replace(judgement.decision.route, unit=unit)))


def with_file(judgement: Judgement, name: str) -> Judgement:
    file = Attachment(name, name, 5, "0" * 64, "application/octet-stream", Role.SUPPORTING)
    mail = replace(judgement.dossier.submission, attachments=(*judgement.dossier.submission.attachments, file))
    return Judgement(replace(judgement.dossier, submission=mail), judgement.decision)


def visible(page: str) -> str:
    """The words of an HTML part, without white space."""
    body = re.sub(r"<style>.*?</style>|<title>.*?</title>", "", page, flags=re.S)
    return re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]*>", "", body)))


@pytest.mark.parametrize("name", SAMPLES)
def test_the_html_part_says_every_line_of_the_text_part(name: str, letters: Letters) -> None:
    letter = letters.render(SAMPLES[name], RULEBOOK, "LH2020-0012")

    shown = visible(letter.html)
    for line in letter.text.splitlines():
        for words in re.split(r"[\s，：。■]+|^\d+\.|^-|\[|\]", line):
            assert words in shown


@pytest.mark.parametrize("name", SAMPLES)
def test_a_letter_loads_nothing_from_the_network(name: str, letters: Letters) -> None:
    page = letters.render(SAMPLES[name], RULEBOOK, "LH2020-0012").html

    assert not re.search(r"https?:|<img|<script|<link|url\(|@import", page)


def test_a_receipt_tells_that_nothing_is_left_to_do(letters: Letters) -> None:
    letter = letters.render(SAMPLES["receipt"], RULEBOOK, "LH2020-0012")

    assert "无需再做任何事" in letter.text
    assert letter.attachments == ()


def test_explain_shows_no_number(letters: Letters) -> None:
    letter = letters.render(SAMPLES["receipt"], RULEBOOK, None)

    assert "编号" not in letter.text
    assert "[" not in letter.subject


def test_a_late_mail_is_told_so_without_asking_anything(letters: Letters) -> None:
    letter = letters.render(SAMPLES["receipt-late"], RULEBOOK, "LH2020-0012")

    assert "逾期" in letter.text
    assert "无需再做任何事" in letter.text


def test_a_late_supplement_to_a_case_on_time_says_when_the_case_began(letters: Letters) -> None:
    added = SAMPLES["receipt-follow-up"]
    late = Judgement(replace(added.dossier, received=SAMPLES["receipt-late"].dossier.received), added.decision)

    text = letters.render(late, RULEBOOK, "LH2020-0012").text

    assert "收到时间：2020年3月27日 09:11，首次来件2020年3月24日 13:05，按时\n截止时间：2020年3月25日24时\n" in text


def test_a_correction_after_the_deadline_names_no_past_date_to_answer_by(letters: Letters) -> None:
    late = SAMPLES["correction"]
    late = Judgement(replace(late.dossier, received=SAMPLES["receipt-late"].dossier.received), late.decision)

    letter = letters.render(late, RULEBOOK, "LH2020-0012")

    assert "24时前" not in letter.text
    assert "请尽快直接回复" in letter.text


def test_who_answers_that_there_is_no_need_is_not_told_that_files_came(letters: Letters) -> None:
    nil, follow_up = SAMPLES["receipt-nil"], SAMPLES["receipt-follow-up"]
    dossier = replace(nil.dossier, kind=MailKind.FOLLOW_UP, earlier=follow_up.dossier.earlier, letter=None)
    pieces = tuple(replace(p, state=PieceState.NIL, mail=None, attachment=None) for p in nil.decision.pieces)

    letter = letters.render(Judgement(dossier, replace(nil.decision, pieces=pieces)), RULEBOOK, "LH2020-0012")

    assert "零报送已收悉并登记" in letter.text
    assert "本次收到：零报送说明。\n" in letter.text


def test_of_a_file_behind_a_link_no_size_is_told() -> None:
    link = Attachment("征集表.xlsx", "征集表.xlsx", 0, "0" * 64, "text/uri-list", Role.LINK)

    assert file_view(link.path, link) == FileView("征集表.xlsx", "", "", "", "link")


def test_findings_for_staff_are_not_shown_to_the_submitter(letters: Letters) -> None:
    for name in ("correction", "handover"):
        letter = letters.render(SAMPLES[name], RULEBOOK, "LH2020-0012")

        assert "R402" not in letter.text + letter.html
        assert "R403" not in letter.text + letter.html


def test_of_one_code_some_sentences_may_be_for_the_department_alone(letters: Letters) -> None:
    remarks = (
        Finding("F223", "「联系电话」没有认出电话号码。", variant="phone"),
        Finding("F223", "表1没有「所属领域」列。", variant="columns"),
        Finding("F223", "「引进方式」写的是“兼职”。", variant="choice"),
    )

    letter = letters.render(with_findings(SAMPLES["receipt"], *remarks), RULEBOOK, "LH2020-0012")

    assert "没有认出电话号码" in letter.text
    assert "所属领域" not in letter.text and "兼职" not in letter.text


def test_a_remark_meant_for_the_department_alone_is_not_told(letters: Letters) -> None:
    remarks = (Finding("S602", "陌生邮箱。"), Finding("F213", "「初步计划」约 230 字。"))

    letter = letters.render(with_findings(SAMPLES["receipt"], *remarks), RULEBOOK, "LH2020-0012")

    assert "F213" in letter.text
    assert "S602" not in letter.text + letter.html


def test_a_unit_in_doubt_is_not_addressed(letters: Letters) -> None:
    sample = SAMPLES["receipt"]
    route = replace(sample.decision.route, unlike_sender="岭海医科大学")
    doubtful = Judgement(sample.dossier, replace(sample.decision, route=route))

    letter = letters.render(doubtful, RULEBOOK, "LH2020-0012")

    assert letter.text.startswith("您好：")
    assert "云江市科学技术局" not in letter.text


def test_the_same_sentence_about_several_cells_is_said_once(letters: Letters) -> None:
    text = letters.render(SAMPLES["correction"], RULEBOOK, "LH2020-0012").text

    assert text.count("「是否有经费预算」没有勾选") == 1
    assert "单元格D5、D9：" in text


def test_neighbours_below_each_other_are_told_as_one_run(letters: Letters) -> None:
    cells = ("D5", "E7", "D6", "D7", "AA9", "AA10", "D9")
    found = [Finding("F210", "没有勾选。", Place("表.xlsx", 3, "表3", cell=cell), Severity.CORRECT) for cell in cells]
    many = [Finding("F220", "没有写。", Place("表.docx", 1, row=row), Severity.CORRECT) for row in range(3, 45, 2)]

    text = letters.render(with_findings(SAMPLES["correction"], *found, *many), RULEBOOK, None).text

    assert "单元格D5至D7、D9、E7、AA9、AA10：没有勾选。（F210）" in text
    assert "第3、5、7、9、11、13、15、17等21行：没有写。（F220）" in text


def test_the_name_of_a_file_is_said_once_for_all_its_sheets(letters: Letters) -> None:
    text = letters.render(SAMPLES["correction"], RULEBOOK, None).text

    told, listed = text.split("应报材料")
    assert told.count("（表1-4）.xlsx") == listed.count("（表1-4）.xlsx") == 1
    assert "工作表“表3”\n2. 单元格D5" in told and "工作表“表4”\n4. 单元格D5" in told


def test_points_that_are_one_sentence_need_no_list_when_every_cell_is_marked(letters: Letters) -> None:
    found = [
        Finding("F220", "没有写。", Place("a.xlsx", 1, "表1", cell=f"B{n}"), Severity.CORRECT) for n in range(3, 60)
    ]
    judgement = with_findings(SAMPLES["correction"], *found)

    letter = letters.render(judgement, RULEBOOK, None, letters.returned(judgement, RULEBOOK, lambda _: b"marked"))

    assert [file.name for file in letter.attachments] == ["a（已标注）.xlsx"]
    assert "请在附回的原件（已标注）中按批注改好寄回。" in letter.text


def test_places_in_a_word_file_are_told_by_table_and_row_for_nobody_sees_cell_names_there(letters: Letters) -> None:
    judgement = asked("没有勾选。", attachment="表.docx", table=3, sheet="第3个表格", row=11, column="预算", cell="D12")

    text = letters.render(judgement, RULEBOOK, None).text

    assert "表.docx，表3（第3个表格）" in text and "第12行：没有勾选。（F210）" in text
    assert "工作表“" not in text and "D12" not in text


def test_points_are_told_in_the_order_in_which_a_person_goes_through_the_file(letters: Letters) -> None:
    cells = [("F212", 4, "AA5"), ("F211", 3, "D10"), ("F210", 3, "E5"), ("F210", 3, "D5"), ("F212", 4, "B5")]
    found = [
        Finding(
            code,
            f"{table}-{cell}。",
            Place("a.xlsx", table, f"表{table}", int(cell.strip("ABCDE")), None, cell),
            Severity.CORRECT,
        )
        for code, table, cell in cells
    ]

    text = letters.render(
        with_findings(SAMPLES["correction"], *found, Finding("L101", "缺函。", severity=Severity.CORRECT)),
        RULEBOOK,
        None,
    ).text

    told = ["缺函", "3-D5", "3-E5", "3-D10", "4-B5", "4-AA5"]
    assert sorted(told, key=text.index) == told


def test_more_points_than_one_reads_stand_in_the_attached_list(letters: Letters) -> None:
    points = [Finding("F220", f"第{n}处。", Place("a.xlsx", cell=f"B{n}"), Severity.CORRECT) for n in range(32)]

    letter = letters.render(with_findings(SAMPLES["correction"], *points), RULEBOOK, "LH2020-0012")

    assert "还有32项需要补正" in letter.text
    assert "另有12项，见附件" in letter.text
    assert [f.name for f in letter.attachments] == ["问题清单.xlsx"]


def test_many_points_without_cells_get_a_list_too(letters: Letters) -> None:
    points = [Finding("A301", f"“材料{n}”是网盘链接。", severity=Severity.CORRECT) for n in range(31)]

    letter = letters.render(with_findings(SAMPLES["correction"], *points), RULEBOOK, "LH2020-0012")

    assert len(letter.attachments) == 1


def test_a_table_left_out_beside_others_is_not_called_missing(letters: Letters) -> None:
    sample = SAMPLES["receipt"]
    pieces = list(sample.decision.pieces)
    pieces[2] = replace(pieces[2], state=PieceState.MISSING, attachment=None, rows=0, mail=None)
    judgement = Judgement(sample.dossier, replace(sample.decision, pieces=tuple(pieces)))

    text = letters.render(judgement, RULEBOOK, "LH2020-0012").text

    assert "[未附] 表2，按无需求登记" in text
    assert text.count("表1-4）.xlsx") == 1


def test_a_redirect_without_a_known_address_says_where_to_ask(letters: Letters) -> None:
    text = letters.render(SAMPLES["redirect-no-address"], RULEBOOK, "LH2020-0012").text

    assert "@" not in text
    assert "联系方式可向当地科技主管部门查询" in text


def test_a_redirect_gives_the_reason_as_the_finding_tells_it(letters: Letters) -> None:
    message = "云江市新材料有限公司的需求由云江市科学技术局汇总后统一报送。请将材料报送云江市科学技术局。"
    finding = Finding("R401", message, severity=Severity.CORRECT)

    letter = letters.render(with_findings(SAMPLES["redirect"], finding), RULEBOOK, None)

    assert "来件已收悉。云江市新材料有限公司的需求由云江市科学技术局汇总后统一报送。\n" in letter.text
    assert letter.attachments == ()


def test_a_table_spread_over_many_files_names_the_first_and_counts_them(letters: Letters) -> None:
    sample = SAMPLES["receipt"]
    first = sample.dossier.tables[0]
    parts = tuple(replace(first, attachment=f"材料.zip/{n}.xlsx") for n in range(30))
    dossier = replace(sample.dossier, tables=parts, table_mails=(sample.dossier.submission.sha256,) * 30)

    text = letters.render(Judgement(dossier, sample.decision), RULEBOOK, None).text

    assert "    4.xlsx（在“材料.zip”内） 等30个文件\n" in text
    assert "5.xlsx" not in text


def test_a_nil_return_by_mail_owes_no_letter(letters: Letters) -> None:
    sample = SAMPLES["receipt-nil"]
    pieces = tuple(replace(p, state=PieceState.NIL, attachment=None) for p in sample.decision.pieces)
    judgement = Judgement(
        replace(sample.dossier, letter=None, letter_mail=None), replace(sample.decision, pieces=pieces)
    )

    text = letters.render(judgement, RULEBOOK, None).text

    assert "[免报] 报送函扫描件，正文已说明无需求" in text


def test_a_mail_without_files_is_handed_over_without_an_empty_list(letters: Letters) -> None:
    sample = SAMPLES["handover"]
    mail = replace(sample.dossier.submission, attachments=())
    judgement = Judgement(replace(sample.dossier, submission=mail), replace(sample.decision, pieces=()))

    letter = letters.render(judgement, RULEBOOK, None)

    assert "已收到的材料" not in letter.text + letter.html


def test_a_file_out_of_an_archive_is_named_with_its_archive(letters: Letters) -> None:
    text = letters.render(with_file(SAMPLES["receipt"], "材料.zip/说明.docx"), RULEBOOK, None).text

    assert "说明.docx（在“材料.zip”内）" in text


def test_h17_template_syntax_in_a_value_is_printed_as_it_is(letters: Letters) -> None:
    letter = letters.render(with_unit(SAMPLES["receipt"], "{{ 7*7 }}{% raw %}"), RULEBOOK, None)

    assert "{{ 7*7 }}{% raw %}" in letter.subject
    assert letter.text.startswith("{{ 7*7 }}{% raw %}：")


def test_h17_markup_in_a_value_is_text(letters: Letters) -> None:
    letter = letters.render(asked("<script>alert(1)</script><b>看</b>", attachment="<i>.xlsx"), RULEBOOK, None)

    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "<i>" not in letter.html
    assert "<script>alert(1)</script>" in letter.text


def test_a_name_turned_round_by_bidi_characters_is_shown_as_it_is_stored(letters: Letters) -> None:
    text = letters.render(with_file(SAMPLES["receipt"], "报送\u202exslx.exe"), RULEBOOK, None).text

    assert "报送xslx.exe" in text


def test_a_very_long_name_keeps_both_its_ends(letters: Letters) -> None:
    text = letters.render(with_file(SAMPLES["receipt"], "甲" * 300 + "（表1-4）.xlsx"), RULEBOOK, None).text

    assert "…" in text
    assert "（表1-4）.xlsx · 5 B" in text
    assert "甲" * 61 not in text


@given(st.text(max_size=200))
def test_no_value_brings_hidden_characters_or_new_lines_into_a_letter(value: str) -> None:
    judgement = with_file(with_unit(asked(value, attachment=value, cell="D5"), value), value)

    letter = (
        Letters(TEMPLATES).render(judgement, RULEBOOK, None)
        if value == ""
        else _LETTERS.render(judgement, RULEBOOK, None)
    )

    assert "\n" not in letter.subject
    assert not HIDDEN.search(letter.subject + letter.text + letter.html)


_LETTERS = Letters(TEMPLATES)


def test_the_templates_that_come_with_the_service_have_no_problems(letters: Letters) -> None:
    assert letters.problems() == ()


@pytest.mark.parametrize(
    ("file", "before", "after", "told"),
    [
        pytest.param(
            "receipt.words",
            "{{ unit }}",
            "{{ untit }}",
            "receipt.words:4: 用到了不存在的占位符",
            id="unknown_placeholder",
        ),
        pytest.param("correction.txt", "{{ say.more() }}", "{{ say.more() }", "correction.txt:", id="syntax_error"),
        pytest.param(
            "handover.words",
            "{% macro subject()",
            "{% macro subjekt()",
            "handover.*: 无法生成（TemplateError: handover.words 中的 subject()",
            id="no_subject",
        ),
        pytest.param("redirect.words", "【转报通知】", "{# #}", "", id="shorter_subject_is_fine"),
        pytest.param("receipt.html", "parts.checklist()", "parts.checkliste()", "receipt.html:", id="unknown_part"),
        pytest.param("issue_list.words", "{% set title", "{% set titel", "issue_list", id="list_without_title"),
    ],
)
def test_a_broken_template_is_told_at_start_with_file_and_line(
    tmp_path: Path, file: str, before: str, after: str, told: str
) -> None:
    folder = Path(copytree(TEMPLATES, tmp_path / "templates"))
    path = folder / file
    content = path.read_text("utf-8")
    assert before in content
    path.write_text(content.replace(before, after, 1), "utf-8")

    problems = Letters(folder).problems()

    if not told:
        assert problems == ()
    else:
        assert any(problem.startswith(told) for problem in problems), problems


def test_a_missing_template_file_is_named(tmp_path: Path) -> None:
    folder = Path(copytree(TEMPLATES, tmp_path / "templates"))
    (folder / "redirect.txt").unlink()

    assert any("没有找到模板文件“redirect.txt”" in problem for problem in Letters(folder).problems())


def test_an_empty_subject_is_a_problem(tmp_path: Path) -> None:
    folder = Path(copytree(TEMPLATES, tmp_path / "templates"))
    path = folder / "handover.words"
    path.write_text(re.sub(r"(macro subject\(\) %}).*?({% endmacro)", r"\1\2", path.read_text("utf-8")), "utf-8")

    assert any("subject()" in problem for problem in Letters(folder).problems())


def test_a_template_cannot_reach_into_the_program(tmp_path: Path) -> None:
    folder = Path(copytree(TEMPLATES, tmp_path / "templates"))
    with (folder / "receipt.txt").open("a", encoding="utf-8") as file:
        file.write("{{ ''.__class__.__mro__ }}")

    assert Letters(folder).problems() != ()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_template_saved_by_a_windows_editor_works(tmp_path: Path, encoding: str) -> None:
    folder = Path(copytree(TEMPLATES, tmp_path / "templates"))
    for path in folder.glob("*.words"):
        path.write_bytes(path.read_text("utf-8").encode(encoding))

    letter = Letters(folder).render(SAMPLES["receipt"], RULEBOOK, None)

    assert letter.text.startswith("云江市科学技术局：")


def test_a_decision_without_reply_writes_no_letter(letters: Letters) -> None:
    sample = SAMPLES["receipt"]
    silent = Judgement(sample.dossier, replace(sample.decision, reply=None))

    with pytest.raises(ValueError, match="plans no reply"):
        letters.render(silent, RULEBOOK, None)


def test_another_provinces_rulebook_brings_its_own_names(letters: Letters) -> None:
    rulebook: Rulebook = replace(RULEBOOK, campaign=replace(RULEBOOK.campaign, department="海东省科学技术厅"))

    assert "海东省科学技术厅" in letters.render(SAMPLES["receipt"], rulebook, None).text


@pytest.mark.parametrize("name", SAMPLES)
def test_letterhead_and_signature_are_the_campaigns_own_and_data_like_all_else(name: str, letters: Letters) -> None:
    signature = ("岭海省科学技术厅", "引智处 <b>张三</b>")
    campaign = replace(RULEBOOK.campaign, letterhead="岭海省科学技术厅引智处", signature=signature)

    letter = letters.render(SAMPLES[name], replace(RULEBOOK, campaign=campaign), "LH2020-0012")

    assert "\n岭海省科学技术厅\n引智处 <b>张三</b>\n" in letter.text
    assert ">岭海省科学技术厅引智处 ·" in letter.html
    assert "岭海省科学技术厅<br>引智处 &lt;b&gt;张三&lt;/b&gt;" in letter.html


@pytest.mark.parametrize("name", SAMPLES)
def test_without_them_the_department_stands_there_once(name: str, letters: Letters) -> None:
    letter = letters.render(SAMPLES[name], RULEBOOK, "LH2020-0012")

    assert "\n岭海省科学技术厅\n本邮件由系统" in letter.text
    assert visible(letter.html).count("岭海省科学技术厅·") == 1
    assert 'align="right" style="padding:12px' not in letter.html
