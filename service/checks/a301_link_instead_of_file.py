"""A301: a file was sent as a link to an oversized attachment and did not arrive.

Asks for ordinary attachments and names what is missing; links are never followed. A person decides instead when
letter and all tables are there without it.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route, Severity
from service.domain.rules import Rulebook
from service.domain.submission import Role

CODE = "A301"
EXPLANATION = """
附件是超大附件（网盘）链接、没有随邮件送达时，请来件单位改发普通附件。
应报材料已经齐全的，交工作人员处理。系统从不打开链接。
"""
SENTENCES: Sentences = {"default": ("name",), "missing": ("name",)}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    missing = pieces.missing(dossier, rulebook)
    soften = Severity.STAFF if pieces.is_whole(dossier, rulebook) else None
    for link in dossier.submission.of_role(Role.LINK):
        variant = "missing" if missing else "default"
        yield Seen(pieces.in_file(link), variant, {"name": link.name}, missing, soften)
