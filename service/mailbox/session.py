"""One account's session: a connection made when needed and dropped when it goes wrong, and what it has learnt."""

import imaplib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from imapclient import IMAPClient

from service.errors import MailboxUnreachable
from service.mailbox import answers
from service.mailbox.backoff import Backoff
from service.mailbox.connection import connect, shut
from service.mailbox.settings import MailboxSettings

_REFUSED_LOGIN_SECONDS = 900.0  # a wrong password tried every minute locks the account


@dataclass(frozen=True, slots=True)
class FolderState:
    """A folder as its opening showed it."""

    name: str
    uidvalidity: int  # 0: the server gives none that can be relied upon
    uidnext: int | None
    exists: int
    keywords_allowed: bool = False


class Renumbered(Exception):
    """The folder got another UIDVALIDITY: the UIDs at hand mean nothing any more."""


@dataclass(slots=True)
class Attempts:
    """How often fetching one mail failed, and when (on the session's clock) the next try is due."""

    count: int = 0
    not_before: float = float("-inf")


@dataclass(slots=True)
class FolderMemory:
    """What need not be asked again while this process lives. Losing it costs time, never a mail."""

    uidvalidity: int
    floor: int = 1  # every mail below was settled in the ledger when last looked
    uidnext: int | None = None  # when last fetched from
    watched: tuple[int | None, int] | None = None  # UIDNEXT and EXISTS when last fetched from or waited for
    whole_listing_due: float = float("-inf")  # on the session's clock
    handed_over: set[tuple[int, datetime | None]] = field(default_factory=set)  # where the ledger cannot answer
    attempts: dict[int, Attempts] = field(default_factory=dict)


_OTHERWISE = (None, -1)
"""Watched when the folder was numbered otherwise: whatever it holds now is news."""


class Session:
    """A connection that is made when needed. For one thread; use it in a `with` block or call `close`."""

    def __init__(self, settings: MailboxSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self.clock = clock
        self._client: IMAPClient | None = None
        self._opened: str | None = None
        self._backoff = Backoff()
        self._resting_until = 0.0
        self._failure: MailboxUnreachable | None = None
        self._memories: dict[str, FolderMemory] = {}
        self.naming: tuple[str, str] | None = None  # prefix and delimiter of folder names, once known
        self.odd_waits = 0  # in a row, of `idle`

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()

    @property
    def client(self) -> IMAPClient:
        """The live client, connected and logged in. Raises MailboxUnreachable.

        After a failure the next connection waits, longer each time; until then the failure is told again.
        """
        if self._client is None:
            self._client = self._connect()
        return self._client

    def _connect(self) -> IMAPClient:
        if self._failure is not None and self.clock() < self._resting_until:
            raise self._failure.again()
        try:
            client = connect(self.settings)
        except MailboxUnreachable as error:
            pause = self._backoff.failed()
            self._resting_until = self.clock() + (max(pause, _REFUSED_LOGIN_SECONDS) if error.permanent else pause)
            self._failure = error
            raise
        self._backoff.succeeded()
        return client

    def drop(self) -> None:
        """Forget the connection without a word: it is dead or out of step."""
        client, self._client, self._opened = self._client, None, None
        if client is not None:
            shut(client)

    def close(self) -> None:
        """Log out politely; how the server takes it no longer matters."""
        client, self._client, self._opened = self._client, None, None
        if client is not None:
            try:
                client.logout()
            except answers.FAILURES:
                shut(client)

    @contextmanager
    def guard(self, doing: str) -> Iterator[None]:
        """Turn what goes wrong inside into MailboxUnreachable, and drop the connection when it is to blame."""
        try:
            yield
        except answers.FAILURES as error:
            if answers.trouble(error) is answers.Trouble.LINE:
                self.drop()
            raise answers.working(self.settings.where, doing, error) from error

    def examine(self, folder: str) -> FolderState:
        """Open a folder for reading: flags stay as people left them, and a read-only folder will do.

        Raises what imaplib raises; use it inside `guard`.
        """
        return self._enter(folder, readonly=True)

    def select(self, folder: str) -> FolderState:
        """Open a folder for changing. imaplib.IMAP4.readonly when the server only lets us read."""
        return self._enter(folder, readonly=False)

    def keep_open(self, state: FolderState) -> None:
        """Open the folder again after a drop. Raises MailboxUnreachable, or Renumbered when UIDs changed meanwhile."""
        if self._client is not None and self._opened == state.name:
            return
        with self.guard("重新打开文件夹"):
            now = self.examine(state.name)
        if now.uidvalidity != state.uidvalidity:
            raise Renumbered

    def _enter(self, folder: str, *, readonly: bool) -> FolderState:
        was_there, self._opened = self._client is not None, None
        answer: dict[bytes, Any] | None = None
        try:
            answer = self.client.select_folder(folder, readonly=readonly)
        except answers.FAILURES as error:
            if not was_there or isinstance(error, imaplib.IMAP4.readonly):
                raise
            if answers.trouble(error) is not answers.Trouble.LINE:
                raise
            self.drop()  # it died since it was last used: nothing to worry anybody with
        if answer is None:
            answer = self.client.select_folder(folder, readonly=readonly)
        self._opened = folder
        return _state(folder, answer)

    def memory(self, state: FolderState) -> FolderMemory:
        """What is remembered of this folder; forgotten when its numbering changed."""
        memory = self._memories.get(state.name)
        if memory is None:
            memory = self._memories[state.name] = FolderMemory(state.uidvalidity)
        elif memory.uidvalidity != state.uidvalidity:
            memory = self._memories[state.name] = FolderMemory(state.uidvalidity, watched=_OTHERWISE)
        return memory


def _state(folder: str, answer: dict[bytes, Any]) -> FolderState:
    return FolderState(
        name=folder,
        uidvalidity=answer.get(b"UIDVALIDITY", 0),
        uidnext=answer.get(b"UIDNEXT"),
        exists=answer.get(b"EXISTS", 0),
        keywords_allowed=b"\\*" in answer.get(b"PERMANENTFLAGS", ()),
    )
