"""F207: a table is absent from the form. It is treated as no need.

Noted only. Silent when no table came at all or all are empty: other checks speak of that.
"""

from collections.abc import Iterator

from service.checks import pieces
from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Place, Route
from service.domain.rules import Rulebook

CODE = "F207"
EXPLANATION = """
征集表里少了某一张表时，只作记录，按该表无需求处理。
一张表都没有、或各表全空时，由别的检查提出。
"""
SENTENCES: Sentences = {"default": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    numbers = {table.number for table in dossier.tables}
    if not any(table.rows for table in dossier.tables) or not pieces.wants_form(dossier, rulebook):
        return
    for form in rulebook.forms.tables:
        if form.number not in numbers:
            yield Seen(Place(table=form.number))
