"""What a failure of an IMAP command means: the server's words sorted into what to do next.

imaplib reports a wrong password, a busy server and a cut line with classes that overlap; only the response code
(RFC 5530) and the text tell them apart.
"""

import imaplib
import re
import ssl
from enum import StrEnum

from service.errors import MailboxUnreachable

FAILURES = (imaplib.IMAP4.error, OSError, ValueError, MemoryError, EOFError)
"""All that imaplib and IMAPClient raise for what a server or the line did. ValueError: what cannot be parsed."""

_CODE = re.compile(r"\[([A-Z][A-Z-]*)[^\]]*\]")
_LOGIN_CODES = frozenset({"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "PRIVACYREQUIRED", "CONTACTADMIN"})
_PASSING = re.compile(r"tempor|try (again|later)|unavailable|busy|too many|limit|timed? ?out|频繁|稍后|繁忙|暂时", re.I)
_VANISHED_CODES = frozenset({"EXPUNGEISSUED", "NONEXISTENT"})
WAIT = "邮件仍在服务器上，稍后自动重试"


class Trouble(StrEnum):
    """What is to be done about a failed command."""

    LINE = "line"  # the connection is gone or out of step: drop it
    REFUSED = "refused"  # the server said NO or BAD; the connection still works
    VANISHED = "vanished"  # NO, because the message has gone


def words(error: BaseException) -> str:
    """The server's own words, with the Chinese text that IMAPClient loses put right."""
    source = error.__context__ if isinstance(error.__context__, imaplib.IMAP4.error) else error
    said = source.args[0] if source.args else ""
    text = _decoded(said) if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:300] or type(error).__name__


def code(error: BaseException) -> str | None:
    """The response code of RFC 3501 or 5530 in a refusal, e.g. "TRYCREATE"."""
    found = _CODE.search(words(error))
    return found.group(1) if found else None


def trouble(error: BaseException) -> Trouble:
    """Sort the failure of one command on a working connection."""
    if isinstance(error, imaplib.IMAP4.abort) or not isinstance(error, imaplib.IMAP4.error):
        return Trouble.LINE
    if "got more than" in words(error):  # imaplib stopped reading in the middle of a line
        return Trouble.LINE
    return Trouble.VANISHED if code(error) in _VANISHED_CODES else Trouble.REFUSED


def connecting(where: str, error: BaseException) -> MailboxUnreachable:
    """What to tell when no connection came about."""
    if isinstance(error, ssl.SSLError):
        return MailboxUnreachable(where, f"加密连接未建立（{error}）", "请核对服务器证书、主机名和 ca_file")
    if isinstance(error, imaplib.IMAP4.error):
        return MailboxUnreachable(where, f"服务器拒绝连接（{words(error)}）", WAIT)
    return MailboxUnreachable(where, f"连接失败（{error}）", WAIT)


def logging_in(where: str, username: str, error: BaseException) -> MailboxUnreachable:
    """What to tell when the login failed. A BYE or a cut line is never taken for a wrong password."""
    if _is_refused_login(error):
        todo = "请核对用户名和密码（授权码）；为免账号被锁，暂停频繁重试"
        return MailboxUnreachable(where, f"拒绝“{username}”登录（{words(error)}）", todo, permanent=True)
    return MailboxUnreachable(where, f"登录未完成（{words(error)}）", WAIT)


def working(where: str, doing: str, error: BaseException) -> MailboxUnreachable:
    """What to tell when the connection failed or the server refused in the middle of the work."""
    hint = "请检查该账号是否允许客户端登录、文件夹是否存在" if trouble(error) is Trouble.REFUSED else WAIT
    return MailboxUnreachable(where, f"{doing}时出错（{words(error)}）", hint)


def _is_refused_login(error: BaseException) -> bool:
    if isinstance(error, imaplib.IMAP4.abort) or isinstance(error.__context__, imaplib.IMAP4.abort):
        return False
    if not isinstance(error, imaplib.IMAP4.error):
        return False
    named = code(error)
    if named is not None:
        return named in _LOGIN_CODES
    return not _PASSING.search(words(error))  # RFC 3501 section 6.2.3: a bare NO rejects name or password


def _decoded(said: bytes) -> str:
    """UTF-8 by the book, GBK by habit (QQ and its kin)."""
    try:
        return said.decode()
    except UnicodeDecodeError:
        return said.decode("gb18030", errors="replace")
