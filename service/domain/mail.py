"""A mail as it lies on the server, and what its header says."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class MailKey:
    """Where the server keeps a mail (RFC 9051 section 2.3.1.1).

    A hint, not an identity: after a server rebuild one mail may get a new key, or a key may be used
    again for another mail. The identity of a mail is the SHA-256 of its bytes.
    """

    account: str
    folder: str
    uidvalidity: int
    uid: int

    def __str__(self) -> str:
        return f"{self.account}/{self.folder}/{self.uidvalidity}/{self.uid}"


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of a header (RFC 5322 section 3.4): display name ("" if none) and addr-spec.

    The domain is lower-cased; the local part is kept as written.
    """

    name: str
    address: str

    @property
    def domain(self) -> str:
        """What follows the last @, lower case; "" when there is none."""
        return self.address.rpartition("@")[2].lower() if "@" in self.address else ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The decoded header of one mail. Text is free of line breaks, control and bidi characters."""

    message_id: str | None  # with its angle brackets
    senders: tuple[Address, ...]  # every mailbox any parser could see in From; more than one is ambiguous
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    subject: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    date: datetime | None = None  # the sender's claim
    received: datetime | None = None  # time of the newest Received field: our own server's word
    signals: tuple[tuple[str, str], ...] = ()
    """(lower-case field name, value) of what tells a machine from a person: auto-submitted, precedence,
    list-id, list-unsubscribe, return-path, x-autoreply, x-autorespond, x-auto-response-suppress,
    x-failed-recipients, content-type (main type and report-type only), x-mailer, sender."""
    authentication_results: tuple[str, ...] = ()  # RFC 8601 fields, topmost first

    @property
    def sender(self) -> Address | None:
        """The one mailbox in From; None when there is none or when From can be read in two ways."""
        return self.senders[0] if len(self.senders) == 1 else None

    def signal(self, name: str) -> str | None:
        """The first value of a signal field, None when the mail has no such field."""
        return next((value for key, value in self.signals if key == name), None)


class MailKind(StrEnum):
    """What sort of mail this is, before anything is checked."""

    SUBMISSION = "submission"
    FOLLOW_UP = "follow_up"  # joins a case that is already there
    AUTO_REPLY = "auto_reply"
    BOUNCE = "bounce"
    LIST = "list"
    OWN = "own"  # a copy of our own letter
    STAFF_COMMAND = "staff_command"
    INQUIRY = "inquiry"  # a person writes, but not to submit
    EMPTY = "empty"

    @property
    def is_machine_made(self) -> bool:
        """True for kinds that are never answered (RFC 3834 section 2)."""
        return self in _NEVER_ANSWERED


_NEVER_ANSWERED = frozenset({MailKind.AUTO_REPLY, MailKind.BOUNCE, MailKind.LIST, MailKind.OWN, MailKind.EMPTY})


@dataclass(frozen=True, slots=True)
class ArrivedMail:
    """One mail fetched: where it lay, its exact bytes, and when our server took it (INTERNALDATE)."""

    key: MailKey
    content: bytes = field(repr=False)
    internal_date: datetime
