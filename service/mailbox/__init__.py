"""IMAP: the mailbox as the service sees it. Bytes come in, mails get filed; nothing is read or judged here.

The server's flags and SEARCH are never believed (people read the mailbox by hand, Chinese servers answer SEARCH
wrongly): which mails are new is decided by UID against our own ledger.
"""
