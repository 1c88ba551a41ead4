"""One mailbox as the daemon uses it: what is new, filing, and a bell that rings when mail comes."""

import threading
from collections.abc import Callable, Iterator

from service.domain.mail import MailKey
from service.errors import MailboxUnreachable
from service.mailbox.evidence import sent_message_ids
from service.mailbox.fetch import Fetched, fetch_new
from service.mailbox.filing import Filed, NotFiled, file_mail, folder_name
from service.mailbox.idle import Woken, wait_for_mail
from service.mailbox.listing import LedgerView
from service.mailbox.session import Session
from service.mailbox.settings import MailboxSettings

_WATCH_SECONDS = 3600.0
_CLOSED = frozenset({b"\\noselect", b"\\nonexistent"})


class Mailbox:
    """A folder of an account. For one thread, but for `watch`, which has a connection of its own."""

    def __init__(self, settings: MailboxSettings) -> None:
        self.settings = settings
        self._session = Session(settings)

    def fetch_new(self, ledger: LedgerView, announce: Callable[[int], None] | None = None) -> Iterator[Fetched]:
        """Every mail that the ledger has not settled; announce hears how many before the first.

        Raises MailboxUnreachable; what was yielded before is good.
        """
        return fetch_new(self._session, self.settings.folder, ledger, announce)

    def fetch_filed(self, path: str, ledger: LedgerView) -> Iterator[Fetched]:
        """Every mail that the ledger has not settled in a folder that mails are filed in ("已处理/齐备"); nothing
        where there is no such folder. Raises MailboxUnreachable."""
        with self._session.guard("查看归档文件夹"):
            name = folder_name(self._session, path)
            listed = self._session.client.list_folders("", name)
        if any(_CLOSED.isdisjoint(map(bytes.lower, flags)) for flags, _, _ in listed):
            yield from fetch_new(self._session, name, ledger)

    def sent_message_ids(self) -> Iterator[str]:
        """Of the newest mails in the account's folder of sent mail. Raises MailboxUnreachable."""
        return sent_message_ids(self._session)

    def uidvalidity(self) -> int:
        """Of the folder now. Raises MailboxUnreachable."""
        with self._session.guard("打开文件夹"):
            return self._session.examine(self.settings.folder).uidvalidity

    def file(self, key: MailKey, destination: str, *, is_own: bool = False) -> Filed | NotFiled:
        """Put a judged mail where people expect it, or flag it, as configured; never raises.

        is_own: a copy of a letter of ours, which nobody needs to read.
        """
        flags = ("\\Seen",) if is_own else ("\\Flagged",) if self.settings.filing == "flag" else ()
        return file_mail(self._session, key, destination, flags)

    def watch(self, wake: Callable[[], None], stopping: threading.Event) -> None:
        """Call wake whenever the server announces mail, until stopping is set. Never raises.

        Returns at once when the server offers no IDLE: then only polling finds mail.
        """
        with Session(self.settings) as session:
            while not stopping.is_set() and _may_offer_idle(session):
                if wait_for_mail(session, self.settings.folder, _WATCH_SECONDS, stopping) is Woken.MAIL:
                    wake()

    def close(self) -> None:
        self._session.close()


def _may_offer_idle(session: Session) -> bool:
    """False only when the server was reached and does not offer it."""
    try:
        with session.guard("登录"):
            return bool(session.client.has_capability("IDLE"))
    except MailboxUnreachable:
        return True
