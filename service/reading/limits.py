"""How much of one mail is looked at. Every number bounds work or memory; none is a rule of the campaign."""

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class MailLimits:
    """Bounds on the structure of one mail (RFC 5322 allows 998 bytes a line; real systems write longer ones)."""

    depth: int = 30  # multiparts inside each other
    parts: int = 500
    header_field: int = 16 * KIB  # of all fields of one name, together; we look at about thirty
    header_line: int = 8 * KIB
    header_scan: int = MIB  # how far the end of a header is looked for line by line
    text_chars: int = 400_000  # of body text kept
    addresses: int = 200  # mailboxes of one field


@dataclass(frozen=True, slots=True)
class ContainerLimits:
    """Bounds on archives and nested mails, over the whole mail unless said otherwise."""

    depth: int = 3  # archives inside archives
    mail_depth: int = 8  # mails inside mails
    mails: int = 100  # that are opened
    members: int = 600
    member_bytes: int = 50 * MIB
    total_bytes: int = 150 * MIB
    ratio: int = 200  # unpacked to packed, of one member
    ratio_floor: int = 4 * MIB  # below this size the ratio says nothing
    directory_entries: int = 5_000  # of one archive, before its directory is parsed


@dataclass(frozen=True, slots=True)
class DocumentLimits:
    """Bounds on what is read closely."""

    documents: int = 60  # files given to the form and letter readers
    pages_before_letter: int = 20  # pictures and scans looked at while no letter is found
    pages_after_letter: int = 8  # and once one is found
    small_picture_side: int = 320  # pixels: a page of text is larger
    small_picture_bytes: int = 6 * KIB
    inline_picture_side: int = 500
    printed: int = 3  # PDFs whose tables are read where no electronic form came


MAIL = MailLimits()
CONTAINERS = ContainerLimits()
DOCUMENTS = DocumentLimits()
