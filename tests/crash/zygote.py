"""A process that has imported the service once and forks it: each run is a process of its own that can be killed,
without half a second of imports. Requests and answers are lines of JSON.
"""

import json
import os
import signal
import sys
from functools import cache
from pathlib import Path

from tests.crash import dying

dying.set_clock()  # before wiring takes it over


import alembic.command  # noqa: E402  half a second of every first start
import alembic.config  # noqa: E402, F401
import sqlalchemy.dialects.sqlite  # noqa: E402, F401

import service.cli.main  # noqa: E402
import service.daemon  # noqa: E402
from service import rulebook, wiring  # noqa: E402
from service.bench import own_addresses  # noqa: E402
from service.replies.rendering import Letters  # noqa: E402
from service.settings import Settings, load_settings  # noqa: E402


@cache
def _letters(folder: Path) -> Letters:
    letters = Letters(folder)
    assert not letters.problems()  # renders, and so compiles, each of them
    return letters


def _letters_for(settings: Settings) -> Letters:
    return _letters(settings.templates_dir)


def _prepare(config: Path) -> None:
    """What every run with such a configuration would do again, and with the same result."""
    settings = load_settings(config)
    _letters_for(settings)
    rulebook.load(settings.rules_dir, own_addresses(settings))


def serve() -> None:
    for line in sys.stdin:
        request = json.loads(line)
        _prepare(Path(request["arguments"][-1]))
        child = os.fork()
        if child == 0:
            _be_the_service(request)
        _, status = os.waitpid(child, 0)
        print(json.dumps(os.waitstatus_to_exitcode(status)), flush=True)


def _be_the_service(request: dict[str, object]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.alarm(120)  # a run that does not end fails its test, not the suite
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
    wiring.letters_for = _letters_for  # type: ignore[assignment]
    rulebook.load = cache(rulebook.load)
    serve()
