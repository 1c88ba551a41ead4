"""Recording a verdict: the case, its new version and the letter to send, in one transaction or not at all."""

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, bindparam, delete, insert, select, update

from service.domain.judgement import CaseBeside, Judgement
from service.domain.orders import Ruling
from service.domain.outgoing import OutgoingLetter
from service.domain.submission import Submission
from service.records import joining, outbox, rulings
from service.records.bounces import Bounces
from service.records.joining import Found, Handle
from service.records.ledger import FORGOTTEN, Ledger, tell
from service.records.mailboxes import Mailboxes
from service.records.outbox import Outbox
from service.records.shelf import Recorded as RecordedCases
from service.records.snapshots import decision_json, holding_json
from service.records.standing import IN_CASE, standing_after
from service.records.superseding import supersede
from service.records.tables import Case, Counter, Mail, Note, Version

_case = Case.__table__  # type: ignore[attr-defined]
_counter = Counter.__table__  # type: ignore[attr-defined]
_mail = Mail.__table__  # type: ignore[attr-defined]
_note = Note.__table__  # type: ignore[attr-defined]
_version = Version.__table__  # type: ignore[attr-defined]

# Built once: building a statement costs as much as executing it.
_ADD_CASE, _ADD_COUNTER, _ADD_VERSION = insert(_case), insert(_counter), insert(_version)
_THIS_MAIL = _mail.c.sha256 == bindparam("mail")
_TWIN = select(_mail.c.sha256).where(
    _mail.c.message_id == bindparam("message_id"),
    _mail.c.fingerprint == bindparam("fingerprint"),
    _mail.c.state == "judged",
    _mail.c.sha256 != bindparam("mail"),
)
_BEFORE = select(_mail.c.state, _mail.c.problem).where(_THIS_MAIL).with_for_update()
_CONCLUDE = update(_mail).where(_THIS_MAIL)
_CHANGE_CASE = update(_case).where(_case.c.id == bindparam("case")).values(versions=_case.c.versions + 1)
_VERSIONS = select(_case.c.versions).where(_case.c.id == bindparam("case"))
_NOTE = select(_note.c.value).where(_note.c.name == bindparam("name"))
_PROBLEM = select(_mail.c.problem).where(_THIS_MAIL)
_COUNT = update(_counter).where(_counter.c.name == bindparam("campaign")).values(value=_counter.c.value + 1)
_COUNTED = select(_counter.c.value).where(_counter.c.name == bindparam("campaign"))

_AWAY, _NO_SENDING = "away:", "submission_away"
_RESTORED, _HOLDING = "restored", " hold"
_LOST = "records_lost"
LAST_BACKUP = "last_backup"
"""The note of the newest backup: when it was made and, behind a blank, where it lies."""

Writer = Callable[[str | None], OutgoingLetter | None]
"""Given the case's number, the letter to send; None when nothing is to be sent."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a recording led to."""

    number: str | None  # the case's number
    queued: bool  # a letter waits in the outbox


