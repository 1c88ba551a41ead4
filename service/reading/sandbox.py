"""`Reader`: reads mails in one long-lived child process, so that no file of a submitter can harm the service.

The child is started by the first reading, and replaced after a crash, a limit, many mails, or other rules. It lives in
a cage (`reading/cage`): it is handed the bytes of one mail at a time, and sees neither the archive nor anything else
of the service. What it answers is validated like any other input.
"""

import contextlib
import os
import pickle
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from service.domain.marking import FileMarks
from service.domain.rules import Rulebook
from service.domain.submission import Submission
from service.reading import codec, cuts, frames, offered
from service.reading.bounds import Bounds

_CHILD = "service.reading.worker"
_SOURCE = Path(__file__).resolve().parents[2]
_CHUNK = 1 << 20


class ReaderDied(Exception):
    """The reading process ended before it answered. The message tells what was seen, and quotes no mail."""


class ReaderTimedOut(ReaderDied):
    """The reading took longer than its limit of wall or processor time, and was ended."""


class Reader:
    """Reads archived mails. Not for use by two threads at once.

    As a context manager it ends its child on leaving. `read` raises ReaderDied or ReaderTimedOut; the next call
    starts a fresh child.

    scratch: a folder of this reader's own, emptied before each child starts: what a killed service left there goes
    then. In it each child has a folder to write in. None: the machine's place for temporary files.
    """

    def __init__(self, rulebook: Rulebook, bounds: Bounds | None = None, scratch: Path | None = None) -> None:
        self._rulebook = rulebook
        self._bounds = bounds or Bounds()
        self._scratch = scratch
        self._folder: Path | None = None  # where the child may write
        self._child: subprocess.Popen[bytes] | None = None
        self._read = 0
        self._opened: str | None = None  # SHA-256 of the file that the child is at work on

    def read(self, path: Path) -> Submission:
        """The Submission of the mail whose exact bytes lie in a file."""
        return self.read_json(path)[0]

    def read_json(self, path: Path) -> tuple[Submission, bytes]:
        """The Submission, and the same as the JSON it came in, to be kept."""
        mail = path.read_bytes()
        deadline = time.monotonic() + self._bounds.wall_seconds
        given_up: list[str] = []
        suspects: set[str] = set()
        while True:
            try:
                return self._read_without(given_up, mail, deadline - time.monotonic())
            except ReaderDied as error:
                culprit = self._opened
                if culprit is None or len(given_up) >= self._bounds.files_given_up:
                    raise
                if isinstance(error, ReaderTimedOut) or culprit in suspects:
                    given_up.append(culprit)
                suspects.add(culprit)  # what else ended the child may have come from outside: once more

    def cut(self, path: Path, wanted: Sequence[cuts.Cut]) -> tuple[cuts.Piece, ...]:
        """Pieces of the letters in an archived mail as small JPEGs, by name. One that cannot be cut any more is left
        out. Raises ReaderDied."""
        child = self._running()
        request = frames.pack(frames.CUT, cuts.cuts_to_json(wanted)), *frames.parted(frames.MAIL, path.read_bytes())
        kind, payload = self._exchange(child, request, self._bounds.wall_seconds)
        if kind != frames.DONE:
            raise ReaderDied(payload.decode("utf-8", "replace")[:200])
        try:
            return cuts.pieces_from_json(payload[8:])
        except ValueError:
            self.close()
            raise ReaderDied("the reading process answered something that is no picture") from None

    def offered(self, path: Path) -> tuple[offered.OfferedFile, ...]:
        """The files of an archived mail that may be files of the rules. Raises ReaderDied or ReaderTimedOut."""
        self._opened = None
        child = self._running()
        request = frames.pack(frames.OFFER, b""), *frames.parted(frames.MAIL, path.read_bytes())
        kind, payload = self._exchange(child, request, self._bounds.offering_seconds)
        if kind != frames.DONE:
            raise ReaderDied(payload.decode("utf-8", "replace")[:200])
        try:
            return offered.offered_from_json(payload[8:])
        except ValueError:
            self.close()
            raise ReaderDied("the reading process answered something that is no list of files") from None

    def _read_without(self, given_up: list[str], mail: bytes, seconds: float) -> tuple[Submission, bytes]:
        """One try. Files given up are named with a problem; what ended the child is in _opened."""
        self._opened = None
        child = self._running()
        request = frames.pack(frames.LEAVE, ",".join(given_up).encode()), *frames.parted(frames.MAIL, mail)
        kind, payload = self._exchange(child, request, seconds)
        if kind != frames.DONE:
            raise ReaderDied(payload.decode("utf-8", "replace")[:200])
        self._read += 1
        if self._read >= self._bounds.recycle_after or int.from_bytes(payload[:8], "big") > self._bounds.swollen_bytes:
            self.close()
        return self._believed(payload[8:]), payload[8:]

    def marked(self, path: Path, wanted: FileMarks) -> bytes | None:
        """A file of the mail that lies at path with its marks; None when that cannot be done safely.

        Raises ReaderDied or ReaderTimedOut.
        """
        self._opened = None
        child = self._running()
        wish = frames.pack(frames.MARK, pickle.dumps(wanted))
        request = wish, *frames.parted(frames.MAIL, path.read_bytes())
        kind, payload = self._exchange(child, request, self._bounds.marking_seconds)
        if kind != frames.MARKED:
            raise ReaderDied(payload.decode("utf-8", "replace")[:200])
        return payload or None

    def use(self, rulebook: Rulebook) -> None:
        """Read by other rules from the next mail on."""
        if rulebook is not self._rulebook:
            self._rulebook = rulebook
            self.close()

    def close(self) -> None:
        """End the child and everything it started. The next reading starts another. Safe to call twice."""
        child, self._child = self._child, None
        if child is not None:
            self._end(child)
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

    @staticmethod
    def _end(child: "subprocess.Popen[bytes]") -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process id; None when none is running."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._child is not None and self._child.poll() is None:
            return self._child
        self.close()
        self._folder = self._fresh_folder()
        self._child = child = _start(self._folder)
        self._read = 0
        codec.prepare()
        rules = frames.pack(frames.RULES, pickle.dumps((self._rulebook, self._bounds)))
        kind, _ = self._exchange(child, [rules], self._bounds.start_seconds)
        if kind != frames.READY:
            self.close()
            raise ReaderDied("the reading process did not take its rules")
        return child

    def _fresh_folder(self) -> Path:
        if self._scratch is not None:
            shutil.rmtree(self._scratch, ignore_errors=True)
            self._scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        return Path(tempfile.mkdtemp(prefix="reading-", dir=self._scratch))

    def _exchange(
        self, child: "subprocess.Popen[bytes]", request: Iterable[bytes], seconds: float
    ) -> tuple[bytes, bytes]:
        """Send a message and receive its answer, noting on the way what is at work. Any failure ends the child."""
        wire = _Wire(child, time.monotonic() + seconds)
        try:
            for piece in request:
                wire.send(piece)
            kind, payload = wire.receive()
            while kind == frames.OPENED:
                self._opened = payload.decode("ascii", "replace") or None
                kind, payload = wire.receive()
            return kind, payload
        except _TooLate:
            self.close()
            raise ReaderTimedOut(f"no answer within {self._bounds.wall_seconds:g} seconds") from None
        except _Ended:
            raise self._obituary(child) from None
        except BaseException:
            self.close()
            raise

    def _obituary(self, child: "subprocess.Popen[bytes]") -> ReaderDied:
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(2)
        code = child.returncode
        self.close()
        if code == -signal.SIGPROF:
            return ReaderTimedOut("used more than its share of processor time")
        if code is not None and code < 0:
            return ReaderDied(f"the reading process was ended by {signal.Signals(-code).name}")
        return ReaderDied(f"the reading process ended with code {code}")

    def _believed(self, content: bytes) -> Submission:
        try:
            return codec.submission_from_json(content)
        except ValueError:
            self.close()
            raise ReaderDied("the reading process answered something that is no submission") from None


