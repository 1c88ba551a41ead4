"""`doctor --probe`: one letter to ourselves, by the way of all letters, shows what tells that a letter was taken."""

import hashlib
import secrets
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from html import escape
from time import monotonic, sleep

from service.bench import sender_of
from service.datafolder import signing_key
from service.domain.mail import Address
from service.evidence import Probed, own_mailbox
from service.mailbox import Probe, Session, probe
from service.mailbox.lookout import Lookout, Sighting
from service.replies.composing import compose
from service.replies.identity import message_id_for
from service.replies.smtp import Ambiguous, Outcome, Sent, Submitter
from service.settings import Settings
from service.typesetting.papers import RenderedLetter
from service.wiring import mailbox_settings, smtp_settings

KIND = "probe"
_SETTLE = 10.0  # seconds that the folder of sent mail is given after the copy has come
_PAUSE = 1.0  # seconds
_TEXT = "这是征集邮件系统发给本邮箱的检测信，用来查明发信中断时凭什么得知信已送达。无需回复，可以删除。\n"


def send_probe(settings: Settings, patience: float, now: Callable[[], datetime]) -> tuple[Outcome, Probed | None]:
    """Send a letter to our own mailbox and look for it for at most so many seconds. None when it was not taken.

    The letter is signed, so that the service knows it for its own; it stays in the mailbox. Raises
    MailboxUnreachable, SubmissionUnreachable. The configuration has [smtp] and a mailbox.
    """
    with ExitStack() as stack:
        places = [mailbox_settings(settings, section) for section in settings.mailboxes]
        sessions = [stack.enter_context(Session(place)) for place in places]
        lookouts = [Lookout(session) for session in sessions]
        mark = secrets.token_hex(8)
        own, message_id, content = _letter(settings, mark, now())
        submitter = stack.enter_context(Submitter(smtp_settings(settings)))
        at, started = now(), monotonic()
        outcome = submitter.send(sender_of(settings).address, (own,), content, lambda: None)
        if not isinstance(outcome, Sent | Ambiguous):
            return outcome, None
        copy, seconds, sent = _look_out(lookouts, mark, message_id, started, patience)
        return outcome, _probed(at, copy, seconds, sent, message_id, probe(places[0]))


def _letter(settings: Settings, mark: str, now: datetime) -> tuple[str, str, bytes]:
    """To whom, under which Message-ID, and the bytes."""
    own, sender = own_mailbox(settings), sender_of(settings)
    identity = hashlib.sha256(mark.encode()).hexdigest()
    message_id = message_id_for(KIND, identity, 0, signing_key(settings.data_dir), sender.domain)
    html = f'<!DOCTYPE html><html lang="zh-CN"><body><p>{escape(_TEXT.strip())}</p></body></html>'
    letter = RenderedLetter(KIND, f"检测信，无需回复（{mark}）", _TEXT, html)
    to = (Address("", own),)
    return own, message_id, compose(letter, sender, to, message_id, None, (), now, auto_submitted="auto-generated")


def _look_out(
    lookouts: list[Lookout], mark: str, message_id: str, started: float, patience: float
) -> tuple[Sighting | None, float, Sighting | None]:
    """The copy that came and after how many seconds, and what the server kept as sent."""
    copy: Sighting | None = None
    seconds = 0.0
    while True:
        seen = [sighting for lookout in lookouts for sighting in lookout.sightings(mark)]
        waited = monotonic() - started
        if copy is None and (copy := next((s for s in seen if not s.is_sent), None)) is not None:
            seconds = waited
        kept = next((s for s in seen if s.is_sent and s.message_id == message_id), None)
        if (copy is not None and (kept is not None or waited > seconds + _SETTLE)) or waited > patience:
            return copy, seconds, kept
        sleep(_PAUSE)


def _probed(
    at: datetime, copy: Sighting | None, seconds: float, kept: Sighting | None, message_id: str, server: Probe
) -> Probed:
    offers = [name for name in ("IDLE", "MOVE", "UIDPLUS", "ID") if server.can(name)]
    return Probed(
        at=at.isoformat(),
        copy_seconds=round(seconds, 1) if copy else None,
        copy_folder=copy.folder if copy else "",
        sent_folder=kept.folder if kept else "",
        offers=(*offers, "keywords") if server.keywords else tuple(offers),
        is_junk=bool(copy and copy.is_junk),
        is_renamed=bool(copy and copy.message_id != message_id),
        clock_ahead=_ahead(copy.received, at, seconds) if copy and copy.received else 0.0,
        authserv_id=copy.authserv_id if copy else "",
    )


def _ahead(received: datetime, sent: datetime, seconds: float) -> float:
    """How far a time of arrival lies outside of the time in which the letter came; whole seconds are usual there."""
    after = (received - sent).total_seconds()
    return round(after if after < -1 else max(0.0, after - seconds - 1), 1)
