"""Who may change the rules by mail. The whole rule stands here, and nowhere else.

A sender counts when From is one address, registered as an admin's, and one of two things shows that it is really his:
our own server vouches for the domain of From, or the mail answers a letter that nobody but admins was sent (its
Message-ID is signed, and was seen in their mailboxes only). A sender whom our server calls forged never counts, nor
does a machine.
"""

from collections.abc import Collection
from enum import StrEnum

from service.domain.judgement import Authentication
from service.domain.mail import Envelope
from service.routing.kinds import bars_reply


class Standing(StrEnum):
    """What a sender's word on the rules is worth."""

    STRANGER = "stranger"  # no admin's address
    FORGED = "forged"  # our server says that it is not he
    MACHINE = "machine"  # a program wrote it
    UNPROVED = "unproved"  # nothing shows that it is he
    ADMIN = "admin"


def standing(
    envelope: Envelope, admins: Collection[str], authentication: Authentication, *, answers_admins: bool
) -> Standing:
    """answers_admins: the mail answers a signed letter of ours that went to admins alone."""
    if registered(envelope, admins) is None:
        return Standing.STRANGER
    if authentication is Authentication.FAILED:
        return Standing.FORGED
    if bars_reply(envelope) is not None:
        return Standing.MACHINE
    if authentication is Authentication.PASSED or answers_admins:
        return Standing.ADMIN
    return Standing.UNPROVED


def registered(envelope: Envelope, admins: Collection[str]) -> str | None:
    """The admin's address that From names, as it is registered: answers go there and nowhere else."""
    sender = envelope.sender
    if sender is None:
        return None
    return next((address for address in admins if address.lower() == sender.address.lower()), None)
