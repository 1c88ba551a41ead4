"""F215: a plan is written although 否 is ticked.

Noted only: the text is kept and harms nobody.
"""

from collections.abc import Iterator

from service.checks.rows import asked, nil_words
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route
from service.domain.nil import fold
from service.domain.rules import QuestionKind, Rulebook

CODE = "F215"
EXPLANATION = """
选了“否”，却写了计划或项目时，只作记录。
"""
SENTENCES: Sentences = {"default": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    nil = nil_words(rulebook)
    for ask in asked(dossier, rulebook, QuestionKind.TEXT):
        text = (ask.answer.text or "").strip()
        if ask.is_ruled_out and text and fold(text) not in nil:
            yield Seen(ask.place)
