"""A proxy that misbehaves on command: it stands before an IMAP or SMTP server and spoils chosen exchanges.

It understands lines the client sends; a fault is bound to the lines that match it. Loopback only.
"""

import asyncio
import re
import socket
import struct
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True)
class Answer:
    """Do not pass the line on; answer it. %TAG% becomes the IMAP tag. close: hang up afterwards."""

    text: bytes
    close: bool = False


@dataclass(frozen=True)
class Cut:
    """Pass the line on, let so many bytes of the answer through, then end the connection."""

    after: int = 0
    reset: bool = False


@dataclass(frozen=True)
class Silence:
    """Pass the line on, and nothing more ever comes back; the connection stays open."""


@dataclass(frozen=True)
class Rewrite:
    """Pass the line on and change its answer."""

    pattern: bytes
    by: bytes


@dataclass(frozen=True)
class Pieces:
    """Pass the line on; from now on what comes back arrives byte by byte, in bursts of this size."""

    size: int = 1


@dataclass(frozen=True)
class Delay:
    """Pass the line on; what comes back waits so long."""

    seconds: float


Action = Answer | Cut | Silence | Rewrite | Pieces | Delay


@dataclass
class _Fault:
    line: re.Pattern[bytes]
    action: Action
    times: int
    skip: int
    happened: bool = False


@dataclass
class _Exchange:
    """One connection's state."""

    client: asyncio.StreamWriter
    allowed: int | None = None
    reset: bool = False
    silent: bool = False
    rewrites: list[Rewrite] = field(default_factory=list)
    held: bytes = b""  # a line that has only begun, while lines are rewritten
    pieces: int = 0
    delay: float = 0.0


class FaultProxy:
    """Listens on `port` while the `with` block runs and passes everything to the target port."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.lines: list[bytes] = []  # all that clients sent
        self.connections = 0
        self.rewritten = 0
        self.greeting: bytes | None = None  # instead of the server's
        self.offers: tuple[bytes, bytes] | None = None  # pattern, replacement in everything the server sends
        self._faults: list[_Fault] = []
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._writers: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=lambda: self._loop.run_until_complete(self._serve()), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()
        if _kind is None:
            self._check()

    def on(self, line: bytes, action: Action, *, times: int = 1, skip: int = 0) -> None:
        """Spoil the exchange for lines that the regular expression is found in: so many times (-1: always)."""
        self._faults.append(_Fault(re.compile(line, re.I), action, times, skip))

    def heal(self) -> None:
        """No more faults."""
        self._check()
        self._faults.clear()
        self.greeting = self.offers = None

    def _check(self) -> None:
        """A fault that never happened has tested nothing."""
        idle = [fault.line.pattern for fault in self._faults if not fault.happened]
        assert not idle, f"no client line matched {idle}"
        changes = self.offers or any(isinstance(fault.action, Rewrite) for fault in self._faults)
        assert self.rewritten or not changes, "no answer was rewritten"

    def hang_up(self) -> None:
        """End every connection now."""
        self._loop.call_soon_threadsafe(lambda: [writer.transport.abort() for writer in self._writers])

    def count(self, line: bytes) -> int:
        """How many client lines the regular expression was found in."""
        return sum(1 for sent in self.lines if re.search(line, sent, re.I))

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0, limit=_LIMIT)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        await asyncio.sleep(0.01)  # the transports close at the loop's next turn

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        exchange = _Exchange(writer)
        remote_reader, remote = await asyncio.open_connection("127.0.0.1", self.target, limit=_LIMIT)
        self._writers |= {writer, remote}
        tasks = [
            asyncio.create_task(self._up(reader, remote, exchange)),
            asyncio.create_task(self._down(remote_reader, exchange)),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            if exchange.reset:
                _reset(writer)
            for end in (writer, remote):
                end.close()

    async def _up(self, reader: asyncio.StreamReader, remote: asyncio.StreamWriter, exchange: _Exchange) -> None:
        while line := await reader.readline():
            self.lines.append(line)
            action = self._action(line)
            if isinstance(action, Answer):
                exchange.client.write(action.text.replace(b"%TAG%", line.split(b" ", 1)[0]))
                await exchange.client.drain()
                if action.close:
                    return
                continue
            _arm(exchange, action)
            remote.write(line)
            await remote.drain()

    def _action(self, line: bytes) -> Action | None:
        for fault in self._faults:
            if fault.times and fault.line.search(line):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                fault.happened = True
                return fault.action
        return None

    async def _down(self, reader: asyncio.StreamReader, exchange: _Exchange) -> None:
        if self.greeting is not None:
            await reader.readline()
            exchange.client.write(self.greeting)
        while chunk := await reader.read(65536):
            if exchange.silent:
                continue
            await asyncio.sleep(exchange.delay)
            exchange.delay = 0.0
            chunk = self._changed(chunk, exchange)
            if exchange.allowed is not None:
                chunk, exchange.allowed = chunk[: exchange.allowed], exchange.allowed - len(chunk)
            await _write(exchange, chunk)
            if exchange.allowed is not None and exchange.allowed <= 0:
                return

    def _changed(self, chunk: bytes, exchange: _Exchange) -> bytes:
        """Whole lines only, so that a pattern never misses a line that came in two pieces."""
        if exchange.rewrites or self.offers or exchange.held:
            lines, end, exchange.held = (exchange.held + chunk).rpartition(b"\n")
            chunk = lines + end
        for rewrite in list(exchange.rewrites):
            chunk, hits = re.subn(rewrite.pattern, lambda _, by=rewrite.by: by, chunk, flags=re.S | re.I)
            self.rewritten += hits
            if hits:
                exchange.rewrites.remove(rewrite)
        if self.offers is not None:
            chunk, hits = re.subn(self.offers[0], self.offers[1], chunk, flags=re.I)
            self.rewritten += hits
        return chunk


def _arm(exchange: _Exchange, action: Action | None) -> None:
    match action:
        case Cut(after=after, reset=reset):
            exchange.allowed, exchange.reset = after, reset
        case Silence():
            exchange.silent = True
        case Rewrite():
            exchange.rewrites.append(action)
        case Pieces(size=size):
            exchange.pieces = size
        case Delay(seconds=seconds):
            exchange.delay = seconds


async def _write(exchange: _Exchange, chunk: bytes) -> None:
    size = exchange.pieces or len(chunk) or 1
    for start in range(0, len(chunk), size):
        exchange.client.write(chunk[start : start + size])
        await exchange.client.drain()
        if exchange.pieces:
            await asyncio.sleep(0.0005)


def _reset(writer: Any) -> None:
    link = writer.get_extra_info("socket")
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
