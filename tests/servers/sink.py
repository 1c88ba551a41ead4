"""Postfix's own hostile server, smtp-sink, on loopback for one test: what it was told to spoil, and what it stored."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers.real import await_port, free_ports, program

_NOBODY = "nobody"
_BY_SINK = b"\nReceived: from "  # the last of its own fields, of three lines


@dataclass(frozen=True)
class Sink:
    """A running smtp-sink."""

    port: int
    folder: Path

    def transactions(self) -> list[bytes]:
        """What it heard after each DATA, as far as it came, whether it took the mail or not."""
        dumped = [file.read_bytes() for file in sorted(self.folder.glob("mail.*"), key=_age)]
        return [_content(one) for one in dumped if _BY_SINK in one]


@contextmanager
def sink(*options: str) -> Iterator[Sink]:
    """A server that spoils what the options of smtp-sink(1) name. Raises RuntimeError when Postfix is not installed."""
    folder = Path(tempfile.mkdtemp(prefix="sink-"))  # pytest's own folders are closed to the user it runs as
    (port,) = free_ports(1)
    command = [program("smtp-sink"), "-d", f"{folder}/mail.", "-h", "sink.dept.example", *options]
    if os.geteuid() == 0:
        shutil.chown(folder, _NOBODY)
        command += ["-u", _NOBODY]
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen([*command, f"127.0.0.1:{port}", "20"], stdout=output, stderr=output)
    try:
        await_port(port, log, greets=False)
        yield Sink(port, folder)
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(folder)


def _content(dumped: bytes) -> bytes:
    """The mail as it was sent, behind the lines that smtp-sink puts before it, with its line ends."""
    _, _, rest = dumped.partition(_BY_SINK)
    return rest.split(b"\n", 3)[3].replace(b"\n", b"\r\n").removesuffix(b"\r\n")


def _age(file: Path) -> int:
    return file.stat().st_mtime_ns
