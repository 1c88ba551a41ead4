"""F202: the form came only as a scan, photo or PDF.

Asks for the electronic file it was printed from. Silent beside any electronic form, readable or not, and beside
a file that could not be opened.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route, Severity
from service.domain.rules import Rulebook
from service.domain.submission import Role

CODE = "F202"
EXPLANATION = """
征集表只有扫描件、照片或 PDF 时，请来件单位补发可编辑的电子版。
同时有电子版的（哪怕打不开），不提这一条。
"""
SENTENCES: Sentences = {"default": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    if dossier.tables or not pieces.wants_form(dossier, rulebook):
        return
    scans = list(dossier.submission.of_role(Role.FORM_SCAN))
    electronic = any(dossier.submission.of_role(Role.FORM))
    if scans and not electronic and not any(a not in scans for a in pieces.hiders(dossier, pieces.FORM)):
        yield Seen(pieces.in_file(scans[0]), soften=Severity.STAFF if pieces.is_nil_doubtful(dossier) else None)
