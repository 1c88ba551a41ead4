"""Reaching a submission server: connected, encrypted as asked, logged in. Never falls back to plain text."""

import base64
import smtplib
import ssl
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import SecretStr

from service.errors import SubmissionUnreachable
from service.transport import Security, answer_at_once, is_loopback, tls_context

_HELO = "[127.0.0.1]"  # an address literal (RFC 5321 section 4.1.4): asks no name server and tells no host name
_WAIT = "待发邮件已保存，稍后自动重试"


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The [smtp] of config.toml. security "plain" is refused at connection except to loopback."""

    host: str
    port: int
    security: Security
    username: str = ""  # "" for a server that asks for no login
    password: SecretStr = field(default_factory=lambda: SecretStr(""))
    ca_file: Path | None = None
    timeout_seconds: float = 60.0
    final_reply_seconds: float = 600.0  # after the dot (RFC 5321 section 4.5.3.2.6): a slow server may have accepted

    @property
    def where(self) -> str:
        """Host and port, for messages."""
        return f"{self.host}:{self.port}"


def connect(settings: SmtpSettings) -> smtplib.SMTP:
    """A connection ready for MAIL. Raises SubmissionUnreachable."""
    if settings.security == "plain" and not is_loopback(settings.host):
        raise _unreachable(settings, "不加密的连接只许连本机", "请将 [smtp] security 改为 tls 或 starttls")
    try:
        connection = _open(settings)
    except ssl.SSLError as error:
        raise _unreachable(settings, f"加密连接未建立（{error}）", "请核对服务器证书、主机名和 ca_file") from error
    except smtplib.SMTPNotSupportedError as error:
        raise _unreachable(settings, "服务器不提供 STARTTLS，未以明文继续", "请核对端口和 security") from error
    except (OSError, ValueError) as error:
        raise _unreachable(settings, f"连接失败（{error}）", _WAIT) from error
    try:
        _log_in(connection, settings)
    except BaseException:
        connection.close()
        raise
    return connection


def _open(settings: SmtpSettings) -> smtplib.SMTP:
    context = None if settings.security == "plain" else tls_context(settings.ca_file)
    where, wait = (settings.host, settings.port, _HELO), settings.timeout_seconds
    implicit = settings.security == "tls"
    connection = smtplib.SMTP_SSL(*where, timeout=wait, context=context) if implicit else smtplib.SMTP(*where, wait)
    try:
        connection.ehlo_or_helo_if_needed()
        if settings.security == "starttls":
            connection.starttls(context=context)
            connection.ehlo()
        assert connection.sock is not None
        answer_at_once(connection.sock)
    except BaseException:
        connection.close()
        raise
    return connection


def _log_in(connection: smtplib.SMTP, settings: SmtpSettings) -> None:
    if not settings.username:
        return
    try:
        _authenticate(connection, settings.username, settings.password.get_secret_value())
    except smtplib.SMTPAuthenticationError as error:
        refused = 500 <= error.smtp_code < 600
        seen = f"登录被拒绝（{said(error.smtp_code, error.smtp_error)}）"
        todo = "请核对用户名和密码（授权码），暂停发送以免账号被锁" if refused else _WAIT
        raise SubmissionUnreachable(settings.where, seen, todo, permanent=refused) from error
    except smtplib.SMTPNotSupportedError as error:
        raise _unreachable(settings, "服务器不提供登录", "请核对端口和加密方式") from error
    except (OSError, ValueError) as error:
        raise _unreachable(settings, f"登录时连接中断（{error}）", _WAIT) from error


def _authenticate(connection: smtplib.SMTP, username: str, password: str) -> None:
    if username.isascii() and password.isascii():
        connection.login(username, password)
        return
    token = base64.b64encode(f"\0{username}\0{password}".encode()).decode()  # RFC 4616; smtplib knows only ASCII
    code, text = connection.docmd("AUTH", f"PLAIN {token}")
    if code != 235:
        raise smtplib.SMTPAuthenticationError(code, text)


def _unreachable(settings: SmtpSettings, seen: str, todo: str) -> SubmissionUnreachable:
    return SubmissionUnreachable(settings.where, seen, todo)


def said(code: int, text: bytes | str) -> str:
    """A server's words; Chinese ones come in UTF-8 or GBK."""
    raw = text if isinstance(text, bytes) else text.encode()
    try:
        words = raw.decode()
    except UnicodeDecodeError:
        words = raw.decode("gb18030", errors="replace")
    return f"{code} {' '.join(words.split())}"
