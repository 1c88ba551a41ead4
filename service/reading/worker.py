"""The child process that reads mails. Answers over its pipe until its parent goes away.

Run by `sandbox.Reader` as `python -m service.reading.worker PARENT_PID FOLDER`, and shuts itself in with FOLDER before
it does anything else. Library output cannot reach the wire, and what it reports of a failure never quotes the mail.
"""

import gc
import os
import pickle
import resource
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from service.reading import cage, frames
from service.reading.bounds import Bounds

if TYPE_CHECKING:
    from service.domain.marking import FileMarks
    from service.domain.rules import Rulebook
    from service.reading.letters.ocr import OcrProcess
    from service.reading.watch import Watch

_WATCH_SECONDS = 1.0
_PAGE = resource.getpagesize()


def main() -> int:
    """Serve until the pipe closes."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # sent to all of a service that stops: the mail at hand is finished
    requests, answers = _own_the_wire()
    cage.shut(Path(sys.argv[2]))
    _die_with_parent(int(sys.argv[1]))
    _warm_up()
    first = frames.receive(requests)
    if first is None or first[0] != frames.RULES:
        return 2
    rulebook, bounds = pickle.loads(first[1])  # from our parent alone
    _limit(bounds)
    gc.freeze()  # what the start made stays: no collection need look through it again
    _send(answers, frames.READY, b"")
    _serve(requests, answers, rulebook, bounds)
    return 0


def _own_the_wire() -> tuple[BinaryIO, BinaryIO]:
    """Takes the pipes away from the standard streams, so that no library reads or writes them."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    return requests, answers


def _die_with_parent(parent: int) -> None:
    """Ends this process soon after its parent did.

    PR_SET_PDEATHSIG is not used: it fires when the *thread* that started us ends, and the daemon's threads come and go.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(_WATCH_SECONDS)
        os._exit(0)

    threading.Thread(target=watch, daemon=True, name="parent-watch").start()


def _limit(bounds: Bounds) -> None:
    """Soft limits only: the recognition child sets its own."""
    _set(resource.RLIMIT_CORE, 0)
    _set(resource.RLIMIT_AS, bounds.memory_bytes)
    _set(resource.RLIMIT_FSIZE, bounds.written_bytes)


def _limit_cpu(seconds: float) -> None:
    """Grants this much processor time from now on; SIGPROF ends the process when it is spent.

    A timer and not RLIMIT_CPU, which would add up over mails and be inherited by the recognition child.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)


def _set(which: int, soft: int) -> None:
    hard = resource.getrlimit(which)[1]
    resource.setrlimit(which, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _warm_up() -> None:
    """Imports the readers before the first mail; heavy ones (pictures, recognition) wait until they are needed."""
    import service.reading.codec
    import service.reading.letters.ocr
    import service.reading.reader  # noqa: F401


def _serve(requests: BinaryIO, answers: BinaryIO, rulebook: "Rulebook", bounds: Bounds) -> None:
    from service.reading.letters.ocr import OcrProcess

    with OcrProcess() as ocr:
        while (wish := frames.receive(requests)) is not None and (mail := frames.receive(requests)) is not None:
            _limit_cpu(bounds.cpu_seconds)
            if wish[0] == frames.MARK:
                _send(answers, *_marked(mail[1], wish[1], rulebook))
            elif wish[0] == frames.CUT:
                _send(answers, *_pieces(mail[1], wish[1], rulebook, ocr))
            elif wish[0] == frames.OFFER:
                _send(answers, *_offered(mail[1], rulebook))
            else:
                watch = _Watch(answers, frozenset(wish[1].decode().split(",")), bounds)
                _send(answers, *_answer(mail[1], rulebook, ocr, watch))


class _Watch:
    """Tells the parent which file is at work, and grants it a share of the mail's processor time."""

    def __init__(self, answers: BinaryIO, given_up: frozenset[str], bounds: Bounds) -> None:
        self._answers = answers
        self._given_up = given_up
        self._share = bounds.file_cpu_seconds

    def gives_up(self, sha256: str) -> bool:
        return sha256 in self._given_up

    @contextmanager
    def over(self, sha256: str) -> Iterator[None]:
        """An error leaves the file open: the parent must know it."""
        _send(self._answers, frames.OPENED, sha256.encode())
        left, _ = signal.getitimer(signal.ITIMER_PROF)
        granted = min(left, self._share)
        _limit_cpu(granted)
        yield
        used = granted - signal.getitimer(signal.ITIMER_PROF)[0]
        _limit_cpu(max(left - used, 0.001))
        _send(self._answers, frames.OPENED, b"")


def _answer(mail: bytes, rulebook: "Rulebook", ocr: "OcrProcess", watch: "Watch") -> tuple[bytes, bytes]:
    from service.reading.codec import submission_to_json
    from service.reading.reader import read_mail

    try:
        content = submission_to_json(read_mail(mail, rulebook, ocr, watch))
    except Exception as error:  # a bug or memory: the parent must hear of it, the next mail must still be read
        return frames.FAILED, _told(error).encode()
    return frames.DONE, _resident().to_bytes(8, "big") + content


def _marked(mail: bytes, wish: bytes, rulebook: "Rulebook") -> tuple[bytes, bytes]:
    from service.reading.marking import MarkingRefused, marked
    from service.reading.retrieving import retrieved

    wanted: FileMarks = pickle.loads(wish)  # from our parent alone
    try:
        found = retrieved(mail, wanted.attachment, rulebook)
        content = marked(found.content, found.media_type, wanted.marks, wanted.pen) if found is not None else b""
    except MarkingRefused:
        return frames.MARKED, b""
    except Exception as error:
        return frames.FAILED, _told(error).encode()
    return frames.MARKED, content


def _pieces(mail: bytes, wish: bytes, rulebook: "Rulebook", ocr: "OcrProcess") -> tuple[bytes, bytes]:
    from service.reading.cuts import cuts_from_json, pieces_to_json
    from service.reading.cutting import cut

    try:
        content = pieces_to_json(cut(mail, cuts_from_json(wish), rulebook, ocr))
    except Exception as error:  # as for a whole mail
        return frames.FAILED, _told(error).encode()
    return frames.DONE, _resident().to_bytes(8, "big") + content


def _offered(mail: bytes, rulebook: "Rulebook") -> tuple[bytes, bytes]:
    from service.reading.offered import offered_to_json
    from service.reading.offering import offered_files

    try:
        content = offered_to_json(offered_files(mail, rulebook))
    except Exception as error:  # as for a whole mail
        return frames.FAILED, _told(error).encode()
    return frames.DONE, _resident().to_bytes(8, "big") + content


def _told(error: BaseException) -> str:
    """Kind and place of an error. Not its message, which may quote the mail."""
    last = traceback.extract_tb(error.__traceback__)[-1:]
    return f"{type(error).__name__} in {Path(last[0].filename).name}:{last[0].lineno}" if last else type(error).__name__


def _resident() -> int:
    """Resident memory of this process in bytes; 0 where it cannot be told."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


def _send(answers: BinaryIO, kind: bytes, payload: bytes) -> None:
    answers.write(frames.pack(kind, payload))
    answers.flush()


if __name__ == "__main__":
    sys.exit(main())
