"""Units that stand in no directory: the rules of routing.toml, tried in order on the name and the city."""

from collections.abc import Iterator, Sequence

from service.domain.judgement import Channel, Route
from service.domain.places import city_at_start, district_at_start, is_a_place
from service.domain.rules import City, RoutingRule, Rulebook, UnitRoute
from service.domain.submission import Table
from service.routing.claims import row_city
from service.routing.conditions import facts_of, unmet
from service.routing.directory import Entry, directory_of
from service.routing.names import fold, tidy

_OWN_PERSONS = ("医院", "公司")
"""What carries a unit's name at their head and yet is a legal person of its own."""


def route_unlisted(name: str, tables: Sequence[Table], rulebook: Rulebook) -> Route:
    """The channel of a unit by the first rule that fits its name and city; unknown when none does."""
    name, campaign = tidy(name), rulebook.campaign
    if is_a_place(name, rulebook.cities, campaign.province):
        return Route(Channel.UNKNOWN, name, reason=f"“{name}”是地名，不是单位名称")
    city = city_of_unit(name, tables, rulebook)
    parent = directory_of(rulebook).parent(name)
    if parent and not _goes_its_own_way(name, city, parent):
        reason = f"“{name}”像是{parent.name}的下属机构，不在单位目录中，请工作人员认定"
        return Route(Channel.UNKNOWN, name, parent.seat, decided_by=parent.source, reason=reason)
    if rule := next(rules_that_fit(name, city, rulebook), None):
        return _by_rule(rule, name, city)
    return Route(Channel.UNKNOWN, name, city.name if city else None, reason=f"“{name}”不在单位目录中，也没有适用的规则")


def rules_that_fit(name: str, city: City | None, rulebook: Rulebook) -> Iterator[RoutingRule]:
    """Every rule whose conditions a name and a city meet; the first of them decides."""
    facts = facts_of(name, city, rulebook)
    return (rule for rule in rulebook.routing_rules if next(unmet(rule, facts), None) is None)


def city_of_unit(name: str, tables: Sequence[Table], rulebook: Rulebook) -> City | None:
    """Where a unit sits: as its rows say, else as its name begins; None when the two disagree."""
    cities, province = rulebook.cities, rulebook.campaign.province
    named = district_at_start(name, cities, province) or city_at_start(name, cities, province)
    rows = [row for table in tables for row in table.rows if row.unit and fold(row.unit) == fold(name)]
    written = {city for row in rows if (city := row_city(row, rulebook))}
    if len(written) > 1 or (named and written and named not in written):
        return None
    return written.pop() if written else named


def _goes_its_own_way(name: str, city: City | None, parent: Entry) -> bool:
    """A hospital or company with the name of a unit whose needs its city reports: the rules may tell its city. Never
    one with the name of a unit that reports directly."""
    reported = parent.unit is not None and parent.unit.route is UnitRoute.VIA_CITY
    return reported and city is not None and fold(name).endswith(_OWN_PERSONS)


def _by_rule(rule: RoutingRule, name: str, city: City | None) -> Route:
    place = city.name if city else None
    if rule.channel is Channel.VIA_CITY and city is None:
        return Route(Channel.UNKNOWN, name, decided_by=rule.source, reason=f"{rule.reason}，但所在地市不明")
    report_to = city.bureau if city and rule.channel is Channel.VIA_CITY else None
    return Route(rule.channel or Channel.UNKNOWN, name, place, report_to, rule.source, rule.reason)
