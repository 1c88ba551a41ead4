"""The ledger (台账): every place a mail was seen at, and every mail by its bytes."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, Engine, and_, bindparam, delete, func, insert, select, update

from service.domain.mail import MailKey
from service.records.tables import Event, Mail, Sighting

_sighting = Sighting.__table__  # type: ignore[attr-defined]
_mail = Mail.__table__  # type: ignore[attr-defined]
_event = Event.__table__  # type: ignore[attr-defined]

# Built once: building a statement costs as much as executing it.
_ADD_SIGHTING, _ADD_MAIL, _ADD_EVENT = insert(_sighting), insert(_mail), insert(_event)
_AT_PLACE = and_(
    *(_sighting.c[part] == bindparam(f"its_{part}") for part in ("account", "folder", "uidvalidity", "uid"))
)
_SIGHTING_AT = select(_sighting.c.id, _sighting.c.sha256).where(_AT_PLACE)
_FORGET_SIGHTING = delete(_sighting).where(_AT_PLACE)
_NOTE_FILED = update(_sighting).where(_AT_PLACE)
_THIS = _mail.c.sha256 == bindparam("mail")
_IS_KNOWN, _ATTEMPTS, _RECEIVED = (select(_mail.c[name]).where(_THIS) for name in ("sha256", "attempts", "received"))
_COUNT_ATTEMPT = update(_mail).where(_THIS).values(attempts=_mail.c.attempts + 1)


def tell(
    connection: Connection,
    at: datetime,
    what: str,
    detail: str = "",
    *,
    sha256: str | None = None,
    case_id: int | None = None,
) -> None:
    """Add a line to the story of a mail or case."""
    line = {"at": at, "what": what, "detail": detail, "mail_sha256": sha256, "case_id": case_id}
    connection.execute(_ADD_EVENT, line)


FORGOTTEN = "数据库曾恢复到较早的备份，这封信可能当时已经发出"
"""What a mail carries that the archive knows and the database forgot: why its letter waits for staff."""


NOT_OBEYED = "not_obeyed"


class Ledger:
    """Our own word on what was seen; the server's flags are courtesy."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def settled(self, account: str, folder: str, uidvalidity: int, from_uid: int) -> Mapping[int, datetime | None]:
        """UID (from from_uid on) -> INTERNALDATE as recorded, for every mail that need not come again."""
        query = select(_sighting.c.uid, _sighting.c.internal_date).where(
            _sighting.c.account == account,
            _sighting.c.folder == folder,
            _sighting.c.uidvalidity == uidvalidity,
            _sighting.c.uid >= from_uid,
        )
        with self._engine.connect().execution_options(reading=True) as connection:
            return {row.uid: row.internal_date for row in connection.execute(query)}

    def note_arrival(
        self, key: MailKey, sha256: str, size: int, internal_date: datetime, now: datetime, problem: str = ""
    ) -> bool:
        """Write down an archived mail; safe to call twice. True when these bytes are new to us.

        problem: why its letter, should there be one, waits for staff.
        """
        with self._engine.begin() as connection:
            if not self._note(connection, key, sha256, size, internal_date, now):
                return False
            if connection.execute(_IS_KNOWN, {"mail": sha256}).first() is not None:
                tell(connection, now, "seen_again", str(key), sha256=sha256)
                return False
            self._new(connection, sha256, size, internal_date, problem)
            tell(connection, now, "found_again" if problem else "archived", str(key), sha256=sha256)
            return True

    def forgotten(self, archived: Iterable[str]) -> list[str]:
        """Which of these mails no row tells of."""
        with self._engine.connect().execution_options(reading=True) as connection:
            known = set(connection.execute(select(_mail.c.sha256)).scalars())
        return [sha256 for sha256 in archived if sha256 not in known]

    def note_forgotten(self, sha256: str, size: int, received: datetime, now: datetime) -> None:
        """Write down an archived mail that an older database does not know: it is judged again, and not answered."""
        with self._engine.begin() as connection:
            self._new(connection, sha256, size, received, FORGOTTEN)
            tell(connection, now, "recalled", sha256=sha256)

    def not_obeyed(self, sha256: str, subject: str, now: datetime) -> None:
        """Write down that a staff member's order was left alone; the digest tells."""
        with self._engine.begin() as connection:
            tell(connection, now, NOT_OBEYED, subject, sha256=sha256)

    def doubt_waiting(self) -> None:
        """Mails without a verdict may have been judged and answered since this database was copied."""
        with self._engine.begin() as connection:
            connection.execute(update(_mail).where(_mail.c.state == "archived").values(problem=FORGOTTEN))

    def newest_found_again(self, account: str, but: str) -> datetime | None:
        """The latest arrival among mails that wait for their verdict, were forgotten, and were found again in a
        folder of this account other than but."""
        query = (
            select(func.max(_sighting.c.internal_date, type_=_sighting.c.internal_date.type))
            .join(_mail, _mail.c.sha256 == _sighting.c.sha256)
            .where(
                _sighting.c.account == account,
                _sighting.c.folder != but,
                _mail.c.state == "archived",
                _mail.c.problem == FORGOTTEN,
            )
        )
        with self._engine.connect().execution_options(reading=True) as connection:
            return connection.execute(query).scalar()

    def note_refused(self, key: MailKey, size: int, internal_date: datetime | None, why: str, now: datetime) -> None:
        """Settle a place whose mail will not be fetched (over the size limit); the digest shows it to staff."""
        with self._engine.begin() as connection:
            self._note(connection, key, None, size, internal_date, now, why)

    def note_trouble(self, key: MailKey, why: str, now: datetime) -> None:
        """Write down that a mail could not be fetched; it stays unsettled and is tried again."""
        with self._engine.begin() as connection:
            tell(connection, now, "not_fetched", f"{key} {why}")

    def _new(self, connection: Connection, sha256: str, size: int, received: datetime, problem: str = "") -> None:
        row = {
            "sha256": sha256,
            "size": size,
            "received": received,
            "state": "archived",
            "attempts": 0,
            "problem": problem,
            "subject": "",
            "rules_version": "",
            "decision": "",
        }
        connection.execute(_ADD_MAIL, row)

    def _note(
        self,
        connection: Connection,
        key: MailKey,
        sha256: str | None,
        size: int,
        internal_date: datetime | None,
        now: datetime,
        why: str = "",
    ) -> bool:
        """False when this very mail is noted at this place; another one there before (a restored server) goes."""
        here = _place(key)
        before = connection.execute(_SIGHTING_AT, here).first()
        if before is not None and before.sha256 == sha256:
            return False
        if before is not None:
            connection.execute(_FORGET_SIGHTING, here)
        row = {
            "account": key.account,
            "folder": key.folder,
            "uidvalidity": key.uidvalidity,
            "uid": key.uid,
            "sha256": sha256,
            "size": size,
            "internal_date": internal_date,
            "seen_at": now,
            "note": why,
        }
        connection.execute(_ADD_SIGHTING, row)
        return True

    def waiting(self) -> list[str]:
        """SHA-256 of every archived mail without a verdict, oldest arrival first."""
        query = select(_mail.c.sha256).where(_mail.c.state == "archived").order_by(_mail.c.received, _mail.c.sha256)
        with self._engine.connect().execution_options(reading=True) as connection:
            return list(connection.execute(query).scalars())

    def begin_attempt(self, sha256: str) -> int:
        """Count one more try at reading, durably, before it begins: a mail that kills us is known by its count."""
        with self._engine.begin() as connection:
            connection.execute(_COUNT_ATTEMPT, {"mail": sha256})
            return int(connection.execute(_ATTEMPTS, {"mail": sha256}).scalar_one())

    def excuse_attempt(self, sha256: str) -> None:
        """Take an attempt back: it failed for a reason of ours (disk, database), which says nothing of the mail."""
        with self._engine.begin() as connection:
            connection.execute(update(_mail).where(_mail.c.sha256 == sha256).values(attempts=_mail.c.attempts - 1))

    def received(self, sha256: str) -> datetime:
        """When our server took the mail. Raises LookupError for bytes we never saw."""
        with self._engine.connect().execution_options(reading=True) as connection:
            found = connection.execute(_RECEIVED, {"mail": sha256}).scalar()
        if found is None:
            raise LookupError(sha256)
        return found  # type: ignore[no-any-return]

    def quarantine(self, sha256: str, story: str, now: datetime) -> None:
        """Set a mail aside for staff: it is kept, shown, and never blocks the others."""
        with self._engine.begin() as connection:
            connection.execute(
                update(_mail).where(_mail.c.sha256 == sha256).values(state="quarantined", problem=story, judged_at=now)
            )
            tell(connection, now, "quarantined", story, sha256=sha256)

    def to_file(self, account: str, folder: str) -> list[tuple[MailKey, str]]:
        """Places of judged mails not yet filed, with the verdict (or "quarantined", or "own") that says where to."""
        query = (
            select(_sighting.c.uidvalidity, _sighting.c.uid, _mail.c.verdict, _mail.c.state, _mail.c.kind)
            .join(_mail, _mail.c.sha256 == _sighting.c.sha256)
            .where(
                _sighting.c.account == account,
                _sighting.c.folder == folder,
                _sighting.c.filed.is_(None),
                _mail.c.state != "archived",
            )
            .order_by(_sighting.c.uid)
        )
        with self._engine.connect().execution_options(reading=True) as connection:
            rows = connection.execute(query).all()
        return [
            (
                MailKey(account, folder, row.uidvalidity, row.uid),
                row.state if row.state == "quarantined" else "own" if row.kind == "own" else row.verdict,
            )
            for row in rows
        ]

    def note_filed(self, key: MailKey, where: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(_NOTE_FILED, {"filed": where, **_place(key)})


def _place(key: MailKey) -> dict[str, str | int]:
    """What `_AT_PLACE` is to be filled with."""
    return {
        "its_account": key.account,
        "its_folder": key.folder,
        "its_uidvalidity": key.uidvalidity,
        "its_uid": key.uid,
    }
