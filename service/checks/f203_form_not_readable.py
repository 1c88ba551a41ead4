"""F203: a form is damaged and cannot be read.

Asks for the file again. A person decides instead when all tables were read from other files, or when the file
is sound and only this installation cannot read its kind.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route, Severity
from service.domain.rules import Rulebook
from service.domain.submission import Problem

CODE = "F203"
EXPLANATION = """
征集表文件损坏、打不开时，请来件单位重新发送。
各表已从别的文件读到的，或文件完好、只是本系统读不了这种格式的，交工作人员处理。
"""
SENTENCES: Sentences = {"default": (), "unsupported": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    if not pieces.wants_form(dossier, rulebook):
        return
    whole = pieces.is_whole(dossier, rulebook)
    for attachment in dossier.submission.attachments:
        if not pieces.is_meant_as_form(attachment):
            continue
        if attachment.problem is Problem.UNSUPPORTED:
            yield Seen(pieces.in_file(attachment), "unsupported", soften=Severity.STAFF)
        elif attachment.problem in (Problem.DAMAGED, Problem.UNREADABLE_TEXT):
            yield Seen(pieces.in_file(attachment), soften=Severity.STAFF if whole else None)
