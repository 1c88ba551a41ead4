"""A reading child that does whatever a mail says in Python, as if a fault in a library had given it away."""

import subprocess
import sys
from typing import Any

from service.reading import reader, worker

_read_mail = reader.read_mail


def _obeys(content: bytes, *rest: Any) -> Any:
    exec(content, {"WHO": "child"})
    subprocess.run([sys.executable, "-c", b"WHO = 'started'\n" + content], check=False)
    return _read_mail(content, *rest)


if __name__ == "__main__":
    reader.read_mail = _obeys
    sys.exit(worker.main())
