"""Which job killed the worker? All that ran when it died are suspects; each is run again alone, and one whose worker
dies each time it runs alone is parked. The others lose no attempt: their dying was not theirs.

A worker is killed by others too, and loses its jobs when the database goes down: what ran when the database was started
anew is no suspect of that, and one death alone proves nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

# Keys beside a job's arguments, put there by the runner and taken away before the job sees them.
SUSPECT = "_suspect"
ALONE = "_alone"
DEATHS = "_deaths"
MOST_DEATHS = 3
DIED = f"The worker died {MOST_DEATHS} times while it ran this job and nothing else."

TAKE_UP = """
WITH stalled AS (
    SELECT job.id, coalesce((job.args ->> '_deaths')::int, 0)
      + coalesce((job.args ->> '_alone')::timestamptz > pg_postmaster_start_time(), false)::int AS deaths
    FROM procrastinate_jobs job
    LEFT JOIN procrastinate_workers worker ON worker.id = job.worker_id
    WHERE job.status = 'doing'
      AND (worker.id IS NULL OR worker.last_heartbeat < now() - make_interval(secs => %(seconds)s))
    FOR UPDATE OF job SKIP LOCKED
)
UPDATE procrastinate_jobs job
SET status = CASE WHEN stalled.deaths >= %(most)s THEN 'failed' ELSE 'todo' END::procrastinate_job_status,
    attempts = job.attempts + (stalled.deaths >= %(most)s)::int,
    worker_id = NULL, queueing_lock = NULL, scheduled_at = NULL,
    args = job.args - '_alone' || jsonb_build_object('_suspect', true, '_deaths', stalled.deaths)
      || CASE WHEN stalled.deaths >= %(most)s THEN jsonb_build_object('_error', %(died)s::text) ELSE '{}' END
FROM stalled WHERE job.id = stalled.id
RETURNING job.id, job.task_name, job.status::text AS status
"""
RUNS_ALONE = """
UPDATE procrastinate_jobs SET args = args || jsonb_build_object('_alone', clock_timestamp()) WHERE id = %(id)s
"""


class Turns:
    """Jobs of one worker side by side, and a suspect alone: it waits for those that run, and later ones for it."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self._running = 0
        self._alone = self._wanted = 0

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """Run beside the others; not while a suspect runs, or waits to."""
        async with self._changed:
            await self._changed.wait_for(lambda: not self._alone and not self._wanted)
            self._running += 1
        try:
            yield
        finally:
            async with self._changed:
                self._running -= 1
                self._changed.notify_all()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Run when nothing else does."""
        async with self._changed:
            self._wanted += 1
            try:
                await self._changed.wait_for(lambda: not self._alone and not self._running)
            finally:
                self._wanted -= 1
                self._changed.notify_all()
            self._alone += 1
        try:
            yield
        finally:
            async with self._changed:
                self._alone -= 1
                self._changed.notify_all()
