"""From claims to a route: who is speaking, through which channel, and whether the evidence agrees."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.domain.judgement import Channel, Route
from service.domain.rules import Rulebook, UnitRoute
from service.domain.submission import Table
from service.routing.claims import (
    ADDRESS,
    CASE,
    CONFIRMED,
    DISPLAY,
    DOMAIN,
    LETTER,
    MANY_ROWS,
    OTHER_LETTER,
    REPORTER,
    ROWS,
    SEAL,
    SIGNATURE,
    SUBJECT,
    Claim,
    is_same_misread,
    row_units,
)
from service.routing.directory import Entry, directory_of
from service.routing.names import fold
from service.routing.unlisted import city_of_unit, route_unlisted

_NAMED_BY_HAND = frozenset({DISPLAY, SIGNATURE, SUBJECT})
_NOT_ITS_LETTER = frozenset({REPORTER, ROWS, ADDRESS, CONFIRMED, CASE})
_NAMING_A_BUREAU = _NAMED_BY_HAND | {ADDRESS, CONFIRMED, REPORTER, DOMAIN, CASE}
_ALIKE_TYPED, _ALIKE_READ = 0.8, 0.6
"""From how alike a name may be a known one: typed with a slip, read badly from a scan."""
_COMPANIES = ("公司", "集团", "厂", "企业", "合作社")
"""Nobody at one of these writes from a city government's domain; offices, schools and hospitals may."""


@dataclass(frozen=True, slots=True)
class _Case:
    """What is weighed: the claims, and the tables that tell a unit's city."""

    claims: tuple[Claim, ...]
    tables: Sequence[Table]
    rulebook: Rulebook


def weigh(claims: tuple[Claim, ...], tables: Sequence[Table], rulebook: Rulebook) -> Route:
    """The route that the claims support; unknown, with a reason, when they support none or contradict each other."""
    case = _Case(claims, tables, rulebook)
    head = _speaker(case)
    if head is None:
        return _nobody(case)
    found = route_of(head.entry, rulebook) if head.entry else _route_of_stranger(head, case)
    against = _against(head, case) or _bureau_behind(found, case) or _other_house(head, case)
    against = against or _other_set(head, case) or _second_set(head, case)
    evidence = tuple(c.as_evidence() for c in claims)
    if against is None:
        return replace(found, evidence=evidence)
    names = (found.unit or head.value, against.entry.name if against.entry else against.value)
    by_letter = head.source == LETTER and head.entry is not None and against.source in _NOT_ITS_LETTER
    return replace(found, evidence=evidence, contradiction=names, unlike_sender=names[1] if by_letter else None)


def route_of(entry: Entry, rulebook: Rulebook) -> Route:
    """The channel of a line of the directory."""
    city = rulebook.city(entry.seat)
    place = city.name if city else entry.seat or None
    if entry.unit is None:
        reason = f"{entry.name}汇总报送本市需求"
        return Route(Channel.CITY_BUREAU, entry.name, place, None, entry.source, reason, known=True)
    match entry.unit.route:
        case UnitRoute.DIRECT:
            reason = f"{entry.name}（{entry.unit.affiliation}，{entry.seat}）直接报送"
            return Route(Channel.DIRECT_UNIT, entry.name, place, None, entry.source, reason, known=True)
        case UnitRoute.VIA_CITY if city:
            reason = f"{entry.name}（{entry.unit.affiliation}，{entry.seat}）的需求由{city.bureau}汇总后统一报送"
            return Route(Channel.VIA_CITY, entry.name, place, city.bureau, entry.source, reason, known=True)
    reason = f"{entry.name}的报送渠道须由工作人员认定"
    return Route(Channel.UNKNOWN, entry.name, place, None, entry.source, reason, known=True)


