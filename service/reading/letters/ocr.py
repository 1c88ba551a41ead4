"""`OcrProcess`: recognition in a child process that may crash, hang or swell without harm to the reader.

Nothing is started before the first question: loading the models costs about a CPU second and 250 MB.
"""

import contextlib
import json
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from service.reading.letters import ocr_frames
from service.reading.letters.model import OcrFailed, OcrLine, OcrUnavailable, Quad, Words

if TYPE_CHECKING:
    from service.reading.letters.model import Picture

_CHILD = "service.reading.letters.ocr_child"
_SOURCE = Path(__file__).resolve().parents[3]
_MB = 1 << 20
_CHUNK = 1 << 20
_START = 120.0  # seconds to load the models; about one on an idle machine


class OcrProcess:
    """The `Ocr` of this installation: PP-OCR models in one child process with one thread.

    The child is started by the first question, killed when a question then takes longer than timeout seconds,
    replaced when it ends, after recycle_after questions, or above swollen_bytes of resident memory. A question
    that ends its child is asked once more of a fresh one, then given up with `OcrFailed`.
    """

    def __init__(
        self,
        timeout: float = 60.0,
        memory_bytes: int = 3072 * _MB,
        recycle_after: int = 400,
        swollen_bytes: int = 1400 * _MB,
    ) -> None:
        self._timeout = timeout
        self._memory = memory_bytes
        self._recycle_after = recycle_after
        self._swollen = swollen_bytes
        self._child: subprocess.Popen[bytes] | None = None
        self._asked = 0

    def lines(self, image: "Picture") -> list[OcrLine]:
        return [
            OcrLine(text, _quad(box), sum(sure) / len(sure) if sure else 0.0, tuple(sure))
            for box, text, sure in self._ask("lines", [image])
        ]

    def boxes(self, image: "Picture") -> list[Quad]:
        return [_quad(box) for box in self._ask("boxes", [image])]

    def upside_down(self, strips: "Sequence[Picture]") -> list[float]:
        return [float(sure) for sure in self._ask("upside_down", strips)]

    def read(self, strips: "Sequence[Picture]") -> list[Words]:
        return [Words(text, tuple(sure)) for text, sure in self._ask("read", strips)]

    def close(self) -> None:
        """End the child, if there is one. The next question starts another."""
        child, self._child = self._child, None
        if child is None:
            return
        child.kill()
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

    def _ask(self, question: str, pictures: "Sequence[Picture]") -> list[Any]:
        frame = ocr_frames.request(question, pictures)
        try:
            return self._ask_once(frame)
        except _ChildEnded:
            pass  # it may have been old, or its neighbour's memory short: a fresh one gets the same question
        try:
            return self._ask_once(frame)
        except _ChildEnded as ended:
            raise OcrFailed(str(ended)) from None

    def _ask_once(self, frame: bytes) -> list[Any]:
        child = self._running()
        answer = self._exchange(child, frame, time.monotonic() + self._timeout)
        self._asked += 1
        if self._asked >= self._recycle_after or answer.get("rss", 0) > self._swollen:
            self.close()
        if "failed" in answer:
            raise OcrFailed(answer["failed"])
        found: list[Any] = answer["answer"]
        return found

    def _running(self) -> "subprocess.Popen[bytes]":
        if self._child is not None and self._child.poll() is None:
            return self._child
        self.close()
        self._child = child = _start(self._memory)
        self._asked = 0
        try:
            hello = self._exchange(child, b"", time.monotonic() + max(_START, self._timeout))
        except _ChildEnded as ended:
            raise OcrUnavailable(str(ended)) from None
        if "unavailable" in hello:
            self.close()
            raise OcrUnavailable(hello["unavailable"])
        return child

    def _exchange(self, child: "subprocess.Popen[bytes]", frame: bytes, deadline: float) -> dict[str, Any]:
        try:
            return _exchange(child, frame, deadline)
        except _ChildEnded:
            self.close()
            raise


class _ChildEnded(Exception):
    """The child ended or had to be ended before it answered."""


def _start(memory: int) -> "subprocess.Popen[bytes]":
    # A clean environment: the service's own may hold passwords, and a thread count meant for others.
    environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONPATH": str(_SOURCE), "OMP_NUM_THREADS": "1"}
    child = subprocess.Popen(
        [sys.executable, "-m", _CHILD, str(os.getpid()), str(memory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=environment,
        bufsize=0,
    )
    for pipe in (child.stdin, child.stdout):
        os.set_blocking(pipe.fileno(), False)  # type: ignore[union-attr]  # both were asked for
    return child


def _exchange(child: "subprocess.Popen[bytes]", frame: bytes, deadline: float) -> dict[str, Any]:
    """Write a frame and read the answer, both before the deadline (monotonic seconds)."""
    assert child.stdin is not None
    assert child.stdout is not None
    with selectors.DefaultSelector() as waiting:
        if frame:
            waiting.register(child.stdin, selectors.EVENT_WRITE)
            _write(waiting, child.stdin.fileno(), frame, deadline)
            waiting.unregister(child.stdin)
        waiting.register(child.stdout, selectors.EVENT_READ)
        head = _read(waiting, child.stdout.fileno(), ocr_frames.LENGTH_BYTES, deadline)
        body = _read(waiting, child.stdout.fileno(), ocr_frames.length_of(head), deadline)
    answer: dict[str, Any] = json.loads(body)
    return answer


def _write(waiting: selectors.BaseSelector, pipe: int, frame: bytes, deadline: float) -> None:
    left = memoryview(frame)
    while left:
        _wait(waiting, deadline)
        try:
            left = left[os.write(pipe, left[:_CHUNK]) :]
        except BlockingIOError:
            continue
        except OSError as error:
            raise _ChildEnded(f"the OCR process ended: {error}") from None


def _read(waiting: selectors.BaseSelector, pipe: int, size: int, deadline: float) -> bytes:
    parts: list[bytes] = []
    while size:
        _wait(waiting, deadline)
        part = os.read(pipe, min(size, _CHUNK))
        if not part:
            raise _ChildEnded("the OCR process ended")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def _wait(waiting: selectors.BaseSelector, deadline: float) -> None:
    if not waiting.select(max(0.0, deadline - time.monotonic())):
        raise _ChildEnded("the OCR process did not answer in time")


def _quad(box: Any) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in box)
    return a, b, c, d
