"""The reading child, which one mail kills: it dies when it is asked for a mail that says so."""

import os
import signal
import sys
from pathlib import Path
from typing import Any

from service.reading import worker

POISON = b"X-Poison: yes"
_answer = worker._answer


def _answers(path: Path, *rest: Any) -> tuple[bytes, bytes]:
    if POISON in path.read_bytes():
        os.kill(os.getpid(), signal.SIGSEGV)
    return _answer(path, *rest)


if __name__ == "__main__":
    worker._answer = _answers
    sys.exit(worker.main())
