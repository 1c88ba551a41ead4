"""How people tick 是 and 否 and write their plans into a cell that already holds the questions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from service.domain.rules import Block, Question, QuestionKind

_PRINTED_BOX = "□"


@dataclass(frozen=True, slots=True)
class TickStyle:
    """What a ticked and an empty option look like; after: the mark follows its label."""

    checked: str
    unchecked: str
    after: bool = False
    deletes: bool = False  # the other option is deleted, the chosen one left without a box


BOX = TickStyle("☑", "□")
STYLES: Mapping[str, TickStyle] = {
    "box": BOX,
    "tick_for_box": TickStyle("√", "□"),
    "filled_box": TickStyle("■", "□"),
    "unicode_boxes": TickStyle("☑", "☐"),
    "heavy_tick": TickStyle("✔", "□"),
    "round_brackets": TickStyle("(√)", "( )"),
    "wide_brackets": TickStyle("（√）", "（ ）"),
    "square_brackets": TickStyle("[√]", "[ ]"),
    "tick_in_front_of_box": TickStyle("√□", "□"),
    "box_after": TickStyle("☑", "□", after=True),
    "tick_after": TickStyle("√", "□", after=True),
    "brackets_after": TickStyle("（√）", "（ ）", after=True),
    "option_deleted": TickStyle("", "", deletes=True),
}


def answered(block: Block, answers: Mapping[str, str], style: TickStyle = BOX, *, own_line: bool = True) -> str:
    """A cell's printed questions with these answers written in; a missing or empty answer leaves the print as it is."""
    text = "\n".join(_asked(question, answers.get(question.key, ""), style, own_line) for question in block.questions)
    for question in block.questions:
        if question.kind is QuestionKind.CHOICE:
            text = _chosen(question, answers.get(question.key, ""), text, style)
    return re.sub(r"\n{2,}", "\n", text).strip("\n")


def _asked(question: Question, answer: str, style: TickStyle, own_line: bool) -> str:
    printed = question.template
    if question.kind is QuestionKind.TEXT:
        between = "\n" if own_line else "："
        return f"{printed}{between}{answer}" if answer else printed
    if question.kind is QuestionKind.CHOICE:
        return printed
    if style.deletes:
        return _without_the_other(printed, answer)
    for label, value in (("是", "yes"), ("否", "no")):
        printed = _marked(printed, label, answer in (value, "both"), style)
    return printed


def _chosen(question: Question, answer: str, text: str, style: TickStyle) -> str:
    if style.deletes:
        style = BOX
    for choice in question.choices:
        text = _marked(text, choice.label, choice.key in answer.split("|"), style)
    return text


def _marked(text: str, label: str, checked: bool, style: TickStyle) -> str:
    """The printed box of this option replaced."""
    mark = style.checked if checked else style.unchecked
    shown = f"{label}{mark}" if style.after else f"{mark}{label}"
    return re.sub(rf"{_PRINTED_BOX}\s*{re.escape(label)}", lambda _: shown, text, count=1)


def _without_the_other(printed: str, answer: str) -> str:
    """ "□是 □否" with 是 chosen becomes "是"; groups in brackets go with 是."""
    yes, no = rf"{_PRINTED_BOX}\s*是", rf"{_PRINTED_BOX}\s*否"
    if answer == "yes":
        return re.sub(rf"\s*{no}", "", re.sub(yes, "是", printed, count=1), count=1)
    if answer == "no":
        return re.sub(no, "否", re.sub(rf"{yes}\s*(?:[（(][^）)]*[）)])?\s*", "", printed, count=1), count=1)
    if answer == "both":
        return printed.replace(_PRINTED_BOX, BOX.checked)
    return printed
