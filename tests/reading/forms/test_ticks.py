"""How 是 and 否 are ticked, in every style people use."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.domain.rules import Block
from service.domain.submission import Tick
from service.reading.forms.grid import PLAIN, Box, CellDetail
from service.reading.forms.questions import CellReader
from tests.reading.forms.example_forms import FORMS, JOIN, MARKS, NYX, SELF
from tests.reading.forms.filled import Answers, question_cell

YES, NO, UNANSWERED, BOTH = Tick.YES, Tick.NO, Tick.UNANSWERED, Tick.CONTRADICTORY
READERS = {block.key: CellReader(block.questions, MARKS, FORMS.nil_words) for block in (NYX, JOIN, SELF)}
ASKS = "是否有计划自行组织海外人才与科技交流活动"
THEN = "\n如有，请列出初步计划（200字以内）"


def values(block: Block, text: str, detail: CellDetail = PLAIN) -> dict[str, object]:
    return {
        a.question.partition(".")[2]: "?" if a.doubt else a.tick or (a.choices if a.choices is not None else a.text)
        for a in READERS[block.key].read(text, detail, "D5")
    }


def tick(options: str) -> object:
    return values(SELF, f"{ASKS}？{options}{THEN}")["self"]


CLEAR = [
    ("☑是 □否", YES), ("□是 ☑否", NO), ("√是 □否", YES), ("□是 √否", NO), ("■是 □否", YES), ("●是 ○否", YES),
    ("○是 ●否", NO), ("✔是 ☐否", YES), ("☐是 ✓否", NO), ("✅是 □否", YES), ("☑ 是 □ 否", YES), ("□ 是 ☑ 否", NO),
    ("☑　是　□　否", YES), ("是（√） 否（ ）", YES), ("是（ ） 否（√）", NO), ("是(√)否()", YES), ("是()否(√)", NO),
    ("（√）是 （ ）否", YES), ("（V）是 （ ）否", YES), ("[ ]是 [x]否", NO), ("是，有计划", YES), ("否，暂无", NO), ("[√]是 [ ]否", YES), ("[ ]是 [√]否", NO), ("是√ 否□", YES), ("是□ 否√", NO),
    ("是☑ 否□", YES), ("是□√ 否□", YES), ("□√是 □否", YES), ("√□是 □否", YES), ("□是 □否√", NO), ("□是 □√否", NO),
    ("是", YES), ("否", NO), ("是。", YES), ("：否", NO), ("有", YES), ("无", NO), ("有计划", YES), ("无计划", NO),
    ("√", YES), ("（√）", YES), ("/", NO), ("-", NO), ("是 □否", YES), ("□是 否", NO), ("口是 √否", NO), ("√是 口否", YES),
    ("V是 □否", YES), ("□是 V否", NO), ("[x]是 [ ]否", YES), ("★是 □否", YES), ("×是 √否", NO), ("√是 ×否", YES),
    ("是（√）否（×）", YES), ("☒是 ☑否", NO), ("☒是 ☐否", YES), ("□是 ☒否", NO), ("□有 ☑无", NO), ("☑有 □无", YES), ("（请在□内打√）□是 ☑否", NO),
    ("□是\n☑否", NO), ("☑是\n□否", YES), ("是__√__ 否____", YES), ("是：√ 否：", YES), ("□是，☑否。", NO),
    ("\n☑是　　□否\n", YES), ("☑️是 □否", YES), ("\u200b☑是\u200b □否", YES), ("☑是/□否", YES),
    ("□是（20万元）☑否", NO), ("☑是 20万元 □否", YES), ("答：是", YES), ("□ 是 √□ 否", NO),
]  # fmt: skip
UNTICKED = [
    "□是 □否",
    "□ 是 □ 否",
    "○是 ○否",
    "是（ ） 否（ ）",
    "是（）否（）",
    "[ ]是 [ ]否",
    "口是 口否",
    "是____ 否____",
]
DOUBTFUL = [
    "×是 □否", "□是 ×否", "☒是 ☒否", "☒是", "×是 ×否", "×", "□是√□否", "√是 V否", "V是 V否", "[x]是 [x]否", "（V）是 （V）否", "□是", "是 否", "是/否", "□",
    "□是 □否 视情况而定", "□是 □否：是", "□是 □否 是", "待定", "20万元", "是√否", "", " ",
]  # fmt: skip


@pytest.mark.parametrize(("options", "answer"), CLEAR)
def test_a_tick_is_read_in_every_style(options: str, answer: Tick) -> None:
    assert tick(options) is answer


@pytest.mark.parametrize("options", UNTICKED)
def test_boxes_left_empty_are_no_answer_and_no_doubt(options: str) -> None:
    assert tick(options) is UNANSWERED


@pytest.mark.parametrize("options", DOUBTFUL)
def test_what_can_be_read_in_two_ways_is_left_to_staff(options: str) -> None:
    assert tick(options) == "?"


@pytest.mark.parametrize("options", ["☑是 ☑否", "√是 √否", "是（√）否（√）", "是√ 否√", "■是 ■否"])
def test_both_options_ticked_contradict_each_other(options: str) -> None:
    assert tick(options) is BOTH


def struck(text: str, piece: str) -> CellDetail:
    start = text.rindex(piece)
    return CellDetail(struck=((start, start + len(piece)),))


@pytest.mark.parametrize(
    ("options", "piece", "answer"),
    [
        ("是 否", "否", YES),
        ("□是 □否", "□否", YES),
        ("□是 □否", "否", YES),
        ("是/否", "是", NO),
        ("□是 □否", "是 □否", "?"),
    ],
)
def test_the_option_that_is_not_struck_out_is_meant(options: str, piece: str, answer: object) -> None:
    text = f"{ASKS}？{options}"

    assert values(SELF, text, struck(text, piece))["self"] == answer


def test_an_option_set_off_by_colour_is_shown_to_staff_not_guessed() -> None:
    text = f"{ASKS}？□是 □否"
    place = text.rindex("是")

    assert values(SELF, text, CellDetail(stressed=((place, place + 1),)))["self"] == "?"


def test_a_picture_over_an_unticked_cell_is_shown_to_staff() -> None:
    assert values(SELF, f"{ASKS}？□是 □否{THEN}", CellDetail(overlay=True))["self"] == "?"


def test_drawn_check_boxes_belong_to_the_options_in_their_order() -> None:
    text = "是否有计划举办“海外专家南粤行专场活动”？ 是   否\n如有，请列出初步计划（200字以内）\n是否有经费预算 是   否"
    boxes = tuple(Box(checked) for checked in (True, False, False, True))

    assert values(NYX, text, CellDetail(boxes=boxes)) == {"plan_nyx": YES, "plan_text": "", "budget": NO}


def test_drawn_check_boxes_that_carry_their_own_words_are_read_by_them() -> None:
    text = "是否有计划举办“海外专家南粤行专场活动”？\n如有，请列出初步计划（200字以内）：六月\n是否有经费预算"
    boxes = tuple(Box(checked, word) for checked, word in ((True, "是"), (False, "否"), (False, "是"), (True, "否")))

    assert values(NYX, text, CellDetail(boxes=boxes)) == {"plan_nyx": YES, "plan_text": "六月", "budget": NO}


def test_drawn_check_boxes_that_fit_no_option_are_left_to_staff() -> None:
    boxes = tuple(Box(checked) for checked in (True, False, True))

    assert values(SELF, f"{ASKS}？是 否{THEN}", CellDetail(boxes=boxes))["self"] == "?"


GROUPS = [
    ("☑是（☑中东欧团，□澳新团）□否", YES, ("zhongdongou",)), ("☑是（☑中东欧团，☑澳新团）□否", YES, ("zhongdongou", "aoxin")),
    ("□是（□中东欧团，□澳新团）□否", UNANSWERED, ()), ("□是（□中东欧团，□澳新团）☑否", NO, ()),
    ("□是（□中东欧团，☑澳新团）□否", YES, ("aoxin",)), ("☑是（□中东欧团，□澳新团）□否", YES, ()),
    ("是√（中东欧团√，澳新团□）否□", YES, ("zhongdongou",)), ("是（√中东欧团，□澳新团）□否", YES, ("zhongdongou",)),
    ("√是（□中东欧团，√澳新团） □否", YES, ("aoxin",)), ("☑ 是 （☑ 中东欧团， □ 澳新团） □ 否", YES, ("zhongdongou",)),
    ("是（中东欧团）", YES, ("zhongdongou",)), ("☑是 □否（☑中东欧团 □澳新团）", YES, ("zhongdongou",)),
    ("□是（☑中东欧团，□澳新团）☑否", "?", ("zhongdongou",)), ("☑是（中东欧团，澳新团）□否", YES, "?"),
]  # fmt: skip


@pytest.mark.parametrize(("options", "join", "group"), GROUPS)
def test_a_ticked_group_is_told_from_a_ticked_yes(options: str, join: object, group: object) -> None:
    text = f"是否有计划参加省科技厅举办的赴海外人才与科技交流活动团组? {options}\n如有，请列出拟对接项目（200字以内）"
    read = values(JOIN, text)

    assert (read["join"], read["group"]) == (join, group)


# -- any vector of answers, any style, comes back ---------------------------------------------------------

PLAN = st.text(
    "计划拟于六月在云江市举办专场活动一场邀请专家十名，。；、1234567890\n（）", min_size=1, max_size=60
).filter(
    lambda text: (
        text.strip("，。；、\n（）1234567890 ") != ""
        and text == text.strip("，。；、\n（） ")
        and text[0] not in "0123456789"
    )
)
MARKED = {
    "☑□": "box",
    "√□": "tick over the box",
    "■□": "filled",
    "●○": "circles",
    "✔☐": "other glyphs",
    "√口": "typed box",
}


@settings(max_examples=150)
@given(
    st.sampled_from(sorted(MARKED)),
    st.sampled_from([True, False, None]),
    st.sampled_from([True, False, None]),
    st.sampled_from([True, False, None]),
    st.sets(st.sampled_from(["zhongdongou", "aoxin"])),
    st.one_of(st.just(""), PLAN),
    st.sampled_from(["", "\n", "  ", "　"]),
)
def test_any_answers_in_any_style_come_back(
    style: str, join: bool | None, budget: bool | None, quota: bool | None, groups: set[str], plan: str, space: str
) -> None:
    keys = tuple(key for key in ("zhongdongou", "aoxin") if key in groups and join)
    given_answers: Answers = {
        "join.join": join, "join.group": keys, "join.projects": plan, "join.budget": budget,
        "join.foreign_affairs_quota": quota,
    }  # fmt: skip
    text = question_cell(JOIN, given_answers, style).replace(" ", space)

    read = values(JOIN, text)

    as_tick = {True: YES, False: NO, None: UNANSWERED}
    assert read == {
        "join": as_tick[join], "group": keys, "projects": plan.replace(" ", space), "budget": as_tick[budget],
        "foreign_affairs_quota": as_tick[quota],
    }  # fmt: skip


@settings(max_examples=200)
@given(st.text(alphabet="是否有无□☑√×（）() \n？：计划经费预算中东欧团澳新1.V口", max_size=80))
def test_no_text_whatever_breaks_the_reading(text: str) -> None:
    for reader in READERS.values():
        assert reader.read(text, PLAIN, "D5")
