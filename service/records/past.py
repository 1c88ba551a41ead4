"""What the records say of every mail so far, in the order in which it was judged; opened so that nothing is written."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import quote

from sqlalchemy import Engine, create_engine, func, inspect, select, text
from sqlalchemy.exc import DatabaseError

from service.domain.confirmations import Confirmation
from service.domain.orders import Ruling
from service.errors import DatabaseUnusable
from service.records import mailboxes, rulings
from service.records.engine import HEAD, server_engine
from service.records.tables import Case, Event, Mail, Note, Outgoing, Version

_case = Case.__table__  # type: ignore[attr-defined]
_event = Event.__table__  # type: ignore[attr-defined]
_mail = Mail.__table__  # type: ignore[attr-defined]
_note = Note.__table__  # type: ignore[attr-defined]
_outbox = Outgoing.__table__  # type: ignore[attr-defined]
_version = Version.__table__  # type: ignore[attr-defined]

_SQLITE = "sqlite:///"
_SETTLED = ("judged", "duplicate", "quarantined")


@dataclass(frozen=True, slots=True)
class PastMail:
    """A mail with what was recorded of it."""

    sha256: str
    received: datetime
    state: str  # judged, duplicate, quarantined
    subject: str
    number: str | None  # its case's
    decision: str  # JSON; "" when it has none of its own
    letters: tuple[str, ...]  # Message-IDs of our letters about it
    ruling: Ruling | None = None  # what staff decided about it
    confirmed: tuple[Confirmation, ...] = ()  # what staff had confirmed of its sender when it was judged


def past_mails(url: str) -> list[PastMail]:
    """Every mail that was settled, in the order of settling. Raises DatabaseUnusable."""
    with _read_only(url) as engine, engine.connect().execution_options(reading=True) as connection:
        if connection.execute(text("SELECT version_num FROM alembic_version")).scalar() != HEAD:
            raise DatabaseUnusable("数据库", "不是本版程序的格式", "请先用本版程序运行一次服务，再试看规则")
        letters: dict[str, list[str]] = {}
        for row in connection.execute(select(_outbox.c.mail_sha256, _outbox.c.message_id).order_by(_outbox.c.id)):
            letters.setdefault(row.mail_sha256, []).append(row.message_id)
        notes = connection.execute(select(_note.c.name, _note.c.value).where(_note.c.name.startswith(rulings.PREFIX)))
        told = mailboxes.History(connection)
        ruled = {name.removeprefix(rulings.PREFIX): value for name, value in notes}
        settled = (
            select(_event.c.mail_sha256, func.max(_event.c.id).label("place"))
            .where(_event.c.what.in_(_SETTLED))
            .group_by(_event.c.mail_sha256)
            .subquery()
        )
        kept = ("sha256", "received", "state", "subject", "decision", "sender", "judged_at")
        columns = (*(_mail.c[name] for name in kept), _case.c.number)
        query = (
            select(*columns)
            .join(settled, settled.c.mail_sha256 == _mail.c.sha256)
            .outerjoin(_case, _case.c.id == _mail.c.case_id)
            .where(_mail.c.state.in_(_SETTLED))
            .order_by(settled.c.place)
        )
        return [
            PastMail(
                r.sha256,
                r.received,
                r.state,
                r.subject,
                r.number,
                r.decision,
                tuple(letters.get(r.sha256, ())),
                rulings.read(ruled.get(r.sha256)),
                told.in_force(r.sender, r.judged_at),
            )
            for r in connection.execute(query)
        ]


def case_mails(url: str) -> dict[str, tuple[str, ...]]:
    """For every case by its number the mails that made its versions, in order. Raises DatabaseUnusable."""
    query = select(_case.c.number, _version.c.mail_sha256).join(_case, _case.c.id == _version.c.case_id)
    found: dict[str, tuple[str, ...]] = {}
    with _read_only(url) as engine, engine.connect().execution_options(reading=True) as connection:
        for number, sha256 in connection.execute(query.order_by(_case.c.id, _version.c.seq)):
            found[number] = (*found.get(number, ()), sha256)
    return found


def confirmations(url: str) -> list[Confirmation]:
    """What staff ever said of mailboxes; nothing where no records were made yet, or by an older version of the service.
    Writes nothing. Raises DatabaseUnusable."""
    if url.startswith(_SQLITE) and not Path(url.removeprefix(_SQLITE)).exists():
        return []
    with _read_only(url) as engine, engine.connect().execution_options(reading=True) as connection:
        return mailboxes.everything(connection) if inspect(engine).has_table(mailboxes.TABLE) else []


@contextmanager
def _read_only(url: str) -> Iterator[Engine]:
    if url.startswith(_SQLITE):
        engine = create_engine("sqlite://", creator=partial(_connect, Path(url.removeprefix(_SQLITE))))
    else:
        engine = server_engine(url, execution_options={"postgresql_readonly": True})
    try:
        yield engine
    except DatabaseError as error:
        where = f"数据库 {url.rpartition('/')[2]}"
        raise DatabaseUnusable(where, f"无法读取（{error.orig}）", "请检查文件权限，或稍后再试") from error
    finally:
        engine.dispose()


def _connect(file: Path) -> sqlite3.Connection:
    """Not even the files of its log are made; they are there while the service runs."""
    how = "mode=ro" if file.with_name(f"{file.name}-wal").exists() else "mode=ro&immutable=1"
    return sqlite3.connect(f"file:{quote(str(file))}?{how}", uri=True, timeout=30)
