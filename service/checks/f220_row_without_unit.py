"""F220: a row has content but no unit name.

Asks for the name. Only for rows in which a need, an answer or a text stands; a number, a city or a remark alone
is no content.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Place, Route
from service.domain.rules import Rulebook

CODE = "F220"
EXPLANATION = """
有内容的行没有写单位名称时，请来件单位补上。
只有序号、地市、备注或“无”的行不算。
"""
SENTENCES: Sentences = {"default": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    for table, row in dossier.filled_rows:
        if not (row.unit or "").strip():
            form = rulebook.forms.table(table.number)
            label = form.label_of("unit") if form else None
            yield Seen(Place(table.attachment, table.number, table.sheet, row.row, label, row.places.get("unit")))
