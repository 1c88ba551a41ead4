"""A306: a document carries macros.

Noted only: it is read without ever running them.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route
from service.domain.rules import Rulebook
from service.domain.submission import Problem

CODE = "A306"
EXPLANATION = """
文档带有宏时，只作记录；系统只读内容，不运行宏。
"""
SENTENCES: Sentences = {"default": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    for attachment in dossier.submission.attachments:
        if attachment.problem is Problem.MACROS:
            yield Seen(pieces.in_file(attachment))
