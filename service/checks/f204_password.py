"""F204: a form, an archive or another file is protected by a password.

Asks for it without one, and names what is still missing. A person decides instead when letter and all tables are
there without it, or when the mail seems to tell the password.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route, Severity
from service.domain.rules import Rulebook
from service.domain.submission import Problem, Role

CODE = "F204"
EXPLANATION = """
表格、压缩包或其他文件有密码、打不开时，请来件单位去掉密码重发。
应报材料已经齐全的，或正文里像是写了密码的，交工作人员处理。
"""
_PASSWORD = ("密码", "口令", "解压码", "password")
SENTENCES: Sentences = {"default": (), "missing": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    missing = pieces.missing(dossier, rulebook)
    unsure = pieces.is_whole(dossier, rulebook) or any(word in dossier.submission.text for word in _PASSWORD)
    for attachment in dossier.submission.attachments:
        if attachment.problem is Problem.ENCRYPTED and attachment.role is not Role.DECORATION:
            yield Seen(
                pieces.in_file(attachment),
                "missing" if missing else "default",
                missing=missing,
                soften=Severity.STAFF if unsure else None,
            )
