"""From what `rules trial --json` prints to what admins are told."""

from collections.abc import Iterator, Mapping
from typing import Any

from service.amending.proposal import Proposal
from service.domain.amendments import Decided, Trial, TriedMail
from service.domain.rules import Rulebook
from service.records.changes import RuleChange


def trial_of(
    result: Mapping[str, Any], proposal: Proposal, change: RuleChange, token: str, book: Rulebook, *, writable: bool
) -> Trial:
    """book: the rules as the change makes them."""
    return Trial(
        by=change.by,
        token=token,
        files=tuple(proposal.changed),
        differences=proposal.differences,
        mails=result["mails"],
        changed=tuple(_mail(item, book) for item in result["changed"]),
        findings=result["other_findings"],
        moved=len(result["moved"]),
        as_read=result["as_read"],
        unread=result["unread"],
        idle=tuple(_idle(result, book)) if "routing.toml" in proposal.changed else (),
        warnings=proposal.warnings,
        unknown=proposal.unknown,
        writable=writable,
        again=change.trial > 0,
    )


def _mail(item: Mapping[str, Any], book: Rulebook) -> TriedMail:
    return TriedMail(item["case"] or "", item["subject"], _decided(item["before"]), _decided(item["after"], book))


def _decided(item: Mapping[str, Any], book: Rulebook | None = None) -> Decided:
    """The deciding line, with its rule's name where it is known."""
    line = item["decided_by"]
    name = next((rule.name for rule in book.routing_rules if rule.source == line), "") if book else ""
    return Decided(item["verdict"], item["route"], item["unit"] or "", f"{line}“{name}”" if name else line)


def _idle(result: Mapping[str, Any], book: Rulebook) -> Iterator[str]:
    lines = {*result["dead_rules"], *result["shadowed"]}
    yield from (f"{rule.source}“{rule.name}”" for rule in book.routing_rules if rule.source in lines)
