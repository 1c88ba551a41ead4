"""What comes out of one container, and how much may come out of all containers of a mail."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from service.domain.submission import Problem
from service.reading.charsets import decode, one_line
from service.reading.found import safe_name
from service.reading.limits import CONTAINERS

DECORATIONS = frozenset({".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db", ".localized"})
_NAMES_SHOWN = 20


class Refused(Exception):
    """A limit was passed; the message is the Chinese note."""


@dataclass(frozen=True, slots=True)
class Member:
    """One file inside a container. folders and name are data, cleaned for showing."""

    folders: tuple[str, ...]
    name: str
    content: bytes = field(repr=False)
    problem: Problem | None = None
    note: str = ""
    size: int = -1


@dataclass(frozen=True, slots=True)
class Opened:
    """A container's members, and what kept it from being read whole."""

    members: tuple[Member, ...] = ()
    problem: Problem | None = None
    note: str = ""
    text: str = field(default="", repr=False)  # of a mail in another format


class TooMany(Refused):
    """More files than are read of one mail: what honest people send too, so a person looks at the rest."""


class Budget:
    """Counts members and unpacked bytes over one whole mail."""

    def __init__(self) -> None:
        self.members = CONTAINERS.members
        self.total = CONTAINERS.total_bytes

    def take_member(self) -> None:
        """Raises TooMany when the mail has held too many files already."""
        if self.members <= 0:
            raise TooMany(f"压缩包内文件超过{CONTAINERS.members}个，其余未读取，需人工查看")
        self.members -= 1

    def room(self) -> int:
        """The most bytes the next member may have."""
        return min(CONTAINERS.member_bytes, self.total)

    def take(self, size: int) -> None:
        """Counts bytes that were unpacked. Raises Refused when they pass a limit."""
        self.check(size)
        self.total -= size

    def check(self, size: int, packed: int = 0) -> None:
        """Raises Refused when a member that unpacks to this size, from so many packed bytes, may not be taken."""
        if size > CONTAINERS.member_bytes:
            raise Refused(f"压缩包内单个文件超过{CONTAINERS.member_bytes >> 20}MB，未读取")
        self.check_total(size, packed)

    def check_total(self, size: int, packed: int = 0) -> None:
        """The same, of a stream that may hold several members."""
        if packed and size > CONTAINERS.ratio_floor and size > CONTAINERS.ratio * packed:
            raise Refused("压缩比异常，疑似压缩炸弹，未读取")
        if size > self.total:
            raise Refused(f"解压后总量超过{CONTAINERS.total_bytes >> 20}MB，其余未读取")

    def attempt(self) -> "Budget":
        """A budget like this one, for an opener that may fail: `settle` with it when it did not."""
        other = Budget()
        other.settle(self)
        return other

    def settle(self, other: "Budget") -> None:
        """Stand where another budget stands."""
        self.members, self.total = other.members, other.total


def refused(members: Sequence[Member], refusal: Refused, names: Sequence[str] = ()) -> Opened:
    """What was read before a limit. names: of the files that were not, as far as they are known."""
    if not isinstance(refusal, TooMany):
        return Opened(tuple(members), Problem.REFUSED, str(refusal))
    shown = "、".join(names[:_NAMES_SHOWN]) + ("等" if len(names) > _NAMES_SHOWN else "")
    note = f"{refusal}：{shown}（共{len(names)}个）" if names else str(refusal)
    return Opened(tuple(members), Problem.UNSUPPORTED, note)


def place_of(path: str) -> tuple[tuple[str, ...], str]:
    """Folders and name of a member's path: no root, no drive, no way up, nothing invisible."""
    steps = [one_line(step) for step in path.replace("\\", "/").split("/")]
    steps = [step for step in steps if step not in {"", ".", ".."} and not step.endswith(":")]
    if not steps:
        return (), ""
    return tuple(safe_name(step) for step in steps[:-1][-8:]), safe_name(steps[-1])


def is_decoration(folders: tuple[str, ...], name: str) -> bool:
    """Files that systems leave behind and no person ever sent on purpose."""
    lower = name.lower()
    return "__MACOSX" in folders or lower in DECORATIONS or lower.startswith(("~$", "._")) or lower.endswith(".lnk")


def decode_name(raw: bytes) -> str:
    """A member's name from raw bytes: UTF-8 when it is, else what Chinese Windows wrote."""
    return decode(raw)
