"""A real IMAP and a real SMTP server in this process, on loopback, in memory: for the demo and for tests.

Promises: bytes are kept exactly as sent, a mail goes to whom the envelope names, unknown recipients are refused
with 550, and leaving the `with` block leaves nothing behind. Not for production: passwords are compared in clear.
"""

import asyncio
import logging
import ssl
import threading
from argparse import Namespace
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet
from pymap.concurrent import Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement
from pymap.parsing.specials.flag import Flag, Recent, Wildcard, get_system_flags
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

LOOPBACK = "127.0.0.1"
_LARGEST_MAIL = 200 * 1024 * 1024
_LONGEST_LINE = 1024 * 1024
_T = TypeVar("_T")
_Serving = Callable[..., Coroutine[Any, Any, None]]


class _Folder(MailboxData):
    """pymap drops unknown keywords silently; a real server keeps them and says so."""

    @property
    def permanent_flags(self) -> frozenset[Flag]:
        return frozenset((get_system_flags() - {Recent}) | {Wildcard})

    def renumber(self) -> None:
        """Take another UIDVALIDITY, as after a rebuild of the server."""
        self._uid_validity += 1

    def forbid_changes(self) -> None:
        """From now on the folder is read-only."""
        self._readonly = True


class _Folders(MailboxSet):
    """One user's folders, each of our own kind."""

    def __init__(self) -> None:
        super().__init__()
        self._inbox = _Folder(self._content_cache, self._thread_cache)

    async def add_mailbox(self, name: str) -> Any:
        await super().add_mailbox(name)
        self._set[name] = _Folder(self._content_cache, self._thread_cache)
        return self._set[name].mailbox_id


class _InClear(Cleartext):
    """pysasl compares text, which fails for passwords that are not ASCII."""

    def verify(self, secret: str, hash: str) -> bool:
        return secret.encode() == hash.encode()


class _ImapConfig(Config):
    """pymap without its thread pool and its look-up of this machine's name."""

    def __init__(self, tls: ssl.SSLContext | None) -> None:
        super().__init__(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            demo_data=False,
            demo_user="",
            demo_password="",
            host=LOOPBACK,
            port=0,
            ssl_context=tls,
            tls_enabled=tls is not None,
            hash_context=_InClear(),
            cpu_subsystem=Subsystem.for_asyncio(),
            invalid_user_sleep=0.0,
        )

    @property
    def greeting(self) -> bytes:
        return b"collection mailbox demo server ready"


class _Smtp(SMTP):
    """Accepts long lines, as most servers do, and is quiet about it."""

    line_length_limit = _LONGEST_LINE


class _Delivery:
    """Puts what the SMTP server accepts into the recipients' inboxes, and knows the users' passwords."""

    def __init__(self, users: Mapping[str, str], folders: Mapping[str, _Folders]) -> None:
        self._users = users
        self._folders = folders

    def authenticate(self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
        good = isinstance(data, LoginPassword) and self._users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=good, handled=good)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address.lower() not in self._folders:
            return f"550 5.1.1 <{address}> no such user"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        for recipient in dict.fromkeys(address.lower() for address in envelope.rcpt_tos):
            inbox = await self._folders[recipient].get_mailbox("INBOX")
            await _append(inbox, content, None)
        return "250 2.0.0 OK delivered"


async def _append(folder: MailboxData, content: bytes, received: datetime | None) -> int:
    """Returns the UID."""
    when = received or datetime.now(UTC).replace(microsecond=0)
    message = await folder.append(AppendMessage(content, when, frozenset()), recent=True)
    return int(message.uid)


