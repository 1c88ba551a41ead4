"""Reading the records: cases, stories, a day's sums. Plain frozen values; nothing here writes."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Integer, Row, Select, cast, func, or_, select

from service.domain.judgement import Decision
from service.records.snapshots import Holding, decision_from, holding_from
from service.records.tables import Case, Event, Mail, Outgoing, Sighting, Version

_case = Case.__table__  # type: ignore[attr-defined]
_event = Event.__table__  # type: ignore[attr-defined]
_mail = Mail.__table__  # type: ignore[attr-defined]
_outbox = Outgoing.__table__  # type: ignore[attr-defined]
_sighting = Sighting.__table__  # type: ignore[attr-defined]
_version = Version.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class MailView:
    """One mail in or out of a case."""

    direction: str  # in, out
    message_id: str | None
    at: datetime
    sha256: str | None
    template: str | None  # of ours
    state: str  # judged, duplicate, quarantined, archived; pending, sent, parked, …
    subject: str
    sender: str | None = None
    decision: Decision | None = None
    reason: str = ""
    letter: int | None = None  # the number of a letter of ours: 信17
    campaign: str = ""


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case as it stands."""

    id: int
    number: str
    campaign: str
    unit: str | None
    city: str | None
    channel: str
    state: str
    on_time: bool
    complete: bool
    first_received: datetime
    updated: datetime
    versions: int


@dataclass(frozen=True, slots=True)
class VersionView:
    seq: int
    mail_sha256: str
    verdict: str
    at: datetime
    holding: Holding


@dataclass(frozen=True, slots=True)
class EventView:
    at: datetime
    what: str
    detail: str


