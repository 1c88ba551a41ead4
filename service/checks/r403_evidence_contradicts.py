"""R403: the evidence contradicts itself.

A person decides: form, sender or seal name different units, signs point to a bureau behind a unit's mail, or the From
field can be read in two ways or dresses up as another address.
"""

import re
import unicodedata
from collections.abc import Iterator

from service.checks.seen import Seen, Sentences
from service.domain.judgement import Dossier, Route
from service.domain.look_alikes import look_alike
from service.domain.mail import Address
from service.domain.rules import Rulebook

CODE = "R403"
EXPLANATION = """
各种依据（包括看得清楚的印章文字）指向不同单位，或发件人一栏可以读成两种样子时，交工作人员认定，不自动答复内容。
发件人名称里写着别的邮箱，或发件域名与登记的域名极为相似（可能冒充）时，交工作人员，不回信。
"""
SENTENCES: Sentences = {
    "default": ("units",),
    "seal": ("units", "seal"),
    "from": (),
    "name": ("address", "other"),
    "look_alike": ("address", "domain"),
}
_IN_NAME = re.compile(r"[^\s<>()\[\],;:\"'\\@]+@([A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+)")


def check(dossier: Dossier, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    sender = dossier.submission.envelope.sender
    if sender is None:
        yield Seen(variant="from")
    else:
        yield from _disguised(sender, route, rulebook)
    if route.contradiction and route.unlike_sender is None:
        values = {"units": "、".join(route.contradiction)}
        seal = _by_seal_alone(route)
        yield Seen(variant="seal", values={**values, "seal": seal}) if seal else Seen(values=values)


def _disguised(sender: Address, route: Route, rulebook: Rulebook) -> Iterator[Seen]:
    if other := _address_in_name(sender, rulebook):
        yield Seen(variant="name", values={"address": sender.address, "other": other})
    if domain := look_alike(sender.domain, route.unit, rulebook):
        yield Seen(variant="look_alike", values={"address": sender.address, "domain": domain})


def _address_in_name(sender: Address, rulebook: Rulebook) -> str | None:
    """Another house's address in a display name. Mail programs put a person's own there, and second ones at QQ."""
    for found in _IN_NAME.finditer(unicodedata.normalize("NFKC", sender.name)):
        domain = found[1].lower()
        if not _same_house(domain, sender.domain) and domain not in rulebook.mail.free_mail:
            return found[0]
    return None


def _same_house(one: str, other: str) -> bool:
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _by_seal_alone(route: Route) -> str | None:
    """What a seal reads, when nothing else names one of the units that contradict each other."""
    for unit in route.contradiction:
        naming = [item for item in route.evidence if item.unit == unit]
        if naming and all(item.source == "seal" for item in naming):
            return naming[0].value
    return None
