"""Each check by itself: when it speaks, and above all when it stays silent."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from service import checks
from service.domain.judgement import Judgement, Severity
from service.domain.submission import (
    Attachment,
    CoverLetter,
    LetterSource,
    Problem,
    Role,
    Row,
    Seal,
    Submission,
    Tick,
)
from tests.builders import (
    BUREAU,
    LATE,
    PDF,
    UNIVERSITY,
    a_case,
    a_letter,
    a_row,
    a_rulebook,
    a_scan,
    a_submission,
    a_table,
    a_trusting_rulebook,
    an_attachment,
    an_envelope,
    answers_for,
    codes,
    found,
    four_tables,
    judged,
    of_unit,
    without_pieces,
)

LETTER_ONLY: dict[str, Any] = {"attachments": (a_scan(),), "tables": ()}
FORM_ONLY: dict[str, Any] = {"attachments": (an_attachment(),), "letters": ()}


def with_files(*files: Attachment, **changes: object) -> Submission:
    """A mail of these files and nothing read from them, unless changes say so."""
    return a_submission(**{"attachments": files, "letters": (), "tables": (), **changes})


def severity(judgement: Judgement, code: str) -> Severity:
    return found(judgement, code).severity


# ------------------------------------------------------------------ cover letter


def test_a_whole_set_has_no_findings() -> None:
    assert codes(judged()) == []
    assert codes(judged(of_unit(UNIVERSITY))) == []


def test_a_form_without_a_letter_asks_for_the_letter() -> None:
    judgement = judged(of_unit(UNIVERSITY, **FORM_ONLY))

    assert codes(judgement) == ["L101"]
    assert severity(judgement, "L101") is Severity.CORRECT


@pytest.mark.parametrize(
    ("file", "instead"),
    [
        (an_attachment("扫描.pdf", Role.UNREADABLE, Problem.UNREADABLE_TEXT, PDF), "L102"),
        (an_attachment("IMG_1.jpg", Role.SUPPORTING, Problem.UNREADABLE_TEXT, "image/jpeg"), "L102"),
        (an_attachment("报送函.ofd", Role.UNREADABLE, Problem.UNSUPPORTED, "application/ofd"), "L102"),
        (an_attachment("报送函.pdf", Role.UNREADABLE, Problem.DAMAGED, PDF), "L102"),
        (an_attachment("材料.zip", Role.CONTAINER, Problem.DAMAGED, "application/zip"), "A302"),
        (an_attachment("材料.zip", Role.CONTAINER, Problem.ENCRYPTED, "application/zip"), "F204"),
        (an_attachment("材料.rar", Role.UNREADABLE, Problem.UNSUPPORTED, "application/x-rar"), "A302"),
        (an_attachment("材料.zip", Role.CONTAINER, Problem.REFUSED, "application/zip"), "A303"),
        (an_attachment("报送函.zip", Role.LINK, None, ""), "A301"),
        (an_attachment("报送函.pdf", Role.UNREADABLE, Problem.EMPTY, "inode/x-empty", 0), "A304"),
        (an_attachment("报送函.pdf.lnk", Role.COVER_LETTER, Problem.SHORTCUT, "application/x-ms-shortcut"), "A304"),
    ],
    ids=[
        "unread_scan",
        "unread_photo",
        "ofd",
        "damaged_pdf",
        "damaged_zip",
        "locked_zip",
        "rar",
        "bomb",
        "link",
        "empty_pdf",
        "shortcut",
    ],
)
def test_a_letter_that_may_be_in_an_unread_file_is_not_called_missing(file: Attachment, instead: str) -> None:
    mail = of_unit(UNIVERSITY, letters=(), attachments=(an_attachment(), file))

    assert codes(judged(mail)) == [instead]


def test_an_empty_workbook_cannot_be_the_letter() -> None:
    file = an_attachment("表5.xlsx", Role.UNREADABLE, Problem.EMPTY, "inode/x-empty", 0)

    assert codes(judged(of_unit(UNIVERSITY, letters=(), attachments=(an_attachment(), file)))) == ["L101", "A304"]


def test_a_signature_logo_is_not_taken_for_an_unread_letter() -> None:
    logo = an_attachment("logo.png", Role.DECORATION, Problem.UNREADABLE_TEXT, "image/png")

    assert codes(judged(of_unit(UNIVERSITY, letters=(), attachments=(an_attachment(), logo)))) == ["L101"]


def test_a_letter_without_readable_text_is_for_staff_to_read() -> None:
    mail = of_unit(UNIVERSITY, letters=(a_letter(None, text="", title=None),))

    assert (codes(judged(mail)), severity(judged(mail), "L102")) == (["L102"], Severity.STAFF)


@pytest.mark.parametrize(
    ("letter", "expected"),
    [
        (a_letter(UNIVERSITY, source=LetterSource.EDITABLE, seal=Seal.ABSENT), Severity.CORRECT),
        (a_letter(UNIVERSITY, source=LetterSource.EDITABLE, seal=Seal.CANNOT_TELL), Severity.CORRECT),
        (a_letter(UNIVERSITY, source=LetterSource.EDITABLE, seal=Seal.PRESENT), Severity.STAFF),
        (a_letter(UNIVERSITY, source=LetterSource.TEXT_LAYER, seal=Seal.ABSENT), Severity.CORRECT),
        (a_letter(UNIVERSITY, source=LetterSource.TEXT_LAYER, seal=Seal.CANNOT_TELL), None),
        (a_letter(UNIVERSITY, source=LetterSource.TEXT_LAYER, seal=Seal.PRESENT), None),
        (a_letter(UNIVERSITY, source=LetterSource.OCR, seal=Seal.ABSENT), None),
        (a_letter(UNIVERSITY, source=LetterSource.OCR, seal=Seal.CANNOT_TELL), None),
    ],
    ids=[
        "word",
        "word_unknown",
        "word_sealed",
        "unsealed_pdf",
        "grey_pdf",
        "sealed_pdf",
        "scan_without_seal",
        "grey_scan",
    ],
)
def test_only_an_editable_or_unsealed_letter_is_asked_for_as_a_scan(
    letter: CoverLetter, expected: Severity | None
) -> None:
    judgement = judged(of_unit(UNIVERSITY, letters=(letter,)))

    assert [f.severity for f in judgement.decision.findings if f.code == "L103"] == ([expected] if expected else [])


def test_a_colour_scan_without_a_seal_is_for_staff_and_a_grey_one_is_noted() -> None:
    colour = a_letter(UNIVERSITY, seal=Seal.ABSENT)
    grey = a_letter(UNIVERSITY, seal=Seal.CANNOT_TELL)

    assert (codes(judged(of_unit(UNIVERSITY, letters=(colour,)))), codes(judged(of_unit(UNIVERSITY, letters=(grey,))))) == (
        ["L104"], ["L105"],
    )  # fmt: skip
    assert judged(of_unit(UNIVERSITY, letters=(colour,))).decision.verdict == "staff_review"
    assert judged(of_unit(UNIVERSITY, letters=(grey,))).decision.verdict == "accepted"


def test_an_editable_letter_beside_an_unread_scan_is_not_asked_for_again() -> None:
    scan = an_attachment("函.jpg", Role.UNREADABLE, Problem.UNREADABLE_TEXT, "image/jpeg")
    letter = a_letter(UNIVERSITY, source=LetterSource.EDITABLE, path="函.docx")

    assert codes(judged(of_unit(UNIVERSITY, letters=(letter,), attachments=(an_attachment(), scan)))) == ["L102"]


# ------------------------------------------------------------------ form


def test_a_letter_without_a_form_asks_for_the_form() -> None:
    assert codes(judged(a_submission(**LETTER_ONLY))) == ["F201"]


def test_nothing_attached_asks_for_both() -> None:
    assert codes(judged(without_pieces("现将材料报送，请查收附件"))) == ["L101", "F201"]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        (an_attachment("表.pdf", Role.FORM_SCAN, None, PDF), {"F202": Severity.CORRECT}),
        (an_attachment("表.xlsx", Role.FORM, Problem.DAMAGED), {"F203": Severity.CORRECT}),
        (an_attachment("表.xlsx", Role.UNREADABLE, Problem.DAMAGED), {"F203": Severity.CORRECT}),
        (an_attachment("表.et", Role.FORM, Problem.UNSUPPORTED, "application/x-ole-storage"), {"F203": Severity.STAFF}),
        (an_attachment("表.xlsx", Role.FORM, Problem.ENCRYPTED), {"F204": Severity.CORRECT}),
        (an_attachment("表.xlsx", Role.FORM), {"F205": Severity.STAFF}),
        (an_attachment("表.xlsm", Role.FORM, Problem.MACROS), {"F205": Severity.STAFF, "A306": Severity.REMARK}),
        (an_attachment("表.xlsx", Role.FORM, Problem.EMPTY, "inode/x-empty", 0), {"A304": Severity.CORRECT}),
        (an_attachment("表.xlsx.lnk", Role.FORM, Problem.SHORTCUT, "application/x-ms-shortcut"), {"A304": Severity.CORRECT}),
        (an_attachment("~$表.xlsx", Role.FORM, Problem.LOCK_FILE, "application/octet-stream"), {"A304": Severity.CORRECT}),
        (an_attachment("表.zip", Role.CONTAINER, Problem.DAMAGED, "application/zip"), {"A302": Severity.CORRECT}),
        (an_attachment("表.zip", Role.CONTAINER, Problem.REFUSED, "application/zip"), {"A303": Severity.CORRECT}),
        (an_attachment("表.xlsx", Role.LINK, None, ""), {"A301": Severity.CORRECT}),
        (an_attachment("表.abc", Role.UNREADABLE, Problem.UNKNOWN_KIND, "application/octet-stream"), {"F201": Severity.CORRECT, "A305": Severity.REMARK}),
        (an_attachment("表.pgp", Role.UNREADABLE, Problem.DAMAGED, "application/octet-stream"), {"A302": Severity.STAFF}),
        (an_attachment("说明.txt", Role.SUPPORTING, Problem.UNREADABLE_TEXT, "text/plain"), {"A302": Severity.STAFF}),
        (an_attachment("简介.docx", Role.SUPPORTING, None, "application/msword"), {"F201": Severity.CORRECT}),
    ],
    ids=["scan", "damaged", "damaged_by_kind", "unsupported", "locked", "no_table", "macros", "empty", "shortcut", "lock_file", "damaged_zip", "bomb", "link", "unknown", "unknown_and_damaged", "unread_beside", "other"],
)  # fmt: skip
def test_one_reason_is_given_for_a_form_that_cannot_be_used(file: Attachment, expected: Mapping[str, Severity]) -> None:
    judgement = judged(a_submission(attachments=(a_scan(), file), tables=()))

    assert {f.code: f.severity for f in judgement.decision.findings} == expected


def test_of_an_archive_that_was_read_in_part_it_is_said_so() -> None:
    archive = an_attachment("材料.zip", Role.CONTAINER, Problem.DAMAGED, "application/zip")
    inside = an_attachment("材料.zip/简介.docx", Role.SUPPORTING, None, "application/msword")

    judgement = judged(a_submission(attachments=(a_scan(), archive, inside), tables=()))

    assert [f.message for f in judgement.decision.findings if f.code == "A302"] == [
        "这个压缩包不完整，只读出其中一部分文件，因此还没有见到征集表电子版。请重新打包发送，或直接附上其中的文件。"
    ]


@pytest.mark.parametrize(
    "file",
    [
        an_attachment("副本.xlsx", Role.FORM, Problem.DAMAGED),
        an_attachment("副本.zip", Role.CONTAINER, Problem.DAMAGED, "application/zip"),
        an_attachment("副本.zip", Role.CONTAINER, Problem.ENCRYPTED, "application/zip"),
        an_attachment("副本.zip", Role.CONTAINER, Problem.REFUSED, "application/zip"),
        an_attachment("视频.zip", Role.LINK, None, ""),
        an_attachment("空.pdf", Role.UNREADABLE, Problem.EMPTY, "inode/x-empty", 0),
        an_attachment("表.pdf", Role.FORM_SCAN, None, PDF),
        an_attachment("空白表.xlsx", Role.FORM),
    ],
    ids=["damaged", "damaged_zip", "locked_zip", "bomb", "link", "empty", "scan_beside", "form_without_table"],
)
def test_beside_a_whole_set_nothing_more_is_asked_for(file: Attachment) -> None:
    judgement = judged(a_submission(attachments=(a_scan(), an_attachment(), file)))

    assert judgement.decision.verdict in ("accepted", "staff_review")
    assert not judgement.decision.of_severity(Severity.CORRECT)


def test_what_looks_like_more_of_the_form_but_was_not_read_is_for_staff_and_asked_of_nobody() -> None:
    beside = tuple(a_table(n, unread=("第2页",) if n == 4 else ()) for n in (1, 2, 3, 4))
    empty = tuple(a_table(n, (), unread=("第2页",) if n == 4 else ()) for n in (1, 2, 3, 4))

    judgement = judged(of_unit(UNIVERSITY, tables=beside))

    assert [f.message for f in judgement.decision.findings if f.code == "F205"] == [
        "“第2页”像是征集表的内容，但没有认出表头或格式，未能读取。请工作人员查看原件。"
    ]
    assert severity(judgement, "F205") is Severity.STAFF
    assert codes(judged(a_submission(tables=empty))) == ["F205"]


def test_a_mail_that_tells_the_password_is_opened_by_staff() -> None:
    locked = an_attachment("材料.zip", Role.CONTAINER, Problem.ENCRYPTED, "application/zip")

    assert severity(judged(with_files(locked, text="材料见附件，解压密码：2020")), "F204") is Severity.STAFF


def test_what_hides_in_a_link_is_named_softly() -> None:
    link = an_attachment("报送材料.zip", Role.LINK, None, "")

    message = found(judged(with_files(link)), "A301").message

    assert "报送函扫描件、征集表电子版" in message


def test_an_empty_form_is_asked_for_once() -> None:
    judgement = judged(a_submission(tables=tuple(a_table(n, ()) for n in (1, 2, 3, 4))))

    assert codes(judgement) == ["F206"]


@pytest.mark.parametrize(
    "changes",
    [
        {"tables": (a_table(1, (), nil=True), a_table(2, ()))},
        {"tables": (a_table(1, [a_row("无", None, cells={"post": "无"})]),)},
        {"tables": (a_table(1, ()),), "text": "经征集，我市无海外人才与科技交流合作需求。"},
        {"tables": (), "attachments": (a_scan(),), "letters": (a_letter(text="经摸查，我市暂无相关需求，特此函告。"),)},
        {"tables": (), "attachments": (a_scan(),), "letters": (a_letter(text="我市零报\n送。"),)},
        {"tables": (), "attachments": (a_scan(), an_attachment("表.pdf", Role.FORM_SCAN, None, PDF)), "text": "零报送"},
    ],
    ids=["one_table_says_so", "a_row_says_so", "the_mail_says_so", "the_letter_says_so", "across_lines", "with_a_scan"],
)
def test_a_nil_return_is_accepted(changes: Mapping[str, object]) -> None:
    judgement = judged(a_submission(**{"text": "见附件", **changes}))

    assert (codes(judgement), judgement.decision.verdict, judgement.dossier.states_nil) == ([], "accepted", True)


def test_a_nil_return_in_a_mail_is_believed_when_domain_and_signature_agree() -> None:
    words = "经征集，我校无海外人才与科技交流合作需求。\n岭海理工大学科技处"
    by_domain = without_pieces(words, envelope=an_envelope("kyc@lhut.example"))
    by_free_mail = without_pieces(words, envelope=an_envelope("kyc@freemail.example"))

    assert (codes(judged(by_domain)), judged(by_domain).decision.verdict) == ([], "accepted")
    assert (codes(judged(by_free_mail)), judged(by_free_mail).decision.verdict) == (["R402"], "staff_review")


@pytest.mark.parametrize(
    "text",
    [
        "部分县区无需求。",
        "其余单位无需求。",
    ],
)
def test_words_that_may_or_may_not_state_nil_are_left_to_staff(text: str) -> None:
    judgement = judged(a_submission(**LETTER_ONLY, text=f"见附件。{text}"))

    assert (codes(judgement), judgement.decision.verdict) == (["F201"], "staff_review")


@pytest.mark.parametrize(
    "text",
    ["请各单位认真填报，无需求的也请零报送。", "如无需求，请回复零报送。", "我市已通知各单位，如无需求可不报。"],
)
def test_a_condition_or_an_instruction_states_nothing(text: str) -> None:
    judgement = judged(a_submission(**LETTER_ONLY, text=f"见附件。{text}"))

    assert (codes(judgement), judgement.decision.verdict) == (["F201"], "needs_correction")


def test_an_absent_table_means_no_need() -> None:
    judgement = judged(of_unit(UNIVERSITY, tables=four_tables(UNIVERSITY, "岭州市")[:2]))

    assert (codes(judgement), judgement.decision.verdict) == (["F207", "F207"], "accepted")
    assert [f.place.table for f in judgement.decision.findings] == [3, 4]


# ------------------------------------------------------------------ rows


def bureau_with(*rows: Row) -> Judgement:
    return judged(a_submission(tables=(a_table(1, rows), *four_tables()[1:])))


def test_a_row_with_a_need_but_no_unit_is_asked_about() -> None:
    judgement = bureau_with(a_row(), a_row(None, row=4))

    assert codes(judgement) == ["F220"]
    assert (found(judgement, "F220").place.cell, found(judgement, "F220").place.column) == ("B4", "单位名称")


def test_a_row_without_number_unit_and_city_below_a_units_may_be_one_more_of_it() -> None:
    below = replace(a_row(unit=None, city=None), cells={"post": "讲师"})
    table = a_table(1, [a_row(), below, below])

    judgement = judged(a_submission(tables=(table, *four_tables()[1:])))

    assert [f.severity for f in judgement.decision.findings if f.code == "F220"] == [Severity.STAFF] * 2


@pytest.mark.parametrize(
    "city", ["云江", "岭海省云江市", "云江市江北区", "云江江北", "省直", "驻云", "未知地", "", None, "云江市/岭州市"]
)
def test_any_way_to_write_ones_own_city_is_accepted(city: str | None) -> None:
    assert codes(bureau_with(a_row(city=city))) == []


@pytest.mark.parametrize("city", ["岭州市", "岭州", "岭海省岭州市天湖区"])
def test_a_row_of_another_city_is_for_staff(city: str) -> None:
    judgement = bureau_with(a_row(), a_row("某某有限公司", city=city, row=4))

    assert (codes(judgement), severity(judgement, "F221")) == (["F221"], Severity.STAFF)


def test_a_direct_units_rows_may_be_anywhere() -> None:
    assert codes(judged(of_unit(UNIVERSITY, "云江市"))) == []


@pytest.mark.parametrize("city", ["云江市新区", "新区", "云江新区一号"])
def test_a_district_of_ones_own_city_is_no_other_city(city: str) -> None:
    with_districts = [replace(c, districts=("新区",)) if c.name == "云江市" else c for c in a_rulebook().cities]
    book = replace(a_trusting_rulebook(), cities=tuple(with_districts))

    assert codes(judged(a_submission(tables=(a_table(1, [a_row(city=city)]), *four_tables()[1:])), rules=book)) == []


# ------------------------------------------------------------------ what stands in columns


def with_cells(*cells: Mapping[str, str], headings: Mapping[str, str] | None = None) -> Judgement:
    """A bureau's set whose 表1 has these cells; headings: column key -> as written, "" for an absent column."""
    form = a_rulebook().forms.table(1)
    assert form is not None
    written = {c.key: c.label for c in form.columns} | dict(headings or {})
    columns = tuple((key, label, "ABCDEFGHIJKLMNOPQRST"[n]) for n, (key, label) in enumerate(written.items()) if label)
    rows = [
        replace(a_row(row=n, cells={"post": "工程师", **own}), places=dict.fromkeys(own, f"F{n}"))
        for n, own in enumerate(cells, 3)
    ]
    return judged(a_submission(tables=(a_table(1, rows, columns=columns), *four_tables()[1:])))


