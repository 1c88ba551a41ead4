"""IMAP: the mailbox as the service sees it. Bytes come in, mails get filed; nothing is read or judged here.

The server's flags and SEARCH are never believed (people read the mailbox by hand, Chinese servers answer SEARCH
wrongly): which mails are new is decided by UID against our own ledger.
"""

from service.mailbox.fetch import Fetched, RefusalReason, Refused, Vanished, fetch_new
from service.mailbox.filing import Filed, How, NotFiled, file_mail
from service.mailbox.idle import Woken, wait_for_mail
from service.mailbox.listing import FolderListing, LedgerView, list_uids
from service.mailbox.mailbox import Mailbox
from service.mailbox.probe import Probe, probe
from service.mailbox.session import Session
from service.mailbox.settings import Filing, MailboxSettings

__all__ = [
    "Fetched",
    "Filed",
    "Filing",
    "FolderListing",
    "How",
    "LedgerView",
    "Mailbox",
    "MailboxSettings",
    "NotFiled",
    "Probe",
    "RefusalReason",
    "Refused",
    "Session",
    "Vanished",
    "Woken",
    "fetch_new",
    "file_mail",
    "list_uids",
    "probe",
    "wait_for_mail",
]
