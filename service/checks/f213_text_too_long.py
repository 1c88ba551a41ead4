"""F213: a text is over its limit.

Noted only. Characters are counted without white space; Word counts a little differently.
"""

from collections.abc import Iterator

from service.checks.rows import asked, characters
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route
from service.domain.rules import QuestionKind, Rulebook

CODE = "F213"
EXPLANATION = """
计划或项目文字超过字数限制时，只作记录，照收不误。
按不含空格、换行的字数计算。
"""
SENTENCES: Sentences = {"default": ("count", "limit")}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    for ask in asked(dossier, rulebook, QuestionKind.TEXT):
        count, limit = characters(ask.answer.text or ""), ask.question.limit
        if limit is not None and count > limit:
            yield Seen(ask.place, values={"count": str(count), "limit": str(limit)})
