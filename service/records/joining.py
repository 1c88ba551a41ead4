"""Which case a mail belongs to."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Row, bindparam, select

from service.domain.judgement import CaseSoFar
from service.records.snapshots import holding_from
from service.records.tables import Case, Mail, Outgoing, Version

_case = Case.__table__  # type: ignore[attr-defined]
_mail = Mail.__table__  # type: ignore[attr-defined]
_outbox = Outgoing.__table__  # type: ignore[attr-defined]
_version = Version.__table__  # type: ignore[attr-defined]

# Built once: building a statement costs as much as executing it.
_OF_CAMPAIGN = _case.c.campaign == bindparam("campaign")
_BY_THREAD = tuple(
    select(_case)
    .join(known, known.c.case_id == _case.c.id)
    .where(known.c.message_id.in_(bindparam("thread", expanding=True)), _OF_CAMPAIGN)
    .limit(1)
    for known in (_outbox, _mail)
)
_BY_NUMBER = select(_case).where(_case.c.number == bindparam("number"), _OF_CAMPAIGN)
_BY_UNIT = select(_case).where(_OF_CAMPAIGN, _case.c.unit == bindparam("unit")).order_by(_case.c.id.desc()).limit(1)
_BY_SENDER = (
    select(_case)
    .join(_mail, _mail.c.case_id == _case.c.id)
    .where(_OF_CAMPAIGN, _mail.c.sender == bindparam("sender"))
    .order_by(_case.c.id.desc())
    .limit(1)
)
_WRITERS = select(_mail.c.sender).where(_mail.c.case_id == bindparam("case"), _mail.c.sender.is_not(None)).distinct()
_NEWEST = (
    select(_version.c.holding).where(_version.c.case_id == bindparam("case")).order_by(_version.c.seq.desc()).limit(1)
)


@dataclass(frozen=True, slots=True)
class Handle:
    """By what a mail may be recognised as part of a case."""

    campaign: str
    thread: tuple[str, ...]  # Message-IDs it answers or refers to
    number: str | None  # case number in its subject
    sender: str | None  # lower-case addr-spec
    unit: str | None  # whom it speaks for, when that is clear
    shared_domain: bool  # the sender's domain is free mail, which makes nobody a colleague
    by_form_alone: bool = False  # nothing but the form names that unit


@dataclass(frozen=True, slots=True)
class Found:
    """A case that a mail joins, and whether its thread (not only its unit) says so."""

    id: int
    case: CaseSoFar
    by_thread: bool


def find(connection: Connection, handle: Handle) -> Found | None:
    """The case a mail joins; None when it begins a new one.

    The thread counts only for those who wrote in the case before, their colleagues, or who speaks for the
    same unit: a stranger who got hold of a number cannot change a case.
    """
    threaded = _by_thread(connection, handle)
    if threaded is not None and _may_join(connection, threaded, handle):
        return Found(threaded.id, so_far(connection, threaded), True)
    row = _by_unit(connection, handle) or _by_sender(connection, handle)
    return None if row is None else Found(row.id, so_far(connection, row), False)


def _by_thread(connection: Connection, handle: Handle) -> Row[tuple[object, ...]] | None:
    for query in _BY_THREAD if handle.thread else ():
        if row := connection.execute(query, {"thread": handle.thread, "campaign": handle.campaign}).first():
            return row
    if handle.number is None:
        return None
    return connection.execute(_BY_NUMBER, {"number": handle.number, "campaign": handle.campaign}).first()


def _may_join(connection: Connection, case: Row[tuple[object, ...]], handle: Handle) -> bool:
    if handle.unit is not None and isinstance(case.unit, str):
        if handle.unit == case.unit:
            return True
        if not handle.by_form_alone or _carries_name(handle.unit, case.unit):
            return False
        # Who answers us for one unit with nothing but another's form may have taken the wrong file: it is weighed
        # with the case, and a person is told, instead of asking the sender for that other unit's letter.
    known = addresses(connection, case.id)
    if handle.sender in known:
        return True
    domains = {address.rpartition("@")[2] for address in known}
    colleague = handle.sender is not None and handle.sender.rpartition("@")[2] in domains
    return colleague and not handle.shared_domain


def _carries_name(one: str, other: str) -> bool:
    """A university and its hospital: who reports for both is no stranger to either."""
    return one.startswith(other) or other.startswith(one)


def _by_unit(connection: Connection, handle: Handle) -> Row[tuple[object, ...]] | None:
    if handle.unit is None:
        return None
    return connection.execute(_BY_UNIT, {"campaign": handle.campaign, "unit": handle.unit}).first()


def _by_sender(connection: Connection, handle: Handle) -> Row[tuple[object, ...]] | None:
    """The sender's newest case, when either side does not say which unit it is."""
    if handle.sender is None:
        return None
    row = connection.execute(_BY_SENDER, {"campaign": handle.campaign, "sender": handle.sender}).first()
    if row is None or (row.unit is not None and handle.unit is not None):
        return None
    return row


def addresses(connection: Connection, case_id: int) -> frozenset[str]:
    """Everyone who wrote in a case."""
    return frozenset(connection.execute(_WRITERS, {"case": case_id}).scalars())


def so_far(connection: Connection, row: Row[tuple[object, ...]]) -> CaseSoFar:
    """What a case holds after its newest version."""
    holding = holding_from(connection.execute(_NEWEST, {"case": row.id}).scalar_one())
    return CaseSoFar(
        number=row.number,
        route=holding.route,
        letter=holding.letter,
        letter_mail=holding.letter_mail,
        tables=holding.tables,
        table_mails=holding.table_mails,
        addresses=addresses(connection, row.id),
        versions=row.versions,
        first_received=row.first_received,
        on_time=row.on_time,
        complete=row.complete,
    )


def thread_of(in_reply_to: Sequence[str], references: Sequence[str]) -> tuple[str, ...]:
    """The Message-IDs a mail refers to, nearest first, at most 50."""
    ids = [*in_reply_to, *reversed(references)]
    return tuple(dict.fromkeys(ids))[:50]