class _Ended(Exception):
    """The pipe closed."""


class _TooLate(Exception):
    """The deadline passed."""


class _Wire:
    """One question and its answer over a child's pipes, before a deadline (monotonic seconds)."""

    def __init__(self, child: "subprocess.Popen[bytes]", deadline: float) -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        self._to, self._from = child.stdin.fileno(), child.stdout.fileno()
        self._deadline = deadline

    def receive(self) -> tuple[bytes, bytes]:
        kind, size = frames.HEAD.unpack(self._take(frames.HEAD.size))
        if size > frames.LONGEST:
            raise _Ended
        return kind, self._take(size)

    def send(self, message: bytes) -> None:
        left = memoryview(message)
        while left:
            self._wait(self._to, selectors.EVENT_WRITE)
            try:
                left = left[os.write(self._to, left[:_CHUNK]) :]
            except BlockingIOError:
                continue
            except OSError:
                raise _Ended from None

    def _take(self, size: int) -> bytes:
        parts: list[bytes] = []
        while size:
            self._wait(self._from, selectors.EVENT_READ)
            part = os.read(self._from, min(size, _CHUNK))
            if not part:
                raise _Ended
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _wait(self, pipe: int, event: int) -> None:
        with selectors.DefaultSelector() as waiting:
            waiting.register(pipe, event)
            if not waiting.select(max(0.0, self._deadline - time.monotonic())):
                raise _TooLate


def _start(folder: Path) -> "subprocess.Popen[bytes]":
    # A clean environment: the service's own may hold passwords. A fixed hash seed: the same bytes, the same answer.
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(_SOURCE), "PYTHONHASHSEED": "0"}
    child = subprocess.Popen(
        [sys.executable, "-m", _CHILD, str(os.getpid()), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**environment, "TMPDIR": str(folder)},
        cwd="/",
        bufsize=0,
        process_group=0,
    )
    for pipe in (child.stdin, child.stdout):
        os.set_blocking(pipe.fileno(), False)  # type: ignore[union-attr]  # both were asked for
    return child
