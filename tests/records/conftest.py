"""Records over a real SQLite file, with `-m real_servers` over PostgreSQL too, and judgements made by hand."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from service.domain.judgement import Channel, Decision, Dossier, Judgement, Letter, ReplyPlan, Route, Verdict
from service.domain.mail import Address, Envelope, MailKey, MailKind
from service.domain.outgoing import OutgoingLetter
from service.domain.submission import Submission
from service.records.engine import open_engine
from service.records.joining import Handle
from service.records.store import Records
from tests.servers.conftest import postgres_server, pytest_collection_modifyitems
from tests.servers.postgres import Postgres

__all__ = ["postgres_server", "pytest_collection_modifyitems"]

NOON = datetime(2020, 3, 20, 4, 0, tzinfo=UTC)
SENDER = Address("云江市科技局", "kjj@yunjiang.example")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real_servers)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Of a database that is not there yet, or empty."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/records.db"
    server: Postgres = request.getfixturevalue("postgres_server")
    return server.new_database()


@pytest.fixture
def records(database_url: str) -> Iterator[Records]:
    found = Records(open_engine(database_url))
    yield found
    found.engine.dispose()


def a_mail(n: int = 1, **changes: object) -> Submission:
    envelope = Envelope(message_id=f"<mail-{n}@yunjiang.example>", senders=(SENDER,), subject="报送征集表")
    plain = Submission(sha256=f"{n:064x}", size=1000, envelope=envelope, text=f"第{n}封")
    return replace(plain, **changes)  # type: ignore[arg-type]


def judged(
    mail: Submission,
    verdict: Verdict = Verdict.ACCEPTED,
    unit: str | None = "云江市科学技术局",
    received: datetime = NOON,
) -> Judgement:
    route = Route(Channel.CITY_BUREAU, unit=unit, city="云江市", decided_by="cities.csv:2", known=True)
    decision = Decision(
        kind=MailKind.SUBMISSION, verdict=verdict, route=route, findings=(), pieces=(), on_time=True,
        reply=ReplyPlan(Letter.RECEIPT, (SENDER,)),
    )  # fmt: skip
    dossier = Dossier(mail, received, MailKind.SUBMISSION, None, ())
    return Judgement(dossier, decision)


def a_letter(mail: Submission, number: str | None = None) -> OutgoingLetter:
    return OutgoingLetter(
        "receipt", (SENDER.address,), f"<receipt.{mail.sha256[-8:]}@lh.example>", f"回执 {number}", b"bytes"
    )


def arrives(records: Records, mail: Submission, uid: int = 1, at: datetime = NOON) -> bool:
    key = MailKey("collection", "INBOX", 7, uid)
    return records.ledger.note_arrival(key, mail.sha256, mail.size, at, at + timedelta(seconds=1))


def is_recorded(records: Records, mail: Submission, **how: object) -> str | None:
    """Arrive, find its case, record; returns the case number."""
    arrives(records, mail, uid=int(mail.sha256, 16))
    found = records.find_case(handle(mail))
    done = records.record(
        judged(mail, **how),
        found,
        "LH2020",
        "rules-1",
        lambda number: a_letter(mail, number),
        NOON,  # type: ignore[arg-type]
    )
    return done.number if done else None


def handle(mail: Submission, unit: str | None = "云江市科学技术局", **changes: object) -> Handle:
    sender = mail.envelope.sender
    plain = Handle("LH2020", (), None, sender.address if sender else None, unit, False)
    return replace(plain, **changes)  # type: ignore[arg-type]
