"""F206: every table is empty and nothing states that there is no need.

Asks for the filled form or the words 零报送. Silent when a letter, the mail or a table says 无, and when a file
that could not be opened, or a part of one that could not be read, may be the filled form.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Place, Route, Severity
from service.domain.rules import Rulebook

CODE = "F206"
EXPLANATION = """
各表都是空的，又没有写明零报送、无需求时，请来件单位补填或写明零报送。
报送函、正文或任何一张表写了“无”的，不提这一条。
"""
SENTENCES: Sentences = {"default": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    tables = dossier.tables
    if not tables or not pieces.wants_form(dossier, rulebook) or any(t.rows or t.nil or t.unread for t in tables):
        return
    if not pieces.hiders(dossier, pieces.FORM):
        soften = Severity.STAFF if pieces.is_nil_doubtful(dossier) else None
        yield Seen(Place(attachment=tables[0].attachment), soften=soften)
