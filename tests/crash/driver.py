"""Runs the real service between servers of this process, lets it die, and looks at what is left."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

from service.archive import Archive
from service.demo.servers import MailServers
from service.demo.world import lay_over
from tests.crash.dying import Plan
from tests.crash.scenarios import BOX, KEY, SECOND_BOX, UNITS, USERS, Delivery

ROOT = Path(__file__).parents[2]
NOTHING = Plan()


def rules_for_all(folder: Path) -> Path:
    """The rules of the invented province, beside the templates; shared by all runs, which only read them."""
    shutil.copytree(ROOT / "rules", folder / "rules")
    lay_over(folder / "rules")
    shutil.copytree(ROOT / "mail_templates", folder / "mail_templates")
    return folder


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code (negative: the signal), and what it said."""

    code: int
    out: str
    err: str

    @property
    def was_killed(self) -> bool:
        return self.code == -9


@dataclass(frozen=True)
class State:
    """All that remains of runs: what staff and submitters can see, without times and attempts."""

    cases: tuple[tuple[object, ...], ...]  # number, unit, state, complete, versions
    mails: tuple[tuple[object, ...], ...]  # hash, state, verdict, kind, case
    letters: tuple[tuple[object, ...], ...]  # hash, letter, recipients, state
    delivered: tuple[tuple[str, str, str], ...]  # recipient, kind, Message-ID
    boxes: tuple[tuple[str, str, str], ...]  # of ours: mailbox, folder, hash
    archive: tuple[str, ...]

    @property
    def letter_states(self) -> Counter[object]:
        return Counter(letter[3] for letter in self.letters)


@dataclass
class Place:
    """A data folder and a pair of servers: everything that a run finds and leaves."""

    folder: Path
    servers: MailServers
    shared: Path
    imap_port: int = 0  # 0: the servers' own
    smtp_port: int = 0
    more: str = ""  # lines of the [service] section
    boxes: tuple[str, ...] = (BOX,)
    filing: str = "move"
    config: Path = field(init=False)

    def __post_init__(self) -> None:
        (self.folder / "data").mkdir(parents=True)
        (self.folder / "data" / "signing.key").write_bytes(KEY)
        (self.folder / "secret").write_text(USERS[BOX])
        (self.folder / "secret").chmod(0o600)
        self.config = self.folder / "config.toml"
        self.write_config()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def write_config(self) -> None:
        """To be called after a change of ports or lines."""
        rules, templates = self.shared / "rules", self.shared / "mail_templates"
        text = f'[service]\nrules_dir = "{rules}"\ntemplates_dir = "{templates}"\n{self.more}\n'
        for box in self.boxes:
            port = self.imap_port or self.servers.imap_port
            text += f'[[mailbox]]\nname = "{box.partition("@")[0]}"\nfiling = "{self.filing}"\n{_login(box, port)}'
        text += f'[smtp]\nfrom = "征集工作邮箱 <{BOX}>"\n{_login(BOX, self.smtp_port or self.servers.smtp_port)}'
        self.config.write_text(text, encoding="utf-8")

    def arrives(self, *deliveries: Delivery) -> None:
        for delivery in deliveries:
            self.servers.deliver(delivery.box, delivery.content, delivery.received)

    def letters_to(self, address: str) -> list[str]:
        """The kinds of letters that came back, in order."""
        return [kind for to, kind, _ in self.delivered() if to == address]

    def delivered(self) -> list[tuple[str, str, str]]:
        """Every letter in a submitter's mailbox: recipient, kind, Message-ID; in order of arrival for each."""
        found = []
        for unit in UNITS:
            for raw in self.servers.mails(unit):
                identity = str(message_from_bytes(raw)["Message-ID"])
                found.append((unit, identity.strip("<>").partition(".")[0], identity))
        return found

    def query(self, sql: str) -> list[tuple[object, ...]]:
        database = self.data / "records.db"
        if not database.exists():
            return []
        connection = sqlite3.connect(database)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def integrity(self) -> list[tuple[object, ...]]:
        return self.query("PRAGMA integrity_check") + self.query("PRAGMA foreign_key_check")

    def state(self) -> State:
        archive = Archive(self.data / "archive")
        assert not list(archive.damaged())
        mails = self.query(
            "SELECT sha256, mail.state, verdict, kind, number FROM mail LEFT JOIN collection_case c ON c.id = case_id"
        )
        return State(
            cases=_sorted(self.query("SELECT number, unit, state, complete, versions FROM collection_case")),
            mails=_sorted(mails),
            letters=_sorted(self.query("SELECT mail_sha256, letter, recipients, state FROM outbox")),
            delivered=tuple(sorted(self.delivered())),
            boxes=tuple(sorted(self._boxes())),
            archive=tuple(archive),
        )

    def _boxes(self) -> Iterator[tuple[str, str, str]]:
        for box in (BOX, SECOND_BOX):
            for name in self.servers.folders(box):
                with suppress(KeyError):  # a folder that only holds folders
                    yield from ((box, name, sha256(raw).hexdigest()) for raw in self.servers.mails(box, name))


def _login(user: str, port: int) -> str:
    return (
        f'host = "127.0.0.1"\nport = {port}\nsecurity = "plain"\nusername = "{user}"\npassword_file = "secret"\n'
        "timeout_seconds = 5\n"
    )


def _sorted(rows: list[tuple[object, ...]]) -> tuple[tuple[object, ...], ...]:
    return tuple(sorted(rows, key=repr))


@contextmanager
def place(folder: Path, shared: Path, **how: object) -> Iterator[Place]:
    """A fresh place, its servers running."""
    with MailServers(USERS) as servers:
        yield Place(folder, servers, shared, **how)  # type: ignore[arg-type]


def environment(plan: Plan) -> dict[str, str]:
    """Of a service with kill points: nothing of this process but the path."""
    boot = f"{ROOT}{os.pathsep}{ROOT / 'tests' / 'crash' / 'boot'}"
    return {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": boot, **plan.environment()}


def start(place: Place, *arguments: str, plan: Plan = NOTHING) -> "subprocess.Popen[str]":
    """The real command in a process of its own, running."""
    command = [sys.executable, "-m", "service", *arguments, "--config", str(place.config)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, env=environment(plan), stdout=pipe, stderr=pipe, text=True, cwd=place.folder)


def run(place: Place, *arguments: str, plan: Plan = NOTHING) -> Ended:
    """The real command in a process of its own, until it ends."""
    with start(place, *(arguments or ("poll", "--once")), plan=plan) as process:
        out, err = process.communicate(timeout=120)
    return Ended(process.returncode, out, err)


class Forks:
    """Runs of the service that need no start of Python each (see `zygote`)."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.crash.zygote"]
        environment = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8", "PYTHONPATH": str(ROOT)}
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, text=True, cwd=ROOT)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._process.communicate(timeout=60)

    def run(self, place: Place, *arguments: str, plan: Plan = NOTHING) -> Ended:
        """The command in a process of its own, until it ends."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        out, err = place.folder / "stdout", place.folder / "stderr"
        words = [*(arguments or ("poll", "--once")), "--config", str(place.config)]
        request = {"arguments": words, "out": str(out), "err": str(err), "environment": plan.environment()}
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        return Ended(json.loads(self._process.stdout.readline()), out.read_text(), err.read_text())


def counted(place: Place, plan: Plan) -> tuple[Plan, Path]:
    """The plan with its steps written down, and the file that they go to."""
    log = place.folder / "steps"
    return replace(plan, data=str(place.data), log=str(log)), log
