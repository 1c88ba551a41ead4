"""What an older database still tells, carried into records that are made anew from the archive.

Facts are carried as they are: arrival times, places seen, letters with their bytes and fate, stories, notes, mailboxes
that staff confirmed. Verdicts, cases and versions are not: those are made again.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Table, create_engine, delete, func, insert, inspect, select, text, update
from sqlalchemy.exc import DatabaseError

from service.domain.orders import Ruling
from service.domain.outgoing import OutgoingLetter
from service.errors import DatabaseUnusable
from service.records import rulings, superseding
from service.records.engine import HEAD
from service.records.files import flaw_of, side_files
from service.records.ledger import tell
from service.records.tables import Case, ConfirmedMailbox, Counter, Event, Mail, Note, Outgoing, Sighting

_case = Case.__table__  # type: ignore[attr-defined]
_confirmed = ConfirmedMailbox.__table__  # type: ignore[attr-defined]
_counter = Counter.__table__  # type: ignore[attr-defined]
_event = Event.__table__  # type: ignore[attr-defined]
_mail = Mail.__table__  # type: ignore[attr-defined]
_note = Note.__table__  # type: ignore[attr-defined]
_outbox = Outgoing.__table__  # type: ignore[attr-defined]
_sighting = Sighting.__table__  # type: ignore[attr-defined]

_PLACE = "<numbers.taken>"
_VERSION = text("SELECT version_num FROM alembic_version")
REBUILT = "台账曾由存档重建，不能确定这封信是否已经发出"
"""Why a letter waits for staff that the older database does not know as sent."""
_SETTLED = frozenset({"judged", "duplicate", "quarantined"})
_RULED = "ruled"
_FINAL = frozenset({"sent", "bounced", "parked", "superseded", "discarded"})
"""States in which no letter leaves by itself; a draft waits for staff already."""

_Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OldMail:
    """A mail with what the older database told of it."""

    sha256: str
    size: int
    received: datetime
    state: str
    attempts: int
    problem: str
    subject: str
    decision: str  # JSON; "" when it has none of its own
    judged_at: datetime | None  # the first time
    number: str | None  # its case's
    ruling: Ruling | None = None  # what staff decided about it
    ruled_at: datetime | None = None  # and when, if that was after it was judged


@dataclass(frozen=True, slots=True)
class Step:
    """What was done with a mail, in the order in which it was done."""

    mail: OldMail
    is_ruling: bool = False


@dataclass(frozen=True, slots=True)
class OldRecords:
    """All that could be read. is_whole: false when something may be missing."""

    is_whole: bool
    mails: Mapping[str, OldMail] = field(default_factory=dict)
    steps: Sequence[Step] = ()  # mails that were never judged last
    rows: Mapping[str, list[_Row]] = field(default_factory=dict, repr=False)  # of the tables that are carried
    letters: Mapping[str | None, list[_Row]] = field(default_factory=dict, repr=False)  # without their bytes, by mail
    engine: Engine | None = None

    def reply(self, mail: OldMail, kind: str, *, ruled: bool = False) -> OutgoingLetter | None:
        """The letter of that kind that a mail's first verdict, or the ruling on it, led to, byte for byte."""
        for row in self.letters_of(mail, ruled=ruled):
            if row["letter"] == kind and (content := self.content(row)) is not None:
                to = tuple(row["recipients"].split("\n"))
                campaign = row.get("campaign", "")
                return OutgoingLetter(kind, to, row["message_id"], row["subject"], content, campaign=campaign)
        return None

    def letters_of(self, mail: OldMail, *, ruled: bool = False) -> list[_Row]:
        """Letters about a mail from before the ruling on it, or from then on; the newest first."""
        rows = reversed(self.letters.get(mail.sha256, ()))
        return [row for row in rows if (mail.ruled_at is not None and row["created"] >= mail.ruled_at) == ruled]

    def content(self, row: _Row) -> bytes | None:
        """A letter's bytes; None when they cannot be read any more."""
        assert self.engine is not None
        with suppress(DatabaseError), self.engine.connect() as connection:
            return connection.execute(select(_outbox.c.content).where(_outbox.c.id == row["id"])).scalar()
        return None


