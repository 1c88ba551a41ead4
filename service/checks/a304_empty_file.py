"""A304: an attachment has no content at all (zero length), or stands in the place of the file that was meant.

Asks for it again and names what is missing. Noted only when letter and all tables are there without it.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route, Severity
from service.domain.rules import Rulebook
from service.domain.submission import Problem, Role

CODE = "A304"
EXPLANATION = """
附件是零字节的空文件，或误附了快捷方式、打开文件时自动生成的临时文件（~$开头）时，请来件单位重新发送。
应报材料已经齐全的，只作记录。
"""
SENTENCES: Sentences = {"default": (), "missing": (), "shortcut": (), "lock_file": ()}
_INSTEAD = frozenset({Problem.SHORTCUT, Problem.LOCK_FILE})


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    missing = pieces.missing(dossier, rulebook)
    soften = Severity.REMARK if pieces.is_whole(dossier, rulebook) else None
    for attachment in dossier.submission.attachments:
        if attachment.role is Role.DECORATION:
            continue
        if attachment.problem is Problem.EMPTY:
            variant = "missing" if missing else "default"
            yield Seen(pieces.in_file(attachment), variant, missing=missing, soften=soften)
        elif attachment.problem in _INSTEAD:
            yield Seen(pieces.in_file(attachment), attachment.problem.value, soften=soften)
