"""What tells that a letter was taken when no answer came: which channel of evidence is relied upon.

A copy that reached our own mailbox, as one more recipient of the same hand-over, proves that the server accepted it; so
does one that the server kept among the sent mails. That there is none proves nothing. `doctor --probe` finds out which
of them a server offers; with evidence = "auto" the sender goes by what it found.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from service.bench import sender_of
from service.records.store import Records
from service.settings import Settings, SmtpSection

PROBED, BROKEN = "evidence_probed", "evidence_broken"
COPY_REFUSED = "copy_refused"
"""The event that tells staff, once, that copies are refused."""

Channel = Literal["copy", "sent", "none"]


@dataclass(frozen=True, slots=True)
class Probed:
    """What `doctor --probe` saw of one letter to ourselves."""

    at: str  # ISO 8601
    copy_seconds: float | None  # until it was there; None: it was not, as long as was waited
    copy_folder: str = ""
    sent_folder: str = ""  # where the server kept a copy by itself; "": it keeps none
    offers: tuple[str, ...] = ()  # of IDLE, MOVE, UIDPLUS, ID, keywords
    is_junk: bool = False  # the copy lay among the junk
    is_renamed: bool = False  # the server gave the copy another Message-ID: it proves nothing
    clock_ahead: float = 0.0  # seconds that the receiving server's clock is ahead of ours
    authserv_id: str = ""  # what the receiving server calls itself in Authentication-Results; "": it adds none

    @property
    def copies_prove(self) -> bool:
        """Whether a copy of a letter comes in, and can be told for what it is."""
        return self.copy_seconds is not None and not self.is_renamed


@dataclass(frozen=True, slots=True)
class Broken:
    """The server refuses copies to ourselves."""

    since: datetime
    reason: str


def probed(records: Records) -> Probed | None:
    """What the last probe saw; None when there was none."""
    told = records.note(PROBED)
    if told is None:
        return None
    values = json.loads(told)
    return Probed(**values | {"offers": tuple(values["offers"])})


def note_probe(records: Records, found: Probed) -> None:
    """Keep what a probe saw. A copy that came says that copies are taken (again)."""
    records.set_note(PROBED, json.dumps(asdict(found), ensure_ascii=False))
    if found.copy_seconds is not None:
        records.forget_note(BROKEN)


def broken(records: Records) -> Broken | None:
    """Since when, and in which words, copies are refused; None when they are not, as far as anybody knows."""
    told = records.note(BROKEN)
    if told is None:
        return None
    since, _, reason = told.partition(" ")
    return Broken(datetime.fromisoformat(since), reason)


def note_broken(records: Records, reason: str, now: datetime) -> None:
    """No copy is named as a recipient from now on, until a probe sees one arrive; staff are told once."""
    if records.note(BROKEN) is None:
        records.set_note(BROKEN, f"{now.isoformat()} {reason}")
        records.tell(COPY_REFUSED, reason, now)


def channel(smtp: SmtpSection, seen: Probed | None, trouble: Broken | None) -> Channel:
    """What is relied upon. Never a copy that the server refuses, and by itself one only when a probe saw it arrive:
    it doubles what comes into the mailbox."""
    if smtp.evidence == "copy" and trouble is None:
        return "copy"
    if smtp.evidence != "auto":
        return "none" if smtp.evidence == "none" else "sent"
    if seen and not seen.sent_folder and seen.copies_prove and trouble is None:
        return "copy"
    return "sent"


def looks_at_sent(smtp: SmtpSection) -> bool:
    """Whether the folder of sent mail is looked at for a letter of unknown fate: it costs nothing else."""
    return smtp.evidence != "none"


def copy_to(settings: Settings, records: Records) -> str:
    """Our own address, when each letter is to go there too; "" when not."""
    smtp = settings.smtp
    if smtp is None or channel(smtp, probed(records), broken(records)) != "copy":
        return ""
    return own_mailbox(settings)


def own_mailbox(settings: Settings) -> str:
    """The address of a mailbox that is polled: that in From when it is one of them."""
    sender = sender_of(settings).address
    users = [m.username for m in settings.mailboxes if "@" in m.username]
    return sender if not users or sender.lower() in map(str.lower, users) else users[0]
