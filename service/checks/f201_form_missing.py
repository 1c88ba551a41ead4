"""F201: there is no electronic form.

Asks for it when no file of the case is, was meant as, or may hold a form.
Silent for a nil return; when words beside 零报送 leave that open, a person decides.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route, Severity
from service.domain.rules import Rulebook
from service.domain.submission import Role

CODE = "F201"
EXPLANATION = """
没有收到征集表电子版时，请来件单位补发。
已说明零报送、无需求的不提；表格损坏、有密码、只有扫描件，或有打不开的文件可能是表格的，由别的检查指出。
"""
SENTENCES: Sentences = {"default": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    forms = [a for a in dossier.submission.attachments if a.role in (Role.FORM, Role.FORM_SCAN)]
    if dossier.tables or forms or not pieces.wants_form(dossier, rulebook):
        return
    if not pieces.hiders(dossier, pieces.FORM):
        yield Seen(soften=Severity.STAFF if pieces.is_nil_doubtful(dossier) else None)
