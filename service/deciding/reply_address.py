"""Where an automatic answer may go, if anywhere (RFC 3834): one address, never a machine, a list or ourselves."""

import re

from service.domain.mail import Address, Envelope
from service.domain.rules import Rulebook
from service.routing.kinds import bars_reply

_NO_REPLY = re.compile(
    r"(?:.*[-_.+])?(?:(?:no|not|do[-_.]?not)[-_.]?reply|mailer-daemon|postmaster|bounces?)(?:[-_.+0-9].*)?",
    re.IGNORECASE,
)


def reply_address(envelope: Envelope, rulebook: Rulebook, own_addresses: frozenset[str]) -> tuple[Address | None, str]:
    """The one address that an answer may go to; None with the reason in Chinese when there is none."""
    sender = envelope.sender
    if sender is None:
        return None, "发件人不明确，不自动回复"
    if reason := bars_reply(envelope):
        return None, f"{reason}，不自动回复"
    inside = people_inside(rulebook, own_addresses)
    target = next((a for a in (_reply_to(envelope, sender, rulebook), sender) if a and is_answerable(a, inside)), None)
    return (target, "") if target else (None, "没有可以回复的外部地址")


def _reply_to(envelope: Envelope, sender: Address, rulebook: Rulebook) -> Address | None:
    """Reply-To counts when it is one address of the sender's own domain: a mail must not aim our answer at others.
    A domain of free mail is nobody's own."""
    if len(envelope.reply_to) != 1 or sender.domain in rulebook.mail.free_mail:
        return None
    wanted = envelope.reply_to[0]
    return wanted if wanted.domain and wanted.domain == sender.domain else None


def people_inside(rulebook: Rulebook, own_addresses: frozenset[str]) -> frozenset[str]:
    """Our own mailboxes and those of staff and admins, lower case: no letter to submitters goes there."""
    return own_addresses | {a.lower() for a in (*rulebook.campaign.staff, *rulebook.campaign.admins)}


def is_answerable(address: Address, inside: frozenset[str]) -> bool:
    """Whether an automatic letter may go to an address: a whole one, no machine's, none of ours."""
    local, at, domain = address.address.rpartition("@")
    if not (local and at and domain) or re.search(r"[\s<>,;]", address.address):
        return False
    return address.address.lower() not in inside and not _NO_REPLY.fullmatch(local)
