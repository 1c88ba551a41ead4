"""F221: a bureau's set holds a row of another city.

A person decides. 区县 of the city, its short names, 省直 and 驻穗-like entries are no other city.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Channel, Dossier, Place, Route
from service.domain.places import city_of
from service.domain.rules import Rulebook

CODE = "F221"
EXPLANATION = """
市局汇总的表里有写明别的市的行时，交工作人员判断。
本市的区县、简称，以及省直等认不出是哪个市的写法，都不算。
"""
SENTENCES: Sentences = {"default": ("city", "own_city")}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    if route.channel is not Channel.CITY_BUREAU:
        return
    for table, row in dossier.filled_rows:
        city = city_of(row.city, rulebook)
        if city is not None and city.name != route.city:
            form = rulebook.forms.table(table.number)
            label = form.label_of("city") if form else None
            place = Place(table.attachment, table.number, table.sheet, row.row, label, row.places.get("city"))
            yield Seen(place, values={"city": city.name, "own_city": route.city or ""})
