"""Letters that came back, and addresses that nothing is sent to until a person says so, or they answer us.

A bounce counts only for a letter of ours whose signed Message-ID it carries (see `replies.identity`): who bounces
is the address that the letter went to, whatever the bounce says.
"""

from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from service.records.ledger import tell
from service.records.tables import Note, Outgoing

_note = Note.__table__  # type: ignore[attr-defined]
_outbox = Outgoing.__table__  # type: ignore[attr-defined]
_MARK = "bounced:"
"""A note under this and an address, lower case: since when nothing goes there, and why."""
_MARKED = select(_note.c.value).where(_note.c.name == bindparam("name"))  # built once, see `records.outbox`


class Bounces:
    """Every method is one durable step and safe to call twice."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, message_id: str, reason: str, now: datetime) -> bool:
        """Our letter came back: write it down, and mark the address of who was to get it. False when no letter of
        this Message-ID left, or when that is known."""
        left = _outbox.c.state.in_(["sent", "dot"])
        with self._engine.begin() as connection:
            row = connection.execute(select(_outbox).where(_outbox.c.message_id == message_id, left)).first()
            if row is None:
                return False
            connection.execute(update(_outbox).where(_outbox.c.id == row.id).values(state="bounced", reason=reason))
            tell(connection, now, "bounced", f"{row.letter} {reason}", sha256=row.mail_sha256, case_id=row.case_id)
            if "\n" not in row.recipients:  # a digest goes to several
                _mark(connection, row.recipients, reason, now)
        return True

    def mark(self, address: str, reason: str, now: datetime) -> None:
        """Our server knows that there is no such mailbox: nothing goes there until staff say so."""
        with self._engine.begin() as connection:
            _mark(connection, address, reason, now)

    def answers(self, address: str, message_id: str, now: datetime) -> None:
        """Who answers a letter of ours has a mailbox that works: its mark goes."""
        if self.why(address) is None:
            return
        with self._engine.begin() as connection:
            row = connection.execute(select(_outbox).where(_outbox.c.message_id == message_id)).first()
            if row is not None and row.recipients.lower() == address.lower():
                clear(connection, address)
                tell(connection, now, "answered", address, sha256=row.mail_sha256, case_id=row.case_id)

    def why(self, address: str) -> str | None:
        """Why nothing goes to an address, None when letters may."""
        with self._engine.connect().execution_options(reading=True) as connection:
            value = connection.execute(_MARKED, {"name": _MARK + address.lower()}).scalar()
        return None if value is None else value.partition(" ")[2]


def clear(connection: Connection, recipients: str) -> None:
    """Letters may go to these addresses again. recipients: as the outbox keeps them."""
    for address in recipients.split("\n"):
        connection.execute(delete(_note).where(_note.c.name == _MARK + address.lower()))


def _mark(connection: Connection, address: str, reason: str, now: datetime) -> None:
    clear(connection, address)
    value = f"{now.isoformat()} {reason}"
    connection.execute(insert(_note).values(name=_MARK + address.lower(), value=value))
