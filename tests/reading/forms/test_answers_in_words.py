"""Answers that people write out instead of ticking, and words beside the options."""

import pytest

from service.domain.rules import Block
from service.domain.submission import Tick
from service.reading.forms.grid import PLAIN
from service.reading.forms.questions import CellReader
from tests.reading.forms.example_forms import FORMS, JOIN, MARKS, NYX

READERS = {block.key: CellReader(block.questions, MARKS, FORMS.nil_words) for block in (NYX, JOIN)}
PLAN = "如有，请列出初步计划（200字以内）"
TEMPLATE = "是否有计划举办“海外专家南粤行专场活动”？{}\n" + PLAN + "：{}\n是否有经费预算 {}"


def read(block: Block, text: str) -> dict[str, object]:
    return {
        a.question.partition(".")[2]: "?" if a.doubt else a.tick or (a.choices if a.choices is not None else a.text)
        for a in READERS[block.key].read(text, PLAIN, "D5")
    }


def nyx(root: str = "☑是 □否", plan: str = "九月专场", budget: str = "☑是 □否") -> dict[str, object]:
    return read(NYX, TEMPLATE.format(root, plan, budget))


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("有经费预算", Tick.YES),
        ("有预算，20万元", Tick.YES),
        ("有经费预算50万元", Tick.YES),
        ("有，约20万元", Tick.YES),
        ("是（省财政）", Tick.YES),
        ("（是，20万元）", Tick.YES),
        ("无经费预算", Tick.NO),
        ("没有预算。", Tick.NO),
        ("暂无经费预算，待落实", Tick.NO),
        ("否，待定", Tick.NO),
        ("我单位今年暂无相关经费预算", Tick.NO),
        ("【是】", Tick.YES),
        ("_否_", Tick.NO),
        ("☑", Tick.YES),
    ],
)
def test_an_answer_in_the_words_of_its_question_is_read(words: str, answer: Tick) -> None:
    assert nyx(budget=words)["budget"] is answer


@pytest.mark.parametrize(
    "words",
    [
        "待定",
        "暂无法确定",
        "有待落实经费预算",
        "不确定是否有经费预算",
        "有一定经费预算",
        "是否有经费预算",
        "有无经费预算",
    ],
)
def test_words_that_decide_nothing_are_no_answer(words: str) -> None:
    assert nyx(budget=words)["budget"] in {"?", Tick.UNANSWERED}


@pytest.mark.parametrize("remark", ["（50万元）", "，约20万元", " 省财政安排"])
def test_a_remark_beside_a_lesser_question_is_no_plan(remark: str) -> None:
    assert nyx(plan="", budget=f"☑是 □否{remark}")["plan_text"] == ""


def test_options_with_the_word_for_none_below_them_and_no_question_are_an_answer() -> None:
    assert read(NYX, "□是 ☑否\n无")["plan_nyx"] is Tick.NO


def test_the_number_of_the_next_question_is_no_part_of_a_plan() -> None:
    text = f"（一）是否有计划举办“海外专家南粤行专场活动”？☑是 □否（二）{PLAN}六月（三）是否有经费预算□是 ☑否"

    assert read(NYX, text) == {"plan_nyx": Tick.YES, "plan_text": "六月", "budget": Tick.NO}


def test_a_plan_written_below_the_last_question_is_the_plan() -> None:
    assert nyx(plan="", budget="☑是 □否\n九月举办专场")["plan_text"] == "九月举办专场"


@pytest.mark.parametrize("gap", ["", " ", "；\n", "。", "　"])
def test_a_plan_follows_a_full_sentence_that_asks_for_it_without_a_colon(gap: str) -> None:
    text = f"是否有计划举办“海外专家南粤行专场活动”？☑是 □否　2、请列出初步计划{gap}邀请专家十名\n3、是否有经费预算 □是 ☑否"

    found = read(NYX, text.replace("请列出初步计划", PLAN.partition("（")[0]))

    assert found == {"plan_nyx": Tick.YES, "plan_text": "邀请专家十名", "budget": Tick.NO}


def test_a_whole_cell_in_own_words_answers_every_question_it_speaks_of() -> None:
    text = "计划于九月在我市举办专场对接活动，有经费预算50万元。"

    assert read(NYX, text) == {"plan_nyx": Tick.YES, "plan_text": text, "budget": Tick.YES}


@pytest.mark.parametrize("text", ["计划待疫情结束后举办", "计划暂不举办", "拟与有关方面商量"])
def test_a_plan_that_may_not_come_true_is_no_yes(text: str) -> None:
    assert read(NYX, text)["plan_nyx"] == "?"


