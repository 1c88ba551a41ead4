"""Old Word, WPS and RTF documents turned into .docx by LibreOffice, for want of a reader that keeps their tables.

One at a time (the reading child reads one mail at a time), in a profile of its own that is thrown away, without a
network where the kernel allows, with no more time than a person would wait. Needs LibreOffice (Debian:
libreoffice-writer-nogui); without it the document is named and staff look.
"""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Final

_SECONDS: Final = 90.0
_CPU_SECONDS: Final = 60
_LARGEST: Final = 64 << 20  # bytes of a converted document
_FILTER: Final = "docx:MS Word 2007 XML"


class OfficeMissing(Exception):
    """There is no LibreOffice on this machine."""


class OfficeFailed(Exception):
    """LibreOffice did not make a .docx of the document in time."""


def is_there() -> bool:
    """Whether this machine can convert."""
    return _program() is not None


def as_docx(content: bytes, extension: str) -> bytes:
    """The document as a .docx; extension tells its kind, ".doc" or ".rtf". Raises OfficeMissing, OfficeFailed."""
    program = _program()
    if program is None:
        raise OfficeMissing
    with tempfile.TemporaryDirectory(prefix="reading-") as folder:
        place = Path(folder)
        (place / f"document{extension}").write_bytes(content)
        _convert(program, place, f"document{extension}")
        made = place / "out" / "document.docx"
        if not made.is_file() or made.stat().st_size > _LARGEST:
            raise OfficeFailed
        return made.read_bytes()


def _convert(program: str, place: Path, name: str) -> None:
    options = ("--headless", "--norestore", "--nologo", "--nodefault", "--nolockcheck")
    profile = f"-env:UserInstallation={(place / 'profile').as_uri()}"
    command = [*_cut_off(), program, profile, *options, "--convert-to", _FILTER, "--outdir", str(place / "out"), name]
    environment = {"PATH": os.defpath, "HOME": str(place), "TMPDIR": str(place), "LANG": "C.UTF-8"}
    # No process group of its own: whoever ends ours must end it too.
    null = subprocess.DEVNULL
    with subprocess.Popen(command, cwd=place, env=environment, stdin=null, stdout=null, stderr=null) as process:
        resource.prlimit(process.pid, resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            _end(process.pid)
            raise OfficeFailed from None


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


@cache
def _program() -> str | None:
    return shutil.which("soffice", path=os.defpath) or shutil.which("libreoffice", path=os.defpath)


@cache
def _cut_off() -> tuple[str, ...]:
    """What to put before a command to run it without a network; nothing where the kernel does not let us."""
    for command in (("unshare", "-n"), ("unshare", "-r", "-n")):
        with contextlib.suppress(OSError, subprocess.SubprocessError):
            if subprocess.run([*command, "true"], capture_output=True, timeout=5, check=False).returncode == 0:
                return command
    return ()
