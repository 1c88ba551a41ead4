"""F220: a row has content but no unit name.

Asks for the name. Only for rows in which a need, an answer or a text stands; a number, a city or a remark alone
is no content. When the table has no such column at all, or neither number nor city stands in a row below a unit's, so
that it may be one more of that unit, a person decides.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Place, Route, Severity
from service.domain.rules import Rulebook
from service.domain.submission import Row, Table

CODE = "F220"
EXPLANATION = """
有内容的行没有写单位名称时，请来件单位补上。
只有序号、地市、备注或“无”的行不算；整张表没有单位名称这一列的，或序号、地市也空着，可能是上一行单位的又一项的，
交工作人员判断。
"""
SENTENCES: Sentences = {"default": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    above: tuple[Table, Row] | None = None
    for table, row in dossier.filled_rows:
        is_more = above is not None and above[0] is table and not row.city and not row.cells.get("seq", "").strip()
        if not is_more or (row.unit or "").strip():
            above = (table, row) if (row.unit or "").strip() else None
        if not (row.unit or "").strip():
            form = rulebook.forms.table(table.number)
            label = form.label_of("unit") if form else None
            letter = next((letter for key, _, letter in table.columns if key == "unit"), None)
            cell = row.places.get("unit") or (f"{letter}{row.row}" if letter else None)
            place = Place(table.attachment, table.number, table.sheet, row.row, label, cell)
            # Without the column the whole form is one unit's, and the letter names it.
            unsure = is_more or (table.columns and letter is None)
            yield Seen(place, soften=Severity.STAFF if unsure else None)
