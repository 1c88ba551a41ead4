"""routing.toml: the weights of evidence and the ordered rules for units that stand in no directory."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from service.domain.judgement import Channel
from service.domain.rules import RoutingRule, Weights
from service.rulebook.addresses import fault_of_address, fault_of_domain, split
from service.rulebook.problems import shorten
from service.rulebook.sections import Document, Section

_STAFF: Final = "staff"
_CHANNELS: Final = [Channel.VIA_CITY.value, Channel.DIRECT_UNIT.value, Channel.CITY_BUREAU.value, _STAFF]
_SOURCES: Final[Mapping[str, float]] = {
    "letter_signer": 1.0,
    "seal": 0.8,
    "form_reporter": 0.7,
    "form_rows": 0.6,
    "address": 0.6,
    "confirmed_mailbox": 0.55,
    "case": 0.5,
    "domain": 0.3,
    "signature_block": 0.2,
    "display_name": 0.15,
    "free_mail": 0.5,  # a factor, not a source: for addresses anybody can have
    "shared_domain": 0.5,  # a factor: for domains of several units
    "shared_mailbox": 0.5,  # a factor: for mailboxes that were confirmed for several units
}


@dataclass(frozen=True, slots=True)
class Routing:
    """What routing.toml says."""

    weights: Weights
    rules: tuple[RoutingRule, ...]  # in the order they are tried
    forbidden: Mapping[str, str]


def read_routing(document: Document) -> Routing:
    """Weights by source, the rules in the order they are tried, and who is not answered."""
    root = document.root()
    weighing, match = root.section("weights"), root.section("match")
    weights = Weights(
        by_source={source: weighing.share(source, usual) for source, usual in _SOURCES.items()},
        name_match=match.share("name_match", 0.88),
        margin=match.share("margin", 0.06),
    )
    sections = root.sections("rule")
    rules = tuple(_rule(section) for section in sections)
    _refuse_dead(sections, rules)
    senders = root.section("senders")
    forbidden = _forbidden(senders)
    for section in (weighing, match, senders, root):
        section.close()
    return Routing(weights, rules, forbidden)


def _forbidden(senders: Section) -> dict[str, str]:
    """Addresses and domains, each with its line."""
    found: dict[str, str] = {}
    for written in senders.texts("forbidden"):
        for name in (one.lstrip("@") for one in split([written])):
            fault = fault_of_address(name) if "@" in name else fault_of_domain(name)
            if fault:
                todo = "请写完整的邮箱或域名，例如 someone@example.cn"
                senders.problem("forbidden", f"“{shorten(name)}”{fault}", todo, written)
            else:
                members = senders.values["forbidden"]
                index = members.index(written) if isinstance(members, list) and written in members else 0
                line = senders.document.line_of((*senders.path, "forbidden", index))
                found[name] = f"{senders.document.name}:{line}"
    return found


def _rule(section: Section) -> RoutingRule:
    channel = section.word("channel", _CHANNELS, _STAFF) if section.has("channel") else _no_channel(section)
    rule = RoutingRule(
        name=section.text("name", required=True),
        channel=None if channel == _STAFF else Channel(channel),
        reason=section.text("reason", required=True),
        name_prefixes=section.texts("name_prefixes"),
        name_suffixes=section.texts("name_suffixes"),
        name_contains=section.texts("name_contains"),
        name_excludes=section.texts("name_excludes"),
        starts_with_city=section.flag("starts_with_city"),
        starts_with_district=section.flag("starts_with_district"),
        names_city=section.flag("names_city"),
        starts_with_province=section.flag("starts_with_province"),
        in_seat_city=section.flag("in_seat_city"),
        city_known=section.flag("city_known"),
        source=f"{section.document.name}:{section.line}",
    )
    if rule.channel is not None and _asks_nothing(rule):
        section.problem("channel", "没有任何条件，会把所有不认识的单位都这样答复", '请写条件，或写 channel = "staff"')
    section.close()
    return rule


def _no_channel(section: Section) -> str:
    section.problem("channel", "缺少这一项", f"请写 {'、'.join(_CHANNELS)} 之一")
    return _STAFF


def _asks_nothing(rule: RoutingRule) -> bool:
    bare = RoutingRule(rule.name, rule.channel, rule.reason, name_excludes=rule.name_excludes, source=rule.source)
    return rule == bare


def _refuse_dead(sections: list[Section], rules: tuple[RoutingRule, ...]) -> None:
    """Two rules of one name, two of the same conditions, and whatever stands after a rule without any."""
    by_name: dict[str, Section] = {}
    by_conditions: dict[RoutingRule, Section] = {}
    for index, (section, rule) in enumerate(zip(sections, rules, strict=True)):
        first = by_name.setdefault(rule.name, section)
        if first is not section:
            section.problem("name", f"“{rule.name}”与第{first.line}行的规则同名", "请改名")
        twin = by_conditions.setdefault(replace(rule, name="", channel=None, reason="", source=""), section)
        if twin is not section:
            section.problem("name", f"条件与第{twin.line}行的规则完全相同，永远轮不到", "请删去一条")
        if _asks_nothing(rule) and not rule.name_excludes and index + 1 < len(rules):
            section.problem("name", "没有任何条件，后面的规则永远轮不到", "请移到最后，或写上条件")
