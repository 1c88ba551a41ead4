"""PostgreSQL from the distribution for one test run: on loopback, in a folder of its own, as its own user."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg

_USER = "postgres"  # the server refuses to run as root
_SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "full_page_writes=off")


class Postgres:
    """A server that gives every test a database of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._names = (f"records_{n}" for n in count(1))

    def new_database(self) -> str:
        """The URL of an empty database, as the configuration takes it."""
        name = next(self._names)
        with psycopg.connect(self._url("postgres").replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        return self._url(name)

    def dump(self, url: str) -> bytes:
        """As `pg_dump --format=custom` writes it."""
        return self._run("pg_dump", "--format=custom", url.replace("+psycopg", ""))

    def load(self, url: str, dumped: bytes) -> None:
        """The database as it was dumped, whatever it held since."""
        self._run("pg_restore", "--clean", "--if-exists", f"--dbname={url.replace('+psycopg', '')}", given=dumped)

    def _run(self, program: str, *words: str, given: bytes = b"") -> bytes:
        return subprocess.run([_programs() / program, *words], input=given, stdout=subprocess.PIPE, check=True).stdout

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://{_USER}@127.0.0.1:{self._port}/{database}"


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Raises RuntimeError when the programs are missing or this is not root."""
    programs = _programs()
    if os.geteuid() != 0:
        raise RuntimeError("the real servers need root: they run as users of their own")
    root = Path(tempfile.mkdtemp(prefix="postgres-"))
    shutil.chown(root, _USER)
    log = root / "log"
    as_user = ("runuser", "-u", _USER, "--")
    made = subprocess.run(
        [*as_user, programs / "initdb", "-D", root / "data", "--auth=trust", "--no-sync", "--encoding=UTF8"],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr}")
    port = _free_port()
    settings = [word for setting in (*_SETTINGS, f"port={port}") for word in ("-c", setting)]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*as_user, programs / "postgres", "-D", root / "data", *settings], stdout=output, stderr=output
        )
    try:
        found = Postgres(port)
        _await(found, log)
        yield found
    finally:
        _stop(root / "data/postmaster.pid")
        server.wait(timeout=30)
        shutil.rmtree(root, ignore_errors=True)


def _programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    return found[-1].parent


def _free_port() -> int:
    with socket.socket() as link:
        link.bind(("127.0.0.1", 0))
        return int(link.getsockname()[1])


def _await(server: Postgres, log: Path) -> None:
    until = time.monotonic() + 30
    while True:
        try:
            with psycopg.connect(server._url("postgres").replace("+psycopg", "")):
                return
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise RuntimeError(f"PostgreSQL does not answer: {log.read_text(errors='replace')[-2000:]}") from None
            time.sleep(0.1)


def _stop(pid_file: Path) -> None:
    """Fast shutdown: SIGINT to the server itself, not to the one that became its user."""
    if pid_file.exists():
        os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGINT)
