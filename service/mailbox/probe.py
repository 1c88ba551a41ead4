"""What `doctor` wants to know of a mailbox: reached, logged in, and what its server can do."""

import imaplib
from dataclasses import dataclass

from service.mailbox.session import Session
from service.mailbox.settings import MailboxSettings


@dataclass(frozen=True, slots=True)
class Probe:
    """A mailbox that could be reached. uidvalidity 0: the server gives none to rely upon (rescans every poll)."""

    capabilities: tuple[str, ...]
    folder: str
    uidvalidity: int
    messages: int
    writable: bool
    keywords: bool

    def can(self, capability: str) -> bool:
        """Whether the server offers it, e.g. "IDLE", "MOVE", "UIDPLUS", "ID"."""
        return capability.upper() in self.capabilities


def probe(settings: MailboxSettings) -> Probe:
    """Log in, open the folder, log out; changes nothing. Raises MailboxUnreachable."""
    with Session(settings) as session, session.guard("打开文件夹"):
        state = session.examine(settings.folder)
        writable = True
        try:
            state = session.select(settings.folder)
        except imaplib.IMAP4.readonly:
            writable = False
        capabilities = tuple(sorted(name.decode("ascii", "replace") for name in session.client.capabilities()))
        return Probe(
            capabilities, state.name, state.uidvalidity, state.exists, writable, writable and state.keywords_allowed
        )
