"""The questions of 表3 and 表4: what an answer depends on, and what is left to staff."""

from collections.abc import Mapping

import pytest

from service.domain.judgement import Judgement, Severity
from service.domain.submission import (
    Answer,
    Row,
    Submission,
    Tick,
)
from tests.builders import (
    CITY,
    FORM_FILE,
    a_row,
    a_submission,
    a_table,
    answers_for,
    codes,
    found,
    four_tables,
    judged,
)


def severity(judgement: Judgement, code: str) -> Severity:
    return found(judgement, code).severity


def answered(number: int, changes: Mapping[str, object], **doubts: str) -> Submission:
    """A bureau's set whose table has one row with these answers."""
    answers = answers_for(number, changes)
    if doubts:
        (key, doubt), *_ = doubts.items()
        answers = [
            Answer(a.question, a.cell, a.tick, a.text, a.choices, doubt if a.question.endswith(key) else None)
            for a in answers
        ]
    tables = [t for t in four_tables() if t.number != number]
    return a_submission(tables=(*tables, a_table(number, [a_row(cells={}, answers=answers)])))


NO_NYX = {"nyx.plan_nyx": Tick.NO, "nyx.plan_text": "", "nyx.budget": Tick.UNANSWERED}
NO_JOIN = {
    "join.join": Tick.NO,
    "join.group": (),
    "join.projects": "",
    "join.budget": Tick.UNANSWERED,
    "join.foreign_affairs_quota": Tick.UNANSWERED,
}


@pytest.mark.parametrize(
    ("number", "changes", "expected"),
    [
        pytest.param(3, {}, [], id="all_answered"),
        pytest.param(3, NO_NYX, [], id="no_asks_for_nothing_more"),
        pytest.param(4, NO_JOIN, [], id="no_trip_asks_for_nothing_more"),
        pytest.param(3, {"nyx.plan_nyx": Tick.UNANSWERED}, ["F210"], id="not_ticked"),
        pytest.param(3, {"nyx.budget": Tick.UNANSWERED}, ["F210"], id="budget_after_yes"),
        pytest.param(3, {"nyx.plan_nyx": None, "nyx.budget": None, "nyx.plan_text": None}, [], id="question_not_in_the_row"),
        pytest.param(3, {"nyx.plan_nyx": Tick.UNANSWERED, "nyx.budget": Tick.UNANSWERED, "nyx.plan_text": ""}, ["F210"], id="parent_only"),
        pytest.param(4, {"join.foreign_affairs_quota": Tick.UNANSWERED}, ["F210"], id="quota_after_yes"),
        pytest.param(3, {"doctor.will_doctor": Tick.CONTRADICTORY}, ["F211"], id="both"),
        pytest.param(3, {"nyx.plan_nyx": Tick.NO, "nyx.budget": Tick.CONTRADICTORY, "nyx.plan_text": ""}, [], id="both_after_no"),
        pytest.param(3, {"nyx.plan_text": ""}, ["F212"], id="no_plan"),
        pytest.param(3, {"nyx.plan_text": " \n　"}, ["F212"], id="blank_plan"),
        pytest.param(4, {"join.projects": ""}, ["F212"], id="no_project"),
        pytest.param(4, {"self.plan_text": ""}, ["F212"], id="no_own_plan"),
        pytest.param(3, {"nyx.plan_text": "字" * 200}, [], id="exactly_200"),
        pytest.param(3, {"nyx.plan_text": "字" * 201}, ["F213"], id="one_too_many"),
        pytest.param(3, {"nyx.plan_text": "字 \n" * 200}, [], id="white_space_does_not_count"),
        pytest.param(4, {"join.group": ()}, ["F214"], id="no_group"),
        pytest.param(4, {"join.group": ("aoxin", "zhongdongou")}, [], id="both_groups"),
        pytest.param(3, {**NO_NYX, "nyx.plan_text": "拟明年举办"}, ["F215"], id="plan_after_no"),
        pytest.param(3, {**NO_NYX, "nyx.plan_text": "无"}, [], id="none_after_no"),
    ],
)  # fmt: skip
def test_answers_are_judged_with_the_question_they_depend_on(
    number: int, changes: dict[str, object], expected: list[str]
) -> None:
    assert codes(judged(answered(number, changes))) == expected


