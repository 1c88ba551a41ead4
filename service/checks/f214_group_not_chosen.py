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
SENTENCES: Sentences = {"default": ("choices",), "doubt": ("doubt",)}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    for ask in asked(dossier, rulebook, QuestionKind.CHOICE):
        if not ask.is_due or ask.answer.choices:
            continue
        if ask.answer.doubt is not None:
            yield Seen(ask.place, "doubt", {"doubt": ask.answer.doubt}, soften=Severity.STAFF)
        else:
            yield Seen(ask.place, values={"choices": "、".join(choice.label for choice in ask.question.choices)})
