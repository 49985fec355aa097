"""Runs jobs: the bridge between procrastinate and the registry, and the watch over dead workers' jobs."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.job_context import JobContext as QueueContext
from procrastinate.tasks import Task
from procrastinate.worker import Worker

from portal.db.session import Database
from portal.jobs.context import JobContext
from portal.jobs.quarantine import ALONE, DEATHS, DIED, MOST_DEATHS, RUNS_ALONE, SUSPECT, TAKE_UP, Turns
from portal.jobs.queue import CONCERN, QUEUE, UnknownJob
from portal.jobs.retry import Backoff
from portal.jobs.schedule import Recurring
from portal.jobs.values import JobFunction, JobRegistry

HEARTBEAT_SECONDS = 1.0
STALLED_SECONDS = 6.0
POLL_SECONDS = 2.0
ERROR = "_error"
ERROR_LENGTH = 4000

log = structlog.get_logger("portal.jobs")

_NOTE_ERROR = """
UPDATE procrastinate_jobs SET args = args - '_alone' || jsonb_build_object('_error', %(error)s::text) WHERE id = %(id)s
"""
# A started job gives up its queueing lock: a retry must not collide with a newer job that waits under it.
_RELEASE = "UPDATE procrastinate_jobs SET queueing_lock = NULL WHERE id = %(id)s"


class JobRunner:
    """One worker over one database: `await run()` until `stop()`, after which running jobs are finished."""

    def __init__(
        self,
        database: Database,
        registry: JobRegistry,
        *,
        clock: Callable[[], datetime],
        schedule: Iterable[Recurring] = (),
        concurrency: int = 4,
        until_empty: bool = False,
    ) -> None:
        self._database = database
        self._clock = clock
        url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        connector = PsycopgConnector(conninfo=url, min_size=1, max_size=concurrency + 3)
        self._app = App(connector=connector)
        for name, function in registry.items():
            self._register(name, function)
        for entry in schedule:
            self._recur(entry)
        self._worker = Worker(
            self._app,
            queues=None,
            concurrency=concurrency,
            wait=not until_empty,
            fetch_job_polling_interval=POLL_SECONDS,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
            delete_jobs="successful",
            install_signal_handlers=False,
            listen_notify=not until_empty,
        )
        self._stopping = False
        self._turns = Turns()

    async def run(self) -> None:
        """Work until `stop()`; raises what the database raises when it goes away."""
        async with self._app.open_async():
            watch = asyncio.create_task(self._watch())
            try:
                if not self._stopping:
                    await self._worker.run()  # type: ignore[no-untyped-call]
            finally:
                watch.cancel()
                with suppress(asyncio.CancelledError):
                    await watch

    def stop(self) -> None:
        """Take no further job, finish those that run."""
        self._stopping = True
        self._worker.stop()  # type: ignore[no-untyped-call]

    def _register(self, name: str, function: JobFunction) -> Task[..., Any, Any]:
        async def run(queue_context: QueueContext, /, **args: Any) -> Any:
            return await self._run_job(function, queue_context, args)

        register = self._app.task(name=name, queue=QUEUE, pass_context=True, retry=Backoff())
        return register(run)

    def _recur(self, entry: Recurring) -> None:
        if entry.job not in self._app.tasks:
            raise UnknownJob(entry.job)
        self._app.periodic(cron=entry.cron, periodic_id=entry.name)(self._app.tasks[entry.job])

    async def _run_job(self, function: JobFunction, queued: QueueContext, args: dict[str, Any]) -> Any:
        suspect = args.pop(SUSPECT, False)
        for ours in (ERROR, ALONE, DEATHS):
            args.pop(ours, None)
        if queued.job.queueing_lock is not None:
            await self._app.connector.execute_query_async(_RELEASE, id=queued.job.id)
        context = self._context(queued, args.pop(CONCERN, None), args.pop("timestamp", None))
        try:
            async with self._turns.alone() if suspect else self._turns.beside():
                if suspect:
                    await self._app.connector.execute_query_async(RUNS_ALONE, id=queued.job.id)
                return await function(context, **args)
        except Exception as error:
            await self._note(queued, error)
            raise

    def _context(self, queued: QueueContext, concern_id: str | None, due: int | None) -> JobContext:
        return JobContext(
            database=self._database,
            clock=self._clock,
            name=queued.job.task_name,
            job_id=queued.job.id or 0,
            attempt=queued.job.attempts + 1,
            concern_id=None if concern_id is None else UUID(concern_id),
            due_at=None if due is None else datetime.fromtimestamp(due, UTC),
        )

    async def _note(self, queued: QueueContext, error: Exception) -> None:
        """Keep the error beside the job, where whoever looks after parked jobs finds it."""
        text = "".join(traceback.format_exception(error))[-ERROR_LENGTH:]
        await self._app.connector.execute_query_async(_NOTE_ERROR, id=queued.job.id, error=text)

    async def _watch(self) -> None:
        """A heartbeat that goes on while the last jobs are finished, and taking up dead workers' jobs."""
        while True:
            try:
                if self._worker.worker_id is not None:
                    await self._app.job_manager.update_heartbeat(self._worker.worker_id)
                await self.take_up_stalled()
            except Exception as error:
                log.warning("jobs.watch_failed", error=repr(error))
            await asyncio.sleep(HEARTBEAT_SECONDS)

    async def take_up_stalled(self) -> None:
        """Requeue what a dead worker left; park what it has died of often enough when it ran nothing else."""
        rows = await self._app.connector.execute_query_all_async(
            TAKE_UP, seconds=STALLED_SECONDS, died=DIED, most=MOST_DEATHS
        )
        for row in rows:
            log.warning("jobs.taken_up", job_id=row["id"], job=row["task_name"], status=row["status"])
