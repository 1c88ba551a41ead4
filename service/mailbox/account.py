"""One mailbox of the configuration: what the rest of the service does with it."""

import threading
from collections.abc import Callable, Iterator

import structlog

from service.domain.mail import MailKey
from service.errors import MailboxUnreachable
from service.mailbox.fetch import Fetched, fetch_new
from service.mailbox.filing import Filed, How, file_mail
from service.mailbox.idle import Woken, wait_for_mail
from service.mailbox.listing import LedgerView, due
from service.mailbox.session import Session
from service.mailbox.settings import MailboxSettings

_WATCH_SECONDS = 3600.0
_NEEDS_PERSON = frozenset({"staff_review", "quarantined"})
_log = structlog.get_logger(__name__)


class Mailbox:
    """Fetches from, and files in, one folder of one account. For one thread, except `watch`."""

    def __init__(self, settings: MailboxSettings) -> None:
        self.settings = settings
        self._session = Session(settings)

    def fetch_new(self, known: LedgerView) -> Iterator[Fetched]:
        """See `fetch.fetch_new`. Raises MailboxUnreachable."""
        return fetch_new(self._session, self.settings.folder, known)

    def count_new(self, known: LedgerView) -> int:
        """How many mails `fetch_new` would yield now. Raises MailboxUnreachable."""
        with self._session.guard("打开文件夹"):
            state = self._session.examine(self.settings.folder)
        return len(due(self._session, state, known))

    def place(self) -> tuple[str, str, int]:
        """Account, folder and its UIDVALIDITY now (0: none to rely upon). Raises MailboxUnreachable."""
        with self._session.guard("打开文件夹"):
            state = self._session.examine(self.settings.folder)
        return self.settings.name, state.name, state.uidvalidity

    def file(self, key: MailKey, verdict: str) -> str | None:
        """File a mail by its verdict, or "quarantined"; where it is now, None when that did not work. Never raises."""
        destination = self.settings.folders.get(verdict, verdict)
        outcome = file_mail(self._session, key, destination, self._flags(verdict))
        if not isinstance(outcome, Filed):
            _log.warning("mail not filed", mail=str(key), why=outcome.reason)
            return None
        return destination if outcome.how in (How.MOVED, How.COPIED) else outcome.how.value

    def watch(self, wake: Callable[[], None], stop: threading.Event) -> None:
        """Call wake for new mail until stop is set, on a connection of its own; returns at once without IDLE."""
        with Session(self.settings) as session:
            while not stop.is_set():
                if not _offers_idle(session):
                    return
                if wait_for_mail(session, self.settings.folder, _WATCH_SECONDS, stop) is Woken.MAIL:
                    wake()

    def close(self) -> None:
        """Log out. The mailbox may be used again."""
        self._session.close()

    def _flags(self, verdict: str) -> tuple[str, ...]:
        """A folder says all; without one, flags say what they can."""
        if self.settings.filing != "flag":
            return ()
        keyword = f"Collection-{verdict.replace('_', '-')}"
        return ("\\Flagged", keyword) if verdict in _NEEDS_PERSON else (keyword,)


def _offers_idle(session: Session) -> bool:
    """False only when the server was reached and does not offer it."""
    try:
        with session.guard("登录"):
            return bool(session.client.has_capability("IDLE"))
    except MailboxUnreachable:
        return True
