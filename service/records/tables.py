"""The tables. Rows live here and are converted at the border: no table class leaves `service.records`.

Times are stored as UTC without zone (SQLite has none) and leave as aware datetimes.
"""

from datetime import UTC, datetime

from sqlalchemy import BigInteger, Column, DateTime, Index, LargeBinary, String, Text, TypeDecorator, UniqueConstraint
from sqlalchemy.engine import Dialect
from sqlmodel import Field, SQLModel


class UtcTime(TypeDecorator[datetime]):
    """An aware datetime, kept as naive UTC; refuses naive ones, which would be a bug."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r} in the records")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.replace(tzinfo=UTC)


class Sighting(SQLModel, table=True):
    """One place where a mail was seen: the ledger of the mailbox. A place is written once, never changed
    but for its filing."""

    __table_args__ = (UniqueConstraint("account", "folder", "uidvalidity", "uid"),)
    id: int | None = Field(default=None, primary_key=True)
    account: str
    folder: str
    uidvalidity: int = Field(sa_column=Column(BigInteger, nullable=False))
    uid: int = Field(sa_column=Column(BigInteger, nullable=False))
    sha256: str | None = Field(default=None, index=True)  # None: seen but not fetched; note says why
    size: int = 0
    internal_date: datetime | None = Field(default=None, sa_column=Column(UtcTime))
    seen_at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    filed: str | None = None  # the folder or flag it was filed under
    note: str = ""


class Mail(SQLModel, table=True):
    """One mail by its bytes, and what was concluded."""

    sha256: str = Field(primary_key=True)
    size: int = 0
    received: datetime = Field(sa_column=Column(UtcTime, nullable=False, index=True))
    state: str = Field(default="archived", index=True)  # archived, judged, duplicate, quarantined
    attempts: int = 0
    problem: str = ""
    message_id: str | None = Field(default=None, index=True)
    sender: str | None = Field(default=None, index=True)
    subject: str = ""
    fingerprint: str | None = Field(default=None, index=True)  # of its pieces: the same mail by another way
    kind: str | None = None
    verdict: str | None = Field(default=None, index=True)
    on_time: bool | None = None
    case_id: int | None = Field(default=None, foreign_key="collection_case.id", index=True)
    rules_version: str = ""
    decision: str = Field(default="", sa_column=Column(Text, nullable=False, default=""))  # JSON of Decision
    judged_at: datetime | None = Field(default=None, sa_column=Column(UtcTime, index=True))
    campaign: str = Field(default="", sa_column=Column(String, nullable=False, server_default=""))  # judged under


class Case(SQLModel, table=True):
    """One 报送件: everything one unit sends for one campaign."""

    __tablename__ = "collection_case"
    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(unique=True)
    campaign: str = Field(index=True)
    unit: str | None = Field(default=None, index=True)
    city: str | None = None
    channel: str = "unknown"
    state: str = Field(index=True)  # the verdict after its newest version
    on_time: bool = True
    complete: bool = False
    first_received: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    updated: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    versions: int = 0


class Version(SQLModel, table=True):
    """The state of a case after one mail (版次), whole: letter, tables, pieces, findings."""

    __tablename__ = "case_version"
    __table_args__ = (UniqueConstraint("case_id", "seq"),)
    id: int | None = Field(default=None, primary_key=True)
    case_id: int = Field(foreign_key="collection_case.id", index=True)
    seq: int
    mail_sha256: str = Field(foreign_key="mail.sha256")
    verdict: str
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    holding: str = Field(sa_column=Column(Text, nullable=False))  # JSON of snapshots.Holding


class Outgoing(SQLModel, table=True):
    """One letter of ours, its bytes frozen when the verdict was recorded."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("mail_sha256", "letter", "seq"),
        Index("ix_outbox_due", "state", "not_before"),
        Index("ix_outbox_sent", "sent_at", "letter"),
    )
    id: int | None = Field(default=None, primary_key=True)
    mail_sha256: str | None = Field(default=None, index=True)
    case_id: int | None = Field(default=None, foreign_key="collection_case.id", index=True)
    letter: str
    seq: int = 0
    recipients: str  # addr-specs, one per line
    message_id: str = Field(unique=True)
    subject: str = ""
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: str = "pending"  # pending, sending, dot, sent, parked, draft, discarded
    attempts: int = 0
    not_before: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    reason: str = ""
    created: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    sent_at: datetime | None = Field(default=None, sa_column=Column(UtcTime))
    resent: bool = False
    campaign: str = Field(default="", sa_column=Column(String, nullable=False, server_default=""))  # whose letter


class ConfirmedMailbox(SQLModel, table=True):
    """A mailbox that staff confirmed for a unit. Never deleted: a judgement of then is made again with it."""

    __tablename__ = "confirmed_mailbox"
    id: int | None = Field(default=None, primary_key=True)
    address: str = Field(index=True)  # lower case
    unit: str  # the directory's name
    by: str
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    mail: str = ""  # SHA-256 of the order
    number: str = ""  # of the case that showed the mailbox
    revoked_by: str | None = None
    revoked_at: datetime | None = Field(default=None, sa_column=Column(UtcTime))
    revoked_mail: str = ""


class Counter(SQLModel, table=True):
    """Numbers given out, one row per campaign prefix."""

    name: str = Field(primary_key=True)
    value: int = 0


class Note(SQLModel, table=True):
    """Small facts the service keeps about itself: the last digest's day, what a server offers."""

    name: str = Field(primary_key=True)
    value: str = ""


class Event(SQLModel, table=True):
    """The story of a mail or case, line by line, for `why`."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_column=Column(UtcTime, nullable=False))
    mail_sha256: str | None = Field(default=None, index=True)
    case_id: int | None = Field(default=None, index=True)
    what: str  # archived, judged, duplicate, quarantined, sent, parked, …
    detail: str = ""
