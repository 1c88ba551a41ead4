"""Structured logs, one line per event, no personal data: ids, hashes, codes and counts only."""

import logging
import sys

import structlog
from structlog.tracebacks import ExceptionDictTransformer

_TRACEBACK = structlog.processors.ExceptionRenderer(ExceptionDictTransformer(show_locals=False))
"""Where it happened, and not what the variables held: those hold mails, addresses and passwords."""


def configure_logs(readable: bool, quiet: bool = False) -> None:
    """Log to stderr: coloured lines for a person's terminal, JSON lines otherwise. quiet: warnings only.

    Libraries are heard from WARNING up, without their arguments' contents.
    """
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s")
    console = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
    last = console if readable else structlog.processors.JSONRenderer(ensure_ascii=False)
    shaping = [] if readable else [_TRACEBACK]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *shaping,
            last,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING if quiet else logging.INFO),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),  # looked up at each line: it may be replaced
    )
