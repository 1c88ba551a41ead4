"""The outbox: letters recorded with their verdict, sent afterwards, each state committed before the next step.

pending -> sending -> dot -> sent        the usual way
draft   -> pending | discarded           staff released it by their reply, or not; parked letters the same
sent    -> bounced                       it came back: see `records.bounces`
sending -> pending                       died before the final dot: certainly not accepted
pending -> superseded                    overtaken by a newer mail of its case: see `records.superseding`
dot     -> sent | pending once | parked  died between the dot and the answer (RFC 1047): see `resolve_dots`
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Select, and_, bindparam, func, insert, or_, select, text, update

from service.domain.outgoing import TO_ADMINS, DueLetter, OutgoingLetter, WaitingLetter
from service.records import bounces
from service.records.ledger import FORGOTTEN, tell
from service.records.tables import Case, Event, Mail, Outgoing

_event = Event.__table__  # type: ignore[attr-defined]
_case = Case.__table__  # type: ignore[attr-defined]
_mail = Mail.__table__  # type: ignore[attr-defined]
_outbox = Outgoing.__table__  # type: ignore[attr-defined]

TO_STAFF = frozenset({"digest", "draft", "answer"}) | TO_ADMINS
"""Letters that go to the department's own people; all others go to submitters."""
AT_ONCE = TO_STAFF | {"receipt"}
"""Letters that no later mail makes untrue. All others wait a little: what they ask for may be on its way."""

# Built once: building a statement costs as much as executing it.
_ADD = insert(_outbox)
_THIS = _outbox.c.id == bindparam("this")
_CHANGE = update(_outbox).where(_THIS)
_TAKE = _CHANGE.where(_outbox.c.state == "pending").values(state="sending", attempts=_outbox.c.attempts + 1)
_ROW = select(_outbox).where(_THIS)
_WHOSE = select(_outbox.c.mail_sha256, _outbox.c.case_id, _outbox.c.letter, _outbox.c.recipients).where(_THIS)
_RELEASED = select(_event.c.id).where(_event.c.what == "released", _event.c.detail == bindparam("letter")).limit(1)
_RELEASED_ANSWER = _RELEASED.where(_event.c.mail_sha256 == bindparam("mail"))
_RELEASED_UNASKED = _RELEASED.where(_event.c.mail_sha256.is_(None))
_SENT_SINCE = select(func.count()).select_from(_outbox).where(_outbox.c.sent_at >= bindparam("since"))
_TO_ADDRESS = _SENT_SINCE.where(_outbox.c.recipients == bindparam("address"))
_OF_CASE = _SENT_SINCE.where(_outbox.c.case_id == bindparam("case"))
_OUTWARD = _SENT_SINCE.where(_outbox.c.letter.not_in(TO_STAFF))

MAY_REPEAT = TO_STAFF | {"receipt", "handover"}
"""Letters that harm nobody when they come twice, byte for byte the same. All others wait for staff."""
UNKNOWN = "不知对方服务器是否收下"
"""Why a letter waits, or went twice: its fate was not settled in time. A copy that comes late settles it still."""
_NUMBERS = 100_000  # more letters than one night sees
_IN_DOUBT = or_(
    _outbox.c.state == "dot",
    and_(_outbox.c.state == "parked", _outbox.c.reason.in_([FORGOTTEN, UNKNOWN])),
    and_(_outbox.c.state == "pending", _outbox.c.reason == UNKNOWN),
)


def put(
    connection: Connection,
    letter: OutgoingLetter,
    now: datetime,
    *,
    sha256: str | None = None,
    case_id: int | None = None,
    seq: int = 0,
    parked: str = "",
) -> None:
    """Queue a letter inside the caller's transaction. parked: why it waits for staff instead."""
    row = {
        "mail_sha256": sha256,
        "case_id": case_id,
        "letter": letter.letter,
        "seq": seq,
        "recipients": "\n".join(letter.recipients),
        "message_id": letter.message_id,
        "subject": letter.subject,
        "content": letter.content,
        "state": "parked" if parked else "draft" if letter.draft else "pending",
        "attempts": 0,
        "not_before": now,
        "reason": parked,
        "created": now,
        "resent": False,
        "campaign": letter.campaign,
    }
    connection.execute(_ADD, row)