def _route_of_stranger(head: Claim, case: _Case) -> Route:
    """The route of a unit in no directory. Nobody is sent away by a name that may be a known one, badly written."""
    found = route_unlisted(head.value, case.tables, case.rulebook)
    if found.channel is not Channel.VIA_CITY:
        return found
    alike = _ALIKE_TYPED if head.typed else _ALIKE_READ
    near = directory_of(case.rulebook).near(head.value, alike, typed=head.typed)
    if near is None or route_of(near, case.rulebook).report_to == found.report_to:
        return found
    reason = f"“{found.unit}”不在单位目录中，但与{near.name}相近，请工作人员认定"
    return replace(found, channel=Channel.UNKNOWN, report_to=None, decided_by=near.source, reason=reason)


def _speaker(case: _Case) -> Claim | None:
    """The claim to believe: the weightiest that may decide, else a weak one that a name beside it confirms."""
    strong = [c for c in case.claims if c.is_strong and (c.entry or c.source not in (SEAL, ADDRESS, CASE))]
    strong = [c for c in strong if c.source != CONFIRMED or len(_confirmed_for(case)) == 1]
    believed = [c for c in strong if c.sure or all(_agree(c, other, case) for other in strong)]
    head = max(believed, key=lambda c: c.weight, default=None)
    if head is None or (not head.sure and head.entry and head.entry.reports_elsewhere):
        return _confirmed(case)
    if head.source in (REPORTER, ROWS) and (bureau := _consolidating_bureau(head, case)):
        return bureau
    return head


def _confirmed(case: _Case) -> Claim | None:
    """A unit's own domain, or a set of one city's units, under the name of that unit or of that city's bureau."""
    by_hand = {c.entry for c in case.claims if c.source in _NAMED_BY_HAND}
    weak = [c for c in case.claims if c.source in (DOMAIN, MANY_ROWS) and c.entry in by_hand]
    # Nobody is sent to another door on such evidence.
    return next((c for c in weak if c.entry and not c.entry.reports_elsewhere), None)


def _consolidating_bureau(head: Claim, case: _Case) -> Claim | None:
    """Without a letter, rows of a city's unit sent in the name of its bureau are the bureau's set."""
    city = head.entry.seat if head.entry else None
    if city is None and (found := city_of_unit(head.value, case.tables, case.rulebook)):
        city = found.name
    bureaus = [c for c in case.claims if c.entry and c.entry.is_bureau and c.entry.seat == city and c != head]
    named = [c for c in bureaus if c.source in _NAMING_A_BUREAU]
    sent_away = head.entry is None or head.entry.reports_elsewhere
    return max(named, key=lambda c: c.weight, default=None) if sent_away else None


def _against(head: Claim, case: _Case) -> Claim | None:
    """The weightiest claim that names somebody else than the speaker. A mailbox that was confirmed for several units,
    the speaker among them, names no other."""
    others = [c for c in case.claims if c.is_strong and c.sure and c != head and not _agree(head, c, case)]
    if any(_agree(head, c, case) for c in _confirmed_for(case)):
        others = [c for c in others if c.source != CONFIRMED]
    return max(others, key=lambda c: c.weight, default=None)


def _confirmed_for(case: _Case) -> list[Claim]:
    return [c for c in case.claims if c.source == CONFIRMED]


def _other_house(head: Claim, case: _Case) -> Claim | None:
    """The unit from whose own domain another unit's papers come, when nothing about the sender names that other: the
    wrong file may have been attached, or somebody speaks for a house that is not his."""
    by_sender = {ADDRESS, CONFIRMED, DOMAIN, DISPLAY, SIGNATURE, SUBJECT, CASE}
    if head.source not in (LETTER, SEAL, REPORTER, ROWS) or any(
        c.source in by_sender and c.entry and _agree(head, c, case) for c in case.claims
    ):
        return None
    return next((c for c in case.claims if c.source == DOMAIN and _is_foreign(head, c, case)), None)


