"""Handing frozen letters to a submission server, so that an interrupted hand-over is known for what it was.

The body and the final dot go separately: before the dot the caller commits that it is about to go. Without a
dot no server accepts, so whatever fails earlier may be repeated; after the dot, silence is ambiguous (RFC 1047)
and only the caller can find out what happened. Never repeats anything by itself.
"""

import re
import select
import smtplib
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from service.replies.smtp_connection import SmtpSettings, connect, said

_CHUNK = 256 * 1024
_SENDER_LIMIT = re.compile(
    r"too many|quota|\brate\b|frequen|(daily|hourly).*exceeded|exceeded.*(daily|hour)|频率|频繁|上限", re.I
)
_TOO_LARGE = re.compile(r"size|5\.3\.4|5\.2\.3|过大", re.I)
_CLOSING = 421
_NO_SUCH = frozenset({550, 551, 553})
_STATUS = re.compile(r"5\d\d[ -](5\.\d{1,3}\.\d{1,3})\b")  # RFC 3463
_NO_MAILBOX = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})
_AGAINST_US = re.compile(r"relay|denied|reject|spam|block|blacklist|policy|authenticat|sender|垃圾|拒绝|黑名单", re.I)


@dataclass(frozen=True, slots=True)
class RefusedAddress:
    """A recipient that the server did not take, and its words. for_good: it will not take it later either."""

    address: str
    reason: str
    for_good: bool = True


@dataclass(frozen=True, slots=True)
class Sent:
    """The server took responsibility for the mail. refused: recipients and copies it did not take."""

    reply: str
    refused: tuple[RefusedAddress, ...] = ()


