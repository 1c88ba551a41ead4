"""Mail domains that pass for another at a glance: gz-gov.cn, gz.gov.cn.example, gz．gov．cn, g2.gov.cn for gz.gov.cn.

Pure, and careful the other way round too: a domain that is registered for anybody, or lies below one that is, looks
like nothing but itself.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from rapidfuzz.distance import OSA

from service.domain.rules import Rulebook

_TWINS = str.maketrans(  # digits, Cyrillic and Greek letters, and the dash for the dot
    "01\u043e\u0430\u0435\u0441\u0440\u0445\u0443\u0456\u0455\u0501\u03bf-", "oloaecpxyisdo."
)
_PAIRS = (("rn", "m"), ("vv", "w"))
_SHORTEST = 6  # below it one letter makes any two domains alike


def look_alike(domain: str, unit: str | None, rulebook: Rulebook) -> str | None:
    """The registered domain that one in From passes for; None for an honest one. unit: whom the mail speaks for; one
    letter apart counts only from that unit's own domains."""
    known = _known(rulebook)
    if not domain or any(parent in known for parent in _parents(domain)):
        return None
    plain = _plain(domain)
    for other, looks in known.items():
        inside = f".{looks}." in f".{plain}" and other not in rulebook.mail.free_mail
        if looks == plain or inside:
            return other
    own = (d.lower() for d in _domains_of(unit, rulebook))
    return next((d for d in own if len(d) >= _SHORTEST and OSA.distance(plain, known[d]) == 1), None)


@lru_cache(maxsize=8)
def _known(rulebook: Rulebook) -> Mapping[str, str]:
    """Every domain that the rules name, and how it looks."""
    lists = [city.domains for city in rulebook.cities] + [unit.domains for unit in rulebook.units]
    listed = {domain.lower() for domains in lists for domain in domains}
    return {d: _plain(d) for d in sorted(listed | rulebook.mail.free_mail)}


def _parents(domain: str) -> Iterator[str]:
    """A domain and those it lies below."""
    labels = domain.split(".")
    return (".".join(labels[n:]) for n in range(len(labels)))


def _domains_of(unit: str | None, rulebook: Rulebook) -> Iterator[str]:
    for city in rulebook.cities:
        if unit is not None and city.bureau == unit:
            yield from city.domains
    if line := rulebook.unit(unit):
        yield from line.domains


def _plain(domain: str) -> str:
    """A domain as it looks, all that looks alike written alike."""
    bare = unicodedata.normalize("NFKD", _decoded(domain)).casefold().replace("。", ".")
    text = "".join(char for char in bare if not unicodedata.combining(char)).translate(_TWINS)
    for pair, one in _PAIRS:
        text = text.replace(pair, one)
    return text


def _decoded(domain: str) -> str:
    """An internationalised domain as people see it."""
    return ".".join(_label(label) for label in domain.split("."))


def _label(label: str) -> str:
    if not label.lower().startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except (UnicodeError, OverflowError):
        return label
