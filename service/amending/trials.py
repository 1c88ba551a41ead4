"""Trials of changed rules in a process of its own: `rules trial --json`, at low priority.

A trial of 10,000 mails takes most of a minute of one core. In the service's own process it would keep every mail
waiting, in a thread of it every second one; beside it, it keeps none. It writes nothing: one that is cut short is made
again.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_SOURCE = Path(__file__).resolve().parents[2]
_NICENESS = 10
_LONGEST = 1800.0  # seconds


@dataclass(frozen=True, slots=True)
class Tried:
    """What a trial came to: the object that `rules trial --json` prints, or why there is none."""

    result: Mapping[str, Any] | None
    trouble: str = ""


@dataclass(slots=True)
class _Running:
    key: str
    process: "subprocess.Popen[bytes]"
    until: float = field(default_factory=lambda: time.monotonic() + _LONGEST)


class Trials:
    """One trial at a time. Not for two threads at once."""

    def __init__(self, config: Path, place: Path) -> None:
        """place: a folder of its own, emptied before each trial."""
        self._config = config
        self._place = place
        self._running: _Running | None = None

    @property
    def running(self) -> str | None:
        """The key of the trial under way."""
        return self._running.key if self._running else None

    def start(self, key: str, lay_out: Callable[[Path], None], done: Callable[[], None] | None = None) -> None:
        """Begin a trial. lay_out: puts the rules into a folder; done: called from another thread when it is over."""
        self.close()
        shutil.rmtree(self._place, ignore_errors=True)
        rules = self._place / "rules"
        rules.mkdir(mode=0o700, parents=True)
        lay_out(rules)
        command = [sys.executable, "-m", "service", "--config", str(self._config)]
        with (self._place / "out").open("wb") as out, (self._place / "err").open("wb") as err:
            process = subprocess.Popen(
                [*command, "rules", "trial", str(rules), "--json", "--as-read"],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd="/",
                env={"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(_SOURCE), "PYTHONHASHSEED": "0"},
                process_group=0,
            )
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICENESS)
        self._running = _Running(key, process)
        if done is not None:
            threading.Thread(target=_tell, args=(process, done), daemon=True, name="trial-watch").start()

    def result(self) -> Tried | None:
        """What the trial under way came to; None while it is not over. Asked again, it is forgotten."""
        running = self._running
        if running is None:
            return None
        code = running.process.poll()
        if code is None and time.monotonic() < running.until:
            return None
        self.close()
        if code is None:
            return Tried(None, f"{_LONGEST / 60:.0f} 分钟没有完成")
        return self._read(code)

    def wait(self, seconds: float) -> None:
        """Let some time pass, or less when the trial is over."""
        if self._running is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._running.process.wait(seconds)

    def close(self) -> None:
        """End the trial under way and all that it started."""
        running, self._running = self._running, None
        if running is not None and running.process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(running.process.pid, 9)
            running.process.wait()

    def _read(self, code: int) -> Tried:
        said = (self._place / "err").read_text("utf-8", "replace").strip()
        if code:
            return Tried(None, said.splitlines()[-1][:300] if said else f"程序以 {code} 结束")
        try:
            found = json.loads((self._place / "out").read_text("utf-8"))
        except (ValueError, OSError) as error:
            return Tried(None, f"结果读不出来（{type(error).__name__}）")
        return Tried(found)


def _tell(process: "subprocess.Popen[bytes]", done: Callable[[], None]) -> None:
    process.wait()
    done()
