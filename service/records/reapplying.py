"""A new decision in place of an older one, because the rules changed: nothing of it leaves by itself.

The letter that it leads to waits for staff; what still waited of older letters about the mail is put aside with it, in
one transaction, unless it says the same.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, update

from service.domain.judgement import Decision, Judgement, Letter
from service.domain.outgoing import OutgoingLetter
from service.records import outbox
from service.records.ledger import tell
from service.records.rulings import Writer
from service.records.snapshots import decision_from, decision_json, holding_json
from service.records.standing import standing_after
from service.records.superseding import put_aside
from service.records.tables import Case, Mail, Note, Outgoing, Version

_case = Case.__table__  # type: ignore[attr-defined]
_mail = Mail.__table__  # type: ignore[attr-defined]
_note = Note.__table__  # type: ignore[attr-defined]
_outbox = Outgoing.__table__  # type: ignore[attr-defined]
_version = Version.__table__  # type: ignore[attr-defined]

_EARLIER = "earlier:"
"""Notes under this, a mail's SHA-256 and a number hold the decisions that were on it before."""
_OVER = ("superseded", "discarded")
_WAITING = ("pending", "draft", "parked", "bounced")
_REASON = "规则改变后重新认定"


def reapply(
    connection: Connection, judgement: Judgement, before: str, rules_version: str, write: Writer, now: datetime
) -> bool | None:
    """Record what other rules make of a case's newest mail, in the caller's transaction. before: the decision (JSON)
    that it was compared with.

    Whether a letter waits for staff now; None when a newer mail came, or the decision is another by now: then nothing
    is written.
    """
    sha256, decision = judgement.dossier.submission.sha256, judgement.decision
    mail = connection.execute(select(_mail).where(_mail.c.sha256 == sha256).with_for_update()).first()
    version = connection.execute(select(_version).where(_version.c.mail_sha256 == sha256)).first()
    if mail is None or version is None or mail.decision != before:
        return None
    case = connection.execute(select(_case).where(_case.c.id == version.case_id)).one()
    if case.versions != version.seq:
        return None
    _keep_earlier(connection, mail, now)
    _replace(connection, judgement, version, rules_version, now)
    answers = select(func.count()).select_from(_outbox).where(_outbox.c.mail_sha256 == sha256)
    seq = connection.execute(answers).scalar_one()
    queued = _settle_letters(connection, write(case.number, seq), sha256, case.id, seq, now)
    old = decision_from(before).verdict.value
    told = f"{old} → {decision.verdict.value}，按规则 {rules_version[:12]}"
    tell(connection, now, "reapplied", told, sha256=sha256, case_id=case.id)
    return queued


def earlier_decisions(engine: Engine, sha256: str) -> list[tuple[datetime, str, Decision]]:
    """The decisions on a mail that others took the place of, oldest first: until when, by which rules, what."""
    query = select(_note.c.value).where(_note.c.name.startswith(f"{_EARLIER}{sha256}:")).order_by(_note.c.name)
    with engine.connect().execution_options(reading=True) as connection:
        kept = [json.loads(value) for value in connection.execute(query).scalars()]
    return [(datetime.fromisoformat(k["until"]), k["rules"], decision_from(k["decision"])) for k in kept]


def _keep_earlier(connection: Connection, mail: Any, now: datetime) -> None:
    prefix = f"{_EARLIER}{mail.sha256}:"
    count = select(func.count()).select_from(_note).where(_note.c.name.startswith(prefix))
    name = f"{prefix}{connection.execute(count).scalar_one():04d}"
    value = {"until": now.isoformat(), "rules": mail.rules_version, "decision": mail.decision}
    connection.execute(insert(_note).values(name=name, value=json.dumps(value, ensure_ascii=False)))


def _replace(connection: Connection, judgement: Judgement, version: Any, rules_version: str, now: datetime) -> None:
    """The mail keeps the time of its first judgement: it did not come again, and is judged again by what staff had said
    then."""
    decision = judgement.decision
    connection.execute(
        update(_version)
        .where(_version.c.id == version.id)
        .values(verdict=decision.verdict.value, at=now, holding=holding_json(judgement.dossier, decision))
    )
    values = {
        "verdict": decision.verdict.value,
        "kind": decision.kind.value,
        "on_time": decision.on_time,
        "decision": decision_json(decision),
        "rules_version": rules_version,
    }
    connection.execute(update(_mail).where(_mail.c.sha256 == version.mail_sha256).values(**values))
    standing = standing_after(judgement, is_new=version.seq == 1)
    connection.execute(update(_case).where(_case.c.id == version.case_id).values(**standing, updated=now))


def _settle_letters(
    connection: Connection, letter: OutgoingLetter | None, sha256: str, case_id: int, seq: int, now: datetime
) -> bool:
    """Queue the letter as a draft, unless the newest about the mail says the same; put aside what waits besides."""
    rows = list(_letters_about(connection, sha256))
    newest = rows[-1] if rows else None
    is_told = letter is not None and newest is not None and _says(newest) == _says(letter)
    put_aside(connection, sha256, _WAITING, _REASON, now, keep=newest.id if is_told and newest else None)
    if letter is None or is_told:
        return False
    outbox.put(connection, letter, now, sha256=sha256, case_id=case_id, seq=seq)
    return True


def _letters_about(connection: Connection, sha256: str) -> Iterator[Any]:
    """Answers to a mail that left, wait, or are on their way, oldest first."""
    query = select(_outbox).where(
        _outbox.c.mail_sha256 == sha256,
        _outbox.c.letter.in_([letter.value for letter in Letter]),
        _outbox.c.state.not_in(_OVER),
    )
    yield from connection.execute(query.order_by(_outbox.c.id))


def _says(letter: Any) -> tuple[str, ...]:
    """What a reader makes of a letter: to whom, about what, which words and files."""
    recipients = letter.recipients if isinstance(letter.recipients, str) else "\n".join(letter.recipients)
    mail = message_from_bytes(letter.content, policy=policy.default)
    body = mail.get_body(("plain",))
    names = (part.get_filename() or "" for part in mail.iter_attachments())
    return (recipients, str(mail["Subject"]), str(body.get_content()) if body else "", *names)
