"""Files attached by mistake in the place of the one that was meant: shortcuts, and what office programs leave beside an
open file. They hold nothing of it; what it would have been is told by their name alone."""

import re

from service.domain.submission import Problem

_SHORTCUTS = (".lnk", ".url", ".webloc", ".desktop")
_LOCK = "~$"
_EXTENSION = re.compile(r"\.([A-Za-z]{2,4})(?![A-Za-z])")
NOTES = {
    Problem.SHORTCUT: "快捷方式，不是文件本身",
    Problem.LOCK_FILE: "文件打开时自动生成的临时文件",
}


def stands_in(name: str) -> Problem | None:
    """What a file of this name is sent in place of another; None for every other file."""
    if name.startswith(_LOCK):
        return Problem.LOCK_FILE
    return Problem.SHORTCUT if name.lower().endswith(_SHORTCUTS) else None


def meant_name(name: str) -> str:
    """The name of the file that was meant: 征集表.xlsx for "征集表.xlsx - 快捷方式.lnk"."""
    bare = name.removeprefix(_LOCK)
    for end in _SHORTCUTS:
        bare = bare[: -len(end)] if bare.lower().endswith(end) else bare
    found = _EXTENSION.search(bare)
    return bare[: found.end()] if found else bare
