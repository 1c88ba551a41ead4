"""Runs another program on a submitter's file, for the kinds of files that no free library reads.

In a folder of its own, in the cage of the reading child, with no more time than a person would wait; what it started
ends with it. No process group of its own: whoever ends ours must end it too.
"""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_PRINTED: Final = "printed"


class ProgramTooSlow(Exception):
    """It did not end in time, and was ended."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What one run may cost."""

    seconds: float
    cpu_seconds: int
    file_bytes: int = resource.RLIM_INFINITY  # of each file it writes, and of what it prints


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended: code is 0 where all went well, below 0 where a limit ended it."""

    code: int
    printed: bytes = b""


@cache
def find(*names: str) -> str | None:
    """Where the first of these programs lies that this machine has; None without any."""
    return next((path for name in names if (path := shutil.which(name, path=os.defpath))), None)


def run(command: Sequence[str], folder: Path, allowed: Allowed) -> Ended:
    """Run a command in a folder that is thrown away afterwards. Raises ProgramTooSlow."""
    environment = {"PATH": os.defpath, "HOME": str(folder), "TMPDIR": str(folder), "LANG": "C.UTF-8"}
    null, limits = subprocess.DEVNULL, (allowed.cpu_seconds, allowed.cpu_seconds)
    printed = folder / _PRINTED
    with (
        printed.open("wb") as out,
        subprocess.Popen(command, cwd=folder, env=environment, stdin=null, stdout=out, stderr=null) as process,
    ):
        resource.prlimit(process.pid, resource.RLIMIT_CPU, limits)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (allowed.file_bytes, allowed.file_bytes))
        try:
            code = process.wait(allowed.seconds)
        except subprocess.TimeoutExpired:
            _end(process.pid)
            raise ProgramTooSlow from None
    return Ended(code, printed.read_bytes())


def _end(pid: int) -> None:
    """Kill a process and all that it started, youngest last seen first."""
    for one in (*reversed(_descendants(pid)), pid):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(one, signal.SIGKILL)


def _descendants(pid: int) -> list[int]:
    parents: dict[int, int] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]
