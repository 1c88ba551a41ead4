"""Mailboxes of which staff confirmed that they may speak for a unit, though they are registered nowhere."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One mailbox for one unit, from the moment a person said so until one took it back."""

    address: str  # lower-case addr-spec
    unit: str  # the directory's name
    by: str  # addr-spec of the staff member
    at: datetime
    mail: str = ""  # SHA-256 of the order
    case: str = ""  # number of the case that showed the mailbox
    revoked_by: str | None = None
    revoked_at: datetime | None = None
    revoked_mail: str = ""

    @property
    def stands(self) -> bool:
        return self.revoked_at is None

    def stood_at(self, moment: datetime) -> bool:
        return self.at <= moment and (self.revoked_at is None or self.revoked_at > moment)
