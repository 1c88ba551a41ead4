"""The cases of the records, looked up inside one transaction."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, Row, bindparam, select

from service.domain.judgement import CaseSoFar
from service.records.snapshots import holding_from, so_far
from service.records.standing import Standing
from service.records.tables import Case, Mail, Outgoing, Version

_case = Case.__table__  # type: ignore[attr-defined]
_mail = Mail.__table__  # type: ignore[attr-defined]
_outbox = Outgoing.__table__  # type: ignore[attr-defined]
_version = Version.__table__  # type: ignore[attr-defined]

# Built once: building a statement costs as much as executing it.
_OF_CAMPAIGN = _case.c.campaign == bindparam("campaign")
_BY_THREAD = tuple(
    select(_case, known.c.message_id)
    .join(known, known.c.case_id == _case.c.id)
    .where(known.c.message_id.in_(bindparam("thread", expanding=True)), _OF_CAMPAIGN)
    .order_by(_case.c.id)
    for known in (_outbox, _mail)
)
_WHOSE = (
    select(_outbox.c.message_id, _outbox.c.campaign).where(
        _outbox.c.message_id.in_(bindparam("thread", expanding=True)), _outbox.c.campaign != ""
    ),
    select(_mail.c.message_id, _case.c.campaign)
    .join(_case, _case.c.id == _mail.c.case_id)
    .where(_mail.c.message_id.in_(bindparam("thread", expanding=True)))
    .order_by(_case.c.id),
)
_BY_NUMBER = select(_case).where(_case.c.number == bindparam("number"), _OF_CAMPAIGN)
_BY_UNIT = select(_case).where(_OF_CAMPAIGN, _case.c.unit == bindparam("unit")).order_by(_case.c.id.desc()).limit(1)
_BY_UNITS = select(_case).where(_OF_CAMPAIGN, _case.c.unit.in_(bindparam("units", expanding=True))).order_by(_case.c.id)
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

_AT_ONCE = 500  # names in one query


class Recorded:
    """A `joining.Shelf` over the records."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def campaign_of(self, thread: Sequence[str]) -> str | None:
        """The campaign of the nearest of a thread that is a letter of ours or a mail of a case."""
        rows = [row for query in _WHOSE for row in self._connection.execute(query, {"thread": thread})]
        nearest = min(rows, key=lambda row: thread.index(row.message_id), default=None)
        return None if nearest is None else str(nearest.campaign)

    def by_thread(self, thread: Sequence[str], campaign: str) -> Standing | None:
        """By our letters first, then by mails; by the nearest of the thread."""
        for query in _BY_THREAD:
            rows = self._connection.execute(query, {"thread": thread, "campaign": campaign}).all()
            if rows:
                return _standing(min(rows, key=lambda row: thread.index(row.message_id)))
        return None

    def by_number(self, number: str, campaign: str) -> Standing | None:
        return _or_none(self._connection.execute(_BY_NUMBER, {"number": number, "campaign": campaign}).first())

    def by_unit(self, unit: str, campaign: str) -> Standing | None:
        return _or_none(self._connection.execute(_BY_UNIT, {"unit": unit, "campaign": campaign}).first())

    def by_units(self, units: Collection[str], campaign: str) -> Sequence[Standing]:
        """The newest case of each of some units."""
        names = sorted(units)
        parts = [names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE)]
        rows = (
            row for part in parts for row in self._connection.execute(_BY_UNITS, {"units": part, "campaign": campaign})
        )
        return list({row.unit: _standing(row) for row in rows}.values())

    def by_sender(self, sender: str, campaign: str) -> Standing | None:
        return _or_none(self._connection.execute(_BY_SENDER, {"sender": sender, "campaign": campaign}).first())

    def writers(self, case_id: int) -> frozenset[str]:
        """Everyone who wrote in a case."""
        return frozenset(self._connection.execute(_WRITERS, {"case": case_id}).scalars())

    def so_far(self, case: Standing) -> CaseSoFar:
        """What a case holds after its newest version."""
        holding = holding_from(self._connection.execute(_NEWEST, {"case": case.id}).scalar_one())
        return so_far(case, holding, self.writers(case.id))


def _standing(row: Row[tuple[object, ...]]) -> Standing:
    return Standing(row.id, row.number, row.unit, row.versions, row.first_received, row.on_time, row.complete)


def _or_none(row: Row[tuple[object, ...]] | None) -> Standing | None:
    return None if row is None else _standing(row)