@pytest.mark.parametrize(
    ("key", "text", "variant"),
    [
        ("number", "计算机科学", "count"),
        ("number", "2月3日", "count"),
        ("pay", "lxr@unit.example", "money"),
        ("phone", "张某", "phone"),
        ("phone", "1.38E+10", "damaged"),
        ("email", "020-80000000", "email"),
        ("mode", "兼职", "choice"),
    ],
)
def test_what_is_of_another_kind_is_noted_and_nobody_is_asked(key: str, text: str, variant: str) -> None:
    judgement = with_cells({key: text})
    finding = found(judgement, "F223")

    assert (codes(judgement), judgement.decision.verdict, finding.severity) == (["F223"], "accepted", Severity.REMARK)
    assert (finding.variant, finding.place.cell, finding.place.row) == (variant, "F3", 3)


@pytest.mark.parametrize(
    ("key", "texts"),
    [
        (
            "number",
            (
                "3名",
                "３",
                "2-3人",
                "若干",
                "不限",
                "每学院2人",
                "博士2名、硕士3名",
                "一个团队",
                "待定",
                "无",
                "—",
                "详见附件",
                "约5",
            ),
        ),
        (
            "pay",
            (
                "50万元",
                "面议",
                "年薪30万元，安家费50万元",
                "按学校规定执行",
                "优厚",
                "参照国家标准",
                "1000",
                "/",
                "提供住房",
            ),
        ),
        (
            "phone",
            (
                "8000123",
                "19900001234转张某",
                "020-80000000、80000001",
                "无",
                "见附件",
                "+852 2000 1234",
                "同上",
                "020-00001234",
                "00001234",
            ),
        ),
        ("email", ("lxr＠unit．example", "lxr@unit.example；kyc@unit.example", "暂无", "-", "张某 lxr@unit.example")),
        ("mode", ("全职", "柔性", "短期引进", "全职/柔性", "不限", "其他：项目合作", "视情况而定", "无")),
        ("post", ("19900001234", "lxr@unit.example")),
    ],
    ids=["count", "money", "phone", "email", "choice", "text"],
)
def test_what_real_people_write_is_not_remarked_upon(key: str, texts: tuple[str, ...]) -> None:
    assert codes(with_cells(*({key: text} for text in texts))) == []


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("number", "3月1日前2名"),
        ("number", "2名（电话19900001234）"),
        ("number", "无人数要求"),
        ("pay", "2020年3月起，年薪30万元"),
        ("pay", "待遇从优，详询lxr@unit.example，或电话联系"),
        ("phone", "无固定电话"),
        ("email", "没有电子邮箱"),
    ],
)
def test_a_cell_that_says_more_than_its_column_asks_is_no_fault(key: str, text: str) -> None:
    assert codes(with_cells({key: text})) == []