@dataclass(frozen=True, slots=True)
class TryLater:
    """Certainly not accepted; the same bytes may go again later. address: the recipient or copy it was about, None
    for the mail; limit: we have sent as much as we may, which says nothing against this letter."""

    reason: str
    address: str | None = None
    limit: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """Certainly not accepted, and repeating is useless. address: the recipient it was about, None for the mail;
    unknown: the server says that this address has no mailbox."""

    reason: str
    address: str | None = None
    unknown: bool = False


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The dot went out and no intelligible answer came back: accepted or not, nobody knows yet."""

    reason: str


Outcome = Sent | TryLater | Refused | Ambiguous


@dataclass(frozen=True, slots=True)
class SmtpProbe:
    """What `doctor` saw after a successful login."""

    encrypted: bool
    offers: tuple[str, ...]  # EHLO keywords, lower case
    size_limit: int | None  # bytes, None when the server names none


class _Ended(Exception):
    """A transaction came to an outcome before its end."""

    def __init__(self, outcome: TryLater | Refused) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(frozen=True, slots=True)
class _Letter:
    sender: str
    recipients: tuple[str, ...]
    copies: tuple[str, ...]
    content: bytes  # canonical line ends, not yet dot-stuffed

    @property
    def needs_utf8(self) -> bool:
        """Whether an envelope address or a header field is not ASCII (RFC 6531)."""
        header = self.content.partition(b"\r\n\r\n")[0]
        addresses = (self.sender, *self.recipients, *self.copies)
        return not header.isascii() or any(not a.rpartition("@")[0].isascii() for a in addresses)


class Submitter:
    """One connection to a submission server, opened when needed and used for letter after letter.

    For one thread. Use it in a `with` block, or call `close`.
    """

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._connection: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()

    def send(
        self,
        envelope_from: str,
        recipients: Sequence[str],
        content: bytes,
        before_dot: Callable[[], None],
        copies: Sequence[str] = (),
    ) -> Outcome:
        """Hand over one letter. before_dot is called when all but the final dot has been sent; if it raises, the
        dot is not sent and the error passes on.

        The letter goes when at least one recipient is taken and none is put off; copies that are not taken are
        only reported. Raises SubmissionUnreachable when no letter at all could be handed over.
        """
        letter = _Letter(envelope_from, tuple(recipients), tuple(copies), _canonical(content))
        connection = self._ready()
        try:
            refused = self._send_all_but_the_dot(connection, letter)
            if not isinstance(refused, tuple):
                return refused
            before_dot()
            return self._send_dot(connection, refused)
        except BaseException:
            self._drop()
            raise

    def probe(self) -> SmtpProbe:
        """Connect and log in without sending anything. Raises SubmissionUnreachable."""
        connection = self._ready()
        limit = str(connection.esmtp_features.get("size", ""))
        return SmtpProbe(
            encrypted=isinstance(connection.sock, ssl.SSLSocket),
            offers=tuple(sorted(connection.esmtp_features)),
            size_limit=int(limit) if limit.isdigit() and int(limit) else None,
        )

    def close(self) -> None:
        """Say goodbye; what the server answers no longer matters."""
        if self._connection is not None:
            try:
                self._connection.quit()
            except (OSError, ValueError):
                self._connection.close()
            self._connection = None

    def _ready(self) -> smtplib.SMTP:
        """A connection that is alive and in its initial state."""
        if self._connection is not None:
            try:
                if self._connection.rset()[0] == 250:
                    return self._connection
            except (OSError, ValueError):
                pass
            self._drop()
        self._connection = connect(self._settings)
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _send_all_but_the_dot(
        self, connection: smtplib.SMTP, letter: _Letter
    ) -> tuple[RefusedAddress, ...] | TryLater | Refused:
        """Returns who was not taken, or why it ended here."""
        try:
            _expect(connection.mail(_wire(letter.sender), _options(connection, letter)), 250)
            refused = _name_recipients(connection, letter)
            _expect(connection.docmd("data"), 354)
            _send_body(connection, letter.content, self._settings.timeout_seconds)
        except _Ended as end:
            return end.outcome
        except (OSError, ValueError) as error:
            self._drop()
            return TryLater(f"交付中断，正文未发完：{error}")
        return refused

    def _send_dot(self, connection: smtplib.SMTP, refused: tuple[RefusedAddress, ...]) -> Outcome:
        try:
            link = _link(connection)
            link.settimeout(self._settings.final_reply_seconds)
            link.sendall(b".\r\n")
            code, text = connection.getreply()
            link.settimeout(self._settings.timeout_seconds)
        except (OSError, ValueError) as error:
            self._drop()
            return Ambiguous(f"已发出结束标记，未收到服务器答复：{error}")
        if 200 <= code < 300:
            return Sent(said(code, text), refused)
        if 400 <= code < 600:
            return _refusal(code, text)
        self._drop()
        return Ambiguous(f"已发出结束标记，服务器答复无法理解：{said(code, text)}")


def _send_body(connection: smtplib.SMTP, content: bytes, timeout: float) -> None:
    """Everything but the dot; an answer that comes early is heard before the dot makes things ambiguous."""
    body = memoryview(_stuffed(content))
    try:
        for start in range(0, len(body), _CHUNK):
            _link(connection).sendall(body[start : start + _CHUNK])
    except OSError as error:
        raise _Ended(_last_words(connection, str(error))) from error
    if _has_spoken(connection, timeout):
        raise _Ended(_last_words(connection, "服务器提前断开"))


def _options(connection: smtplib.SMTP, letter: _Letter) -> list[str]:
    """The parameters of MAIL; ends the transaction when the server lacks what the letter needs."""
    options = []
    if connection.has_extn("size"):
        limit = str(connection.esmtp_features["size"])
        if limit.isdigit() and 0 < int(limit) < len(letter.content):
            raise _Ended(Refused(f"邮件{len(letter.content)}字节，超过服务器上限{limit}字节"))
        options.append(f"size={len(letter.content)}")
    if letter.needs_utf8:
        if not connection.has_extn("smtputf8"):
            raise _Ended(Refused("服务器不支持中文邮件地址（RFC 6531）", _first_unspeakable(letter)))
        options.append("smtputf8")
    if not letter.content.isascii():
        if not connection.has_extn("8bitmime"):
            raise _Ended(Refused("服务器不接收8位内容（RFC 6152）"))
        options.append("body=8bitmime")
    return options


def _first_unspeakable(letter: _Letter) -> str | None:
    return next((a for a in letter.recipients if not a.rpartition("@")[0].isascii()), None)


def _name_recipients(connection: smtplib.SMTP, letter: _Letter) -> tuple[RefusedAddress, ...]:
    answers = []
    for address in letter.recipients:
        code, text = connection.rcpt(_wire(address))
        if not 200 <= code < 300:
            answer = _refusal(code, text, address)
            if isinstance(answer, TryLater):
                raise _Ended(answer)  # nobody gets it now, so that nobody gets it twice later
            answers.append(answer)
    if len(answers) == len(letter.recipients):
        raise _Ended(answers[0])
    refused = [RefusedAddress(answer.address or "", answer.reason) for answer in answers]
    for address in letter.copies:
        code, text = _ask_for_copy(connection, address)
        if not 200 <= code < 300:
            refused.append(RefusedAddress(address, said(code, text), code >= 500))
    return tuple(refused)


def _ask_for_copy(connection: smtplib.SMTP, address: str) -> tuple[int, bytes]:
    """A server that hangs up on it is told by its name, so that it does not keep the letter from leaving for ever."""
    try:
        code, text = connection.rcpt(_wire(address))
    except OSError as error:
        raise _Ended(TryLater(f"服务器不接受副本而断开：{error}", address)) from error
    if code == _CLOSING:
        raise _Ended(TryLater(f"服务器不接受副本而断开：{said(code, text)}", address))
    return code, text


def _wire(address: str) -> str:
    """The address as SMTP speaks it: a Chinese domain in its ASCII form (RFC 5891)."""
    local, at, domain = address.rpartition("@")
    try:
        if any(character.isspace() or not character.isprintable() for character in address):
            raise UnicodeError("blank or control character")
        return address if domain.isascii() else f"{local}{at}{domain.encode('idna').decode('ascii')}"
    except UnicodeError as error:
        raise _Ended(Refused(f"地址无法用于发信：{error}", address)) from error


def _expect(reply: tuple[int, bytes], wanted: int) -> None:
    if reply[0] != wanted:
        raise _Ended(_refusal(*reply))


def _refusal(code: int, text: bytes, address: str | None = None) -> TryLater | Refused:
    """A sender's daily or hourly limit is named with 5xx by Chinese providers, yet passes by itself."""
    words = said(code, text)
    own_limit = address is None and bool(_SENDER_LIMIT.search(words)) and not _TOO_LARGE.search(words)
    if 500 <= code < 600 and not own_limit:
        return Refused(f"服务器拒收：{words}", address, address is not None and _is_unknown(code, words))
    return TryLater(f"服务器暂不接收：{words}", address, own_limit)


