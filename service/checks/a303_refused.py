"""A303: a file was refused: too large, packed too deep, or a bomb.

Asks for ordinary files and names what is missing. A person decides instead when letter and all tables are there
without it.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route, Severity
from service.domain.rules import Rulebook
from service.domain.submission import Problem

CODE = "A303"
EXPLANATION = """
附件过大、压缩层数过多或解压后异常、系统拒绝打开时，请来件单位改发普通附件。
应报材料已经齐全的，交工作人员处理。
"""
SENTENCES: Sentences = {"default": (), "missing": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    missing = pieces.missing(dossier, rulebook)
    soften = Severity.STAFF if pieces.is_whole(dossier, rulebook) else None
    for attachment in dossier.submission.attachments:
        if attachment.problem is Problem.REFUSED:
            variant = "missing" if missing else "default"
            yield Seen(pieces.in_file(attachment), variant, missing=missing, soften=soften)
