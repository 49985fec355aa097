"""The worker process: jobs, the recurring schedule, and watchers such as the inbox folder, until SIGTERM."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime

import structlog
from sqlalchemy import text

from portal.db.session import Database
from portal.jobs.runner import JobRunner
from portal.jobs.schedule import SCHEDULE, Recurring
from portal.jobs.values import JobRegistry, Watcher
from portal.kernel.dates import SystemClock

WALL_CLOCK = SystemClock().now
RESTART_SECONDS = (0.5, 1.0, 2.0, 5.0)

_DUE = text(
    "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at <= now(), true)"
)

__all__ = ["Watcher", "drain", "waiting", "work"]

log = structlog.get_logger("portal.worker")


async def work(
    database: Database,
    registry: JobRegistry,
    *,
    watchers: Mapping[str, Watcher] | None = None,
    schedule: Iterable[Recurring] = SCHEDULE,
    clock: Callable[[], datetime] = WALL_CLOCK,
    concurrency: int = 4,
    stop: asyncio.Event | None = None,
) -> None:
    """Work until `stop` is set (SIGTERM and SIGINT set it), then finish the running jobs and return.

    A worker or watcher that fails, because the database restarts, say, is started again.
    """
    stop = stop or asyncio.Event()
    _stop_on_signals(stop)
    entries = tuple(schedule)

    async def jobs(stop: asyncio.Event) -> None:
        runner = JobRunner(database, registry, clock=clock, schedule=entries, concurrency=concurrency)
        await _run_until(runner, stop)

    tasks = {"jobs": jobs, **(watchers or {})}
    await asyncio.gather(*(_keep_running(name, task, stop) for name, task in tasks.items()))


async def drain(
    database: Database, registry: JobRegistry, *, clock: Callable[[], datetime] = WALL_CLOCK
) -> None:
    """Run what waits in the queue now, and what that enqueues, then return (a command's or a test's use)."""
    while await waiting(database):
        await JobRunner(database, registry, clock=clock, until_empty=True).run()


async def waiting(database: Database) -> int:
    """How many jobs wait and could start now."""
    async with database.engine.connect() as connection:
        return int((await connection.execute(_DUE)).scalar_one())


async def _run_until(runner: JobRunner, stop: asyncio.Event) -> None:
    async def stop_runner() -> None:
        await stop.wait()
        runner.stop()

    stopper = asyncio.create_task(stop_runner())
    try:
        await runner.run()
    finally:
        stopper.cancel()
        with suppress(asyncio.CancelledError):
            await stopper


async def _keep_running(name: str, task: Watcher, stop: asyncio.Event) -> None:
    failures = 0
    while not stop.is_set():
        try:
            await task(stop)
        except Exception as error:
            log.exception("worker.failed", part=name, error=repr(error))
        if not stop.is_set():
            wait = RESTART_SECONDS[min(failures, len(RESTART_SECONDS) - 1)]
            failures += 1
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait)


def _stop_on_signals(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError, RuntimeError):  # not in the main thread: its owner stops us
            loop.add_signal_handler(number, stop.set)
