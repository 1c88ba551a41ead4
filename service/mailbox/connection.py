"""One IMAP connection: verified TLS, login, ID, timeouts everywhere, IMAPClient's habits undone.

Never falls back to plain text, never waits without limit, never tells the password to a log.
"""

import imaplib
from typing import Any

from imapclient import IMAPClient, SocketTimeout

from service.errors import MailboxUnreachable
from service.mailbox import answers
from service.mailbox.settings import MailboxSettings
from service.transport import answer_at_once, is_loopback, tls_context

CHUNK = 1024 * 1024
"""Bytes asked for at a time; a literal much larger than this is a server fault, not a mail."""
_LARGEST_LITERAL = 4 * CHUNK
_IDENTITY = {"name": "collection-mailbox", "version": "1", "vendor": "collection-mailbox"}


def connect(settings: MailboxSettings) -> IMAPClient:
    """A client that is logged in. Raises MailboxUnreachable."""
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
        shut(client)
        raise answers.logging_in(settings.where, settings.username, error) from error
    _introduce(client, settings)
    return client


def _open(settings: MailboxSettings) -> IMAPClient:
    context = None if settings.security == "plain" else tls_context(settings.ca_file)
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
        shut(client)
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
            shut(client)
            raise answers.working(settings.where, "登录", error) from error


def shut(client: IMAPClient) -> None:
    """Close without a word, whatever state it is in."""
    try:
        client.shutdown()
    except answers.FAILURES:
        client.socket().close()
