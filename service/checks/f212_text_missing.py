"""F212: 是 is ticked, but the plan or project is not written.

Asks for the text. When 无 is written in its place, or the text can be read in two ways, a person decides.
Silent when 否 is ticked.
"""

from collections.abc import Iterator

from service.checks.rows import asked, nil_words
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route, Severity
from service.domain.nil import fold
from service.domain.rules import QuestionKind, Rulebook

CODE = "F212"
EXPLANATION = """
选了“是”，没有写初步计划或拟对接项目时，请来件单位补写。
写了“无”的，交工作人员判断；选“否”的不问。
"""
SENTENCES: Sentences = {"default": ("limit",), "nil": ("text",), "doubt": ("doubt",)}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    nil = nil_words(rulebook)
    for ask in asked(dossier, rulebook, QuestionKind.TEXT):
        text = (ask.answer.text or "").strip()
        if ask.parent is None or not ask.is_due or (text and fold(text) not in nil):
            continue
        if text:
            yield Seen(ask.place, "nil", {"text": text}, soften=Severity.STAFF)
        elif ask.answer.doubt is not None:
            yield Seen(ask.place, "doubt", {"doubt": ask.answer.doubt}, soften=Severity.STAFF)
        else:
            limit = f"{ask.question.limit}字以内" if ask.question.limit else ""
            yield Seen(ask.place, values={"limit": limit})
