"""A file found in a mail at any depth, before anybody knows what it is."""

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from service.domain.submission import Problem
from service.reading.charsets import one_line

if TYPE_CHECKING:
    from service.reading.containers.volumes import Volumes

_SEPARATORS = re.compile(r"[/\\]+")
_NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class Found:
    """One file with its exact bytes. path and name are data, never a place on a disk.

    Before `containers.unpack` has placed it, path holds only its folders inside its container, name may be "".
    """

    path: str
    name: str
    content: bytes = field(repr=False)
    declared: str = ""  # media type as its sender labelled it
    media_type: str = ""  # by content, once it is placed
    inline: bool = False  # shown inside the body
    damage: str = ""  # English: what its transfer encoding lost
    problem: Problem | None = None  # of getting at its bytes
    note: str = ""  # Chinese, with a problem
    is_container: bool = False  # its members stand beside it
    volumes: "Volumes | None" = field(default=None, repr=False)  # of the archive whose first volume this is
    size: int = -1  # when the bytes could not be had

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def full_size(self) -> int:
        return len(self.content) if self.size < 0 else self.size


def safe_name(name: str) -> str:
    """The last component of a name that may be a path, as one visible line of bounded length; "" for none."""
    last = one_line(_SEPARATORS.split(one_line(name).rstrip("/\\"))[-1])
    if last in {".", ".."}:
        return ""
    if len(last) <= _NAME_CHARS:
        return last
    stem, dot, extension = last.rpartition(".")
    return f"{stem[: _NAME_CHARS - 10]}…{dot}{extension}" if dot and len(extension) <= 8 else last[:_NAME_CHARS]


def extension_of(name: str) -> str:
    """Lower-case extension without its dot, "" when there is none: ".xlsx" and "xlsx " are "xlsx"."""
    _, dot, extension = name.strip().rstrip(".").rpartition(".")
    return extension.strip().lower() if dot and len(extension) <= 8 else ""


class Paths:
    """Hands out paths that are unique within one mail: a repeated one gets " (2)" before its extension."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def unique(self, path: str) -> str:
        if path not in self._taken:
            self._taken.add(path)
            return path
        folder, slash, name = path.rpartition("/")
        stem, dot, extension = name.rpartition(".") if extension_of(name) else (name, "", "")
        number = self._next.get(path, 2)
        while (candidate := f"{folder}{slash}{stem} ({number}){dot}{extension}") in self._taken:
            number += 1
        self._next[path] = number + 1
        self._taken.add(candidate)
        return candidate
