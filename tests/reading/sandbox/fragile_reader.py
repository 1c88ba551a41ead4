"""A reading child that one file kills, as a fault in a library would, or keeps for ever."""

import os
import signal
import sys
import time
from typing import Any

from service.reading import reader, worker

DEADLY = "致命"
ENDLESS = "无尽"
_read_form = reader.read_form


def _reads(content: bytes, path: str, name: str, *rest: Any) -> Any:
    if DEADLY in name:
        os.kill(os.getpid(), signal.SIGSEGV)
    if ENDLESS in name:
        time.sleep(60)
    return _read_form(content, path, name, *rest)


if __name__ == "__main__":
    reader.read_form = _reads
    sys.exit(worker.main())