@contextmanager
def old_records(file: Path | None) -> Iterator[OldRecords]:
    """Whatever a database still tells; nothing of one that is gone or cannot be read at all.

    Raises DatabaseUnusable for one of another version of the service.
    """
    if file is None or not file.exists() or not file.stat().st_size:
        yield OldRecords(is_whole=False)
        return
    engine = create_engine("sqlite://", creator=partial(_connect, file), hide_parameters=True)
    try:
        _refuse_another_version(engine, file)
        yield _read_all(engine, is_whole=not flaw_of(file))
    finally:
        engine.dispose()


def _read_all(engine: Engine, *, is_whole: bool) -> OldRecords:
    rows: dict[str, list[_Row]] = {}
    for table in (_mail, _case, _confirmed, _counter, _sighting, _note, _outbox, _event):
        rows[table.name], all_there = _read(engine, table)
        is_whole = is_whole and all_there
    letters: dict[str | None, list[_Row]] = {}
    for row in rows.pop("outbox"):
        letters.setdefault(row["mail_sha256"], []).append(row)
    mails = {mail.sha256: mail for mail in _mails(rows)}
    return OldRecords(is_whole, mails, _steps(mails, rows["event"]), rows, letters, engine)


def _connect(file: Path) -> sqlite3.Connection:
    mode = "mode=ro" if side_files(file) else "mode=ro&immutable=1"
    return sqlite3.connect(f"file:{quote(str(file))}?{mode}", uri=True, timeout=30)


def _refuse_another_version(engine: Engine, file: Path) -> None:
    with suppress(DatabaseError), engine.connect() as connection:
        found = connection.execute(_VERSION).scalar()
        if found is None or found > HEAD:  # older ones lack columns, which are empty then
            raise DatabaseUnusable(f"数据库 {file}", f"版本 {found} 不是本版程序的格式", "请使用与它相应的程序")


def _read(engine: Engine, table: Table) -> tuple[list[_Row], bool]:
    """Rows up to the first that cannot be read, and whether that was all."""
    rows: list[_Row] = []
    key = next(iter(table.primary_key.columns))
    try:
        with engine.connect() as connection:
            looked_at = inspect(connection)
            if not looked_at.has_table(table.name):  # of a later version than these records
                return [], connection.execute(_VERSION).scalar() != HEAD
            there = {column["name"] for column in looked_at.get_columns(table.name)}
            columns = [column for column in table.c if column is not _outbox.c.content and column.name in there]
            for row in connection.execute(select(*columns).order_by(key)).mappings():
                rows.append(dict(row))
    except (DatabaseError, ValueError):
        return rows, False
    return rows, True


def _mails(rows: Mapping[str, list[_Row]]) -> Iterator[OldMail]:
    numbers = {row["id"]: row["number"] for row in rows["collection_case"]}
    judged = {row["mail_sha256"]: row["at"] for row in rows["event"] if row["what"] in _SETTLED}
    ruled = {row["mail_sha256"]: row["at"] for row in rows["event"] if row["what"] == _RULED}
    notes = {row["name"]: row["value"] for row in rows["note"]}
    for row in rows["mail"]:
        sha256 = row["sha256"]
        yield OldMail(
            sha256, row["size"], row["received"], row["state"], row["attempts"], row["problem"], row["subject"],
            row["decision"], judged.get(sha256, row["judged_at"]), numbers.get(row["case_id"]),
            rulings.read(notes.get(rulings.PREFIX + sha256)), ruled.get(sha256),
        )  # fmt: skip


