"""F210: a question has no answer.

Asks for 是 or 否. Questions that depend on another are asked only after 是 there. When the mark can be read in
two ways, or a group is chosen without 是, a person decides. Silent for rows of 无 and for the untouched blank form.
"""

from collections.abc import Iterator

from service.checks.rows import Asked, asked
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route, Severity
from service.domain.rules import QuestionKind, Rulebook
from service.domain.submission import Tick

CODE = "F210"
EXPLANATION = """
表3、表4 的问题没有勾选“是”或“否”时，请来件单位补选。
经费预算、外事指标等只在上一题选“是”时才问；记号看不准的，或选了团组而没选“是”的，交工作人员判断。
"""
SENTENCES: Sentences = {"default": (), "doubt": ("doubt",), "chosen": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    for ask in asked(dossier, rulebook, QuestionKind.TICK):
        if ask.answer.tick is not Tick.UNANSWERED or not ask.is_due:
            continue
        if ask.answer.doubt is not None:
            yield Seen(ask.place, "doubt", {"doubt": ask.answer.doubt}, soften=Severity.STAFF)
        elif _has_chosen(ask):
            yield Seen(ask.place, "chosen", soften=Severity.STAFF)
        else:
            yield Seen(ask.place)


def _has_chosen(ask: Asked) -> bool:
    """True when a group is ticked in the same cell, which nobody does who means 否."""
    block = ask.question.key.partition(".")[0] + "."
    return any(answer.choices for answer in ask.row.answers if answer.question.startswith(block))
