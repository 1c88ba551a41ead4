"""What staff may order by replying to a letter of ours."""

from dataclasses import dataclass
from enum import StrEnum


class Action(StrEnum):
    """Its words stand in mail.toml, [orders]."""

    RELEASE = "release"  # a letter that waits for staff leaves as it is
    DISCARD = "discard"  # it never leaves
    DONE = "done"  # a person took care of a case: the digest no longer names it
    ACCEPT = "accept"  # a case is accepted as it is
    IDENTIFY = "identify"  # a case is this unit's
    WITHDRAW = "withdraw"  # a case counts for nothing any more, as its unit asked
    ASSIGN = "assign"  # a mail is of this campaign
    ENABLE = "enable"  # a change of the rules that was tried takes effect; admins only
    UNDO = "undo"  # the last change of the rules by mail is taken back; admins only
    EXPORT = "export"  # the rules as a workbook, to be changed and sent back; admins only
    CONFIRM = "confirm"  # a mailbox may speak for its unit
    REVOKE = "revoke"  # no longer

    @property
    def is_about_rules(self) -> bool:
        return self in (Action.ENABLE, Action.UNDO, Action.EXPORT)


@dataclass(frozen=True, slots=True)
class Order:
    """One line of a staff member's reply. subject: a case's number, upper case, or "" when the line names none;
    letter: the number of a letter as the digest gives it (信12)."""

    line: str
    action: Action | None  # None: the line could not be understood
    subject: str = ""
    letter: int | None = None
    value: str = ""  # what an order says besides: the unit, the campaign, the token, a mailbox (lower case)
    mail: str = ""  # the beginning of a mail's SHA-256, as the digest gives it (来信3f2a9c1b)


@dataclass(frozen=True, slots=True)
class Ruling:
    """What staff decided about one mail: it is judged by this from then on, also by other rules and after a rebuild."""

    by: str  # addr-spec
    unit: str | None = None  # the directory's name of whom it speaks for
    accepted: bool = False  # as it is: nothing of it is asked for or doubted any more
    campaign: str = ""  # the prefix of its numbers, when a person had to say whose mail it is
    withdrawn: bool = False  # nothing that its case held up to it counts any more