def test_a_column_under_another_heading_may_ask_for_something_else() -> None:
    assert codes(with_cells({"phone": "lxr@unit.example"}, headings={"phone": "联系方式"})) == []
    assert codes(with_cells({"phone": "lxr@unit.example"}, headings={"phone": "联 系 电 话（手机）"})) == ["F223"]
    assert codes(with_cells({"phone": "1.38E+10"}, headings={"phone": "联系方式"})) == ["F223"]


def test_of_many_such_cells_the_first_are_listed_and_the_others_counted() -> None:
    remarks = with_cells(*({"phone": "张某", "post": f"岗位{n}"} for n in range(9))).decision.findings

    assert [f.place.row for f in remarks] == [3, 4, 5, 6, 7, 8]
    assert remarks[-1].message == "「联系电话」从这一格起，还有4格没有认出。已照收，无需修改。"


def test_choices_of_ones_own_are_counted_apart_from_what_submitters_are_told() -> None:
    assert [f.variant for f in with_cells(*({"mode": "兼职"} for _ in range(6))).decision.findings][
        -1
    ] == "more_choices"


def test_five_such_cells_are_all_listed() -> None:
    assert [
        f.variant for f in with_cells(*({"phone": "张某", "post": f"岗位{n}"} for n in range(5))).decision.findings
    ] == ["phone"] * 5


