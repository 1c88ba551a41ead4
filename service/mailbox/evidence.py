"""Copies of our letters that the submission server kept in the account's folder of sent mail.

Looked for only when it is not known whether a letter was taken. Found by fetching headers, never by SEARCH, which
servers answer wrongly.
"""

import re
from collections.abc import Iterator
from typing import Final

from service.mailbox.listing import list_uids
from service.mailbox.session import Session

_NEWEST: Final = 500  # mails at the end of the folder
_SENT: Final = b"\\sent"  # RFC 6154
_NAMES: Final = frozenset(
    {"sent", "sent messages", "sent items", "sent mail", "已发送", "已发送邮件", "已发邮件", "发件箱"}
)
_FIELD: Final = b"BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"
_MESSAGE_ID: Final = re.compile(rb"<[^<>\s]{1,500}>")


def sent_message_ids(session: Session) -> Iterator[str]:
    """The Message-IDs of the newest sent mails; none where the server keeps no such folder.

    Raises MailboxUnreachable.
    """
    with session.guard("查找已发送的信"):
        folder = sent_folder(session)
    if folder is None:
        return
    uids = list_uids(session, folder).uids[-_NEWEST:]
    with session.guard("查看已发送的信"):
        fetched = session.client.fetch(uids, [_FIELD]) if uids else {}
    for answer in fetched.values():
        headers = b"".join(value for key, value in answer.items() if key.startswith(b"BODY") and value)
        yield from (found.decode("ascii", "replace") for found in _MESSAGE_ID.findall(headers))


def sent_folder(session: Session) -> str | None:
    """The folder that the server marks as that of sent mail, else one that is named so; None where there is none.

    Raises what imaplib raises; use it inside `Session.guard`.
    """
    folders = session.client.list_folders()
    marked = (name for flags, _, name in folders if any(flag.lower() == _SENT for flag in flags))
    named = (name for _, delimiter, name in folders if last_level(name, delimiter).lower() in _NAMES)
    return next(marked, None) or next(named, None)


def last_level(name: str, delimiter: bytes | None) -> str:
    """A folder's own name, without those of the folders around it."""
    return name.rpartition(delimiter.decode("ascii", "replace"))[2] if delimiter else name
