"""Looking out for one mail of ours: where in the account it turns up, and what the server made of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_string, policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from typing import Final

from service.mailbox import evidence
from service.mailbox.listing import uids_from
from service.mailbox.session import Session

_HEADERS: Final = b"BODY.PEEK[HEADER.FIELDS (MESSAGE-ID SUBJECT AUTHENTICATION-RESULTS)]"
_LONGEST: Final = 8192  # characters of a header that are looked at: strangers' mails come in meanwhile
_ASIDE: Final = frozenset({b"\\noselect", b"\\nonexistent", b"\\all", b"\\flagged", b"\\trash", b"\\drafts"})
_JUNK: Final = b"\\junk"  # RFC 6154
_JUNK_NAMES: Final = frozenset({"junk", "junk e-mail", "junk email", "spam", "bulk mail", "垃圾邮件", "垃圾箱"})


@dataclass(frozen=True, slots=True)
class Sighting:
    """A mail with the mark in its subject, as its folder shows it."""

    folder: str
    is_sent: bool  # the folder of sent mail: the server, or the submission server, kept it by itself
    is_junk: bool
    message_id: str  # as the server keeps it
    received: datetime | None  # INTERNALDATE, UTC
    authserv_id: str  # of the topmost Authentication-Results (RFC 8601), "" without one


class Lookout:
    """What comes into an account's folders from the moment this is made. Raises MailboxUnreachable, always."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._from = {name: self._uidnext(name) for name, _ in self._folders()}

    def sightings(self, mark: str) -> Iterator[Sighting]:
        """Every new mail with that mark in its subject: by fetching headers, never by SEARCH."""
        with self._session.guard("查找已发送的信"):
            sent = evidence.sent_folder(self._session)
        for name, is_junk in self._folders():
            for uid, received in self._new(name).items():
                fields = message_from_string(self._header(uid)[:_LONGEST], policy=policy.compat32)
                if mark in _subject(str(fields.get("Subject", ""))):
                    results = str(fields.get("Authentication-Results", "")).partition(";")[0].split()
                    yield Sighting(
                        folder=name,
                        is_sent=name == sent,
                        is_junk=is_junk,
                        message_id=str(fields.get("Message-ID", "")).strip(),
                        received=received,
                        authserv_id=results[0] if results else "",
                    )

    def _folders(self) -> list[tuple[str, bool]]:
        """Each folder that mail arrives in, and whether it is that of junk."""
        with self._session.guard("列出文件夹"):
            listed = self._session.client.list_folders()
        found = (({flag.lower() for flag in flags}, delimiter, name) for flags, delimiter, name in listed)
        return [
            (name, _JUNK in flags or evidence.last_level(name, delimiter).lower() in _JUNK_NAMES)
            for flags, delimiter, name in found
            if _ASIDE.isdisjoint(flags)
        ]

    def _uidnext(self, folder: str) -> int:
        with self._session.guard("打开文件夹"):
            return self._session.examine(folder).uidnext or 1

    def _new(self, folder: str) -> dict[int, datetime | None]:
        with self._session.guard("打开文件夹"):
            state = self._session.examine(folder)
        return uids_from(self._session, state, self._from.get(folder, 1))

    def _header(self, uid: int) -> str:
        """The fields looked at, as text; "" when the mail has gone meanwhile or the server shows none."""
        with self._session.guard("查看邮件头"):
            answer = self._session.client.fetch([uid], [_HEADERS]).get(uid, {})
        return b"".join(v for k, v in answer.items() if k.startswith(b"BODY") and v).decode("ascii", "replace")


def _subject(field: str) -> str:
    """The decoded Subject (RFC 2047), as it stands where it cannot be decoded."""
    try:
        return str(make_header(decode_header(field)))
    except (HeaderParseError, LookupError, ValueError):
        return field
