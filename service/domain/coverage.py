"""Which routing rules can never decide anything: as they are written, whatever mails come."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from service.domain.rules import RoutingRule
from service.domain.simplifying import simplified


def impossible(rule: RoutingRule) -> str | None:
    """Why no name and city can meet a rule's conditions (Chinese); None when one can."""
    excluded = _folded(rule.name_excludes)
    wanted = ("name_contains", rule.name_contains), ("name_suffixes", rule.name_suffixes)
    for key, words in (("name_prefixes", rule.name_prefixes), *wanted):
        if words and all(any(out in word for out in excluded) for word in _folded(words)):
            return f"{key} 里的词都被 name_excludes 排除了"
    if rule.city_known is False and rule.in_seat_city is not None:
        return "不知道在哪个市（city_known = false），就谈不上 in_seat_city"
    return None


def shadows(rules: Sequence[RoutingRule]) -> Mapping[str, RoutingRule]:
    """Source of each rule that never gets its turn -> the rule above it that always decides first."""
    found: dict[str, RoutingRule] = {}
    for index, rule in enumerate(rules):
        if above := next((one for one in rules[:index] if _covers(one, rule)), None):
            found[rule.source] = above
    return found


def _covers(above: RoutingRule, rule: RoutingRule) -> bool:
    """Whether whatever meets a rule meets the one above, too. False when unsure."""
    return (
        all(wanted is None or wanted == has for wanted, has in _flags(above, rule))
        and _prefixes_cover(above, rule)
        and _suffixes_cover(above, rule)
        and _contains_cover(above, rule)
        and _excludes_cover(above, rule)
    )


def _flags(above: RoutingRule, rule: RoutingRule) -> Iterator[tuple[bool | None, bool | None]]:
    yield above.starts_with_city, rule.starts_with_city
    yield above.starts_with_district, rule.starts_with_district
    yield above.names_city, rule.names_city
    yield above.starts_with_province, rule.starts_with_province
    yield above.in_seat_city, rule.in_seat_city
    yield above.city_known, True if rule.in_seat_city is not None else rule.city_known


def _prefixes_cover(above: RoutingRule, rule: RoutingRule) -> bool:
    wanted, has = _folded(above.name_prefixes), _folded(rule.name_prefixes)
    return not wanted or (bool(has) and all(word.startswith(wanted) for word in has))


def _suffixes_cover(above: RoutingRule, rule: RoutingRule) -> bool:
    wanted, has = _folded(above.name_suffixes), _folded(rule.name_suffixes)
    return not wanted or (bool(has) and all(word.endswith(wanted) for word in has))


def _contains_cover(above: RoutingRule, rule: RoutingRule) -> bool:
    wanted = _folded(above.name_contains)
    kinds = [_folded(words) for words in (rule.name_contains, rule.name_suffixes, rule.name_prefixes) if words]
    return not wanted or any(all(any(one in word for one in wanted) for word in words) for words in kinds)


def _excludes_cover(above: RoutingRule, rule: RoutingRule) -> bool:
    own = _folded(rule.name_excludes)
    return all(any(out in word for out in own) for word in _folded(above.name_excludes))


def _folded(words: Sequence[str]) -> tuple[str, ...]:
    """As routing compares names."""
    return tuple(simplified("".join(unicodedata.normalize("NFKC", word).casefold().split())) for word in words)
