"""The conditions of a routing rule: which of them a name and a city meet, and what is wrong where they do not."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from service.domain.places import city_at_start, district_at_start, short_name
from service.domain.rules import City, RoutingRule, Rulebook
from service.routing.names import fold

_LAST_BRACKETS = re.compile(r"\([^()]*\)$")
_SHOWN = 5  # words of a list that are named


@dataclass(frozen=True, slots=True)
class Facts:
    """What the conditions of rules ask about."""

    folded: str
    city: City | None
    seat_city: str
    starts_with_city: bool
    starts_with_district: bool
    starts_with_province: bool
    names_city: bool

    @property
    def in_seat_city(self) -> bool | None:
        return self.city.name == self.seat_city if self.city else None


@lru_cache(maxsize=1024)  # one mail asks several times for one unit
@dataclass(frozen=True, slots=True)
class Lack:
    """A condition that is not met: what it asks for (Chinese), and how much it tells; the least rank tells most."""

    rank: int
    asks: str
    of_name: bool = True


def facts_of(name: str, city: City | None, rulebook: Rulebook) -> Facts:
    """The facts of a unit's name and city."""
    folded, campaign, cities = fold(name), rulebook.campaign, rulebook.cities
    return Facts(
        folded,
        city,
        campaign.seat_city,
        starts_with_city=city_at_start(name, cities, campaign.province) is not None,
        starts_with_district=district_at_start(name, cities, campaign.province) is not None,
        names_city=any(short_name(each) in folded for each in cities),
        # 省林业局: at home nobody writes which province
        starts_with_province=folded.startswith((campaign.province.removesuffix("省"), "省")),
    )


def unmet(rule: RoutingRule, facts: Facts) -> Iterator[Lack]:
    """What keeps a rule from fitting: each condition that is not met."""
    folded = facts.folded
    yield from _unmet_flags(rule, facts)
    if rule.name_prefixes and not folded.startswith(tuple(map(fold, rule.name_prefixes))):
        yield Lack(3, f"名称应以{_listed(rule.name_prefixes)}开头")
    if rule.name_suffixes and not _ends_with(folded, rule.name_suffixes):
        yield Lack(2, f"名称应以{_listed(rule.name_suffixes)}结尾")
    if rule.name_contains and not any(fold(word) in folded for word in rule.name_contains):
        yield Lack(3, f"名称应含{_listed(rule.name_contains)}")
    if barred := [word for word in rule.name_excludes if fold(word) in folded]:
        yield Lack(0, f"名称不应含“{barred[0]}”")


def _ends_with(folded: str, suffixes: Sequence[str]) -> bool:
    """Brackets at the end name a place or another name: 云江大学（望海） ends with 大学, too."""
    return any(name.endswith(tuple(map(fold, suffixes))) for name in (folded, _LAST_BRACKETS.sub("", folded)))


def _unmet_flags(rule: RoutingRule, facts: Facts) -> Iterator[Lack]:
    of_name = (
        (rule.starts_with_city, facts.starts_with_city, "以市名开头"),
        (rule.starts_with_district, facts.starts_with_district, "以区县名开头"),
        (rule.names_city, facts.names_city, "含市名"),
        (rule.starts_with_province, facts.starts_with_province, "以省名开头"),
    )
    for wanted, is_so, what in of_name:
        if wanted is not None and wanted != is_so:
            yield Lack(2, f"名称{'应' if wanted else '不应'}{what}")
    yield from _unmet_places(rule, facts)


def _unmet_places(rule: RoutingRule, facts: Facts) -> Iterator[Lack]:
    where = facts.city.name if facts.city else "不明"
    if rule.city_known is False and facts.city:
        yield Lack(1, f"所在地市应不明，实为{where}", of_name=False)
    elif facts.city is None and (rule.city_known or rule.in_seat_city is not None):
        yield Lack(1, f"所在地市应已知，实为{where}", of_name=False)
    elif facts.city and rule.in_seat_city is not None and rule.in_seat_city != facts.in_seat_city:
        yield Lack(1, f"所在地市{'应' if rule.in_seat_city else '不应'}为{facts.seat_city}，实为{where}", of_name=False)


def _listed(words: Sequence[str]) -> str:
    more = "等" if len(words) > _SHOWN else ""
    return f"“{'、'.join(words[:_SHOWN])}”{more}"