def test_a_missing_recommended_column_is_noted_once_and_asked_for_by_no_rule() -> None:
    judgement = with_cells({}, {}, headings={"field": "", "major": "", "email": ""})
    finding = found(judgement, "F223")

    assert (finding.variant, finding.place.row, judgement.decision.verdict) == ("columns", None, "accepted")
    assert finding.message == "表1没有「所属领域」、「专业要求」列。已照收，无需补充。"

    book = a_rulebook()
    settings = {**book.checks, "F223": replace(book.checks["F223"], severity=Severity.CORRECT)}
    strict = judged(judgement.dossier.submission, rules=replace(book, checks=settings))
    assert found(strict, "F223").severity is Severity.REMARK


def test_several_files_that_lack_the_same_column_are_one_remark() -> None:
    table = with_cells({}, headings={"field": ""}).dossier.tables[0]
    files = tuple(replace(table, attachment=f"{n}.xlsx", rows=(a_row(f"第{n}厂", row=3),)) for n in range(3))

    assert codes(judged(a_submission(tables=(*files, *four_tables()[1:])))) == ["F223"]


# ------------------------------------------------------------------ time, and all together


def test_late_is_noted_and_never_changes_the_verdict() -> None:
    judgement = judged(received=LATE)

    assert (codes(judgement), judgement.decision.verdict, judgement.decision.on_time) == (["T501"], "accepted", False)