@pytest.mark.parametrize(("root", "text"), [("☑是 □否", "暂无"), ("□是 ☑否", "")])
def test_none_in_place_of_a_plan_is_kept_only_after_yes(root: str, text: str) -> None:
    assert nyx(root, "暂无。")["plan_text"] == text


@pytest.mark.parametrize("asks", ["如有，请简述设想（不超过200字）：", "（200字以内）：", "设想（限 200 字内）"])
def test_a_text_asked_for_in_other_words_is_known_by_its_limit(asks: str) -> None:
    text = f"2020年贵单位是否有计划举办“海外专家南粤行专场活动”？☑是 □否 {asks}九月专场\n是否有经费预算 □是 ☑否"

    assert read(NYX, text) == {"plan_nyx": Tick.YES, "plan_text": "九月专场", "budget": Tick.NO}


JOINS = "是否有计划参加省科技厅举办的赴海外人才与科技交流活动团组？{}\n如有，请列出拟对接项目（200字以内）：海洋\n是否有经费预算 ☑是 □否"


@pytest.mark.parametrize(
    ("words", "groups"),
    [
        ("是，有计划，澳新团", ("aoxin",)),
        ("是，参加澳新团", ("aoxin",)),
        ("☑是 □否\n选择团组：□中东欧团 ☑澳新团", ("aoxin",)),
        ("是，但不参加澳新团", "?"),
        ("☑是（☑中东欧团（中东欧），□澳新团（澳新）） □否", ("zhongdongou",)),
        ("☑是（中东欧团☑，澳新团□）\n□否", ("zhongdongou",)),
        ("有，中东欧团、澳新团", ("zhongdongou", "aoxin")),
        ("是（中东欧团，澳新团） □否", ("zhongdongou", "aoxin")),
        ("☑是（中东欧团，澳新团） □否", "?"),
        ("是（中东欧团，澳新团） 否", "?"),
    ],
)
def test_groups_named_in_words_are_chosen_unless_they_may_be_print(words: str, groups: object) -> None:
    assert read(JOIN, JOINS.format(words))["group"] == groups


@pytest.mark.parametrize(("word", "answer"), [("√", Tick.YES), ("×", Tick.NO), ("有", Tick.YES), ("/", Tick.NO)])
def test_a_sign_alone_in_a_column_of_one_question_is_its_answer(word: str, answer: Tick) -> None:
    asked = NYX.questions[2]

    found = READERS[NYX.key].read(word, PLAIN, "D5", asked)

    assert next(a for a in found if a.question == asked.key).tick is answer


def test_a_question_named_without_an_answer_is_left_open_beside_one_answered_in_a_word() -> None:
    found = {a.question: (a.tick, a.doubt) for a in READERS[NYX.key].read("否\n经费预算：", PLAIN, "D5")}

    assert found["nyx.plan_nyx"] == (Tick.NO, None) and found["nyx.budget"] == (Tick.UNANSWERED, None)


def test_printed_options_that_cannot_be_told_apart_are_no_plan() -> None:
    cell = "是否有计划举办“海外专家南粤行专场活动”？是否√\n如有，请列出初步计划（200字以内）"

    assert (read(NYX, cell)["plan_nyx"], read(NYX, cell)["plan_text"]) == ("?", "")


@pytest.mark.parametrize("options", ["是：  否：", "是、否", "（）/否", "（是 / 否）"])
def test_what_a_form_prints_is_neither_answer_nor_plan(options: str) -> None:
    found = read(NYX, f"是否有计划举办“海外专家南粤行专场活动”？{options}\n{PLAN}")

    assert found["plan_nyx"] is not Tick.YES and found["plan_text"] == ""


def test_options_in_a_line_above_a_question_are_not_drawn_into_its_name() -> None:
    found = read(NYX, "√有 √无\n经费预算：√有 □无")

    assert (found["plan_nyx"], found["budget"]) == (Tick.CONTRADICTORY, Tick.YES)


@pytest.mark.parametrize("bullet", ["●", "■ ", "◆", "□", "* ", "-"])
@pytest.mark.parametrize(
    ("options", "answer"), [("☑是 □否", Tick.YES), ("是√ 否□", Tick.YES), ("□是 □否", Tick.UNANSWERED)]
)
def test_a_sign_before_a_question_ticks_nothing(bullet: str, options: str, answer: Tick) -> None:
    lines = [f"是否有计划举办“海外专家南粤行专场活动”？{options}", f"{PLAN}：九月专场", f"是否有经费预算 {options}"]

    for cell in ("\n".join(bullet + line for line in lines), " ".join(f"◆ {line}" for line in lines)):
        assert read(NYX, cell) == {"plan_nyx": answer, "plan_text": "九月专场", "budget": answer}
