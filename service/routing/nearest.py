"""The nearest miss: which one thing, had it been otherwise, would have led to another route. Told to staff and admins,
decides nothing."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from service.domain.judgement import Channel, Route
from service.domain.rules import RoutingRule, Rulebook
from service.domain.submission import Submission, Table
from service.routing.conditions import facts_of, unmet
from service.routing.directory import Entry, directory_of
from service.routing.unlisted import city_of_unit

_ALIKE = 0.6  # from how alike a name of the directory is worth telling
_SHOWN = 3  # domains that are named


def near_miss(found: Route, submission: Submission, tables: Sequence[Table], rulebook: Rulebook) -> str:
    """One Chinese sentence, "" when nothing was near: 规则“…”（routing.toml:12）差一项：所在地市应已知，实为不明."""
    return next(_misses(found, submission, tables, rulebook), "")


def _misses(found: Route, submission: Submission, tables: Sequence[Table], rulebook: Rulebook) -> Iterator[str]:
    if found.unit is None:
        yield from _unnamed(found, rulebook)
    elif found.known:
        yield from _unregistered(found, submission, rulebook)
    else:
        yield from _unfitting_rules(found.unit, found, tables, rulebook)
        if near := directory_of(rulebook).near(found.unit, _ALIKE, typed=True):
            yield f"{_line(near)}差一项：名称应为“{near.name}”，实为“{found.unit}”"


def _unnamed(found: Route, rulebook: Rulebook) -> Iterator[str]:
    """A domain alone: the name is what lacks."""
    for item in found.evidence:
        entry = directory_of(rulebook).match(item.unit)
        if item.source == "domain" and entry:
            yield f"{_line(entry)}差一项：报送函落款或填报单位应为“{entry.name}”，实为没有写明"


def _unregistered(found: Route, submission: Submission, rulebook: Rulebook) -> Iterator[str]:
    """A listed unit that wrote from another house."""
    entry, sender = directory_of(rulebook).match(found.unit), submission.envelope.sender
    if entry is None or sender is None or found.sender_is_registered or found.sender_is_confirmed:
        return
    line = entry.unit or rulebook.city(entry.seat)
    if line and (line.domains or line.addresses):
        wanted = "、".join((*line.domains, *line.addresses)[:_SHOWN])
        kind = "域名" if line.domains else "邮箱"
        yield f"{_line(entry)}差一项：{kind}应为{wanted}，实为{sender.domain if line.domains else sender.address}"


def _unfitting_rules(unit: str, found: Route, tables: Sequence[Table], rulebook: Rulebook) -> Iterator[str]:
    """The rules that would have come first and led elsewhere but for one condition, the most telling before others."""
    facts = facts_of(unit, city_of_unit(unit, tables, rulebook), rulebook)
    above = list(takewhile(lambda rule: rule.source != found.decided_by, rulebook.routing_rules))
    elsewhere = (rule for rule in above if (rule.channel or Channel.UNKNOWN) is not found.channel)
    lacking = ((rule, list(unmet(rule, facts))) for rule in elsewhere)
    for rule, (lack,) in sorted(((r, ls) for r, ls in lacking if len(ls) == 1), key=lambda pair: pair[1][0].rank):
        yield f"{_rule(rule)}差一项：{lack.asks}{f'，实为“{unit}”' if lack.of_name else ''}"


def _rule(rule: RoutingRule) -> str:
    return f"规则“{rule.name}”（{rule.source}）"


def _line(entry: Entry) -> str:
    return f"{entry.source}“{entry.name}”"
