"""Put a job on the queue in the caller's own transaction: it exists if, and only if, the caller commits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from procrastinate.types import JSONDict
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

QUEUE = "portal"
CONCERN = "concern_id"

# Never opened: every statement goes over the caller's connection.
_manager = JobManager(PsycopgConnector())
_known: frozenset[str] | None = None

_NOW = text("SELECT clock_timestamp()")
_WAITING = text(
    "SELECT id FROM procrastinate_jobs WHERE queueing_lock = :key AND status = 'todo' FOR SHARE"
).columns()


class UnknownJob(LookupError):
    """A job name no registry holds: a spelling mistake in the code."""


def refuse_unknown(names: Iterable[str] | None) -> None:
    """From now on refuse other names than these (the tests do; None allows all again)."""
    global _known  # noqa: PLW0603 - a check of the whole process, set once by the test suite
    _known = None if names is None else frozenset(names)


async def enqueue(
    session: AsyncSession,
    name: str,
    *,
    concern_id: UUID | None,
    lock: str | None = None,
    queueing_lock: str | None = None,
    priority: int = 0,
    run_at: datetime | None = None,
    run_in: timedelta | None = None,
    **args: Any,
) -> int:
    """Enqueue job `name` in the session's transaction and return its id.

    `lock`: jobs with the same lock run one at a time, in order; keep it for few jobs, fetching gets slower
    with each that waits. `queueing_lock`: while a job with it waits, no second is made and the waiting one's
    id is returned; that one does not start before this transaction has ended, so it sees what this wrote.
    `run_at`: not before then (with a zone); `run_in`: not before so long, by the database's clock, which is the one
    the queue is read by. `args`: ids, texts, numbers, dates; the job gets ids and dates as
    text. Raises UnknownJob where names are checked, TypeError on other values.
    """
    if _known is not None and name not in _known:
        raise UnknownJob(name)
    if run_in is not None:
        run_at = (await session.execute(_NOW)).scalar_one() + run_in
    job = Job(
        id=None,
        queue=QUEUE,
        task_name=name,
        priority=priority,
        lock=lock,
        queueing_lock=queueing_lock,
        scheduled_at=run_at,
        task_kwargs=_plain({CONCERN: concern_id, **args}),
    )
    return await (_insert(session, job) if queueing_lock is None else _insert_once(session, job))


async def _insert(session: AsyncSession, job: Job) -> int:
    raw = await (await session.connection()).get_raw_connection()
    connection = cast("psycopg.AsyncConnection[Any]", raw.driver_connection)
    return cast(int, (await _manager.defer_job_async(job, connection=connection)).id)


async def _insert_once(session: AsyncSession, job: Job) -> int:
    """The share lock keeps the worker, which skips locked rows, from starting that job before we commit."""
    while True:
        waiting = (await session.execute(_WAITING, {"key": job.queueing_lock})).scalar()
        if waiting is not None:
            return cast(int, waiting)
        try:
            async with session.begin_nested():
                return await _insert(session, job)
        except AlreadyEnqueued:
            continue  # another transaction was first; now its row can be seen


def _plain(args: dict[str, Any]) -> JSONDict:
    return {name: _value(value) for name, value in args.items()}


def _value(value: Any) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if value is None or isinstance(value, str | int | bool):
        return value
    raise TypeError(f"a job takes ids, texts, whole numbers and dates, not {type(value).__name__}")
