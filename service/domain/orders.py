"""What staff may order by replying to a letter of ours."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """Its words stand in mail.toml, [orders]."""

    RELEASE = "release"  # a letter that waits for staff leaves as it is
    DISCARD = "discard"  # it never leaves
    DONE = "done"  # a person took care of a case: the digest no longer names it


@dataclass(frozen=True, slots=True)
class Order:
    """One line of a staff member's reply. subject: a case's number, upper case, or "" when the line names none;
    letter: the number of a letter as the digest gives it (信12)."""

    line: str
    action: Action | None  # None: the line could not be understood
    subject: str = ""
    letter: int | None = None
