"""Which case a mail belongs to: the same answer whether cases lie in the records or are walked through in memory."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from service.domain.judgement import CaseBeside, CaseSoFar, Channel
from service.records.standing import Standing


@dataclass(frozen=True, slots=True)
class Handle:
    """By what a mail may be recognised as part of a case."""

    campaign: str
    thread: tuple[str, ...]  # Message-IDs it answers or refers to, nearest first
    number: str | None  # case number in its subject
    sender: str | None  # lower-case addr-spec
    unit: str | None  # whom it speaks for, when that is clear
    shared_domain: bool  # the sender's domain is free mail, which makes nobody a colleague
    by_form_alone: bool = False  # nothing but the form names that unit
    rows_of: str | None = None  # the bureau whose city's units its form holds, when nothing names whose mail it is


@dataclass(frozen=True, slots=True)
class Found:
    """A case that a mail joins, and whether its thread (not only its unit) says so."""

    id: int
    case: CaseSoFar
    by_thread: bool


class Shelf(Protocol):
    """The cases of one campaign at a time, by what they may be known by. The newest, where several are."""

    def campaign_of(self, thread: Sequence[str]) -> str | None: ...

    def by_thread(self, thread: Sequence[str], campaign: str) -> Standing | None: ...
    def by_number(self, number: str, campaign: str) -> Standing | None: ...
    def by_unit(self, unit: str, campaign: str) -> Standing | None: ...
    def by_units(self, units: Collection[str], campaign: str) -> Sequence[Standing]: ...
    def by_sender(self, sender: str, campaign: str) -> Standing | None: ...
    def writers(self, case_id: int) -> frozenset[str]: ...
    def so_far(self, case: Standing) -> CaseSoFar: ...


def find(shelf: Shelf, handle: Handle) -> Found | None:
    """The case a mail joins; None when it begins a new one.

    The thread counts only for those who wrote in the case before, their colleagues, or who speaks for the
    same unit: a stranger who got hold of a number cannot change a case, but bring the form that a bureau owes.
    """
    threaded = _by_thread(shelf, handle)
    if threaded is not None and _may_join(shelf, threaded, handle):
        return Found(threaded.id, shelf.so_far(threaded), True)
    case = _by_unit(shelf, handle) or _by_sender(shelf, handle)
    return None if case is None else Found(case.id, shelf.so_far(case), False)


def links(shelf: Shelf, sender: str | None, units: Mapping[str, str | None]) -> Mapping[str, tuple[bool, ...]]:
    """The newest cases of a sender and of a unit, in each campaign: whether each is complete. units: by campaign whom
    the mail speaks for."""
    return {campaign: tuple(_standing_of(shelf, sender, unit, campaign)) for campaign, unit in units.items()}


def _standing_of(shelf: Shelf, sender: str | None, unit: str | None, campaign: str) -> Iterator[bool]:
    if sender is not None and (case := shelf.by_sender(sender, campaign)):
        yield case.complete
    if unit is not None and (case := shelf.by_unit(unit, campaign)):
        yield case.complete


def beside(shelf: Shelf, units: Collection[str], campaign: str, own: int | None) -> tuple[CaseBeside, ...]:
    """The cases of some units, without the one at hand, in the order of their beginning."""
    others = sorted((case for case in shelf.by_units(units, campaign) if case.id != own), key=lambda case: case.id)
    return tuple(_as_beside(case, shelf.so_far(case)) for case in others)


def _as_beside(case: Standing, held: CaseSoFar) -> CaseBeside:
    redirected = held.route.channel is Channel.VIA_CITY
    return CaseBeside(case.number, case.unit, redirected, case.first_received, held.tables)


def _by_thread(shelf: Shelf, handle: Handle) -> Standing | None:
    if handle.thread and (case := shelf.by_thread(handle.thread, handle.campaign)):
        return case
    return None if handle.number is None else shelf.by_number(handle.number, handle.campaign)


def _may_join(shelf: Shelf, case: Standing, handle: Handle) -> bool:
    if handle.unit is not None and case.unit is not None:
        if handle.unit == case.unit:
            return True
        if not handle.by_form_alone or _carries_name(handle.unit, case.unit):
            return False
        # Who answers us for one unit with nothing but another's form may have taken the wrong file: it is weighed
        # with the case, and a person is told, instead of asking the sender for that other unit's letter.
    known = shelf.writers(case.id)
    if handle.sender in known:
        return True
    domains = {address.rpartition("@")[2] for address in known}
    colleague = handle.sender is not None and handle.sender.rpartition("@")[2] in domains
    if colleague and not handle.shared_domain:
        return True
    # The form that a bureau still owes, from a mailbox nobody knows: it takes nothing from what is there.
    return handle.rows_of is not None and handle.rows_of == case.unit and not shelf.so_far(case).tables


def _carries_name(one: str, other: str) -> bool:
    """A university and its hospital: who reports for both is no stranger to either."""
    return one.startswith(other) or other.startswith(one)


def _by_unit(shelf: Shelf, handle: Handle) -> Standing | None:
    return None if handle.unit is None else shelf.by_unit(handle.unit, handle.campaign)


def _by_sender(shelf: Shelf, handle: Handle) -> Standing | None:
    """The sender's newest case, when either side does not say which unit it is."""
    case = None if handle.sender is None else shelf.by_sender(handle.sender, handle.campaign)
    return None if case is None or (case.unit is not None and handle.unit is not None) else case


def thread_of(in_reply_to: Sequence[str], references: Sequence[str]) -> tuple[str, ...]:
    """The Message-IDs a mail refers to, nearest first, at most 50."""
    ids = [*in_reply_to, *reversed(references)]
    return tuple(dict.fromkeys(ids))[:50]