def _other_set(head: Claim, case: _Case) -> Claim | None:
    """The bureau that sends its city's units in the form, beside the letter of a unit that is none of them: one of the
    two is the wrong file."""
    if head.source not in (LETTER, SEAL) or head.entry is None or head.entry.is_bureau:
        return None
    own = fold(head.entry.name)
    rows = next((c for c in case.claims if c.source == MANY_ROWS and c.entry), None)
    if rows is None or any(fold(name).startswith(own) for name in row_units(case.tables)):
        return None
    by_sender = {DOMAIN, DISPLAY, SIGNATURE, SUBJECT}
    return rows if any(c.source in by_sender and c.entry == rows.entry for c in case.claims) else None


def _second_set(head: Claim, case: _Case) -> Claim | None:
    """Another unit whose letter and rows came in one mail with those of a unit that reports for itself: one receipt for
    both would be wrong for either."""
    if head.entry is None or head.entry.is_bureau:
        return None
    named = {directory_of(case.rulebook).match(name) for name in row_units(case.tables)}
    others = (c for c in case.claims if c.source == OTHER_LETTER and c.entry and c.entry in named)
    return next((c for c in others if c.entry and not _related(head.entry, c.entry)), None)


def _is_foreign(head: Claim, house: Claim, case: _Case) -> bool:
    """Whether a domain is of other units alone. A bureau's is often its whole city government's: that tells nothing."""
    lines = directory_of(case.rulebook).at_domain(house.value)
    return not any(line.is_bureau or _carries_name(head, line) for line in lines)


def _carries_name(head: Claim, line: Entry) -> bool:
    if head.entry is None:
        return fold(head.value).startswith(fold(line.name))
    other_names = head.entry.unit.aliases if head.entry.unit else ()
    return _related(head.entry, line) or any(fold(name).startswith(fold(line.name)) for name in other_names)


def _agree(head: Claim, other: Claim, case: _Case) -> bool:
    if other.entry is None and other.source == CASE:
        telling = directory_of(case.rulebook).telling
        return head.entry is not None or is_same_misread(fold(other.value), fold(head.value), telling)
    if other.entry is None:
        return head.entry is not None or _same_door(head, other, case)
    if head.entry is None:
        return fold(head.value).startswith(fold(other.entry.name))  # its own office: asked as an unknown unit
    if head.entry == other.entry or _related(head.entry, other.entry):
        return True
    listed = other.source in (ROWS, REPORTER)
    return head.entry.is_bureau and listed and not other.entry.is_bureau and head.entry.seat == other.entry.seat


def _same_door(head: Claim, other: Claim, case: _Case) -> bool:
    """Two names that stand in no directory contradict only when they would be sent different ways."""
    one = route_unlisted(head.value, case.tables, case.rulebook)
    two = route_unlisted(other.value, case.tables, case.rulebook)
    return (one.channel, one.report_to) == (two.channel, two.report_to)


def _related(one: Entry, other: Entry) -> bool:
    """A unit and a body that carries its name: a university and its hospital."""
    names = sorted((fold(one.name), fold(other.name)), key=len)
    return names[1].startswith(names[0])


def _bureau_behind(route: Route, case: _Case) -> Claim | None:
    """A sign that the very bureau a unit would be sent to has sent this: then nobody is sent anywhere."""
    if route.channel is not Channel.VIA_CITY or route.report_to is None:
        return None
    bureau = directory_of(case.rulebook).match(route.report_to)
    signs = {DISPLAY, SIGNATURE, SUBJECT, OTHER_LETTER, ADDRESS, CONFIRMED}
    if fold(route.unit or "").endswith(_COMPANIES):
        signs.add(DOMAIN)
    return next((c for c in case.claims if c.entry == bureau and bureau and c.source in signs), None)


def _nobody(case: _Case) -> Route:
    seen = "、".join(dict.fromkeys(c.value for c in case.claims)) or None
    reason = f"只有{seen}，不足以认定单位" if seen else "没有可以认定单位的内容"
    return Route(Channel.UNKNOWN, reason=reason, evidence=tuple(c.as_evidence() for c in case.claims))
