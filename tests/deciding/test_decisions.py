"""Verdicts, pieces and replies: one conclusion per mail, written to the right person or to nobody."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from service import deciding
from service.checks.wording import load_wording, parse_wording
from service.domain.judgement import CaseSoFar, Judgement, Letter, PieceState, Severity, Verdict
from service.domain.mail import Address, Envelope
from service.domain.orders import Ruling
from service.domain.submission import CoverLetter, LetterSource, Problem, Role, Submission, Table
from service.errors import ConfigurationInvalid
from tests.builders import (
    BUREAU,
    COLLECTION,
    IN_TIME,
    OWN,
    ROOT,
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
    the_wording,
    without_pieces,
)

LETTER_ONLY: dict[str, Any] = {"attachments": (a_scan(),), "tables": ()}
FORM_ONLY: dict[str, Any] = {"attachments": (an_attachment(),), "letters": ()}
COMPANY = "云江精密机械有限公司"


def verdict_and_letter(judgement: Judgement) -> tuple[Verdict, Letter | None]:
    decision = judgement.decision
    return decision.verdict, decision.reply.letter if decision.reply else None


def states(judgement: Judgement) -> dict[str, PieceState]:
    return {p.piece: p.state for p in judgement.decision.pieces}


@pytest.mark.parametrize(
    ("mail", "expected"),
    [
        (a_submission(), (Verdict.ACCEPTED, Letter.RECEIPT)),
        (a_submission(**LETTER_ONLY), (Verdict.NEEDS_CORRECTION, Letter.CORRECTION)),
        (of_unit(COMPANY, "云江市"), (Verdict.WRONG_ROUTE, Letter.REDIRECT)),
        (of_unit("岭海海洋科学实验室"), (Verdict.STAFF_REVIEW, Letter.HANDOVER)),
        (without_pieces("请问截止到哪天？"), (Verdict.STAFF_REVIEW, None)),
        (without_pieces("自动回复", "自动回复：您好"), (Verdict.NOT_A_SUBMISSION, None)),
        (without_pieces("", ""), (Verdict.NOT_A_SUBMISSION, None)),
        (without_pieces("好的", envelope=an_envelope("lisi@ste.linghai.example")), (Verdict.NOT_A_SUBMISSION, None)),
    ],
    ids=["accepted", "correction", "redirect", "handover", "inquiry", "machine", "empty", "staff_command"],
)
def test_each_verdict_has_its_letter(mail: Submission, expected: tuple[Verdict, Letter | None]) -> None:
    assert verdict_and_letter(judged(mail)) == expected


def test_nobody_repairs_a_form_that_must_go_elsewhere() -> None:
    judgement = judged(of_unit(COMPANY, "云江市", **LETTER_ONLY))

    assert (verdict_and_letter(judgement), codes(judgement)) == ((Verdict.WRONG_ROUTE, Letter.REDIRECT), ["R401"])


def test_when_it_is_unclear_who_speaks_nothing_is_asked() -> None:
    judgement = judged(of_unit("岭海海洋科学实验室", **LETTER_ONLY))

    assert verdict_and_letter(judgement) == (Verdict.STAFF_REVIEW, Letter.HANDOVER)


def test_what_is_missing_comes_before_whose_it_is() -> None:
    unknown = without_pieces("现将需求报送，请查收附件")

    assert verdict_and_letter(judged(unknown)) == (Verdict.NEEDS_CORRECTION, Letter.CORRECTION)


def test_a_correction_comes_before_other_matters_for_staff() -> None:
    rows = [a_row(), a_row("某某有限公司", "岭州市", row=4), a_row(None, row=5)]

    judgement = judged(a_submission(tables=(a_table(1, rows), *four_tables()[1:])))

    assert {f.severity for f in judgement.decision.findings} == {Severity.CORRECT, Severity.STAFF}
    assert judgement.decision.verdict is Verdict.NEEDS_CORRECTION


# ------------------------------------------------------------------ replies


def reply_to(envelope: Envelope) -> str | None:
    plan = judged(a_submission(envelope=envelope)).decision.reply
    return plan.to[0].address if plan else None


def test_a_reply_goes_to_the_sender_alone() -> None:
    assert reply_to(an_envelope("Wang@lhut.example")) == "Wang@lhut.example"


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (("kyc@lhut.example",), "kyc@lhut.example"),
        (("victim@other.example",), "wang@lhut.example"),
        (("a@lhut.example", "b@lhut.example"), "wang@lhut.example"),
        (("kyc@evil.lhut.example",), "wang@lhut.example"),
    ],
    ids=["same_domain", "other_domain", "several", "look_alike"],
)
def test_reply_to_counts_only_within_the_senders_domain(wanted: tuple[str, ...], expected: str) -> None:
    envelope = an_envelope("wang@lhut.example", reply_to=tuple(Address("", a) for a in wanted))

    assert reply_to(envelope) == expected


def test_on_free_mail_nobody_names_another_mailbox_for_the_answer() -> None:
    envelope = an_envelope("wang@qq.com", reply_to=(Address("", "victim@qq.com"),))

    assert reply_to(envelope) == "wang@qq.com"


@pytest.mark.parametrize(
    "envelope",
    [
        an_envelope(senders=()),
        an_envelope(senders=(Address("", "a@x.example"), Address("", "b@x.example"))),
        an_envelope("zhangsan@ste.linghai.example"),
        an_envelope("no-reply@lhut.example"),
        an_envelope("noreply@lhut.example"),
        an_envelope("oa-noreply@lhut.example"),
        an_envelope("do_not_reply2@lhut.example"),
        an_envelope("not-an-address"),
        an_envelope(signals={"list-id": "<x>"}),
        an_envelope(signals={"auto-submitted": "auto-generated"}),
    ],
    ids=[
        "no_sender",
        "two_senders",
        "staff",
        "no-reply",
        "noreply",
        "oa-noreply",
        "do_not_reply2",
        "broken",
        "list",
        "machine",
    ],
)
def test_nobody_is_answered_who_must_not_be(envelope: Envelope) -> None:
    judgement = judged(a_submission(envelope=envelope))

    assert judgement.decision.reply is None
    assert any(step.startswith("不回信：") for step in judgement.decision.why)


def test_an_unclear_sender_is_for_staff() -> None:
    judgement = judged(
        a_submission(envelope=an_envelope(senders=(Address("", "a@x.example"), Address("", "b@x.example"))))
    )

    assert (codes(judgement), judgement.decision.verdict) == (["R403"], Verdict.STAFF_REVIEW)


def test_our_own_mail_ends_here() -> None:
    judgement = judged(a_submission(envelope=an_envelope(COLLECTION)))

    assert (verdict_and_letter(judgement), codes(judgement)) == ((Verdict.NOT_A_SUBMISSION, None), [])


# ------------------------------------------------------------------ pieces


def test_every_piece_of_a_whole_set_is_received() -> None:
    judgement = judged()

    assert set(states(judgement).values()) == {PieceState.RECEIVED}
    assert [(p.piece, p.rows, p.attachment) for p in judgement.decision.pieces][:2] == [
        ("cover_letter", 0, "报送函.pdf"),
        ("table1", 1, "征集表.xlsx"),
    ]


@pytest.mark.parametrize(
    ("mail", "letter", "table1"),
    [
        (a_submission(**LETTER_ONLY), PieceState.RECEIVED, PieceState.MISSING),
        (a_submission(**FORM_ONLY), PieceState.MISSING, PieceState.RECEIVED),
        (of_unit(UNIVERSITY, letters=(a_letter(UNIVERSITY, source=LetterSource.EDITABLE),)), PieceState.FAULTY, PieceState.RECEIVED),
        (a_submission(attachments=(a_scan(), an_attachment(problem=Problem.DAMAGED)), tables=()), PieceState.RECEIVED, PieceState.FAULTY),
        (a_submission(attachments=(a_scan(), an_attachment("表.pdf", Role.FORM_SCAN)), tables=()), PieceState.RECEIVED, PieceState.FAULTY),
        (a_submission(tables=(a_table(1, ()),), text=""), PieceState.RECEIVED, PieceState.FAULTY),
        (a_submission(**LETTER_ONLY, text="我市无海外人才需求"), PieceState.RECEIVED, PieceState.NIL),
        (a_submission(tables=four_tables()[1:]), PieceState.RECEIVED, PieceState.MISSING),
        (a_submission(tables=(a_table(1, ()), *four_tables()[1:])), PieceState.RECEIVED, PieceState.NIL),
        (a_submission(tables=(a_table(1, [a_row(None)]), *four_tables()[1:])), PieceState.RECEIVED, PieceState.FAULTY),
    ],
    ids=["no_form", "no_letter", "word_letter", "damaged", "scan", "all_blank", "nil", "absent_beside_others", "blank_beside_others", "wrong_row"],
)  # fmt: skip
def test_the_checklist_says_how_each_piece_stands(mail: Submission, letter: PieceState, table1: PieceState) -> None:
    found_states = states(judged(mail))

    assert (found_states["cover_letter"], found_states["table1"]) == (letter, table1)


def test_a_nil_return_by_mail_needs_no_letter() -> None:
    mail = without_pieces("我校无海外人才与科技交流合作需求。", envelope=an_envelope("kyc@lhmu.example"))

    judgement = judged(mail)

    assert verdict_and_letter(judgement) == (Verdict.ACCEPTED, Letter.RECEIPT)
    assert set(states(judgement).values()) == {PieceState.NIL}


def test_a_nil_return_of_nobody_knows_whom_is_for_staff() -> None:
    assert codes(judged(without_pieces("我单位无海外人才需求。"))) == ["R402"]


# ------------------------------------------------------------------ follow-ups


def follow_up(first: Submission, second: Submission) -> Judgement:
    return judged(replace(second, sha256="2" * 64), earlier=a_case(judged(first)))


def test_the_missing_piece_completes_the_case() -> None:
    for first, second in ((LETTER_ONLY, FORM_ONLY), (FORM_ONLY, LETTER_ONLY)):
        judgement = follow_up(of_unit(UNIVERSITY, **first), of_unit(UNIVERSITY, **second))

        assert (judgement.decision.verdict, codes(judgement)) == (Verdict.ACCEPTED, [])
        assert {p.mail for p in judgement.decision.pieces} == {"1" * 64, "2" * 64}


def test_a_new_table_replaces_the_old_one_and_leaves_the_others() -> None:
    corrected = a_submission(**{**FORM_ONLY, "tables": (a_table(1, [a_row(), a_row("云江某某有限公司", row=4)]),)})

    dossier = follow_up(a_submission(), corrected).dossier

    assert [(t.number, len(t.rows)) for t in dossier.tables] == [(1, 2), (2, 1), (3, 1), (4, 1)]
    assert dossier.carried_over == {"cover_letter", "table2", "table3", "table4"}


@pytest.mark.parametrize("nil", [False, True], ids=["blank", "nil"])
def test_an_empty_table_never_replaces_a_filled_one(nil: bool) -> None:
    blank = a_submission(**{**FORM_ONLY, "tables": (a_table(1, (), nil=nil),)})

    dossier = follow_up(a_submission(), blank).dossier

    assert [len(t.rows) for t in dossier.tables] == [1, 1, 1, 1]


def test_a_filled_table_replaces_an_empty_one() -> None:
    empty = a_submission(tables=tuple(a_table(n, ()) for n in (1, 2, 3, 4)), text="")

    judgement = follow_up(empty, a_submission(**FORM_ONLY))

    assert (judgement.decision.verdict, codes(judgement)) == (Verdict.ACCEPTED, [])


def test_an_editable_letter_does_not_replace_a_scan_but_a_scan_replaces_the_document() -> None:
    word = a_submission(letters=(a_letter(source=LetterSource.EDITABLE, path="函.docx"),))

    assert follow_up(a_submission(), word).dossier.letter == a_letter()
    assert follow_up(word, a_submission()).dossier.letter == a_letter()


def test_a_supplement_adds_rows() -> None:
    more = a_submission(
        **{
            **FORM_ONLY,
            "tables": (a_table(1, [a_row("云江某某有限公司"), a_row(cells={"post": "所长", "number": "1"})]),),
            "text": "现补充报送一家企业，请查收",
        }
    )

    dossier = follow_up(a_submission(), more).dossier

    assert [row.unit for table, row in dossier.rows() if table.number == 1] == [COMPANY, "云江某某有限公司", COMPANY]


def test_a_supplement_adds_a_need_that_is_written_like_another() -> None:
    """Who reports two posts types contact, degree and country but once and copies them."""
    same = {"field": "新材料", "major": "材料学", "degree": "博士", "country": "德国", "phone": "020-00000101"}
    first = a_table(1, [a_row(cells={**same, "post": "首席研究员", "number": "1"})])
    more = a_table(1, [a_row(cells={**same, "post": "算法工程师", "number": "1"})])
    said = {**FORM_ONLY, "tables": (more,), "text": "补充一条需求，请并入此前材料"}

    dossier = follow_up(a_submission(tables=(first, *four_tables()[1:])), a_submission(**said)).dossier

    assert [r.cells["post"] for t, r in dossier.rows() if t.number == 1] == ["首席研究员", "算法工程师"]


def test_supplement_as_a_title_does_not_outweigh_what_the_mail_says() -> None:
    corrected = a_table(1, [a_row(cells={"post": "所长", "number": "9"})])
    said = {**FORM_ONLY, "tables": (corrected,), "text": "表格有更正，请以此件为准。"}

    dossier = follow_up(a_submission(), a_submission(**said, envelope=an_envelope(subject="补充材料"))).dossier

    assert [r.cells["post"] for t, r in dossier.rows() if t.number == 1] == ["所长"]


def test_what_was_asked_for_is_no_supplement_though_its_sender_calls_it_so() -> None:
    same = {"field": "新材料", "major": "材料学", "degree": "博士", "country": "德国", "post": "研究员"}
    first = a_table(1, [a_row(cells={**same, "number": "1"})])
    again = a_table(1, [a_row(cells={**same, "number": "2"})])
    said = {**FORM_ONLY, "tables": (again,), "text": "补充材料见附件"}

    dossier = follow_up(a_submission(**{**FORM_ONLY, "tables": (first,)}), a_submission(**said)).dossier

    assert [r.cells["number"] for _, r in dossier.rows()] == ["2"]


def test_a_supplement_before_the_letter_came_adds_what_is_written_like_a_need() -> None:
    same = {"field": "新材料", "degree": "博士", "country": "德国", "contact": "张三", "phone": "020-00000101"}
    first = a_table(1, [a_row(cells={**same, "post": "研究员", "major": "材料学"})])
    more = a_table(1, [a_row(cells={**same, "post": "工程师", "major": "化学"})])
    said = {**FORM_ONLY, "tables": (more,), "text": "补充一条需求，请查收"}

    dossier = follow_up(a_submission(**{**FORM_ONLY, "tables": (first,)}), a_submission(**said)).dossier

    assert [r.cells["post"] for _, r in dossier.rows()] == ["研究员", "工程师"]


def test_a_gap_filled_in_a_row_sent_again_is_no_new_need() -> None:
    first = a_table(1, [a_row(cells={"post": "首席研究员", "number": "1", "phone": ""})])
    more = a_table(1, [a_row(cells={"post": "首席研究员", "number": "1", "phone": "020-00000101"})])
    said = {**FORM_ONLY, "tables": (more,), "text": "已补充联系电话"}

    dossier = follow_up(a_submission(tables=(first, *four_tables()[1:])), a_submission(**said)).dossier

    assert [r.cells["phone"] for t, r in dossier.rows() if t.number == 1] == ["020-00000101"]


def test_a_supplement_sent_twice_adds_once() -> None:
    again = a_submission(**FORM_ONLY, text="补充报送，请查收")

    assert len(list(follow_up(a_submission(), again).dossier.rows())) == 4


def test_who_supplements_what_was_missing_corrects_the_row() -> None:
    """A reply "已补充完整" brings the whole form again: its old rows must not be asked about once more."""
    faulty = a_table(3, [a_row(cells={}, answers=answers_for(3, {"nyx.plan_text": ""}))])
    nameless = a_table(1, [a_row(None)])
    first = a_submission(tables=(nameless, four_tables()[1], faulty, four_tables()[3]))

    judgement = follow_up(first, a_submission(**FORM_ONLY, text="已补充完整，请查收"))

    assert (judgement.decision.verdict, codes(judgement)) == (Verdict.ACCEPTED, [])
    assert [len(t.rows) for t in judgement.dossier.tables] == [1, 1, 1, 1]


def test_in_a_set_of_one_file_per_unit_a_corrected_file_replaces_its_units_only() -> None:
    files = [a_table(1, [a_row(f"云江{n}厂")], path=f"{n}.xlsx") for n in ("甲", "乙", "丙")]
    corrected = a_table(1, [a_row("云江乙厂", cells={"post": "高级工程师"})], path="乙.xlsx")

    dossier = follow_up(a_submission(tables=files), a_submission(**{**FORM_ONLY, "tables": (corrected,)})).dossier

    assert {row.unit: row.cells["post"] for _, row in dossier.rows()} == {
        "云江甲厂": "算法工程师",
        "云江乙厂": "高级工程师",
        "云江丙厂": "算法工程师",
    }


@pytest.mark.parametrize(
    ("text", "units"),
    [
        pytest.param("请查收。", ["云江甲厂", "云江乙厂", "云江丙厂"], id="next_unit"),
        pytest.param("前表有误，以此为准。", ["云江丙厂"], id="said_to_replace"),
    ],
)
def test_a_bureaus_rows_of_other_units_stay_unless_the_mail_says_that_they_are_void(
    text: str, units: list[str]
) -> None:
    first = a_submission(tables=(a_table(1, [a_row("云江甲厂"), a_row("云江乙厂")]),))
    later = a_submission(**{**FORM_ONLY, "tables": (a_table(1, [a_row("云江丙厂")]),)}, text=text)

    dossier = follow_up(first, later).dossier

    assert [row.unit for _, row in dossier.rows()] == units
    assert "table1" not in dossier.carried_over


CONSOLIDATED = {"云江甲厂": "1", "云江乙厂": "1", "云江丙厂": "1"}


@pytest.mark.parametrize(
    ("text", "sent", "held"),
    [
        pytest.param("乙厂已重新填写。", {"云江乙厂": "2"}, CONSOLIDATED | {"云江乙厂": "2"}, id="one_unit"),
        pytest.param("乙厂更正如下。", {"云江乙厂": "2"}, CONSOLIDATED | {"云江乙厂": "2"}, id="one_unit_called_a_correction"),
        pytest.param("", CONSOLIDATED | {"云江乙厂": "2"}, CONSOLIDATED | {"云江乙厂": "2"}, id="the_whole_set"),
        pytest.param(
            "", {"云江甲厂": "2", "云江乙厂": "2", "云江丙制造厂": "2"},
            {"云江甲厂": "2", "云江乙厂": "2", "云江丙制造厂": "2"}, id="a_name_corrected",
        ),
        pytest.param(
            "更正，以此为准。", {"云江甲厂": "1", "云江乙厂": "1"}, {"云江甲厂": "1", "云江乙厂": "1"}, id="one_unit_withdrawn"
        ),
        pytest.param(
            "前表作废，以此为准。", {"云江甲厂": "2", "云江丁厂": "1"}, {"云江甲厂": "2", "云江丁厂": "1"}, id="two_for_another"
        ),
    ],
)  # fmt: skip
def test_a_bureau_that_corrects_some_units_keeps_the_others(
    text: str, sent: dict[str, str], held: dict[str, str]
) -> None:
    def consolidated(numbers: dict[str, str]) -> Table:
        return a_table(1, [a_row(unit, cells={"post": "工程师", "number": n}) for unit, n in numbers.items()])

    later = a_submission(**{**FORM_ONLY, "tables": (consolidated(sent),), "text": text})

    rows = follow_up(a_submission(tables=(consolidated(CONSOLIDATED),)), later).dossier.rows()

    assert {row.unit: row.cells["number"] for _, row in rows} == held


@pytest.mark.parametrize(
    ("text", "is_open"), [("乙厂更正如下。", False), ("乙厂的表有误，以此为准。", True), ("补充如下。", False)]
)
def test_a_few_units_of_a_bureau_said_to_be_all_there_is_are_for_staff_and_nothing_is_lost(
    text: str, is_open: bool
) -> None:
    first = a_submission(tables=(a_table(1, [a_row(unit) for unit in CONSOLIDATED]),))
    later = a_submission(**{**FORM_ONLY, "tables": (a_table(1, [a_row("云江乙厂")]),), "text": text})

    judgement = follow_up(first, later)

    assert (judgement.decision.verdict is Verdict.STAFF_REVIEW, "F224" in codes(judgement)) == (is_open, is_open)
    assert {row.unit for _, row in judgement.dossier.rows()} == set(CONSOLIDATED)


def needs(*posts: str, unit: str | None = UNIVERSITY, path: str = "征集表.xlsx") -> Table:
    """表1 with one need for each post, nothing alike in any two."""
    rows = [a_row(unit, cells={key: f"{post}{key}" for key in ("post", "major", "duties", "pay")}) for post in posts]
    return a_table(1, rows, path=path)


def posts(judgement: Judgement) -> list[str]:
    return [row.cells["post"].removesuffix("post") for table, row in judgement.dossier.rows() if table.number == 1]


@pytest.mark.parametrize(
    ("text", "sent", "held", "verdict"),
    [
        pytest.param("请查收。", "丙", "甲乙丙", Verdict.STAFF_REVIEW, id="other_rows"),
        pytest.param("请查收。", "甲", "乙甲", Verdict.STAFF_REVIEW, id="fewer_rows"),
        pytest.param("请查收。", "甲乙丙", "甲乙丙", Verdict.ACCEPTED, id="more_rows"),
        pytest.param("更正如下。", "丙", "丙", Verdict.ACCEPTED, id="said_to_replace"),
        pytest.param("原表作废。", "丙", "丙", Verdict.ACCEPTED, id="said_to_be_void"),
        pytest.param("现报送第二批。", "丙", "甲乙丙", Verdict.ACCEPTED, id="said_to_add"),
        pytest.param("表格已更正，并补充一项。", "丙", "甲乙丙", Verdict.STAFF_REVIEW, id="said_to_do_both"),
    ],
)
def test_other_rows_replace_or_add_as_the_mail_says_and_else_a_person_decides(
    text: str, sent: str, held: str, verdict: Verdict
) -> None:
    first = of_unit(UNIVERSITY, tables=(needs("甲", "乙"),))
    later = of_unit(UNIVERSITY, letters=(), tables=(needs(*sent),), text=text, sha256="2" * 64)

    judgement = follow_up(first, later)

    assert (posts(judgement), judgement.decision.verdict) == (list(held), verdict)
    assert ("F224" in codes(judgement)) == (verdict is Verdict.STAFF_REVIEW)


def test_cells_changed_in_a_row_are_no_other_row() -> None:
    changed = a_table(1, [a_row(UNIVERSITY, cells={**needs("甲").rows[0].cells, "pay": "50"})])
    later = of_unit(UNIVERSITY, letters=(), tables=(changed,), text="请查收。", sha256="2" * 64)

    judgement = follow_up(of_unit(UNIVERSITY, tables=(needs("甲"),)), later)

    assert ("F224" in codes(judgement), [r.cells["pay"] for _, r in judgement.dossier.rows()]) == (False, ["50"])


@pytest.mark.parametrize(
    ("sent", "asks"),
    [
        pytest.param({"丙", "丁"}, True, id="other_units"),
        pytest.param({"甲", "乙", "丙"}, False, id="all_and_more"),
        pytest.param({"乙", "丙"}, True, id="one_left_out_and_one_more"),
    ],
)
def test_of_a_bureaus_units_it_is_asked_which_stay_when_some_are_left_out(sent: set[str], asks: bool) -> None:
    def consolidated(units: set[str]) -> Table:
        return a_table(1, [row for u in sorted(units) for row in needs(u, unit=f"云江{u}厂").rows])

    first = a_submission(tables=(consolidated({"甲", "乙"}),))
    later = a_submission(**{**FORM_ONLY, "tables": (consolidated(sent),)}, text="请查收。")

    assert ("F224" in codes(follow_up(first, later))) is asks


def test_the_next_file_of_a_bureau_that_sends_one_per_unit_is_nothing_to_ask_about() -> None:
    first = a_submission(
        tables=(needs("甲", unit="云江甲厂", path="甲.xlsx"), needs("乙", unit="云江乙厂", path="乙.xlsx"))
    )
    later = a_submission(**{**FORM_ONLY, "tables": (needs("丙", unit="云江丙厂", path="丙.xlsx"),)}, text="请查收。")

    judgement = follow_up(first, later)

    assert (posts(judgement), "F224" in codes(judgement)) == (["甲", "乙", "丙"], False)


@pytest.mark.parametrize("letters", [(a_letter(),), ()], ids=["bureau", "nobody_yet"])
def test_who_says_so_replaces_what_was_added_before(letters: tuple[CoverLetter, ...]) -> None:
    units = {post: f"云江{post}厂" for post in "甲乙丙丁戊"}

    def sent(posts: str, text: str, sha256: str) -> Submission:
        table = a_table(1, [row for post in posts for row in needs(post, unit=units[post]).rows])
        return a_submission(letters=letters, tables=(table,), text=text, sha256=sha256)

    added = judged(sent("丙", "补充一家。", "2" * 64), earlier=a_case(judged(sent("甲乙", "", "1" * 64))))
    replaced = judged(sent("丁戊", "前表作废，以此为准。", "3" * 64), earlier=a_case(added))

    assert (posts(added), posts(replaced)) == (["甲", "乙", "丙"], ["丁", "戊"])


@pytest.mark.parametrize(
    ("third", "asks"),
    [
        pytest.param({"letters": (a_letter(UNIVERSITY),), "tables": ()}, True, id="letter_alone"),
        pytest.param({"letters": (), "tables": (needs("丙"),)}, True, id="the_same_rows_again"),
        pytest.param({"letters": (), "tables": (needs("丙"),), "text": "前一封是更正。"}, False, id="said_to_replace"),
        pytest.param({"letters": (), "tables": (needs("丙"),), "text": "前一封是补充。"}, False, id="said_to_add"),
        pytest.param({"letters": (), "tables": (needs("甲", "乙", "丙"),)}, False, id="all_of_them"),
    ],
)
def test_what_a_mail_left_open_stays_so_until_somebody_says_it(third: dict[str, Any], asks: bool) -> None:
    first = of_unit(UNIVERSITY, tables=(needs("甲", "乙"),))
    second = of_unit(UNIVERSITY, letters=(), tables=(needs("丙"),), text="请查收。", sha256="2" * 64)
    asked = judged(second, earlier=a_case(judged(first)))

    later = judged(of_unit(UNIVERSITY, **{"text": "请查收。", **third, "sha256": "3" * 64}), earlier=a_case(asked))

    assert ("F224" in codes(later)) is asks


def test_what_staff_accepted_is_open_no_more() -> None:
    first = of_unit(UNIVERSITY, tables=(needs("甲", "乙"),))
    second = of_unit(UNIVERSITY, letters=(), tables=(needs("丙"),), text="请查收。", sha256="2" * 64)
    ruling = Ruling("zhangsan@ste.linghai.example", accepted=True)
    accepted = deciding.judge(
        second, IN_TIME, a_case(judged(first)), a_trusting_rulebook(), the_wording(), OWN, ruling=ruling
    )

    later = of_unit(UNIVERSITY, letters=(a_letter(UNIVERSITY),), tables=(), sha256="3" * 64)

    assert "F224" not in codes(judged(later, earlier=a_case(accepted)))


def test_of_a_table_that_was_to_be_corrected_the_new_rows_count() -> None:
    first = of_unit(UNIVERSITY, tables=(needs("甲", "乙", unit=None),))
    later = of_unit(UNIVERSITY, letters=(), tables=(needs("丙", "丁"),), text="请查收。", sha256="2" * 64)

    judgement = follow_up(first, later)

    assert (posts(judgement), "F224" in codes(judgement)) == (["丙", "丁"], False)


@pytest.mark.parametrize("text", ["请查收。", "已更正，请查收。"])
def test_one_row_of_a_table_that_was_to_be_corrected_ends_none_of_the_others(text: str) -> None:
    first = of_unit(UNIVERSITY, tables=(replace(needs("甲", "乙", "丙"), rows=(
        *needs("甲", "乙").rows, *needs("丙", unit=None).rows)),))  # fmt: skip
    later = of_unit(UNIVERSITY, letters=(), tables=(needs("丙"),), text=text, sha256="2" * 64)

    judgement = follow_up(first, later)

    assert (posts(judgement), judgement.decision.verdict) == (["甲", "乙", "丙"], Verdict.STAFF_REVIEW)


def test_a_mail_that_was_overtaken_by_its_correction_changes_nothing_and_is_put_to_a_person() -> None:
    corrected = a_table(1, [a_row(UNIVERSITY, cells={**needs("甲").rows[0].cells, "pay": "50"})])
    newer = of_unit(UNIVERSITY, tables=(corrected,), envelope=replace(an_envelope(), date=IN_TIME))
    older = of_unit(
        UNIVERSITY,
        tables=(needs("甲"),),
        envelope=replace(an_envelope(), date=IN_TIME - timedelta(minutes=5)),
        sha256="2" * 64,
    )

    judgement = follow_up(newer, older)

    assert ("F224" in codes(judgement), [r.cells["pay"] for _, r in judgement.dossier.rows()]) == (True, ["50"])


def test_the_same_form_overtaken_by_itself_is_nothing_to_decide() -> None:
    newer = of_unit(UNIVERSITY, envelope=replace(an_envelope(), date=IN_TIME))
    older = replace(newer, envelope=replace(an_envelope(), date=IN_TIME - timedelta(minutes=5)))

    assert "F224" not in codes(follow_up(newer, older))


def test_a_mail_without_files_is_no_receipts_reason_when_the_case_is_complete() -> None:
    judgement = judged(without_pieces("更正后的征集表见附件。", sha256="2" * 64), earlier=a_case(judged()))

    assert verdict_and_letter(judgement) == (Verdict.STAFF_REVIEW, None)


@pytest.mark.parametrize("text", ["请查收。", "已更正，请查收。"])
def test_a_nameless_row_that_comes_again_with_its_name_is_not_asked_about_again(text: str) -> None:
    nameless = a_table(1, [a_row("云江甲厂"), a_row(None, cells={"post": "工程师", "number": "3"})])
    named = a_table(1, [a_row("云江乙厂", cells={"post": "工程师", "number": "3"})])

    later = a_submission(**{**FORM_ONLY, "tables": (named,)}, text=text)

    rows = follow_up(a_submission(tables=(nameless,)), later).dossier.rows()

    assert [row.unit for _, row in rows] == ["云江甲厂", "云江乙厂"]


def test_a_unit_that_reports_for_itself_renews_its_rows_whatever_it_calls_itself() -> None:
    first = of_unit(UNIVERSITY)
    later = replace(first, sha256="2" * 64, letters=(), tables=(a_table(1, [a_row(f"{UNIVERSITY}科研处")]),))

    rows = follow_up(first, later).dossier.rows()

    assert [row.unit for table, row in rows if table.number == 1] == [f"{UNIVERSITY}科研处"]


def test_a_form_attached_twice_counts_once() -> None:
    twice = four_tables() + four_tables(path="原邮件.eml/征集表.xlsx")

    assert judged(a_submission(tables=twice)).dossier.tables == four_tables()


def test_thanks_in_a_case_gets_no_letter_and_changes_nothing() -> None:
    case: CaseSoFar = a_case(judged())

    judgement = judged(without_pieces("收到，谢谢。", "回复：【回执】报送函", sha256="2" * 64), earlier=case)

    assert verdict_and_letter(judgement) == (Verdict.NOT_A_SUBMISSION, None)


# ------------------------------------------------------------------ telling


def test_the_same_mail_is_always_judged_the_same() -> None:
    assert judged(of_unit(UNIVERSITY)) == judged(of_unit(UNIVERSITY))


def test_why_tells_every_step() -> None:
    story = judged(a_submission(**LETTER_ONLY)).decision.why

    assert [step.partition("：")[0] for step in story] == [
        "邮件性质",
        "报送单位",
        "理由",
        "证据",
        "最接近的另一种认定",
        "须补正 F201",
        "按时（截止 2020-03-25 23:59）",
        "结论",
    ]
    assert "cities.csv:3" in story[1]


def test_why_names_the_place_of_a_finding_and_the_kind_of_evidence_in_words() -> None:
    story = judged(a_submission(tables=(a_table(1, [a_row(None)]), *four_tables()[1:]))).decision.why

    assert any(step.startswith("须补正 F220：征集表.xlsx，表1，B3：已填内容") for step in story)
    assert any(step.startswith("证据：报送函落款 “") for step in story)


def test_rules_explain_tells_which_line_decides() -> None:
    route = deciding.speaker_of("wang@qq.com", "望海海洋大学", a_rulebook())

    assert (route.decided_by, route.report_to) == ("units.csv:21", "望海市科技创新局")


def test_a_message_says_what_was_seen_and_then_what_to_do() -> None:
    message = found(judged(a_submission(tables=(a_table(1, [a_row(None)]), *four_tables()[1:]))), "F220").message

    assert message == "已填内容，但没有写「单位名称」。请补写单位全称。"


def test_every_sentence_is_there_and_no_unknown_one() -> None:
    assert load_wording(ROOT / "mail_templates" / "findings.toml").sentences


def test_all_faults_of_the_wording_are_reported_at_once() -> None:
    text = (ROOT / "mail_templates" / "findings.toml").read_text(encoding="utf-8")
    broken = text.replace("[L101]", "[L999]").replace("{bureau}", "{burau}").replace('and = "、"', "")

    with pytest.raises(ConfigurationInvalid) as error:
        parse_wording(broken)

    for word in ("[L999]", "[L101]：缺少", "{burau}", "[pieces] and：缺少"):
        assert word in str(error.value)


@pytest.mark.parametrize("text", ["不是 TOML [", "[L101]\ndefault = 3", "[L101]\ndefault = '{未完'"])
def test_wording_that_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationInvalid):
        parse_wording(text)


def test_wording_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="无法读取"):
        load_wording(tmp_path / "findings.toml")


def test_a_judgement_needs_nothing_but_values() -> None:
    judgement = deciding.judge(a_submission(), a_rulebook().campaign.deadline, None, a_rulebook(), the_wording(), OWN)

    assert judgement.decision.route.unit == BUREAU
