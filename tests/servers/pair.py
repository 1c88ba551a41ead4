"""A pair of mail servers, IMAP and SMTP, as tests use it: one interface, an in-process and a real flavour."""

import ssl
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from pydantic import SecretStr

from service.demo.servers import MailServers
from service.mailbox import MailboxSettings
from service.replies.smtp import SmtpSettings

USERS = {"collection@dept.example": "secret", "unit@city.example": "other-secret"}
BOX = "collection@dept.example"
UNIT = "unit@city.example"


class ServerPair(Protocol):
    """Servers on loopback that know USERS, and what a person can do to a mailbox behind our back."""

    imap_port: int
    imaps_port: int
    smtp_port: int

    def deliver(self, user: str, raw: bytes, received: datetime | None = None, folder: str = "INBOX") -> int: ...
    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]: ...
    def folders(self, user: str) -> list[str]: ...
    def flags(self, user: str, folder: str = "INBOX") -> dict[int, frozenset[str]]: ...
    def set_flags(self, user: str, uid: int, flags: Iterable[str], folder: str = "INBOX") -> None: ...
    def remove(self, user: str, uid: int, folder: str = "INBOX") -> None: ...
    def renumber(self, user: str, folder: str = "INBOX") -> None: ...
    def forbid_changes(self, user: str, folder: str = "INBOX") -> None: ...


def in_process(tls: ssl.SSLContext | None = None) -> MailServers:
    """The demo's servers, for use in a `with` block."""
    return MailServers(USERS, tls=tls)


def mailbox_at(port: int, **changes: Any) -> MailboxSettings:
    """Settings that reach the collection mailbox in plain text on loopback."""
    settings = MailboxSettings(
        "collection", "127.0.0.1", port, "plain", BOX, SecretStr(USERS[BOX]), timeout_seconds=3.0
    )
    return replace(settings, **changes)


def smtp_at(port: int, **changes: Any) -> SmtpSettings:
    """Settings that reach the submission server in plain text on loopback, logged in as the collection mailbox."""
    settings = SmtpSettings(
        "127.0.0.1", port, "plain", BOX, SecretStr(USERS[BOX]), timeout_seconds=3.0, final_reply_seconds=3.0
    )
    return replace(settings, **changes)


class Ledger:
    """A ledger in memory: what was settled, by place."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, str, int, int], datetime | None] = {}
        self.asked_from: list[int] = []

    def settled(self, account: str, folder: str, uidvalidity: int, from_uid: int) -> dict[int, datetime | None]:
        self.asked_from.append(from_uid)
        where = (account, folder, uidvalidity)
        return {uid: date for (*place, uid), date in self.places.items() if tuple(place) == where and uid >= from_uid}

    def settle(self, item: Any) -> None:
        key = item.key
        self.places[key.account, key.folder, key.uidvalidity, key.uid] = item.internal_date
