"""Units that stand in no directory: the rules of routing.toml, tried in order on the name and the city."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.domain.judgement import Channel, Route
from service.domain.places import city_at_start
from service.domain.rules import City, RoutingRule, Rulebook
from service.domain.submission import Table
from service.routing.claims import row_city
from service.routing.directory import directory_of
from service.routing.names import fold, tidy


def route_unlisted(name: str, tables: Sequence[Table], rulebook: Rulebook) -> Route:
    """The channel of a unit by the first rule that fits its name and city; unknown when none does."""
    name = tidy(name)
    if parent := directory_of(rulebook).parent(name):
        reason = f"“{name}”像是{parent.name}的下属机构，不在单位目录中，请工作人员认定"
        return Route(Channel.UNKNOWN, name, parent.seat, decided_by=parent.source, reason=reason)
    city = city_of_unit(name, tables, rulebook)
    if rule := next(rules_that_fit(name, city, rulebook), None):
        return _by_rule(rule, name, city)
    return Route(Channel.UNKNOWN, name, city.name if city else None, reason=f"“{name}”不在单位目录中，也没有适用的规则")


def rules_that_fit(name: str, city: City | None, rulebook: Rulebook) -> Iterator[RoutingRule]:
    """Every rule whose conditions a name and a city meet; the first of them decides."""
    facts = _facts(name, city, rulebook)
    return (rule for rule in rulebook.routing_rules if _fits(rule, facts))


def city_of_unit(name: str, tables: Sequence[Table], rulebook: Rulebook) -> City | None:
    """Where a unit sits: as its rows say, else as its name begins; None when the two disagree."""
    named = city_at_start(name, rulebook.cities, rulebook.campaign.province)
    rows = [row for table in tables for row in table.rows if row.unit and fold(row.unit) == fold(name)]
    written = {city for row in rows if (city := row_city(row, rulebook))}
    if len(written) > 1 or (named and written and named not in written):
        return None
    return written.pop() if written else named


def _by_rule(rule: RoutingRule, name: str, city: City | None) -> Route:
    place = city.name if city else None
    if rule.channel is Channel.VIA_CITY and city is None:
        return Route(Channel.UNKNOWN, name, decided_by=rule.source, reason=f"{rule.reason}，但所在地市不明")
    report_to = city.bureau if city and rule.channel is Channel.VIA_CITY else None
    return Route(rule.channel or Channel.UNKNOWN, name, place, report_to, rule.source, rule.reason)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the conditions of rules ask about."""

    folded: str
    starts_with_city: bool
    starts_with_province: bool
    in_seat_city: bool | None
    city_known: bool


def _facts(name: str, city: City | None, rulebook: Rulebook) -> _Facts:
    folded, campaign = fold(name), rulebook.campaign
    return _Facts(
        folded,
        starts_with_city=city_at_start(name, rulebook.cities, campaign.province) is not None,
        starts_with_province=folded.startswith(campaign.province.removesuffix("省")),
        in_seat_city=city.name == campaign.seat_city if city else None,
        city_known=city is not None,
    )


def _fits(rule: RoutingRule, facts: _Facts) -> bool:
    folded = facts.folded
    asked = (
        (rule.starts_with_city, facts.starts_with_city),
        (rule.starts_with_province, facts.starts_with_province),
        (rule.in_seat_city, facts.in_seat_city),
        (rule.city_known, facts.city_known),
    )
    return (
        all(wanted is None or wanted == is_so for wanted, is_so in asked)
        and (not rule.name_suffixes or folded.endswith(tuple(map(fold, rule.name_suffixes))))
        and (not rule.name_contains or any(fold(word) in folded for word in rule.name_contains))
        and not any(fold(word) in folded for word in rule.name_excludes)
    )