class Views:
    """Questions people ask of the records."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def _read(self) -> Connection:
        return self.engine.connect().execution_options(reading=True)

    def cases(self, campaign: str | None = None) -> list[CaseView]:
        """Every case, by number."""
        query = select(_case).order_by(_case.c.id)
        if campaign is not None:
            query = query.where(_case.c.campaign == campaign)
        with self._read() as connection:
            return [_case_view(row) for row in connection.execute(query)]

    def case(self, number: str) -> CaseView | None:
        with self._read() as connection:
            row = connection.execute(select(_case).where(_case.c.number == number)).first()
        return None if row is None else _case_view(row)

    def case_by_id(self, case_id: int) -> CaseView | None:
        with self._read() as connection:
            row = connection.execute(select(_case).where(_case.c.id == case_id)).first()
        return None if row is None else _case_view(row)

    def versions(self, case_id: int) -> list[VersionView]:
        """Every version of a case, oldest first."""
        query = select(_version).where(_version.c.case_id == case_id).order_by(_version.c.seq)
        with self._read() as connection:
            return [
                VersionView(row.seq, row.mail_sha256, row.verdict, row.at, holding_from(row.holding))
                for row in connection.execute(query)
            ]

    def newest(self, case_id: int) -> VersionView | None:
        query = select(_version).where(_version.c.case_id == case_id).order_by(_version.c.seq.desc()).limit(1)
        with self._read() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        return VersionView(row.seq, row.mail_sha256, row.verdict, row.at, holding_from(row.holding))

    def mails(self, case_id: int) -> list[MailView]:
        """The mails in and out of a case, in order of time."""
        with self._read() as connection:
            into = [_mail_view(r) for r in connection.execute(select(_mail).where(_mail.c.case_id == case_id))]
            out = [_letter_view(r) for r in connection.execute(_letters().where(_outbox.c.case_id == case_id))]
        return sorted([*into, *out], key=lambda m: (m.at, m.direction))

    def mail(self, ident: str) -> MailView | None:
        """A mail by its Message-ID (with or without <>), or the beginning of its SHA-256 (8 digits or more)."""
        bare = f"<{ident.strip('<>')}>"
        query = select(_mail).where(
            or_(_mail.c.message_id.in_([ident, bare]), _mail.c.sha256.startswith(ident if len(ident) >= 8 else "-"))
        )
        with self._read() as connection:
            row = connection.execute(query.order_by(_mail.c.received).limit(1)).first()
        return None if row is None else _mail_view(row)

    def mails_from(self, sender: str) -> list[MailView]:
        """The mails of an address, in order of arrival."""
        query = select(_mail).where(_mail.c.sender == sender.lower()).order_by(_mail.c.received)
        with self._read() as connection:
            return [_mail_view(row) for row in connection.execute(query)]

    def case_of_mail(self, sha256: str) -> CaseView | None:
        query = select(_case).join(_mail, _mail.c.case_id == _case.c.id).where(_mail.c.sha256 == sha256)
        with self._read() as connection:
            row = connection.execute(query).first()
        return None if row is None else _case_view(row)

    def story(self, *, sha256: str | None = None, case_id: int | None = None) -> list[EventView]:
        """What happened to a mail or a case, line by line."""
        where = _event.c.mail_sha256 == sha256 if case_id is None else _event.c.case_id == case_id
        with self._read() as connection:
            rows = connection.execute(select(_event).where(where).order_by(_event.c.id)).all()
        return [EventView(row.at, row.what, row.detail) for row in rows]

    def judged_between(self, start: datetime, end: datetime) -> list[MailView]:
        """Mails whose verdict, or quarantine, was recorded in [start, end)."""
        query = select(_mail).where(_mail.c.judged_at >= start, _mail.c.judged_at < end).order_by(_mail.c.judged_at)
        with self._read() as connection:
            return [_mail_view(row) for row in connection.execute(query)]

    def in_state(self, state: str) -> list[MailView]:
        """Every mail in a state, oldest arrival first."""
        with self._read() as connection:
            rows = connection.execute(select(_mail).where(_mail.c.state == state).order_by(_mail.c.received))
            return [_mail_view(row) for row in rows]

    def letters(self, states: Sequence[str]) -> list[MailView]:
        """Letters in these outbox states, oldest first."""
        query = _letters().where(_outbox.c.state.in_(states)).order_by(_outbox.c.id)
        with self._read() as connection:
            return [_letter_view(row) for row in connection.execute(query)]

    def letter_counts(self, start: datetime, end: datetime, owns: Callable[[str], bool]) -> Counter[str]:
        """Letters by state among those created in [start, end), and how many of them went twice ("resent"). owns: of
        which campaigns."""
        query = (
            select(_outbox.c.campaign, _outbox.c.state, func.count(), func.sum(cast(_outbox.c.resent, Integer)))
            .where(_outbox.c.created >= start, _outbox.c.created < end)
            .group_by(_outbox.c.campaign, _outbox.c.state)
        )
        counts: Counter[str] = Counter()
        with self._read() as connection:
            for campaign, state, count, resent in connection.execute(query):
                if owns(campaign):
                    counts.update({state: count, "resent": int(resent or 0)})
        return counts

    def told_between(self, what: str, start: datetime, end: datetime) -> list[EventView]:
        """Every line of that kind in any story, in [start, end)."""
        query = select(_event).where(_event.c.what == what, _event.c.at >= start, _event.c.at < end)
        with self._read() as connection:
            rows = connection.execute(query.order_by(_event.c.id)).all()
        return [EventView(row.at, row.what, row.detail) for row in rows]

    def held_between(self, start: datetime, end: datetime) -> list[EventView]:
        """When, in [start, end), letters began to wait because too many had left."""
        return self.told_between("held", start, end)

    def not_taken(self) -> list[tuple[str, str]]:
        """Places whose mail could not be fetched, and why."""
        query = select(_sighting).where(_sighting.c.sha256.is_(None)).order_by(_sighting.c.id)
        with self._read() as connection:
            return [(f"{r.account}/{r.folder}/{r.uidvalidity}/{r.uid}", r.note) for r in connection.execute(query)]

    def sightings(self, account: str, folder: str, uidvalidity: int) -> dict[int, str]:
        """UID -> verdict (or the state, for mails without one) of everything seen in a folder."""
        query = (
            select(_sighting.c.uid, _mail.c.verdict, _mail.c.state)
            .outerjoin(_mail, _mail.c.sha256 == _sighting.c.sha256)
            .where(
                _sighting.c.account == account,
                _sighting.c.folder == folder,
                _sighting.c.uidvalidity == uidvalidity,
            )
        )
        with self._read() as connection:
            rows = connection.execute(query).all()
        return {row.uid: row.verdict or row.state or "not_taken" for row in rows}


def _letters() -> Select[Any]:
    columns = [c for c in _outbox.c if c.name != "content"]
    return select(*columns)


def _case_view(row: Row[tuple[object, ...]]) -> CaseView:
    return CaseView(
        row.id,
        row.number,
        row.campaign,
        row.unit,
        row.city,
        row.channel,
        row.state,
        row.on_time,
        row.complete,
        row.first_received,
        row.updated,
        row.versions,
    )


def _mail_view(row: Row[tuple[object, ...]]) -> MailView:
    decision = decision_from(row.decision) if row.decision else None
    return MailView(
        "in", row.message_id, row.received, row.sha256, None, row.state, row.subject, row.sender, decision,
        row.problem, campaign=row.campaign,
    )  # fmt: skip


def _letter_view(row: Row[tuple[object, ...]]) -> MailView:
    return MailView(
        "out",
        row.message_id,
        row.sent_at or row.created,
        row.mail_sha256,
        row.letter,
        row.state,
        row.subject,
        None,
        None,
        row.reason,
        row.id,
        row.campaign,
    )
