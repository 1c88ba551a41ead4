"""A process that has imported the service once and forks it: each run is a process of its own that can be killed,
without half a second of imports. Requests and answers are lines of JSON.
"""

import json
import os
import signal
import sys
from pathlib import Path

from tests.crash import dying

dying.set_clock()  # before wiring takes it over


import service.cli.main  # noqa: E402
import service.daemon  # noqa: E402
from service import wiring  # noqa: E402
from service.replies.rendering import Letters  # noqa: E402
from service.settings import Settings  # noqa: E402


class _Letters:
    """Templates are compiled once, here: that costs most of a run that has nothing to do."""

    def __init__(self) -> None:
        self._made: dict[str, Letters] = {}

    def make(self, folder: str) -> None:
        if folder not in self._made:
            self._made[folder] = Letters(Path(folder))

    def __call__(self, settings: Settings) -> Letters:
        return self._made[str(settings.templates_dir)]


_LETTERS = _Letters()


def serve() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        _LETTERS.make(request["templates"])
        child = os.fork()
        if child == 0:
            _be_the_service(request)
        _, status = os.waitpid(child, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)


def _be_the_service(request: dict[str, object]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    for descriptor, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(str(request[name]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), descriptor)
    os.environ.update(request["environment"])  # type: ignore[arg-type]
    from service.cli import context

    dying.prepare()
    code = 1
    try:
        code = service.cli.main.run(request["arguments"])  # type: ignore[arg-type]
    finally:
        for stream in (context.out.file, context.err.file, sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


if __name__ == "__main__":
    wiring.letters_for = _LETTERS  # type: ignore[assignment]
    serve()
