"""What comes out of one container, and how much may come out of all containers of a mail."""

from dataclasses import dataclass, field

from service.domain.submission import Problem
from service.reading.charsets import decode, one_line
from service.reading.found import safe_name
from service.reading.limits import CONTAINERS

DECORATIONS = frozenset({".ds_store", "thumbs.db", "desktop.ini", "ehthumbs.db", ".localized"})


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


class Budget:
    """Counts members and unpacked bytes over one whole mail."""

    def __init__(self) -> None:
        self.members = CONTAINERS.members
        self.total = CONTAINERS.total_bytes

    def take_member(self) -> None:
        """Raises Refused when the mail has held too many files already."""
        if self.members <= 0:
            raise Refused(f"压缩包内文件超过{CONTAINERS.members}个，其余未读取")
        self.members -= 1

    def room(self) -> int:
        """The most bytes the next member may have."""
        return min(CONTAINERS.member_bytes, self.total)

    def take(self, size: int) -> None:
        """Counts bytes that were unpacked. Raises Refused when they pass a limit."""
        if size > CONTAINERS.member_bytes:
            raise Refused(f"压缩包内单个文件超过{CONTAINERS.member_bytes >> 20}MB，未读取")
        if size > self.total:
            raise Refused(f"解压后总量超过{CONTAINERS.total_bytes >> 20}MB，其余未读取")
        self.total -= size


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
