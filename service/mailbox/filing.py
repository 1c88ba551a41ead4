"""Putting a judged mail where people expect it: a courtesy after the records are safe, never a state of ours.

What goes wrong here is reported and may be tried again; it never raises and never expunges what is not ours.
"""

import imaplib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from imapclient import DELETED, IMAPClient

from service.domain.mail import MailKey
from service.errors import MailboxUnreachable
from service.mailbox import answers
from service.mailbox.session import FolderState, Session

_FOLDER_MAY_BE_MISSING = frozenset({None, "TRYCREATE", "NONEXISTENT"})


class How(StrEnum):
    MOVED = "moved"
    COPIED = "copied"  # and removed from where it lay
    FLAGGED = "flagged"  # by choice, or because the server can do no better
    LEFT = "left"  # by choice
    GONE = "gone"  # somebody else moved or deleted it


@dataclass(frozen=True, slots=True)
class Filed:
    """The mail needs no more filing."""

    how: How


@dataclass(frozen=True, slots=True)
class NotFiled:
    """The mail lies where it lay; reason is Chinese, for the log and the digest."""

    reason: str


def file_mail(session: Session, key: MailKey, destination: str, flags: Sequence[str] = ()) -> Filed | NotFiled:
    """File a mail as the settings say: move it into destination, flag it, or leave it. Never raises.

    destination: levels joined by "/", "已处理/受理"; made when missing. flags: system flags and keywords to add
    (keywords only where the server keeps them). Safe to call twice; a crash between copying and removing, on a
    server without MOVE, may leave two copies in destination.
    """
    if session.settings.filing == "leave":
        return Filed(How.LEFT)
    try:
        return _file(session, key, destination, flags)
    except imaplib.IMAP4.readonly:
        return NotFiled("文件夹只读")
    except MailboxUnreachable as error:
        return NotFiled(str(error))
    except answers.FAILURES as error:
        if answers.trouble(error) is answers.Trouble.LINE:
            session.drop()
        return NotFiled(answers.words(error))


def _file(session: Session, key: MailKey, destination: str, flags: Sequence[str]) -> Filed | NotFiled:
    state = session.select(key.folder)
    if state.uidvalidity != key.uidvalidity or not key.uidvalidity:
        return NotFiled("文件夹已重新编号，原编号不再指向该邮件")
    if b"FLAGS" not in session.client.fetch([key.uid], ["FLAGS"]).get(key.uid, {}):
        return Filed(How.GONE)
    may_move = session.settings.filing == "move"
    _flag(session.client, state, key.uid, flags, must=not may_move)
    if not may_move or not _can_remove(session.client):
        return Filed(How.FLAGGED)
    return Filed(_move(session, key.uid, destination))


def _flag(client: IMAPClient, state: FolderState, uid: int, flags: Sequence[str], *, must: bool) -> None:
    wanted = [flag for flag in flags if flag.startswith("\\") or state.keywords_allowed]
    if not wanted:
        return
    try:
        client.add_flags([uid], wanted, silent=True)
    except imaplib.IMAP4.error as error:
        if must or answers.trouble(error) is answers.Trouble.LINE:
            raise


def _can_remove(client: IMAPClient) -> bool:
    """Without MOVE or UID EXPUNGE, removing one mail would remove every mail that people marked as deleted."""
    return bool(client.has_capability("MOVE") or client.has_capability("UIDPLUS"))


def _move(session: Session, uid: int, destination: str) -> How:
    client = session.client
    target = folder_name(session, destination)
    if client.has_capability("MOVE"):
        _into(client, target, lambda: client.move([uid], target))
        return How.MOVED
    _into(client, target, lambda: client.copy([uid], target))
    client.add_flags([uid], [DELETED], silent=True)
    client.uid_expunge([uid])
    return How.COPIED


def _into(client: IMAPClient, target: str, put: Callable[[], object]) -> None:
    """Put a mail into a folder that is made when it is missing."""
    try:
        put()
    except imaplib.IMAP4.error as error:
        if answers.trouble(error) is not answers.Trouble.REFUSED or answers.code(error) not in _FOLDER_MAY_BE_MISSING:
            raise
        _make(client, target)
        put()


def _make(client: IMAPClient, target: str) -> None:
    for attempt in (client.create_folder, client.subscribe_folder):  # unsubscribed folders are hidden from people
        try:
            attempt(target)
        except imaplib.IMAP4.error as error:
            if answers.trouble(error) is answers.Trouble.LINE:
                raise


def folder_name(session: Session, path: str) -> str:
    """The server's name for "已处理/受理": with its namespace (RFC 2342) and its delimiter."""
    if session.naming is None:
        session.naming = _ask_naming(session.client)
    prefix, delimiter = session.naming
    levels = [level.replace(delimiter, "-") for level in path.split("/")] if delimiter else [path.replace("/", "-")]
    return prefix + delimiter.join(levels)


def _ask_naming(client: IMAPClient) -> tuple[str, str]:
    """Prefix and delimiter ("" when the server has no hierarchy)."""
    if client.has_capability("NAMESPACE"):
        personal = client.namespace().personal
        if personal:
            return _text(personal[0][0]), _text(personal[0][1])
    listed = client.list_folders("", "")
    return "", _text(listed[0][1]) if listed else "/"


def _text(value: str | bytes | None) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else value or ""
