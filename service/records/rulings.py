"""What staff decided about single mails, and a mail's case as it stood before it."""

import json
from collections.abc import Callable, Collection
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, func, insert, select, update

from service.domain.judgement import CaseBeside, Judgement, Verdict
from service.domain.orders import Ruling
from service.domain.outgoing import OutgoingLetter
from service.records import outbox
from service.records.joining import Found, Handle
from service.records.ledger import tell
from service.records.shelf import Recorded
from service.records.snapshots import decision_from, decision_json, holding_from, holding_json, so_far
from service.records.standing import Standing, standing_after
from service.records.superseding import put_aside, put_case_aside
from service.records.tables import Case, Mail, Note, Outgoing, Version

if TYPE_CHECKING:
    from service.records.store import Records

_case = Case.__table__  # type: ignore[attr-defined]
_mail = Mail.__table__  # type: ignore[attr-defined]
_note = Note.__table__  # type: ignore[attr-defined]
_outbox = Outgoing.__table__  # type: ignore[attr-defined]
_version = Version.__table__  # type: ignore[attr-defined]

_LATER = ("campaign", "withdrawn")
"""What rulings of before did not say: left out where it says nothing, so that the same ruling is written the same."""
PREFIX = "ruling:"
"""A note under this and a mail's SHA-256 holds the ruling on it."""

Writer = Callable[[str, int], OutgoingLetter | None]
"""Given the case's number and the how-manieth answer it is, the letter to send."""


def written(ruling: Ruling) -> str:
    said = {name: value for name, value in asdict(ruling).items() if value or name not in _LATER}
    return json.dumps(said, ensure_ascii=False, sort_keys=True)


def assign(connection: Connection, sha256: str, ruling: Ruling, now: datetime) -> bool:
    """Let a mail of no case be judged anew, as of the campaign that a person named, like one that has just come. False
    when it waits for no such word."""
    row = connection.execute(select(_mail).where(_mail.c.sha256 == sha256).with_for_update()).first()
    is_waiting = row is not None and row.state == "judged" and row.case_id is None
    if row is None or not is_waiting or not decision_from(row.decision).awaits_campaign:
        return False
    connection.execute(delete(_note).where(_note.c.name == PREFIX + sha256))
    connection.execute(insert(_note).values(name=PREFIX + sha256, value=written(ruling)))
    anew = {"state": "archived", "attempts": 0, "kind": None, "verdict": None, "decision": "", "judged_at": None}
    connection.execute(update(_mail).where(_mail.c.sha256 == sha256).values(**anew))
    tell(connection, now, "assigned", ruling.campaign, sha256=sha256)
    return True


def read(text: str | None) -> Ruling | None:
    return None if text is None else Ruling(**json.loads(text))


class Before:
    """The records as they stood before one mail of a case: what that mail is judged with when it is judged again."""

    def __init__(self, records: "Records", sha256: str) -> None:
        self._records = records
        self._sha256 = sha256

    def find_case(self, handle: Handle) -> Found | None:  # noqa: ARG002 - which case it is was settled then
        """The mail's case with what earlier mails brought; None when it began the case."""
        with self._records.engine.connect().execution_options(reading=True) as connection:
            return _before(connection, self._sha256)

    def beside(self, units: Collection[str], campaign: str, own: int | None) -> tuple[CaseBeside, ...]:
        """The cases of some units as they stand now, without the mail's own: they are but remarked on."""
        with self._records.engine.connect().execution_options(reading=True) as connection:
            begun = connection.execute(
                select(_version.c.case_id).where(_version.c.mail_sha256 == self._sha256)
            ).scalar()
        return self._records.beside(units, campaign, own or begun)


def _before(connection: Connection, sha256: str) -> Found | None:
    own = connection.execute(select(_version).where(_version.c.mail_sha256 == sha256)).first()
    if own is None or own.seq < 2:
        return None
    case = connection.execute(select(_case).where(_case.c.id == own.case_id)).one()
    earlier = connection.execute(
        select(_version).where(_version.c.case_id == own.case_id, _version.c.seq == own.seq - 1)
    ).one()
    standing = Standing(
        case.id, case.number, case.unit, own.seq - 1, case.first_received, case.on_time,
        earlier.verdict == Verdict.ACCEPTED.value,
    )  # fmt: skip
    held = so_far(standing, holding_from(earlier.holding), Recorded(connection).writers(case.id))
    return Found(case.id, held, False)


def redecide(
    connection: Connection, judgement: Judgement, ruling: Ruling, rules_version: str, write: Writer, now: datetime
) -> bool:
    """Put a new decision in place of the one on a case's newest mail, with the ruling it came from and the letter it
    leads to, all in the caller's transaction. False when the ruling stands already or a newer mail has come."""
    sha256 = judgement.dossier.submission.sha256
    version = connection.execute(select(_version).where(_version.c.mail_sha256 == sha256)).first()
    known = connection.execute(select(_note.c.value).where(_note.c.name == PREFIX + sha256)).scalar()
    if version is None or known == written(ruling):
        return False
    case = connection.execute(select(_case).where(_case.c.id == version.case_id)).one()
    if case.versions != version.seq:
        return False
    decision = judgement.decision
    connection.execute(delete(_note).where(_note.c.name == PREFIX + sha256))
    connection.execute(insert(_note).values(name=PREFIX + sha256, value=written(ruling)))
    connection.execute(
        update(_version)
        .where(_version.c.id == version.id)
        .values(verdict=decision.verdict.value, at=now, holding=holding_json(judgement.dossier, decision))
    )
    connection.execute(
        update(_mail)
        .where(_mail.c.sha256 == sha256)
        .values(
            verdict=decision.verdict.value,
            kind=decision.kind.value,
            decision=decision_json(decision),
            rules_version=rules_version,
            judged_at=now,
        )
    )
    values = standing_after(judgement, is_new=version.seq == 1)
    connection.execute(update(_case).where(_case.c.id == case.id).values(**values, updated=now))
    answers = select(func.count()).select_from(_outbox).where(_outbox.c.mail_sha256 == sha256)
    seq = connection.execute(answers).scalar_one()
    letter = write(case.number, seq)
    if ruling.withdrawn:
        put_case_aside(connection, case.id, "报送件已撤回", now)
    else:
        put_aside(connection, sha256, ("draft",), "工作人员另作认定", now)
    if letter is not None:
        outbox.put(connection, letter, now, sha256=sha256, case_id=case.id, seq=seq)
    tell(connection, now, "ruled", f"{ruling.by} {decision.verdict.value}", sha256=sha256, case_id=case.id)
    return True
