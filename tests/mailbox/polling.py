"""What the tests of the mailbox say again and again."""

from typing import Any

import pytest

from service.demo.servers import MailServers
from service.domain.mail import ArrivedMail
from service.errors import MailboxUnreachable
from service.mailbox import Session, fetch_new
from tests.servers.pair import BOX, Ledger

BODY = rb"BODY\.PEEK\[\]"
LISTING = rb"UID FETCH \d+:\* "
SIZES = rb"RFC822\.SIZE"
RAW = [b"Subject: %d\r\n\r\n%s\r\n" % (number, b"x" * 500) for number in range(3)]


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def deliver_three(servers: MailServers) -> list[int]:
    return [servers.deliver(BOX, raw) for raw in RAW]


def take(session: Session, ledger: Ledger) -> list[Any]:
    """One poll: what was fetched as its bytes, anything else as it is."""
    taken: list[Any] = []
    for item in fetch_new(session, "INBOX", ledger):
        if isinstance(item, ArrivedMail):
            ledger.settle(item)
        taken.append(item.content if isinstance(item, ArrivedMail) else item)
    return taken


def fails(session: Session, ledger: Ledger) -> MailboxUnreachable:
    with pytest.raises(MailboxUnreachable) as caught:
        take(session, ledger)
    return caught.value
