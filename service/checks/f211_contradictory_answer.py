"""F211: a question is answered both 是 and 否.

Asks which of the two is meant. When the mark can be read in two ways a person decides.
"""

from collections.abc import Iterator

from service.checks.rows import asked
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route, Severity
from service.domain.rules import QuestionKind, Rulebook
from service.domain.submission import Tick

CODE = "F211"
EXPLANATION = """
同一问题“是”和“否”都选了时，请来件单位确认。
记号看不准的，交工作人员判断，不去问来件单位。
"""
SENTENCES: Sentences = {"default": (), "doubt": ("doubt",)}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    for ask in asked(dossier, rulebook, QuestionKind.TICK):
        if ask.parent is not None and not ask.is_due:
            continue
        if ask.answer.doubt is not None and ask.answer.tick is not Tick.UNANSWERED:
            yield Seen(ask.place, "doubt", {"doubt": ask.answer.doubt}, soften=Severity.STAFF)
        elif ask.answer.tick is Tick.CONTRADICTORY:
            yield Seen(ask.place)
