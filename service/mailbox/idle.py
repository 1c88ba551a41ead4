"""Waiting for new mail: by IDLE (RFC 2177) where the server offers it, else by the clock.

Reads the connection itself: IMAPClient's idle_check loses its place when a line comes in two segments, and spins
for ever after the server hung up. Anything odd ends in a dropped connection; the next poll makes a new one.
"""

import imaplib
import re
import select
import ssl
import threading
from enum import StrEnum

from service.errors import MailboxUnreachable
from service.mailbox.session import FolderState, Session

_SLICE_SECONDS = 0.5  # how long a stop may go unnoticed
_ANSWER_SECONDS = 15.0  # for the server's answer to IDLE and to DONE
_FIRST_PAUSE_SECONDS = 5.0  # after something odd; doubled each time in a row
_TAG = b"IDLE1"
_NEWS = re.compile(rb"\* \d+ (EXISTS|RECENT)\b", re.I)


class Woken(StrEnum):
    """Why waiting ended."""

    MAIL = "mail"
    TIME = "time"  # the time is over, or the connection broke: poll, which tells what is wrong
    STOP = "stop"


def wait_for_mail(session: Session, folder: str, seconds: float, stop: threading.Event) -> Woken:
    """Wait until mail arrives, the time is over, or stop is set (noticed within a second). Never raises.

    Returns MAIL at once for what arrived since the folder was last fetched from.
    """
    until = session.clock() + seconds
    try:
        with session.guard("等待新邮件"):
            woken = _wait(session, folder, until, stop)
        session.odd_waits = 0
    except MailboxUnreachable:
        session.drop()
        session.odd_waits += 1
        pause = _FIRST_PAUSE_SECONDS * 2.0 ** min(session.odd_waits - 1, 7)
        return _sleep(stop, min(pause, until - session.clock()))
    return woken


def _wait(session: Session, folder: str, until: float, stop: threading.Event) -> Woken:
    if stop.is_set():
        return Woken.STOP
    state = session.examine(folder)
    if _has_changed(session, state):
        return Woken.MAIL
    if not session.client.has_capability("IDLE"):
        return _sleep(stop, until - session.clock())
    woken = Woken.TIME
    while woken is Woken.TIME and session.clock() < until:
        woken = _idle_once(session, min(until, session.clock() + session.settings.idle_renewal_seconds), stop)
    if woken is Woken.MAIL:
        _has_changed(session, session.examine(folder))  # seen now: the next wait does not tell of it again
    return woken


def _has_changed(session: Session, state: FolderState) -> bool:
    """Whether something arrived since the folder was last fetched from or waited for."""
    memory = session.memory(state)
    before, memory.watched = memory.watched, (state.uidnext, state.exists)
    if before is None:
        return False
    uidnext, exists = before
    return state.uidnext != uidnext or state.exists > exists


def _sleep(stop: threading.Event, seconds: float) -> Woken:
    return Woken.STOP if stop.wait(max(0.0, seconds)) else Woken.TIME


def _idle_once(session: Session, until: float, stop: threading.Event) -> Woken:
    """One IDLE and its DONE. Raises what imaplib raises, for anything odd."""
    line = _Line(session)
    try:
        news = line.command(b"IDLE1 IDLE\r\n", b"+")
        while not news and session.clock() < until and not stop.is_set():
            news = _brings_mail(line.read(min(_SLICE_SECONDS, max(0.0, until - session.clock()))))
        news = line.command(b"DONE\r\n", _TAG + b" OK") or news
        line.finish()
    finally:
        line.release()
    if news:
        return Woken.MAIL
    return Woken.STOP if stop.is_set() else Woken.TIME


def _brings_mail(lines: list[bytes]) -> bool:
    for line in lines:
        if line.upper().startswith(b"* BYE") or line.startswith(_TAG):
            raise imaplib.IMAP4.abort(f"IDLE ended by the server: {line[:200]!r}")
        if not line.startswith(b"* "):
            raise imaplib.IMAP4.abort(f"out of step in IDLE: {line[:200]!r}")
    return any(_NEWS.match(line) for line in lines)


class _Line:
    """The connection read line by line, whatever pieces the lines come in."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._socket = session.client.socket()
        self._rest = b""
        self._socket.setblocking(False)

    def release(self) -> None:
        """Give the connection back to imaplib."""
        self._socket.settimeout(self._session.settings.timeout_seconds)

    def command(self, command: bytes, answer: bytes) -> bool:
        """Send, and read up to the line that begins with answer; whether other lines told of new mail."""
        self._socket.settimeout(_ANSWER_SECONDS)
        self._socket.sendall(command)
        self._socket.setblocking(False)
        until = self._session.clock() + _ANSWER_SECONDS
        news = False
        while self._session.clock() < until:
            lines = self.read(_SLICE_SECONDS)
            for number, line in enumerate(lines):
                if line.startswith(answer):
                    return _brings_mail(lines[:number] + lines[number + 1 :]) or news
            news = _brings_mail(lines) or news
        raise TimeoutError(f"no answer to {command!r}")

    def finish(self) -> None:
        """Read on to the end of a line that has begun, so that imaplib starts at the beginning of one."""
        until = self._session.clock() + _ANSWER_SECONDS
        while self._rest:
            if self._session.clock() >= until:
                raise TimeoutError("half a line after IDLE")
            self.read(_SLICE_SECONDS)

    def read(self, seconds: float) -> list[bytes]:
        """The whole lines that came within this time, without their ends. EOFError when the server hung up."""
        if not self._has_pending() and not select.select([self._socket], [], [], seconds)[0]:
            return []
        try:
            piece: bytes = self._socket.recv(65536)
        except (ssl.SSLWantReadError, BlockingIOError):
            return []
        if not piece:
            raise EOFError("server hung up in IDLE")
        *lines, self._rest = (self._rest + piece).split(b"\r\n")
        return lines

    def _has_pending(self) -> bool:
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0