def _steps(mails: Mapping[str, OldMail], events: Sequence[_Row]) -> list[Step]:
    settled = {row["mail_sha256"]: row["id"] for row in events if row["what"] in _SETTLED}
    ruled = {row["mail_sha256"]: row["id"] for row in events if row["what"] == _RULED}
    last = max((row["id"] for row in events), default=0) + 1
    steps = [((settled.get(m.sha256, last), m.received, m.sha256), Step(m)) for m in mails.values()]
    steps += [((ruled[m.sha256], m.received, m.sha256), Step(m, True)) for m in mails.values() if m.sha256 in ruled]
    return [step for _, step in sorted(steps, key=lambda entry: entry[0])]


class Carrier:
    """Carries facts into new records. Everything is one writer's, in a file that nobody else uses yet."""

    def __init__(self, engine: Engine, old: OldRecords) -> None:
        self._engine = engine
        self._old = old
        self._numbers = {row["id"]: row["number"] for row in old.rows.get("collection_case", ())}
        self._about_cases: dict[str, list[_Row]] = {}  # letters that answer no mail, until their case is there
        for row in old.letters.get(None, ()):
            self._about_cases.setdefault(self._numbers.get(row["case_id"], ""), []).append(row)

    def reserve_numbers(self, now: datetime) -> None:
        """Letters keep their numbers (信17), by which staff speak of them; new ones get numbers beyond."""
        ids = [row["id"] for rows in self._old.letters.values() for row in rows]
        row = {
            "id": max(ids, default=0) + 1, "letter": "none", "seq": 0, "recipients": "", "message_id": _PLACE,
            "subject": "", "content": b"", "state": "discarded", "attempts": 0, "not_before": now, "reason": "",
            "created": now, "resent": False,
        }  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(insert(_outbox), row)
            self._keep(connection, self._about_cases.pop("", []), None)  # a reply to one tells whose it is

    def bring_confirmations(self) -> None:
        """What staff confirmed of mailboxes, each with its time: mails are judged with what stood at theirs."""
        if rows := self._old.rows.get(_confirmed.name):
            with self._engine.begin() as connection:
                connection.execute(insert(_confirmed), rows)

    def begin(self, mail: OldMail, problem: str) -> None:
        """A mail as it was before its verdict. problem: why its letter waits for staff."""
        row = {
            "sha256": mail.sha256, "size": mail.size, "received": mail.received, "state": "archived",
            "attempts": mail.attempts, "problem": problem, "subject": "", "rules_version": "", "decision": "",
        }  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(insert(_mail), row)

    def number_next(self, campaign: str, wanted: str | None) -> None:
        """Let the next case have the number it had; one beyond all that were given out when that is taken."""
        with self._engine.begin() as connection:
            value = self._highest(connection, campaign)
            if wanted is not None and wanted.startswith(f"{campaign}-"):
                taken = connection.execute(select(_case.c.id).where(_case.c.number == wanted)).first()
                value = value if taken else int(wanted.removeprefix(f"{campaign}-")) - 1
            _set_counter(connection, campaign, value)

    def keep_letters(self, mail: OldMail, *, ruled: bool = False) -> None:
        """The letters about a mail that was judged, or ruled on: the one that its verdict led to again gets its old
        fate, and others that were written then stay with it."""
        with self._engine.begin() as connection:
            case_id = connection.execute(select(_mail.c.case_id).where(_mail.c.sha256 == mail.sha256)).scalar()
            self._keep(connection, self._old.letters_of(mail, ruled=ruled), case_id)
            if case_id is not None and mail.number:  # before any reply to one of these is judged
                self._keep(connection, self._about_cases.pop(mail.number, []), case_id)

    def finish(self, changed: Iterable[tuple[str, str]], now: datetime) -> int:
        """Places, notes, stories and the letters that belong to no mail. changed: (mail, what changed).

        Returns how many letters wait for staff now and did not before.
        """
        rows = self._old.rows
        with self._engine.begin() as connection:
            for mail in self._old.letters.keys() - self._old.mails.keys() - {None}:
                self._keep(connection, self._old.letters[mail], None)
            for letters in self._about_cases.values():
                self._keep(connection, letters, None)
            unsent = _outbox.c.state.in_(["pending", "sending", "dot"])
            connection.execute(update(_outbox).where(unsent).values(state="parked", reason=REBUILT))
            if self._old.is_whole:  # else they may have left
                superseding.supersede_doubtful(connection, REBUILT)
            connection.execute(delete(_outbox).where(_outbox.c.message_id == _PLACE))
            connection.execute(delete(_note))
            for table in (_sighting, _note):
                if rows.get(table.name):
                    connection.execute(insert(table), rows[table.name])
            self._tell_stories(connection)
            for sha256, what in changed:
                tell(connection, now, "rebuilt", what, sha256=sha256)
            for row in rows.get("counter", ()):
                _set_counter(connection, row["name"], self._highest(connection, row["name"]))
            parked = select(func.count()).select_from(_outbox).where(_outbox.c.reason == REBUILT)
            return int(connection.execute(parked).scalar_one())

    def _tell_stories(self, connection: Connection) -> None:
        """The old stories first, as they were told; behind them those of mails that are new to the records."""
        told = [dict(r) for r in connection.execute(select(_event).order_by(_event.c.id)).mappings()]
        connection.execute(delete(_event))
        cases = {row.number: row.id for row in connection.execute(select(_case.c.number, _case.c.id))}
        mails = {row.sha256: row.case_id for row in connection.execute(select(_mail.c.sha256, _mail.c.case_id))}
        stories = []
        for row in self._old.rows.get("event", ()):
            if row["case_id"] is None:
                case_id = None
            else:
                case_id = mails.get(row["mail_sha256"]) or cases.get(self._numbers.get(row["case_id"], ""))
            stories.append({**row, "case_id": case_id})
        known = {row["mail_sha256"] for row in stories}
        for story in (stories, [row for row in told if row["mail_sha256"] not in known]):
            for row in story:
                connection.execute(insert(_event), {name: value for name, value in row.items() if name != "id"})

    def _keep(self, connection: Connection, rows: Sequence[_Row], case_id: int | None) -> None:
        """Those that were written again first: their places are theirs before others are looked for."""
        left = [row for row in rows if not self._settle(connection, row)]
        for row in left:
            content = self._old.content(row) or b""
            connection.execute(insert(_outbox), {**self._fate(row), "case_id": case_id, "content": content})

    def _settle(self, connection: Connection, row: _Row) -> bool:
        """Give a letter that was written again its old fate. False when it was not."""
        this = _outbox.c.message_id == row["message_id"]
        return connection.execute(update(_outbox).where(this).values(**self._fate(row))).rowcount == 1

    def _fate(self, row: _Row) -> dict[str, Any]:
        values = {name: value for name, value in row.items() if name != "case_id"}
        waits = row["state"] == "draft" and self._old.is_whole
        return values if waits or row["state"] in _FINAL else values | {"state": "parked", "reason": REBUILT}

    def _highest(self, connection: Connection, campaign: str) -> int:
        """The highest number given out, by the older records or in the new ones."""
        given = [row["value"] for row in self._old.rows.get("counter", ()) if row["name"] == campaign]
        numbers = [row["number"] for row in self._old.rows.get("collection_case", ()) if row["campaign"] == campaign]
        numbers += connection.execute(select(_case.c.number).where(_case.c.campaign == campaign)).scalars()
        return max([0, *map(int, given), *(int(number.rpartition("-")[2]) for number in numbers)])


def _set_counter(connection: Connection, campaign: str, value: int) -> None:
    if connection.execute(update(_counter).where(_counter.c.name == campaign).values(value=value)).rowcount == 0:
        connection.execute(insert(_counter), {"name": campaign, "value": value})