@pytest.mark.parametrize(
    ("number", "changes", "key", "code"),
    [
        pytest.param(3, {"nyx.plan_nyx": Tick.UNANSWERED}, "plan_nyx", "F210", id="unanswered"),
        pytest.param(3, {"nyx.plan_nyx": Tick.CONTRADICTORY}, "plan_nyx", "F211", id="contradictory"),
        pytest.param(3, {"nyx.plan_nyx": Tick.YES, "nyx.plan_text": ""}, "plan_nyx", "F211", id="yes_by_a_faint_mark"),
        pytest.param(4, {"join.group": ()}, "group", "F214", id="group"),
    ],
)
def test_a_mark_that_can_be_read_in_two_ways_is_for_staff(
    number: int, changes: dict[str, object], key: str, code: str
) -> None:
    judgement = judged(answered(number, changes, **{key: "只有一个淡的勾"}))

    assert [(f.code, f.severity) for f in judgement.decision.findings] == [(code, Severity.STAFF)]


def test_a_group_without_a_tick_is_for_staff_who_can_see_what_was_meant() -> None:
    judgement = judged(answered(4, {"join.join": Tick.UNANSWERED}))

    assert (codes(judgement), severity(judgement, "F210")) == (["F210"], Severity.STAFF)


def test_none_in_place_of_a_plan_is_for_staff() -> None:
    assert severity(judged(answered(3, {"nyx.plan_text": "无"})), "F212") is Severity.STAFF


@pytest.mark.parametrize(
    ("number", "changes", "doubt", "message"),
    [
        pytest.param(
            3, {"nyx.plan_nyx": Tick.UNANSWERED}, {"plan_nyx": "使用了“×”"},
            "「是否计划举办“海外专家南粤行专场活动”」没有可以认定的勾选（使用了“×”）。请工作人员查看原件。", id="doubtful_tick",
        ),
        pytest.param(
            4, {"join.join": Tick.UNANSWERED}, {},
            "「是否参加省科技厅赴海外团组」没有勾选，但选了团组。请工作人员查看原件。", id="group_without_yes",
        ),
        pytest.param(
            4, {"join.group": ()}, {"group": "选项前的方框已不见"},
            "「参加的团组」没有可以认定的选择（选项前的方框已不见）。请工作人员查看原件。", id="doubtful_group",
        ),
        pytest.param(
            3, {"nyx.plan_text": "暂无"}, {},
            "勾选了“是”，但「初步计划」写的是“暂无”。请工作人员查看原件。", id="none_for_a_plan",
        ),
    ],
)  # fmt: skip
def test_staff_read_what_is_doubtful_not_what_a_submitter_should_do(
    number: int, changes: dict[str, object], doubt: dict[str, str], message: str
) -> None:
    assert [f.message for f in judged(answered(number, changes, **doubt)).decision.findings] == [message]


def test_a_finding_says_in_which_cell() -> None:
    place = found(judged(answered(3, {"nyx.budget": Tick.UNANSWERED})), "F210").place

    assert (place.attachment, place.table, place.sheet, place.row, place.column, place.cell) == (
        FORM_FILE, 3, "表3", 3, "是否有经费预算", "D4",
    )  # fmt: skip


UNTOUCHED: dict[str, object] = {
    key: ("" if key.endswith(("text", "projects")) else () if key.endswith("group") else Tick.UNANSWERED)
    for number in (3, 4)
    for key in (a.question for a in answers_for(number))
}


@pytest.mark.parametrize(
    "row",
    [
        a_row(None, None, cells={}, answers=answers_for(3, UNTOUCHED)),
        a_row("无", None, cells={}, answers=answers_for(3, UNTOUCHED)),
        a_row(None, CITY, cells={"seq": "1", "remark": "请勿删除本行"}, answers=answers_for(3, UNTOUCHED)),
    ],
    ids=["blank_form", "none", "number_city_remark"],
)
def test_rows_that_nobody_filled_in_are_not_asked_about(row: Row) -> None:
    tables = [t for t in four_tables() if t.number != 3]

    assert codes(judged(a_submission(tables=(*tables, a_table(3, [row]))))) == []