def test_the_last_second_is_on_time_and_the_next_is_not() -> None:
    from datetime import timedelta

    deadline = a_rulebook().campaign.deadline

    assert judged(received=deadline).decision.on_time
    assert not judged(received=deadline + timedelta(seconds=1)).decision.on_time


def test_a_case_that_began_in_time_stays_in_time() -> None:
    case = a_case(judged(a_submission(**LETTER_ONLY)))

    assert judged(received=LATE, earlier=case).decision.on_time


def test_all_findings_come_at_once_in_reply_order() -> None:
    table = a_table(
        3, [a_row(None, cells={}, answers=answers_for(3, {"nyx.plan_nyx": Tick.UNANSWERED, "doctor.plan_text": ""}))]
    )
    mail = a_submission(letters=(), attachments=(an_attachment(),), tables=(table,), text=f"请查收。\n{BUREAU}")

    order = [check.CODE for check in checks.ALL]
    seen = codes(judged(mail))

    assert {"L101", "F207", "F220", "F210", "F212"} <= set(seen)
    assert seen == sorted(seen, key=order.index)


def test_admins_switch_a_check_off_or_change_who_acts() -> None:
    book = a_rulebook()
    settings = dict(book.checks)
    settings["L101"] = replace(settings["L101"], enabled=False)
    settings["F201"] = replace(settings["F201"], severity=Severity.REMARK)

    judgement = judged(without_pieces("现将材料报送"), rules=replace(book, checks=settings))

    assert [(f.code, f.severity) for f in judgement.decision.findings if f.code == "F201"] == [
        ("F201", Severity.REMARK)
    ]
    assert "L101" not in codes(judgement)


def test_every_check_can_be_read_by_staff_and_set_by_admins() -> None:
    for check in checks.ALL:
        assert check.__doc__ and check.__doc__.startswith(f"{check.CODE}: ")
        assert 1 <= len(check.EXPLANATION.strip().splitlines()) <= 4
        assert check.CODE in a_rulebook().checks
