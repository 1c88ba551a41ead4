"""A305: the kind of a file is not understood.

Noted only; the file is kept.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route
from service.domain.rules import Rulebook
from service.domain.submission import Problem, Role

CODE = "A305"
EXPLANATION = """
附件是系统不认识的文件类型时，只作记录并存档。
"""
SENTENCES: Sentences = {"default": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    for attachment in dossier.submission.attachments:
        if attachment.problem is Problem.UNKNOWN_KIND and attachment.role is not Role.DECORATION:
            yield Seen(pieces.in_file(attachment))
