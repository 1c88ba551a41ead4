"""Kill points for the real service, put in from outside: the service's own code knows nothing of them.

A step is what outlives the process: a file made, brought to disk, named or removed, a transaction committed, a
connection opened, bytes sent to a server. Steps are counted from 1, each one before it is done; bytes sent count
once more after they left and before any answer is read. What is to happen comes in the environment, see `Plan`.
"""

import json
import os
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from service import rulebook

VARIABLE = "CRASH_TEST_PLAN"


@dataclass(frozen=True)
class Plan:
    """What shall befall a run of the service."""

    data: str = ""  # only files below this folder count
    log: str = ""  # a line for each step goes to this file
    kill_at: int = 0  # 0: nowhere
    slow_at: int = 0  # sleep at this step instead, so that a test can do something meanwhile
    seconds: float = 0.0
    later: float = 0.0  # the service's clock is so many seconds ahead
    readings: str = ""  # readings are kept in this folder, so that each mail is read by a child once per test run
    deadly: str = ""  # SHA-256 of the mail that kills the whole service when it is read
    poisonous: bool = False  # mails with the field X-Poison kill the child that reads them
    pages: int = 0  # the database may have so many pages
    busy_ms: int = 0  # how long a locked database is waited for
    file_bytes: int = 0  # no file may grow beyond (RLIMIT_FSIZE)
    zone: str = ""  # the machine's time zone
    rules_change: bool = False  # rules folders are read each time

    def environment(self) -> dict[str, str]:
        return {VARIABLE: json.dumps(asdict(self))}


def plan() -> Plan:
    """The plan of this process."""
    told = json.loads(os.environ.get(VARIABLE, "{}"))
    assert told.keys() <= {f.name for f in fields(Plan)}
    return Plan(**told)


class _Steps:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._count = 0
        self._log = os.open(plan.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600) if plan.log else None

    def __call__(self, label: str) -> None:
        self._count += 1
        if self._log is not None:
            os.write(self._log, f"{label}\n".encode())
        if self._count == self._plan.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if self._count == self._plan.slow_at:
            time.sleep(self._plan.seconds)

    def is_ours(self, path: object) -> bool:
        """Whether anything that is to last is there; not what the reading child writes, which goes with it."""
        if not isinstance(path, str | os.PathLike):
            return False
        name, data = os.fspath(path), self._plan.data
        return name.startswith(data) and not name.startswith(f"{data.rstrip('/')}/scratch")  # type: ignore[arg-type]


def prepare() -> None:
    """Follow the plan in this process, from now on."""
    todo = plan()
    set_clock()
    if todo.zone:
        os.environ["TZ"] = todo.zone
        time.tzset()
    _limit(todo)
    if todo.rules_change:
        rulebook.load = getattr(rulebook.load, "__wrapped__", rulebook.load)
    if todo.readings or todo.deadly or todo.poisonous:
        _change_reading(todo)
    if todo.log or todo.kill_at:
        _count_steps(_Steps(todo))


def _count_steps(step: _Steps) -> None:
    _before_files(step)
    _before_commits(step)
    _around_sends(step)
    import service.polling

    service.polling.SEND_EVERY = 0.0  # after every mail, so that steps come in the same order each time


def _before_files(step: _Steps) -> None:
    for name in ("replace", "rename", "link", "unlink", "mkdir"):
        setattr(os, name, _counted(step, name, getattr(os, name)))
    open_, fsync = os.open, os.fsync

    def opens(path: Any, flags: int, *rest: Any, **more: Any) -> int:
        if flags & os.O_CREAT and step.is_ours(path):
            step("create")
        return open_(path, flags, *rest, **more)

    def syncs(descriptor: Any) -> None:
        step("fsync")
        fsync(descriptor)

    os.open, os.fsync = opens, syncs


def _counted(step: _Steps, name: str, does: Callable[..., Any]) -> Callable[..., Any]:
    def counted(path: Any, *rest: Any, **more: Any) -> Any:
        if step.is_ours(path):
            step(name)
        return does(path, *rest, **more)

    return counted


def _before_commits(step: _Steps) -> None:
    from sqlalchemy.engine.default import DefaultDialect

    commits = DefaultDialect.do_commit

    def counted(self: DefaultDialect, connection: Any) -> None:
        step("commit")
        commits(self, connection)

    DefaultDialect.do_commit = counted  # type: ignore[method-assign]


def _around_sends(step: _Steps) -> None:
    class Counted(socket.socket):
        def connect(self, address: Any) -> None:
            step("connect")
            super().connect(address)

        def sendall(self, data: Any, *flags: int) -> None:
            label = bytes(data[:16]).split(b"\r\n")[0].decode("latin-1")
            step(f"send {label}")
            super().sendall(data, *flags)
            step(f"sent {label}")

    socket.socket = Counted  # type: ignore[misc]


def set_clock() -> None:
    """Put the service's clock ahead as the plan says. Before `service.wiring` is imported, which takes it over."""
    import service.bench

    service.bench.now = clock


def clock() -> datetime:
    return datetime.now(UTC) + timedelta(seconds=plan().later)


def _limit(todo: Plan) -> None:
    if todo.file_bytes:
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # an error instead of a death, as of a full disk
        resource.setrlimit(resource.RLIMIT_FSIZE, (todo.file_bytes, resource.RLIM_INFINITY))
    if todo.pages or todo.busy_ms:
        from service.records import engine

        prepares = engine._prepare

        def prepare_connection(connection: Any, record: Any) -> None:
            prepares(connection, record)
            if todo.pages:
                connection.execute(f"PRAGMA max_page_count={todo.pages}")
            if todo.busy_ms:
                connection.execute(f"PRAGMA busy_timeout={todo.busy_ms}")

        engine._prepare = prepare_connection


def _change_reading(todo: Plan) -> None:
    from service.domain.submission import Submission
    from service.reading import sandbox
    from service.reading.codec import submission_from_json

    reads = sandbox.Reader.read_json

    def read_json(self: sandbox.Reader, path: Path) -> tuple[Submission, bytes]:
        if path.stem == todo.deadly:
            os.kill(os.getpid(), signal.SIGKILL)
        kept = Path(todo.readings, path.stem)
        if not todo.readings:
            return reads(self, path)
        if not kept.exists():
            content = reads(self, path)[1]
            beside = kept.with_suffix(f".{os.getpid()}")
            beside.write_bytes(content)
            beside.rename(kept)
        content = kept.read_bytes()
        return submission_from_json(content), content

    sandbox.Reader.read_json = read_json  # type: ignore[method-assign]
    if todo.poisonous:
        sandbox._CHILD = "tests.crash.fragile_reader"
