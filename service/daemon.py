"""Running for months: polling by schedule, waking on IDLE, one digest a day, a clean end on SIGTERM."""

import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from time import monotonic, time

import structlog
from apscheduler.executors.pool import BasePoolExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger
from apscheduler.triggers.interval import IntervalTrigger

from service.mailbox import Mailbox
from service.polling import Poller
from service.reporting import send_daily_digest
from service.wiring import Service

DIGEST_EVERY = 60.0
"""Seconds between two looks whether a digest is due."""
_CLOCK_EVERY, _CLOCK_MAY_DRIFT = 10.0, 5.0  # seconds
TICK = "poll"
_JOBS = 10  # threads at most

log = structlog.get_logger()


@contextmanager
def until_told_to_stop() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT set; the mail at hand is finished first."""
    stopping = threading.Event()
    before = {s: signal.signal(s, lambda *_: stopping.set()) for s in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stopping
    finally:
        for which, handler in before.items():
            signal.signal(which, handler)


class _Workers(BasePoolExecutor):  # type: ignore[misc]
    """Runs jobs in a pool that can be waited for without the scheduler."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        super().__init__(pool)


def run(service: Service, stopping: threading.Event) -> None:
    """Poll until told to stop. A late poll or digest is caught up once, never skipped, never piled up."""
    pool = ThreadPoolExecutor(_JOBS)
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": _Workers(pool)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    smtp = service.settings.smtp
    wait = timedelta(seconds=smtp.correction_wait_seconds if smtp else 0)

    def ring() -> None:
        rounds.ring()

    poller = Poller(service, stopping, wait=wait, soon=ring)

    def work() -> None:
        until = poller.poll().wait_until
        if until is not None:
            scheduler.add_job(rounds.ring, DateTrigger(until), id="waiting", replace_existing=True)

    rounds = Rounds(work, lambda: due_now(scheduler, TICK))
    seconds, now = service.settings.poll_seconds, datetime.now(UTC)
    scheduler.add_job(rounds.go, IntervalTrigger(seconds=seconds), id=TICK, next_run_time=now)
    scheduler.add_job(_digest, IntervalTrigger(seconds=DIGEST_EVERY), args=[service], id="digest", next_run_time=now)
    watchers = [_watch(mailbox, rounds.ring, stopping) for mailbox in service.mailboxes]
    scheduler.start()
    log.info("running", mailboxes=len(service.mailboxes), poll_seconds=seconds)
    keep_time(stopping, lambda: due_now(scheduler))
    log.info("stopping")
    scheduler.shutdown(wait=False)  # it would hold its locks while it waits, and the poll at hand may ask it for a job
    pool.shutdown(wait=True)
    for watcher in watchers:
        watcher.join(timeout=5)


class Rounds:
    """Polls one after the other; a bell that rings during one leads to another: its mail may not have been seen."""

    def __init__(self, poll: Callable[[], object], soon: Callable[[], None]) -> None:
        self._poll = poll
        self._soon = soon
        self._rung = threading.Event()

    def ring(self) -> None:
        """There is something new: poll at once, or when the poll under way is over. From any thread."""
        self._rung.set()
        self._soon()

    def go(self) -> None:
        self._rung.clear()
        self._poll()
        if self._rung.is_set():
            self._soon()


def due_now(scheduler: BackgroundScheduler, *jobs: str) -> None:
    """Let these jobs, or all, run now. A job that is running already is not run twice."""
    for job in scheduler.get_jobs():
        if not jobs or job.id in jobs:
            with suppress(JobLookupError):  # stopped meanwhile
                job.modify(next_run_time=datetime.now(UTC))


def keep_time(
    stopping: threading.Event,
    catch_up: Callable[[], None],
    every: float = _CLOCK_EVERY,
    clock: Callable[[], float] = time,
) -> None:
    """Return when told to stop. Until then, catch up whenever the machine's clock was set or the machine slept:
    the scheduler waits by the clock on the wall, and would wait for as long as that was set back."""
    ahead = clock() - monotonic()
    while not stopping.wait(every):
        before, ahead = ahead, clock() - monotonic()
        if abs(ahead - before) > _CLOCK_MAY_DRIFT:
            log.warning("clock was set", seconds=round(ahead - before))
            catch_up()


def _digest(service: Service) -> None:
    """Whatever keeps a digest from being written, the next look tries again."""
    for campaign in service.running:
        try:
            send_daily_digest(campaign)
        except Exception:
            log.exception("digest failed")


def _watch(mailbox: Mailbox, ring: Callable[[], None], stopping: threading.Event) -> threading.Thread:
    """Poll at once when the server says there is something new. Polling by schedule goes on regardless."""
    thread = threading.Thread(target=mailbox.watch, args=(ring, stopping), daemon=True, name="idle")
    thread.start()
    return thread
