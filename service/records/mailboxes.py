"""Confirmed mailboxes: what staff said of them and when, so that every judgement can be made again as it was."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, bindparam, insert, or_, select, update

from service.domain.confirmations import Confirmation
from service.records.tables import ConfirmedMailbox

_mailbox = ConfirmedMailbox.__table__  # type: ignore[attr-defined]

TABLE = _mailbox.name
_ALL = select(_mailbox).order_by(_mailbox.c.id)
_STANDS = _mailbox.c.revoked_at.is_(None)
_IN_FORCE = _ALL.where(
    _mailbox.c.address == bindparam("address"),
    _mailbox.c.at <= bindparam("moment"),
    or_(_STANDS, _mailbox.c.revoked_at > bindparam("moment")),
)


class Mailboxes:
    """What staff confirmed. Every method is one durable step."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def in_force(self, address: str, moment: datetime) -> tuple[Confirmation, ...]:
        """For which units an address was confirmed at a moment, the first confirmed first."""
        with self._engine.connect().execution_options(reading=True) as connection:
            rows = connection.execute(_IN_FORCE, {"address": address.lower(), "moment": moment})
            return tuple(_confirmation(row) for row in rows)

    def all(self) -> list[Confirmation]:
        """Every confirmation ever, also those taken back, in order."""
        with self._engine.connect().execution_options(reading=True) as connection:
            return everything(connection)

    def confirm(self, said: Confirmation) -> bool:
        """Remember a mailbox. False when it is confirmed for that unit already, unless by this very order."""
        same = and_(_mailbox.c.address == said.address, _mailbox.c.unit == said.unit)
        with self._engine.begin() as connection:
            if standing := connection.execute(_ALL.where(same, _STANDS)).first():
                return bool(said.mail) and standing.mail == said.mail
            connection.execute(insert(_mailbox), _row(said))
            return True

    def revoke(self, address: str, unit: str | None, by: str, at: datetime, mail: str = "") -> list[Confirmation]:
        """Take back what was confirmed of a mailbox, for one unit or (None) for all. What was taken back, by this very
        order (mail: its SHA-256) before, too."""
        these = [_mailbox.c.address == address.lower(), *([_mailbox.c.unit == unit] if unit else [])]
        with self._engine.begin() as connection:
            values = {"revoked_by": by, "revoked_at": at, "revoked_mail": mail}
            connection.execute(update(_mailbox).where(*these, _STANDS).values(**values))
            mine = _mailbox.c.revoked_mail == mail if mail else _mailbox.c.revoked_at == at
            return [_confirmation(row) for row in connection.execute(_ALL.where(*these, mine))]


class History:
    """All that was ever confirmed, for who goes through many mails."""

    def __init__(self, connection: Connection) -> None:
        self._of: dict[str, list[Confirmation]] = {}
        for said in everything(connection):
            self._of.setdefault(said.address, []).append(said)

    def in_force(self, address: str | None, moment: datetime | None) -> tuple[Confirmation, ...]:
        """For which units an address was confirmed at a moment, the first confirmed first."""
        if address is None or moment is None:
            return ()
        return tuple(said for said in self._of.get(address, ()) if said.stood_at(moment))


def everything(connection: Connection) -> list[Confirmation]:
    """Every confirmation ever, in order."""
    return [_confirmation(row) for row in connection.execute(_ALL)]


def _row(said: Confirmation) -> dict[str, Any]:
    return {
        "address": said.address, "unit": said.unit, "by": said.by, "at": said.at, "mail": said.mail,
        "number": said.case, "revoked_mail": "",
    }  # fmt: skip


def _confirmation(row: Any) -> Confirmation:
    return Confirmation(
        row.address, row.unit, row.by, row.at, row.mail, row.number, row.revoked_by, row.revoked_at, row.revoked_mail
    )
