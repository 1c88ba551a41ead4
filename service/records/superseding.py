"""Letters that a newer mail of their case overtakes before they left: one clear letter about all that came.

Who sends the form and, a minute later, the letter is not to be asked for the letter. What takes a letter's place is
queued in the same transaction, so that there is one of the two whenever the service may die.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select, update

from service.domain.judgement import Judgement, Letter, Verdict
from service.domain.outgoing import OutgoingLetter
from service.records.ledger import tell
from service.records.outbox import AT_ONCE
from service.records.tables import Case, Outgoing, Version

_case = Case.__table__  # type: ignore[attr-defined]
_outbox = Outgoing.__table__  # type: ignore[attr-defined]
_version = Version.__table__  # type: ignore[attr-defined]

_TOGETHER = "同一报送件又有来件，一并答复"
_ANSWERS = tuple(letter.value for letter in Letter)
_NOT_SENT = ("pending", "draft")
_FOR_STAFF = ("parked", "bounced")  # released by the number of their case, they would leave beside what is newer
_ABOUT = select(_outbox.c.id, _outbox.c.letter, _outbox.c.mail_sha256, _outbox.c.message_id, _outbox.c.state).where(
    _outbox.c.case_id == bindparam("case")
)
_WAITING = _ABOUT.where(_outbox.c.state.in_((*_NOT_SENT, *_FOR_STAFF)), _outbox.c.letter.not_in(AT_ONCE))
_TO_THE_SAME = _outbox.c.recipients == bindparam("recipients")
_ASKING = _outbox.c.letter.in_([Letter.CORRECTION.value, "reminder"])
_RECEIPTS = _ABOUT.where(_TO_THE_SAME, _outbox.c.state.in_(_NOT_SENT), _outbox.c.letter == Letter.RECEIPT.value)
"""One that has not left says nothing that the next, of all that has come by then, does not say better."""
# By whether a letter is queued instead, and whether the case is complete.
_OVERTAKEN = {
    (True, True): _WAITING.where(or_(_TO_THE_SAME, _ASKING)),
    (True, False): _WAITING.where(_TO_THE_SAME),
    (False, True): _WAITING.where(_ASKING),
    (False, False): None,
}
_SUPERSEDE = (
    update(_outbox)
    .where(_outbox.c.id == bindparam("this"), _outbox.c.state.in_((*_NOT_SENT, *_FOR_STAFF)))
    .values(state="superseded", reason=_TOGETHER)
)


def supersede(
    connection: Connection, judgement: Judgement, letter: OutgoingLetter | None, case_id: int, now: datetime
) -> None:
    """Put aside what waits to be sent about a case and is not true any more. letter: what is queued instead.

    Put aside are letters to the same address, and, once a case is complete, every request for what it lacked. A receipt
    only gives way to another.
    A letter that the mail answers has reached its reader and is left alone.
    """
    envelope = judgement.dossier.submission.envelope
    answered = {*envelope.in_reply_to, *envelope.references}
    query = _OVERTAKEN[letter is not None, judgement.decision.verdict is Verdict.ACCEPTED]
    values = {"case": case_id, "recipients": "\n".join(letter.recipients) if letter else ""}
    is_receipt = letter is not None and letter.letter == Letter.RECEIPT.value
    queries = (query, _RECEIPTS if is_receipt else None)
    for row in [row for one in queries if one is not None for row in connection.execute(one, values).all()]:
        if row.message_id in answered and row.state in _NOT_SENT:
            continue
        connection.execute(_SUPERSEDE, {"this": row.id, "state": "superseded", "reason": _TOGETHER})
        fate = "被退回" if row.state == "bounced" else "尚未发出"
        told = f"{row.letter} {fate}，又收到同一报送件的邮件，一并答复"
        tell(connection, now, "superseded", told, sha256=row.mail_sha256, case_id=case_id)


def supersede_doubtful(connection: Connection, reason: str) -> None:
    """As `supersede`, at one go, for letters that were parked for this reason while their mails were judged anew: what
    the next mail of their case overtook is nothing to release any more."""
    later = _outbox.alias()
    own, next_one = _version.alias(), _version.alias()
    overtaken = (
        select(own.c.id)
        .join(next_one, (next_one.c.case_id == own.c.case_id) & (next_one.c.seq > own.c.seq))
        .outerjoin(later, later.c.mail_sha256 == next_one.c.mail_sha256)
        .join(_case, _case.c.id == own.c.case_id)
        .where(
            own.c.mail_sha256 == _outbox.c.mail_sha256,
            or_(
                later.c.recipients == _outbox.c.recipients,
                (_case.c.state == Verdict.ACCEPTED.value) & _ASKING,
            ),
        )
        .exists()
    )
    doubtful = (_outbox.c.state == "parked") & (_outbox.c.reason == reason) & _outbox.c.letter.not_in(AT_ONCE)
    connection.execute(update(_outbox).where(doubtful, overtaken).values(state="superseded", reason=_TOGETHER))


def put_case_aside(connection: Connection, case_id: int, why: str, now: datetime) -> None:
    """Nothing that waits to be sent about a case leaves any more."""
    waits = _outbox.c.letter.in_((*_ANSWERS, "reminder")) & _outbox.c.state.in_((*_NOT_SENT, *_FOR_STAFF))
    rows = connection.execute(select(_outbox).where(_outbox.c.case_id == case_id, waits).order_by(_outbox.c.id)).all()
    for row in rows:
        connection.execute(update(_outbox).where(_outbox.c.id == row.id).values(state="superseded", reason=why))
        tell(connection, now, "superseded", f"{row.letter} 尚未发出，{why}", sha256=row.mail_sha256, case_id=case_id)


def put_aside(
    connection: Connection, sha256: str, states: Collection[str], why: str, now: datetime, keep: int | None = None
) -> None:
    """Answers to a mail in these states never leave: another decision took the place of theirs. keep: but this one."""
    about = select(_outbox.c.id, _outbox.c.letter, _outbox.c.case_id).where(
        _outbox.c.mail_sha256 == sha256, _outbox.c.letter.in_(_ANSWERS), _outbox.c.state.in_(states)
    )
    for row in connection.execute(about.order_by(_outbox.c.id)).all():
        if row.id == keep:
            continue
        connection.execute(update(_outbox).where(_outbox.c.id == row.id).values(state="superseded", reason=why))
        tell(connection, now, "superseded", f"{row.letter} 尚未发出，{why}", sha256=sha256, case_id=row.case_id)
