"""One account's connection: verified TLS, login, ID, timeouts everywhere; gone wrong, it is dropped and made anew.

Never falls back to plain text, never waits without limit, never tells the password to a log.
"""

import imaplib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from imapclient import IMAPClient, SocketTimeout

from service.errors import MailboxUnreachable
from service.mailbox import answers
from service.mailbox.settings import MailboxSettings
from service.transport import answer_at_once, is_loopback, tls_context

CHUNK = 1024 * 1024
"""Bytes asked for at a time; a literal much larger than this is a server fault, not a mail."""
_LARGEST_LITERAL = 4 * CHUNK
_IDENTITY = {"name": "collection-mailbox", "version": "1", "vendor": "collection-mailbox"}


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
    uidnext: int | None = None
    exists: int = -1
    whole_listing_due: float = float("-inf")  # on the session's clock
    handed_over: set[tuple[int, datetime | None]] = field(default_factory=set)  # where the ledger cannot answer
    attempts: dict[int, Attempts] = field(default_factory=dict)


class Session:
    """A connection that is made when needed. For one thread; use it in a `with` block or call `close`."""

    def __init__(self, settings: MailboxSettings, clock: Callable[[], float] = time.monotonic) -> None:
        self.settings = settings
        self.clock = clock
        self._client: IMAPClient | None = None
        self._opened: str | None = None
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
        """The live client, connected and logged in. Raises MailboxUnreachable."""
        if self._client is None:
            self._client = _connect(self.settings)
        return self._client

    def drop(self) -> None:
        """Forget the connection without a word: it is dead or out of step."""
        client, self._client, self._opened = self._client, None, None
        if client is not None:
            _shut(client)

    def close(self) -> None:
        """Log out politely; how the server takes it no longer matters."""
        client, self._client, self._opened = self._client, None, None
        if client is not None:
            try:
                client.logout()
            except answers.FAILURES:
                _shut(client)

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
        self._opened = None
        answer = self.client.select_folder(folder, readonly=readonly)
        self._opened = folder
        return _state(folder, answer)

    def memory(self, state: FolderState) -> FolderMemory:
        """What is remembered of this folder; forgotten when its numbering changed."""
        memory = self._memories.get(state.name)
        if memory is None or memory.uidvalidity != state.uidvalidity:
            memory = self._memories[state.name] = FolderMemory(state.uidvalidity)
        return memory


def _connect(settings: MailboxSettings) -> IMAPClient:
    if settings.security == "plain" and not is_loopback(settings.host):
        todo = "请将 security 改为 tls 或 starttls"
        raise MailboxUnreachable(settings.where, "不加密的连接只许连本机", todo)
    try:
        client = _open(settings)
    except answers.FAILURES as error:
        raise answers.connecting(settings.where, error) from error
    try:
        _log_in(client, settings)
    except answers.FAILURES as error:
        _shut(client)
        raise answers.logging_in(settings.where, settings.username, error) from error
    _introduce(client, settings)
    return client


def _open(settings: MailboxSettings) -> IMAPClient:
    context = tls_context(settings.ca_file)
    client = IMAPClient(
        settings.host,
        settings.port,
        ssl=settings.security == "tls",
        ssl_context=context,
        timeout=SocketTimeout(connect=settings.timeout_seconds, read=settings.timeout_seconds),
    )
    try:
        _tame(client)
        if settings.security == "starttls":
            client.starttls(context)
        answer_at_once(client.socket())
    except BaseException:
        _shut(client)
        raise
    return client


def _tame(client: IMAPClient) -> None:
    """Undo IMAPClient's habits that hurt: its debug level formats every literal (7 times the CPU, 3 the memory)."""
    imap = client._imap  # private, pinned by tests/mailbox
    imap.debug = 0
    read = imap.read

    def read_within_reason(size: int) -> Any:
        if size > _LARGEST_LITERAL:  # {99999999999} would be allocated at once
            raise imaplib.IMAP4.abort(f"the server announced {size} bytes")
        return read(size)

    imap.read = read_within_reason
    client.normalise_times = False


def _log_in(client: IMAPClient, settings: MailboxSettings) -> None:
    username, password = settings.username, settings.password.get_secret_value()
    if username.isascii() and password.isascii():
        escaped = username.replace("\\", "\\\\").replace('"', '\\"')
        client.login(f'"{escaped}"', password)  # imaplib quotes the password only
    else:
        client.plain_login(username, password)


def _introduce(client: IMAPClient, settings: MailboxSettings) -> None:
    """RFC 2971 ID: 163 and 126 refuse to open a folder before it; other servers hang up unless they asked for it."""
    try:
        if client.has_capability("ID"):
            client.id_(_IDENTITY)
    except answers.FAILURES as error:
        if answers.trouble(error) is answers.Trouble.LINE and not isinstance(error, ValueError):
            _shut(client)
            raise answers.working(settings.where, "登录", error) from error


def _shut(client: IMAPClient) -> None:
    try:
        client.shutdown()
    except answers.FAILURES:
        client.socket().close()


def _state(folder: str, answer: dict[bytes, Any]) -> FolderState:
    return FolderState(
        name=folder,
        uidvalidity=answer.get(b"UIDVALIDITY", 0),
        uidnext=answer.get(b"UIDNEXT"),
        exists=answer.get(b"EXISTS", 0),
        keywords_allowed=b"\\*" in answer.get(b"PERMANENTFLAGS", ()),
    )
