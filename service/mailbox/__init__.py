"""IMAP: the mailbox as the service sees it. Bytes come in, mails get filed; nothing is read or judged here.

The server's flags and SEARCH are never believed (people read the mailbox by hand, Chinese servers answer SEARCH
wrongly): which mails are new is decided by UID against our own ledger.
"""

from service.mailbox.fetch import Fetched, RefusalReason, Refused, Vanished
from service.mailbox.filing import Filed, NotFiled
from service.mailbox.listing import FolderListing, list_uids
from service.mailbox.mailbox import Mailbox
from service.mailbox.probe import Probe, probe
from service.mailbox.session import Session
from service.mailbox.settings import MailboxSettings

__all__ = [
    "Fetched",
    "Filed",
    "FolderListing",
    "Mailbox",
    "MailboxSettings",
    "NotFiled",
    "Probe",
    "RefusalReason",
    "Refused",
    "Session",
    "Vanished",
    "list_uids",
    "probe",
]
