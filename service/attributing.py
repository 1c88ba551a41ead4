"""Finds the campaign of each mail, and its reading by that campaign's rules, before anything else is asked of it.

One campaign's reading is enough as a rule; the others read a mail only where it leaves open whose form it brings.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from service import routing
from service.domain.campaigns import Links, Sign, Whose
from service.domain.orders import Ruling
from service.domain.rules import Rulebook
from service.domain.submission import Submission
from service.records.joining import thread_of
from service.replies.identity import our_case_number
from service.routing.campaigns import names_of, needs_all, prefix_of, staffed_by, whose

if TYPE_CHECKING:  # they bring a database along, which `explain` does without
    from service.parts import Campaigns, Parts

Read = Callable[[str], Submission | None]
"""Reads a mail by a campaign's rules; None when it cannot be read."""
_WEAKEST = frozenset({Sign.DEADLINE, Sign.NONE})


class Linked(Protocol):
    """What is known of earlier mails: the records, or a walk through the archive under other rules."""

    def campaign_of_thread(self, thread: Sequence[str]) -> str | None: ...
    def cases_of(self, sender: str | None, units: Mapping[str, str | None]) -> Mapping[str, tuple[bool, ...]]: ...


class NothingKnown:
    """No earlier mail."""

    def campaign_of_thread(self, thread: Sequence[str]) -> str | None:  # noqa: ARG002
        return None

    def cases_of(self, sender: str | None, units: Mapping[str, str | None]) -> Mapping[str, tuple[bool, ...]]:  # noqa: ARG002
        return {}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A campaign that a mail may be of."""

    rulebook: Rulebook
    read: Read


@dataclass(frozen=True, slots=True)
class Attributed:
    """A mail as its campaign reads it. place: of that campaign among the candidates; whose: None for the only one."""

    place: int
    submission: Submission
    whose: Whose | None


def candidates_of(campaigns: "Campaigns") -> tuple[Candidate, ...]:
    return tuple(Candidate(parts.rules.rulebook, parts.read) for parts in campaigns)


def of_its_case(parts: "Parts") -> Whose | None:
    """Of a mail whose case is this campaign's, judged again."""
    campaign = parts.rules.rulebook.campaign
    return Whose(campaign.number_prefix, campaign.title, Sign.STAFF, "报送件是本活动的") if parts.scope.others else None


def attribute(
    sha256: str, received: datetime, candidates: Sequence[Candidate], known: Linked, ruling: Ruling | None = None
) -> Attributed | None:
    """The campaign of a mail. None when it cannot be read. The same mail, rules and earlier mails give the same."""
    if len(candidates) == 1:
        submission = candidates[0].read(sha256)
        return None if submission is None else Attributed(0, submission, None)
    books = {prefix_of(candidate.rulebook): candidate for candidate in candidates}
    if ruling is not None and ruling.campaign in books:
        title = books[ruling.campaign].rulebook.campaign.title
        found: Whose | None = Whose(ruling.campaign, title, Sign.STAFF, "工作人员归入")
    else:
        found = _found(sha256, received, books, known)
    submission = books[found.campaign].read(sha256) if found else None
    if found is None or submission is None:
        return None
    return Attributed(list(books).index(found.campaign), submission, found)


def _found(sha256: str, received: datetime, books: Mapping[str, Candidate], known: Linked) -> Whose | None:
    names = names_of(tuple(candidate.rulebook for candidate in books.values()))
    first, candidate = next(iter(books.items()))
    reading = candidate.read(sha256)
    if reading is None:
        return None
    links = _links(reading, books, known)
    staff = staffed_by(names.books, reading)
    readings = {first: reading}
    if not staff and needs_all(names, reading):
        for prefix, other in books.items():
            if prefix != first and (read := other.read(sha256)) is not None:
                readings[prefix] = read
    found = whose(names, readings, links, received, staff)
    if found.sign not in _WEAKEST:
        return found
    return whose(names, readings, _with_cases(links, readings, reading, books, known), received, staff)


def _links(reading: Submission, books: Mapping[str, Candidate], known: Linked) -> Links:
    envelope = reading.envelope
    thread = (*thread_of(envelope.in_reply_to, envelope.references), *reading.report.message_ids)
    numbers = frozenset(prefix for prefix in books if our_case_number(envelope.subject, prefix))
    return Links(known.campaign_of_thread(thread) if thread else None, numbers)


def _with_cases(
    links: Links,
    readings: Mapping[str, Submission],
    reading: Submission,
    books: Mapping[str, Candidate],
    known: Linked,
) -> Links:
    sender = reading.envelope.sender
    units = {
        prefix: routing.who_speaks(readings.get(prefix, reading), candidate.rulebook).unit
        for prefix, candidate in books.items()
    }
    cases = known.cases_of(sender.address.lower() if sender else None, units)
    return replace(
        links,
        open=frozenset(prefix for prefix, found in cases.items() if not all(found)),
        known=frozenset(prefix for prefix, found in cases.items() if found),
    )
