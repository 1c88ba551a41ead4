"""R403: the evidence contradicts itself.

A person decides: form, sender or seal name different units, signs point to a bureau behind a unit's mail, or the
From field can be read in two ways.
"""

from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route
from service.domain.rules import Rulebook

CODE = "R403"
EXPLANATION = """
各种依据（包括看得清楚的印章文字）指向不同单位，或发件人一栏可以读成两种样子时，交工作人员认定，不自动答复内容。
"""
SENTENCES: Sentences = {"default": ("units",), "seal": ("units", "seal"), "from": ()}


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    if dossier.submission.envelope.sender is None:
        yield Seen(variant="from")
    if route.contradiction and route.unlike_sender is None:
        values = {"units": "、".join(route.contradiction)}
        seal = _by_seal_alone(route)
        yield Seen(variant="seal", values={**values, "seal": seal}) if seal else Seen(values=values)


def _by_seal_alone(route: Route) -> str | None:
    """What a seal reads, when nothing else names one of the units that contradict each other."""
    for unit in route.contradiction:
        naming = [item for item in route.evidence if item.unit == unit]
        if naming and all(item.source == "seal" for item in naming):
            return naming[0].value
    return None
