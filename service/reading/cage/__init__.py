"""`shut`: from now on this process and all it starts have no network, write nowhere but in one folder, and read
programs and fonts alone. For the reading child, whose libraries meet files made by strangers.

As far as the kernel offers it, and without privileges: on Linux, Landlock and a seccomp filter. Elsewhere, and where a
kernel offers less, the process runs with what there is; `doctor` tells what that is.
"""

import os
import shutil
import site
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_PACKAGE: Final = Path(__file__).resolve().parents[2]
_TRYING: Final = "service.reading.cage.trying"
_SIGNALS_SINCE: Final = 6  # ABI of Landlock
_SYSTEM: Final = (
    "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/gnu/store",
    "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/ld.so.preload", "/etc/alternatives",
    "/etc/fonts", "/etc/libreoffice", "/etc/localtime", "/etc/locale.alias", "/etc/locale.conf", "/etc/mime.types",
    "/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/papersize",
    "/var/cache/fontconfig", "/var/lib/libreoffice", "/var/spool/libreoffice",
    "/dev/zero", "/dev/random", "/dev/urandom", "/proc", "/sys/devices/system",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Held:
    """Which parts of the cage hold."""

    files: bool = False  # nothing written outside, nothing of the service's read
    network: bool = False
    processes: bool = False  # no signal to anybody outside


ALL: Final = Held(files=True, network=True, processes=True)


def shut(folder: Path) -> Held:
    """Shut this process in, with folder as the place to write; cannot be undone. Call it before any thread starts."""
    if sys.platform != "linux":
        return Held()
    from service.reading.cage import landlock, privileges, seccomp

    if not privileges.give_up():
        return Held()
    if not seccomp.restrict():
        return Held()
    files = _shut_files(folder)
    return Held(files, network=True, processes=files and landlock.abi() >= _SIGNALS_SINCE)


def tried() -> Held:
    """Which parts hold on this machine, as a process found that shut itself in and ended."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(_PACKAGE.parent)}
        command = [sys.executable, "-m", _TRYING, folder]
        done = subprocess.run(command, capture_output=True, env=environment, cwd="/", timeout=60, check=False)
    held = done.stdout.decode().split()
    return Held("files" in held, "network" in held, "processes" in held)


def sees(path: Path) -> bool:
    """Whether what is shut in may read there: it lies among the programs."""
    place = path.resolve()
    return any(place.is_relative_to(readable.resolve()) for readable in _readable())


def _shut_files(folder: Path) -> bool:
    from service.reading.cage import landlock

    if not landlock.abi():
        return False
    try:
        landlock.restrict(folder, _readable(), _listed())
    except OSError:
        return False
    return True


def _readable() -> Iterator[Path]:
    """Programs, libraries, fonts, and what the kernel tells of itself. Of other processes of ours Landlock hides it."""
    yield from map(Path, _SYSTEM)
    yield from map(Path, {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix})
    yield from map(Path, {*site.getsitepackages(), site.getusersitepackages()})
    yield _PACKAGE
    if office := shutil.which("soffice", path=os.defpath):
        yield Path(office).resolve().parents[1]


def _listed() -> Iterator[Path]:
    """Where Python looks for modules; not the root, which is where the child was started."""
    yield from (Path(place) for place in sys.path if place not in {"", "/"})
