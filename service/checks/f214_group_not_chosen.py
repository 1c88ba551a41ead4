"""F214: 是 is ticked, but no group is chosen.

Asks which group is meant. When the mark can be read in two ways a person decides.
"""

from collections.abc import Iterator

from service.checks.rows import asked
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route, Severity
from service.domain.rules import QuestionKind, Rulebook

CODE = "F214"
EXPLANATION = """
选了“是”，没有选团组时，请来件单位补选。
记号看不准的，交工作人员判断。
"""
SENTENCES: Sentences = {"default": ("choices",)}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    for ask in asked(dossier, rulebook, QuestionKind.CHOICE):
        if ask.is_due and not ask.answer.choices:
            choices = "、".join(choice.label for choice in ask.question.choices)
            soften = Severity.STAFF if ask.answer.doubt else None
            yield Seen(ask.place, values={"choices": choices}, soften=soften)
