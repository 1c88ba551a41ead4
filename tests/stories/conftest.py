"""A whole service between two real servers: what a unit mails, and what comes back to it.

Every story runs against the in-process pair and SQLite always; with `-m real_servers` against Dovecot and Postfix, and
against the in-process pair with PostgreSQL.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from service.demo.mails import reply_to
from service.demo.mime import File, Mail, make_mail
from service.demo.pieces import Pieces
from service.demo.submissions import Scribe, official_forms
from service.demo.world import Sender, World, lay_over, the_world
from service.polling import Poller, Report
from service.records.views import CaseView
from service.settings import Settings, load_settings
from service.wiring import desk_of, open_service
from tests.servers.certificates import Certificates
from tests.servers.conftest import (
    certificates,
    postgres_server,
    pytest_collection_modifyitems,
    real_servers,
    serving,
)
from tests.servers.pair import BOX, UNIT, USERS, ServerPair
from tests.servers.postgres import Postgres

__all__ = ["certificates", "postgres_server", "pytest_collection_modifyitems", "real_servers"]

ROOT = Path(__file__).parents[2]
IN_TIME = datetime(2020, 3, 20, 1, 0, tzinfo=UTC)


class Station:
    """The department's service and one unit's mailbox."""

    def __init__(self, servers: ServerPair, folder: Path, database_url: str = "sqlite:///data/records.db") -> None:
        self.servers = servers
        self.settings = configuration(folder, servers, database_url)
        self.world: World = the_world()
        forms = official_forms()
        self.pieces = Pieces(Scribe(7, self.world, forms), self.world, forms)
        self._count = 0

    def arrives(self, mail: bytes, at: datetime = IN_TIME) -> None:
        """The mail is in the department's mailbox."""
        self._count += 1
        self.servers.deliver(BOX, mail, at + timedelta(minutes=self._count))

    def poll(self) -> Report:
        """One pass, as `poll --once` makes it."""
        with open_service(self.settings) as service:
            service.parts.records.outbox.recover()
            return Poller(service).poll()

    @contextmanager
    def cases(self) -> Iterator[list[CaseView]]:
        with open_service(self.settings) as service:
            yield desk_of(service).views.cases()

    def numbers(self) -> list[tuple[str, str]]:
        """Every case's number and state."""
        with self.cases() as cases:
            return [(case.number, case.state) for case in cases]

    def letters(self) -> list[EmailMessage]:
        """What came back to the unit, in order."""
        return [message_from_bytes(raw, policy=policy.default) for raw in self.servers.mails(UNIT)]

    def raw_letters(self) -> list[bytes]:
        return self.servers.mails(UNIT)

    def kinds(self) -> list[str]:
        """Which letters came back."""
        return [str(letter["Message-ID"]).strip("<>").partition(".")[0] for letter in self.letters()]

    def bureau(self, city: str) -> Sender:
        return self.world.bureau_of(city)

    def complete(self, sender: Sender, **changes: object) -> Mail:
        """A mail with everything that is asked for."""
        files = (self.pieces.letter_pdf(sender), self.pieces.form(sender))
        return self.mail(sender, files, **changes)

    def mail(self, sender: Sender, files: tuple[File, ...], **changes: object) -> Mail:
        plain = Mail(
            sender=UNIT, to=BOX, subject=f"{sender.name}报送征集表", text="现报送有关材料，请查收。", date=IN_TIME,
            files=files, sender_name=sender.name,
        )  # fmt: skip
        return replace(plain, **changes)  # type: ignore[arg-type]


def configuration(folder: Path, servers: ServerPair, database_url: str) -> Settings:
    shutil.copytree(ROOT / "rules", folder / "rules")
    lay_over(folder / "rules")
    shutil.copytree(ROOT / "mail_templates", folder / "mail_templates")
    (folder / "secret").write_text(USERS[BOX])
    (folder / "secret").chmod(0o600)
    login = (
        f'host = "127.0.0.1"\nsecurity = "plain"\nusername = "{BOX}"\npassword_file = "secret"\ntimeout_seconds = 10\n'
    )
    (folder / "config.toml").write_text(
        f'[database]\nurl = "{database_url}"\n'
        f'[[mailbox]]\nname = "collection"\nport = {servers.imap_port}\n{login}'
        f'[smtp]\nport = {servers.smtp_port}\n{login}from = "征集工作邮箱 <{BOX}>"\n',
        encoding="utf-8",
    )
    return load_settings(folder / "config.toml")


@pytest.fixture(
    params=[
        "in_process",
        pytest.param("dovecot_postfix", marks=pytest.mark.real_servers),
        pytest.param("postgresql", marks=pytest.mark.real_servers),
    ]
)
def servers(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[ServerPair]:
    """A pair of servers without mail."""
    yield from serving(request, certificates)


@pytest.fixture(name="servers", params=["in_process", pytest.param("dovecot_postfix", marks=pytest.mark.real_servers)])
def over_sqlite(request: pytest.FixtureRequest, certificates: Certificates) -> Iterator[ServerPair]:
    """For a module whose stories are about SQLite's file, or ask nothing of the database: import it there."""
    yield from serving(request, certificates)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> str:
    if request.node.callspec.params["servers"] != "postgresql":
        return "sqlite:///data/records.db"
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.new_database()


@pytest.fixture
def station(servers: ServerPair, tmp_path: Path, database_url: str) -> Station:
    return Station(servers, tmp_path, database_url)


Answer = Callable[[bytes, Mail], bytes]


def answering(our_letter: bytes, mail: Mail) -> bytes:
    """The mail as a reply to one of our letters."""
    return make_mail(reply_to(our_letter, mail))