class Records:
    """The records of one service. Safe for one writing process (see `service.daemon` for its lock)."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.ledger = Ledger(engine)
        self.outbox = Outbox(engine)
        self.bounces = Bounces(engine)
        self.mailboxes = Mailboxes(engine)

    def find_case(self, handle: Handle) -> Found | None:
        """The case a mail joins, None when it begins one."""
        with self.engine.connect().execution_options(reading=True) as connection:
            return joining.find(RecordedCases(connection), handle)

    def campaign_of_thread(self, thread: Sequence[str]) -> str | None:
        """The campaign of the nearest of these Message-IDs that is a letter of ours or a mail of a case."""
        if not thread:
            return None
        with self.engine.connect().execution_options(reading=True) as connection:
            return RecordedCases(connection).campaign_of(thread)

    def cases_of(self, sender: str | None, units: Mapping[str, str | None]) -> Mapping[str, tuple[bool, ...]]:
        """Of each campaign the newest cases of a sender, and of the unit there: whether each is complete."""
        with self.engine.connect().execution_options(reading=True) as connection:
            return joining.links(RecordedCases(connection), sender, units)

    def beside(self, units: Collection[str], campaign: str, own: int | None) -> tuple[CaseBeside, ...]:
        """The cases of some units, without the one at hand."""
        if not units:
            return ()
        with self.engine.connect().execution_options(reading=True) as connection:
            return joining.beside(RecordedCases(connection), units, campaign, own)

    def note(self, name: str) -> str | None:
        """A small fact kept under a name; None when there is none."""
        with self.engine.connect().execution_options(reading=True) as connection:
            return connection.execute(_NOTE, {"name": name}).scalar()

    def set_note(self, name: str, value: str) -> None:
        """Keep a small fact."""
        with self.engine.begin() as connection:
            connection.execute(delete(_note).where(_note.c.name == name))
            connection.execute(insert(_note).values(name=name, value=value))

    def tell(self, what: str, detail: str, now: datetime) -> None:
        """Add a line that belongs to no mail and no case; the digest may tell it."""
        with self.engine.begin() as connection:
            tell(connection, now, what, detail)

    def note_restore(self, now: datetime, *, hold_inbox: bool = False) -> int:
        """These records were brought back from a backup: what waited then may have left since, and is left to staff.
        Until `restore_is_settled`, the mailboxes are to be looked through. How many letters were left to staff.

        hold_inbox: letters about what lies in the inbox already are left to staff too.
        """
        parked = self.outbox.park_waiting(now, FORGOTTEN)
        self.outbox.skip_numbers(now, FORGOTTEN)
        self.note_lost(now)
        self.ledger.doubt_waiting()
        self.set_note(_RESTORED, f"{now.isoformat()}{_HOLDING if hold_inbox else ''}")
        return parked

    def note_lost(self, now: datetime) -> None:
        """From here on it is known that some letters left of which nothing is known."""
        self.set_note(_LOST, now.isoformat())

    def lost_at(self) -> datetime | None:
        """When it was last noticed that records were lost: letters from before may have left unknown to us."""
        told = self.note(_LOST)
        return None if told is None else datetime.fromisoformat(told)

    def restored_at(self) -> datetime | None:
        """When a backup was brought back, as long as the mailboxes were not looked through since."""
        told = self.note(_RESTORED)
        return None if told is None else datetime.fromisoformat(told.removesuffix(_HOLDING))

    def holds_inbox(self) -> bool:
        """Whether what lay in the inbox at that time is left to staff."""
        return (self.note(_RESTORED) or "").endswith(_HOLDING)

    def restore_is_settled(self) -> None:
        """What the mailboxes hold is known again."""
        self.forget_note(_RESTORED)

    def forget_note(self, name: str) -> None:
        """Keep it no longer."""
        with self.engine.begin() as connection:
            connection.execute(delete(_note).where(_note.c.name == name))

    def mailbox_is_away(self, name: str, why: str, now: datetime) -> None:
        """Remember since when a mailbox cannot be reached; the digest tells staff."""
        if self.note(_AWAY + name) is None:
            self.set_note(_AWAY + name, f"{now.isoformat()} {why}")

    def mailbox_answers(self, name: str) -> None:
        """The mailbox can be reached: nothing to tell."""
        if self.note(_AWAY + name) is not None:
            self.forget_note(_AWAY + name)

    def mailboxes_away(self) -> list[tuple[str, datetime, str]]:
        """Name, since when, and why, of every mailbox that could not be reached at the last poll."""
        query = select(_note.c.name, _note.c.value).where(_note.c.name.startswith(_AWAY)).order_by(_note.c.name)
        with self.engine.connect().execution_options(reading=True) as connection:
            rows = connection.execute(query).all()
        told = ((row.name.removeprefix(_AWAY), *row.value.partition(" ")[::2]) for row in rows)
        return [(name, datetime.fromisoformat(since), why) for name, since, why in told]

    def submission_is_away(self, why: str, now: datetime) -> None:
        """Remember since when no letter can be handed over; the digest tells staff, when it can."""
        if self.note(_NO_SENDING) is None:
            self.set_note(_NO_SENDING, f"{now.isoformat()} {why}")

    def submission_answers(self) -> None:
        """Letters can be handed over: nothing to tell."""
        if self.note(_NO_SENDING) is not None:
            self.forget_note(_NO_SENDING)

    def submission_away(self) -> tuple[datetime, str] | None:
        """Since when no letter could be handed over, and why; None when they leave."""
        told = self.note(_NO_SENDING)
        if told is None:
            return None
        since, _, why = told.partition(" ")
        return datetime.fromisoformat(since), why

    def twin_of(self, submission: Submission) -> str | None:
        """SHA-256 of a mail judged before that is this one come by another way: the same Message-ID and
        the same content. The same Message-ID with other content is a new mail (faults H13, H14)."""
        if submission.envelope.message_id is None:
            return None
        this = {
            "message_id": submission.envelope.message_id,
            "fingerprint": fingerprint(submission),
            "mail": submission.sha256,
        }
        with self.engine.connect().execution_options(reading=True) as connection:
            return connection.execute(_TWIN, this).scalar()

    def record_twin(self, submission: Submission, twin: str, now: datetime) -> None:
        """Note a mail that came twice: no verdict of its own, no second letter."""
        with self.engine.begin() as connection:
            first = connection.execute(
                select(_mail.c.verdict, _mail.c.kind, _mail.c.case_id, _mail.c.campaign).where(_mail.c.sha256 == twin)
            ).one()
            connection.execute(
                update(_mail)
                .where(_mail.c.sha256 == submission.sha256, _mail.c.state == "archived")
                .values(
                    state="duplicate",
                    problem=twin,
                    verdict=first.verdict,
                    kind=first.kind,
                    judged_at=now,
                    case_id=first.case_id,
                    campaign=first.campaign,
                    **header_of(submission),
                )
            )
            tell(connection, now, "duplicate", twin, sha256=submission.sha256, case_id=first.case_id)

    def record(
        self, judgement: Judgement, found: Found | None, campaign: str, rules_version: str, write: Writer, now: datetime
    ) -> Recorded | None:
        """Record verdict, case version and letter. None when this mail has its verdict already: then
        nothing is written, and calling again never leads to a second letter."""
        submission = judgement.dossier.submission
        with self.engine.begin() as connection:
            before = connection.execute(_BEFORE, {"mail": submission.sha256}).first()
            if before is None or before.state != "archived":
                return None
            case_id, number = self._case(connection, judgement, found, campaign, now)
            letter = write(number)
            self._mail(connection, judgement, case_id, campaign, rules_version, now)
            if case_id is not None:
                self._version(connection, judgement, case_id, now)
            if case_id is not None and judgement.decision.kind in IN_CASE and not before.problem:
                supersede(connection, judgement, letter, case_id, now)
            if letter is not None:
                outbox.put(connection, letter, now, sha256=submission.sha256, case_id=case_id, parked=before.problem)
            tell(connection, now, "judged", judgement.decision.verdict.value, sha256=submission.sha256, case_id=case_id)
        return Recorded(number, letter is not None)

    def is_doubtful(self, sha256: str) -> bool:
        """Whether a mail may have been judged before, by records that are lost."""
        with self.engine.connect().execution_options(reading=True) as connection:
            return bool(connection.execute(_PROBLEM, {"mail": sha256}).scalar())

    def ruling_on(self, sha256: str) -> Ruling | None:
        """What staff decided about a mail; None when they did not."""
        return rulings.read(self.note(rulings.PREFIX + sha256))

    def redecide(
        self, judgement: Judgement, ruling: Ruling, rules_version: str, write: rulings.Writer, now: datetime
    ) -> bool:
        """Record what a ruling makes of a case's newest mail. False when it stands already or a newer mail came."""
        with self.engine.begin() as connection:
            return rulings.redecide(connection, judgement, ruling, rules_version, write, now)

    def assign(self, sha256: str, ruling: Ruling, now: datetime) -> bool:
        """A person said whose mail it is: it is to be judged anew. False when it does not wait for that."""
        with self.engine.begin() as connection:
            return rulings.assign(connection, sha256, ruling, now)

    def _case(
        self, connection: Connection, judgement: Judgement, found: Found | None, campaign: str, now: datetime
    ) -> tuple[int | None, str | None]:
        if judgement.decision.kind not in IN_CASE:
            return (None, None) if found is None else (found.id, found.case.number)
        values = {**standing_after(judgement, is_new=found is None), "updated": now}
        if found is not None:
            connection.execute(_CHANGE_CASE, {"case": found.id, **values})
            return found.id, found.case.number
        number = self._next_number(connection, campaign)
        first = {"number": number, "campaign": campaign, "first_received": judgement.dossier.received, "versions": 1}
        key = connection.execute(_ADD_CASE, first | values).inserted_primary_key
        assert key is not None
        return key[0], number

    def _next_number(self, connection: Connection, campaign: str) -> str:
        if connection.execute(_COUNT, {"campaign": campaign}).rowcount == 0:
            connection.execute(_ADD_COUNTER, {"name": campaign, "value": 1})
        value = connection.execute(_COUNTED, {"campaign": campaign}).scalar_one()
        return f"{campaign}-{value:04d}"

    def _mail(
        self,
        connection: Connection,
        judgement: Judgement,
        case_id: int | None,
        campaign: str,
        rules_version: str,
        now: datetime,
    ) -> None:
        decision, submission = judgement.decision, judgement.dossier.submission
        conclusion = {
            "mail": submission.sha256,
            "state": "judged",
            "kind": decision.kind.value,
            "verdict": decision.verdict.value,
            "on_time": decision.on_time,
            "case_id": case_id,
            "campaign": campaign,
            "rules_version": rules_version,
            "decision": decision_json(decision),
            "judged_at": now,
            "fingerprint": fingerprint(submission),
            "problem": "",
        }
        connection.execute(_CONCLUDE, conclusion | header_of(submission))

    def _version(self, connection: Connection, judgement: Judgement, case_id: int, now: datetime) -> None:
        decision = judgement.decision
        if decision.kind not in IN_CASE:
            return
        version = {
            "case_id": case_id,
            "seq": connection.execute(_VERSIONS, {"case": case_id}).scalar_one(),
            "mail_sha256": judgement.dossier.submission.sha256,
            "verdict": decision.verdict.value,
            "at": now,
            "holding": holding_json(judgement.dossier, decision),
        }
        connection.execute(_ADD_VERSION, version)


def header_of(submission: Submission) -> dict[str, str | None]:
    """What of a mail's header the records are searched by."""
    envelope = submission.envelope
    sender = envelope.sender.address.lower() if envelope.sender else None
    return {"message_id": envelope.message_id, "sender": sender, "subject": envelope.subject[:500]}


def fingerprint(submission: Submission) -> str:
    """A digest of what a mail brings, without its way: sender, own words, the bytes of its attachments."""
    senders = ",".join(sorted(a.address.lower() for a in submission.envelope.senders))
    files = "\n".join(sorted(a.sha256 for a in submission.attachments))
    return hashlib.sha256(f"{senders}\0{submission.text}\0{files}".encode("utf-8", "replace")).hexdigest()