class MailServers:
    """A pair of servers for these users (address -> password), running while the `with` block does.

    With tls, IMAP listens with TLS as well (imaps_port) and both servers offer STARTTLS.
    Methods may be called from any thread; KeyError for an unknown user or folder.
    """

    host = LOOPBACK
    imap_port: int
    imaps_port: int  # only with tls
    smtp_port: int

    def __init__(self, users: Mapping[str, str], *, tls: ssl.SSLContext | None = None) -> None:
        self._users = {address.lower(): password for address, password in users.items()}
        self._tls = tls
        self._folders = {user: _Folders() for user in self._users}
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._levels = [(logger, logger.level) for logger in map(logging.getLogger, ("mail.log", "pymap", "asyncio"))]
        self._thread = threading.Thread(target=self._run, name="demo-mail-servers", daemon=True)

    def __enter__(self) -> Self:
        for logger, _ in self._levels:
            logger.setLevel(logging.CRITICAL)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            self._end()
            raise self._failure
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._end()

    def _end(self) -> None:
        self._thread.join()
        for logger, level in self._levels:
            logger.setLevel(level)

    def deliver(self, user: str, raw: bytes, received: datetime | None = None, folder: str = "INBOX") -> int:
        """Put a mail into a folder as if it had arrived at that (aware) time, by default now; returns its UID."""
        return self._call(self._deliver(user, raw, received, folder))

    def mails(self, user: str, folder: str = "INBOX") -> list[bytes]:
        """The exact bytes of every mail in the folder, in order of arrival."""
        return self._call(self._mails(user, folder))

    def folders(self, user: str) -> list[str]:
        """The names of a user's folders."""
        return self._call(self._names(user))

    def flags(self, user: str, folder: str = "INBOX") -> dict[int, frozenset[str]]:
        """UID -> flags and keywords of every mail in the folder."""
        return self._call(self._flags(user, folder))

    def set_flags(self, user: str, uid: int, flags: Iterable[str], folder: str = "INBOX") -> None:
        """What a person does who reads the mailbox by hand."""
        self._call(self._set_flags(user, uid, frozenset(flags), folder))

    def remove(self, user: str, uid: int, folder: str = "INBOX") -> None:
        """Delete a mail for good, as a person may at any moment."""
        self._call(self._remove(user, uid, folder))

    def renumber(self, user: str, folder: str = "INBOX") -> None:
        """Give the folder a new UIDVALIDITY, as a rebuilt server does."""
        self._call(self._change(user, folder, _Folder.renumber))

    def forbid_changes(self, user: str, folder: str = "INBOX") -> None:
        """Make the folder read-only."""
        self._call(self._change(user, folder, _Folder.forbid_changes))

    def _call(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    async def _folder(self, user: str, folder: str) -> MailboxData:
        return await self._folders[user.lower()].get_mailbox(folder)

    async def _deliver(self, user: str, raw: bytes, received: datetime | None, folder: str) -> int:
        return await _append(await self._folder(user, folder), raw, received)

    async def _mails(self, user: str, folder: str) -> list[bytes]:
        messages = [message async for message in (await self._folder(user, folder)).messages()]
        loaded = [await message.load_content(FetchRequirement.CONTENT) for message in messages]
        return [bytes(content.get_body()) for content in loaded]

    async def _names(self, user: str) -> list[str]:
        tree = await self._folders[user.lower()].list_mailboxes()
        return [entry.name for entry in tree.list()]

    async def _flags(self, user: str, folder: str) -> dict[int, frozenset[str]]:
        messages = (await self._folder(user, folder)).messages()
        return {m.uid: frozenset(bytes(flag).decode() for flag in m.permanent_flags) async for m in messages}

    async def _set_flags(self, user: str, uid: int, flags: frozenset[str], folder: str) -> None:
        wanted = frozenset(Flag(flag.encode()) for flag in flags)
        async for message in (await self._folder(user, folder)).messages():
            if message.uid == uid:
                message.permanent_flags = wanted

    async def _remove(self, user: str, uid: int, folder: str) -> None:
        await (await self._folder(user, folder)).delete([uid])

    async def _change(self, user: str, folder: str, change: Callable[[_Folder], None]) -> None:
        found = await self._folder(user, folder)
        assert isinstance(found, _Folder)
        change(found)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            self._failure = error
        finally:
            self._ready.set()
            self._loop.close()

    async def _serve(self) -> None:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(_hang_up)
            imap = self._imap_server()
            self.imap_port = await _listen(stack, asyncio.start_server(imap, LOOPBACK, 0, limit=_LONGEST_LINE))
            if self._tls is not None:
                secure = asyncio.start_server(imap, LOOPBACK, 0, limit=_LONGEST_LINE, ssl=self._tls)
                self.imaps_port = await _listen(stack, secure)
            self.smtp_port = await _listen(stack, self._loop.create_server(self._smtp_server, LOOPBACK, 0))
            self._ready.set()
            await self._stop.wait()

    def _imap_server(self) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
        config = _ImapConfig(self._tls)
        config.apply_context()
        login = Login(config)
        for user, password in self._users.items():
            login.users_dict[user] = UserMetadata(config, user, password=password)
            config.set_cache[user] = (self._folders[user], FilterSet())
        return ProxyProtocolReader(config.proxy_protocol).get_callback(_held(IMAPServer(login, config)))

    def _smtp_server(self) -> SMTP:
        delivery = _Delivery(self._users, self._folders)
        return _Smtp(
            delivery,
            data_size_limit=_LARGEST_MAIL,
            enable_SMTPUTF8=True,
            hostname="localhost",
            ident="collection mailbox demo",
            authenticator=delivery.authenticate,
            auth_require_tls=False,
            tls_context=self._tls,
            loop=self._loop,
        )


def _held(serve: _Serving) -> _Serving:
    """The same, its task referred to while it runs. Else nothing does but the loop, weakly: on Python 3.13 connections
    were collected as garbage, and their clients waited for answers."""
    running: set[asyncio.Task[Any] | None] = set()

    async def held(*connection: Any) -> None:
        task = asyncio.current_task()
        running.add(task)
        try:
            await serve(*connection)
        finally:
            running.discard(task)

    return held


async def _listen(stack: AsyncExitStack, starting: Awaitable[asyncio.Server]) -> int:
    """Start a server, stop it with the stack; returns its port."""
    server = await stack.enter_async_context(await starting)
    return int(server.sockets[0].getsockname()[1])


async def _hang_up() -> None:
    """End the connections that are still open."""
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await asyncio.sleep(0)  # lets the closed transports say goodbye before the loop ends