class Outbox:
    """The letters on their way. Every method is one durable step."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def queue(self, letter: OutgoingLetter, now: datetime, case_id: int | None = None, parked: str = "") -> bool:
        """Queue a letter that answers no mail (a digest). False when one with its Message-ID is there.

        parked: why it waits for staff instead.
        """
        with self._engine.begin() as connection:
            if connection.execute(select(_outbox.c.id).where(_outbox.c.message_id == letter.message_id)).first():
                return False
            put(connection, letter, now, case_id=case_id, parked=parked)
            return True

    def due(
        self, now: datetime, wait: timedelta = timedelta(0), limit: int = 200, *, answers: bool = True
    ) -> list[int]:
        """Ids of letters that may be sent now, oldest first. wait: how old those must be that do not go at once;
        answers: false leaves out all but what goes to staff."""
        query = select(_outbox.c.id).where(_outbox.c.state == "pending", _outbox.c.not_before <= now)
        if wait:
            query = query.where(or_(_outbox.c.letter.in_(AT_ONCE), _outbox.c.created <= now - wait))
        if not answers:
            query = query.where(_outbox.c.letter.in_(TO_STAFF))
        with self._engine.connect().execution_options(reading=True) as connection:
            ordered = query.order_by(_outbox.c.created, _outbox.c.id).limit(limit)
            return list(connection.execute(ordered).scalars())

    def waiting_since(self) -> datetime | None:
        """When the oldest letter was written that does not go at once and has not been tried; None without one."""
        query = select(func.min(_outbox.c.created)).where(
            _outbox.c.state == "pending", _outbox.c.attempts == 0, _outbox.c.letter.not_in(AT_ONCE)
        )
        with self._engine.connect().execution_options(reading=True) as connection:
            return connection.execute(query).scalar()

    def take(self, letter_id: int) -> DueLetter | None:
        """Mark a pending letter as being sent and return it; None when another process took it."""
        with self._engine.begin() as connection:
            if connection.execute(_TAKE, {"this": letter_id}).rowcount != 1:
                return None
            row = connection.execute(_ROW, {"this": letter_id}).one()
            by_staff = _RELEASED_UNASKED if row.mail_sha256 is None else _RELEASED_ANSWER
            released = connection.execute(by_staff, {"mail": row.mail_sha256, "letter": row.letter}).first()
        return DueLetter(
            row.id,
            row.letter,
            tuple(row.recipients.split("\n")),
            row.message_id,
            row.content,
            row.attempts,
            row.created,
            row.case_id,
            row.letter not in TO_STAFF,
            released is not None,
        )

    def before_dot(self, letter_id: int, look_again: datetime) -> None:
        """The body is over; the final dot goes out next. look_again: when to settle it, if no answer is recorded."""
        with self._engine.begin() as connection:
            connection.execute(_CHANGE, {"this": letter_id, "state": "dot", "not_before": look_again})

    def sent(self, letter_id: int, now: datetime, how: str = "") -> None:
        self._end(letter_id, now, "sent", how, sent_at=now)

    def park(self, letter_id: int, now: datetime, reason: str) -> None:
        """Leave a letter to staff: it is shown in the digest and never sent by itself again."""
        self._end(letter_id, now, "parked", reason)

    def waiting_for_staff(self, states: Sequence[str] = ("draft", "parked", "bounced")) -> list[WaitingLetter]:
        """Every letter that leaves only when staff release it, oldest first."""
        query = (
            select(_outbox, _case.c.number)
            .outerjoin(_case, _case.c.id == _outbox.c.case_id)
            .where(_outbox.c.state.in_(states))
            .order_by(_outbox.c.id)
        )
        with self._engine.connect().execution_options(reading=True) as connection:
            return [_waiting(row) for row in connection.execute(query)]

    def last_request(self, case_id: int) -> WaitingLetter | None:
        """The newest correction request of a case that left; None when none did."""
        query = (
            select(_outbox, _case.c.number)
            .join(_case, _case.c.id == _outbox.c.case_id)
            .where(_outbox.c.case_id == case_id, _outbox.c.letter == "correction", _outbox.c.state == "sent")
            .order_by(_outbox.c.id.desc())
            .limit(1)
        )
        with self._engine.connect().execution_options(reading=True) as connection:
            row = connection.execute(query).first()
        return None if row is None else _waiting(row)

    def release(self, letter_id: int, now: datetime) -> bool:
        """Staff let a letter leave, as it is. False when it does not wait for them (any more)."""
        return self._decide(letter_id, now, "pending", "released")

    def discard(self, letter_id: int, now: datetime) -> bool:
        """Staff decide that a letter never leaves. False when it does not wait for them (any more)."""
        return self._decide(letter_id, now, "discarded", "discarded")

    def _decide(self, letter_id: int, now: datetime, state: str, event: str) -> bool:
        waits = _outbox.c.state.in_(["draft", "parked", "bounced"])
        with self._engine.begin() as connection:
            change = update(_outbox).where(_outbox.c.id == letter_id, waits)
            afresh = {"reason": ""} if state == "pending" else {}
            done = connection.execute(change.values(state=state, not_before=now, attempts=0, **afresh)).rowcount == 1
            if done:
                row = connection.execute(_WHOSE, {"this": letter_id}).one()
                if state == "pending":
                    bounces.clear(connection, row.recipients)
                tell(connection, now, event, row.letter, sha256=row.mail_sha256, case_id=row.case_id)
        return done

    def put_back(self, letter_id: int, reason: str) -> None:
        """No letter at all could be handed over: this one keeps its place in the queue, and its count of attempts."""
        with self._engine.begin() as connection:
            connection.execute(
                update(_outbox)
                .where(_outbox.c.id == letter_id)
                .values(state="pending", reason=reason, attempts=_outbox.c.attempts - 1)
            )

    def later(self, letter_id: int, reason: str, not_before: datetime) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(_outbox)
                .where(_outbox.c.id == letter_id)
                .values(state="pending", reason=reason, not_before=not_before)
            )

    def ambiguous(self, letter_id: int, reason: str, look_again: datetime) -> None:
        """The dot was sent and no answer came: stay in dot until `resolve_dots`."""
        with self._engine.begin() as connection:
            connection.execute(
                update(_outbox)
                .where(_outbox.c.id == letter_id)
                .values(state="dot", reason=reason, not_before=look_again)
            )

    def recover(self) -> int:
        """Under the service's lock, while nothing is being sent: letters that died before the dot may go again."""
        with self._engine.begin() as connection:
            return connection.execute(
                update(_outbox).where(_outbox.c.state == "sending").values(state="pending")
            ).rowcount

    def evidence(self, message_id: str, now: datetime) -> bool:
        """A copy of our letter was found in the mailbox: it was accepted. Safe to call twice."""
        query = select(_outbox.c.id).where(_outbox.c.message_id == message_id, _IN_DOUBT)
        with self._engine.connect().execution_options(reading=True) as connection:
            found = connection.execute(query).scalar()
        if found is not None:
            self.sent(found, now, "found a copy in the mailbox")
        return found is not None

    def evidence_at_hand(self, now: datetime) -> None:
        """As `evidence`, for every copy among the mails that were judged: after records were lost, a copy may have
        been seen before its letter was queued anew."""
        own_copies = select(_mail.c.message_id).where(_mail.c.kind == "own")
        query = select(_outbox.c.message_id).where(_IN_DOUBT, _outbox.c.message_id.in_(own_copies))
        with self._engine.connect().execution_options(reading=True) as connection:
            found = connection.execute(query).scalars().all()
        for message_id in found:
            self.evidence(message_id, now)

    def is_in_doubt(self) -> bool:
        """Whether the fate of any letter is unknown."""
        with self._engine.connect().execution_options(reading=True) as connection:
            return connection.execute(select(_outbox.c.id).where(_outbox.c.state == "dot").limit(1)).first() is not None

    def park_waiting(self, now: datetime, reason: str) -> int:
        """Leave to staff all that waits to be sent; how many letters that is."""
        query = select(_outbox.c.id).where(_outbox.c.state.in_(["draft", "pending", "sending", "dot"]))
        with self._engine.connect().execution_options(reading=True) as connection:
            waiting = connection.execute(query).scalars().all()
        for letter_id in waiting:
            self.park(letter_id, now, reason)
        return len(waiting)

    def skip_numbers(self, now: datetime, reason: str) -> None:
        """Let the numbers of letters (信17) go on where none was given out before: staff may still answer a digest that
        names a letter which this database does not know."""
        with self._engine.begin() as connection:
            highest = connection.execute(select(func.max(_outbox.c.id))).scalar() or 0
            beyond = (highest // _NUMBERS + 1) * _NUMBERS
            row = {
                "id": beyond, "letter": "none", "seq": 0, "recipients": "", "message_id": f"<numbers.{beyond}>",
                "subject": "", "content": b"", "state": "discarded", "attempts": 0, "not_before": now,
                "reason": reason, "created": now, "resent": False,
            }  # fmt: skip
            connection.execute(insert(_outbox), row)
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT setval(pg_get_serial_sequence('outbox', 'id'), :n)"), {"n": beyond})

    def resolve_dots(self, now: datetime, longer: timedelta = timedelta(0)) -> None:
        """Letters whose acceptance is unknown when it was time to look again: resent once where a repeat harms
        nobody, else parked for staff. longer: how much longer they are to wait."""
        query = select(_outbox.c.id, _outbox.c.letter, _outbox.c.resent).where(
            _outbox.c.state == "dot", _outbox.c.not_before <= now - longer
        )
        with self._engine.connect().execution_options(reading=True) as connection:
            rows = connection.execute(query).all()
        for row in rows:
            if row.letter in MAY_REPEAT and not row.resent:
                self._resend(row.id, now)
            else:
                self.park(row.id, now, UNKNOWN)

    def sent_to_since(self, address: str, since: datetime) -> int:
        """How many letters this address was sent since a moment: the brake on loops."""
        return self._count(_TO_ADDRESS, address=address, since=since)

    def sent_about_since(self, case_id: int, since: datetime) -> int:
        """How many letters were sent about this case since a moment, to whomever."""
        return self._count(_OF_CASE, case=case_id, since=since)

    def answered_since(self, since: datetime) -> int:
        """How many letters went to submitters since a moment."""
        return self._count(_OUTWARD, since=since)

    def note_held(self, now: datetime, since: datetime, why: str) -> None:
        """Write down, once since a moment, that letters wait because too many left: the digest tells staff."""
        with self._engine.begin() as connection:
            told = select(_event.c.id).where(_event.c.what == "held", _event.c.at > since).limit(1)
            if connection.execute(told).first() is None:
                tell(connection, now, "held", why)

    def _count(self, query: Select[Any], **values: object) -> int:
        with self._engine.connect().execution_options(reading=True) as connection:
            return int(connection.execute(query, values).scalar_one())

    def _resend(self, letter_id: int, now: datetime) -> None:
        with self._engine.begin() as connection:
            connection.execute(
                update(_outbox)
                .where(_outbox.c.id == letter_id)
                .values(state="pending", resent=True, not_before=now, reason=UNKNOWN)
            )

    def _end(self, letter_id: int, now: datetime, state: str, reason: str, **more: datetime) -> None:
        with self._engine.begin() as connection:
            connection.execute(_CHANGE, {"this": letter_id, "state": state, "reason": reason, **more})
            row = connection.execute(_WHOSE, {"this": letter_id}).one()
            tell(connection, now, state, f"{row.letter} {reason}".strip(), sha256=row.mail_sha256, case_id=row.case_id)


def _waiting(row: Any) -> WaitingLetter:
    return WaitingLetter(
        row.id, row.subject, tuple(row.recipients.split("\n")), row.message_id, row.number, row.content, row.campaign
    )
