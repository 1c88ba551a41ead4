"""A letter whose fate is unknown was taken when the server kept a copy of it, and is not sent again."""

from datetime import UTC, datetime, timedelta

import pytest
from imapclient import IMAPClient
from sqlalchemy import select, update

from service.demo.mime import make_mail
from service.records.tables import Outgoing
from service.wiring import open_service
from tests.servers.pair import BOX, USERS
from tests.stories.conftest import Station

_outbox = Outgoing.__table__  # type: ignore[attr-defined]


def in_doubt(station: Station) -> bytes:
    """A correction went out, and the service died before it heard that; returns the letter."""
    bureau = station.bureau("云江市")
    station.arrives(make_mail(station.mail(bureau, (station.pieces.form(bureau),))))
    station.poll()
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    with open_service(station.settings) as service, service.parts.records.engine.begin() as connection:
        connection.execute(update(_outbox).values(state="dot", not_before=an_hour_ago, sent_at=None))
        return connection.execute(select(_outbox.c.content)).scalar_one()


def keep(station: Station, content: bytes, folder: str) -> None:
    """The server keeps a mail in a folder of the collection account."""
    with IMAPClient("127.0.0.1", station.servers.imap_port, ssl=False) as client:
        client.login(BOX, USERS[BOX])
        client.create_folder(folder)
        client.append(folder, content)


def state(station: Station) -> str:
    with open_service(station.settings) as service, service.parts.records.engine.connect() as connection:
        return connection.execute(select(_outbox.c.state)).scalar_one()


@pytest.mark.parametrize("folder", ["Sent", "已发送"])
def test_a_copy_in_the_folder_of_sent_mail_settles_it(station: Station, folder: str) -> None:
    letter = in_doubt(station)
    keep(station, letter, folder)

    station.poll()

    assert state(station) == "sent"
    assert station.kinds() == ["correction"]


def test_without_a_copy_it_waits_for_staff(station: Station) -> None:
    letter = in_doubt(station)
    other = letter.replace(b"Message-ID: <correction.", b"Message-ID: <correction.0")
    keep(station, other, "Sent")

    station.poll()

    assert state(station) == "parked"
    assert station.kinds() == ["correction"]
