"""Jobs that were given up: shown to whoever looks after the installation, and let loose again by command."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

_PARKED = text("""
SELECT job.id, job.task_name AS name, job.attempts, coalesce(job.args ->> '_error', '') AS error,
  (SELECT max(event.at) FROM procrastinate_events event WHERE event.job_id = job.id) AS at
FROM procrastinate_jobs job WHERE job.status = 'failed' ORDER BY job.id
""")
_RELEASE = text("""
UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL, worker_id = NULL,
  args = args - '_error' - '_suspect' - '_alone' - '_deaths'
WHERE id = :id AND status = 'failed' RETURNING task_name
""")


@dataclass(frozen=True, slots=True)
class Parked:
    """A job that no worker takes up: the last line of its error says why. `at` is when it was given up."""

    id: int
    name: str
    attempts: int
    reason: str
    at: datetime | None


async def parked_jobs(session: AsyncSession) -> Sequence[Parked]:
    """All of them, the oldest first."""
    rows = (await session.execute(_PARKED)).all()
    return [Parked(row.id, row.name, row.attempts, _last_line(row.error), row.at) for row in rows]


async def release(session: AsyncSession, job_id: int) -> str | None:
    """Queue a parked job as if it were new; its name, or None when no such job is parked."""
    return (await session.execute(_RELEASE, {"id": job_id})).scalar()


def _last_line(error: str) -> str:
    return next((line for line in reversed(error.splitlines()) if line.strip()), "")
