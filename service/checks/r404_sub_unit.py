"""R404: a school, office or branch of a known unit reports in its own name.

A person decides: only units with legal personality report (notice section 三, paragraph 一), and its parent may
report for it. Hospitals and companies that carry a unit's name usually are legal persons: R402 speaks of them.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Channel, Dossier, Route
from service.domain.nil import fold
from service.domain.rules import Rulebook

CODE = "R404"
EXPLANATION = """
已知单位的学院、处室、分支机构以自己的名义报送时，交工作人员认定。
名称里带着该单位的医院、公司一般是独立法人，不算这一条，按不认识的单位处理（见 R402）。
"""
SENTENCES: Sentences = {"default": ("unit", "parent")}
_OWN_PERSONS = ("医院", "公司")


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    if parent := parent_of(route, rulebook):
        yield Seen(values={"unit": route.unit or "", "parent": parent})


def parent_of(route: Route, rulebook: Rulebook) -> str | None:
    """The known unit whose sub-unit the route's unit seems to be; None when it is none."""
    if route.channel is not Channel.UNKNOWN or route.known or route.contradiction or route.unit is None:
        return None
    unit = fold(route.unit)
    if unit.endswith(_OWN_PERSONS):
        return None
    names = [u.name for u in rulebook.units] + [c.bureau for c in rulebook.cities]
    parents = [name for name in names if unit.startswith(fold(name)) and unit != fold(name)]
    return max(parents, key=len, default=None)
