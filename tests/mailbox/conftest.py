"""In-process servers, a proxy that misbehaves before them, and a session that goes through it."""

from collections.abc import Iterator

import pytest

from service.demo.servers import MailServers
from service.mailbox import Session
from tests.mailbox.polling import Clock
from tests.servers.conftest import certificates  # noqa: F401 - a fixture
from tests.servers.pair import Ledger, in_process, mailbox_at
from tests.servers.proxy import FaultProxy


@pytest.fixture
def servers() -> Iterator[MailServers]:
    with in_process() as pair:
        yield pair


@pytest.fixture
def line(servers: MailServers) -> Iterator[FaultProxy]:
    with FaultProxy(servers.imap_port) as proxy:
        yield proxy


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def session(line: FaultProxy, clock: Clock) -> Iterator[Session]:
    with Session(mailbox_at(line.port, timeout_seconds=1.5), clock) as opened:
        yield opened


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()