def _is_unknown(code: int, words: str) -> bool:
    """Whether a refused recipient has no mailbox: not so when the server objects to us (5.7.x) or it is full."""
    told = _STATUS.match(words)
    return told[1] in _NO_MAILBOX if told else code in _NO_SUCH and not _AGAINST_US.search(words)


def _last_words(connection: smtplib.SMTP, seen: str) -> TryLater | Refused:
    """What a server said before it hung up on the body: without a dot it has accepted nothing."""
    try:
        code, text = connection.getreply()
    except (OSError, ValueError):
        code, text = -1, b""
    finally:
        connection.close()
    return _refusal(code, text) if code > 0 else TryLater(f"交付中断，正文未发完：{seen}")


def _link(connection: smtplib.SMTP) -> socket.socket:
    if connection.sock is None:
        raise smtplib.SMTPServerDisconnected("closed")
    return connection.sock


def _has_spoken(connection: smtplib.SMTP, timeout: float) -> bool:
    """Whether the server answered or hung up before the mail was complete."""
    link = connection.sock
    if link is None or not select.select([link], [], [], 0)[0]:
        return False
    link.setblocking(False)
    try:
        assert connection.file is not None
        connection.file.peek(1)
    except ssl.SSLWantReadError:
        return False  # a TLS record of no concern to us
    except OSError:
        return True
    finally:
        link.settimeout(timeout)
    return True


def _canonical(content: bytes) -> bytes:
    """Every line ends with CRLF, the last one too (RFC 5321 section 2.3.8)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", content)
    return lines if lines.endswith(b"\r\n") else lines + b"\r\n"


def _stuffed(content: bytes) -> bytes:
    """A line that starts with a dot gets another (RFC 5321 section 4.5.2)."""
    return re.sub(rb"(?m)^\.", b"..", content)
