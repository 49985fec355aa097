"""Workers that are stopped, killed, blocked or given poison: nothing is lost, nothing loops."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb

from portal.db.context import Context
from portal.db.session import Database
from portal.jobs.parked import parked_jobs, release
from portal.jobs.quarantine import DIED, MOST_DEATHS
from portal.jobs.queue import enqueue
from portal.jobs.retry import MAX_ATTEMPTS
from portal.jobs.runner import JobRunner
from portal.kernel.errors import Invalid
from portal.worker import drain

CONCERN = uuid4()
HERE = Context.for_system(CONCERN)

Rows = Callable[..., list[tuple[Any, ...]]]
Until = Callable[[Callable[[], Any]], None]
StartWorker = Callable[[], subprocess.Popen[bytes]]


async def put(database: Database, name: str, **args: Any) -> None:
    async with database.session(HERE) as session:
        await enqueue(session, name, concern_id=CONCERN, **args)


def marks(rows: Rows) -> list[str]:
    return [what for (what,) in rows("SELECT what FROM mark ORDER BY id")]


async def test_sigterm_lets_the_running_job_finish(
    database: Database, rows: Rows, start_worker: StartWorker, until: Until
) -> None:
    await put(database, "test.slow", what="a", seconds=8)  # longer than a dead worker is waited for
    worker = start_worker()
    until(lambda: marks(rows) == ["a:started"])
    other = start_worker()
    worker.send_signal(signal.SIGTERM)
    await put(database, "test.mark", what="b")
    assert worker.wait(timeout=60) == 0
    until(lambda: "b" in marks(rows))
    assert sorted(marks(rows)) == ["a:finished", "a:started", "b"]
    assert rows("SELECT pid FROM mark WHERE what = 'b'") == [(other.pid,)]
    until(lambda: not rows("SELECT id FROM procrastinate_jobs"))


async def test_the_job_of_a_killed_worker_is_taken_up_by_another(
    database: Database, rows: Rows, start_worker: StartWorker, until: Until
) -> None:
    await put(database, "test.slow", what="a", seconds=2, queueing_lock="k", lock="l")
    first = start_worker()
    until(lambda: marks(rows) == ["a:started"])
    await put(
        database, "test.mark", what="b", queueing_lock="k", lock="l"
    )  # may not be in the way of the retry
    os.kill(first.pid, signal.SIGKILL)
    start_worker()
    until(lambda: "b" in marks(rows))
    assert marks(rows) == ["a:started", "a:started", "a:finished", "b"]


async def test_a_job_that_goes_on_killing_its_worker_is_parked_and_costs_no_other_an_attempt(
    database: Database, rows: Rows, start_worker: StartWorker, until: Until
) -> None:
    for what in ("a", "b"):
        await put(database, "test.attempt", what=what)
    await put(database, "test.deadly")
    before = {"_deaths": MOST_DEATHS - 1}
    rows("UPDATE procrastinate_jobs SET args = args || %s WHERE task_name = 'test.deadly'", Jsonb(before))
    for _ in range(2):  # beside the others, then alone
        assert start_worker().wait(timeout=60) == -signal.SIGKILL
    start_worker()
    until(lambda: rows("SELECT 1 FROM procrastinate_jobs WHERE status = 'failed'"))
    until(lambda: len(marks(rows)) == 4)
    assert sorted(marks(rows)) == ["a:1", "b:1", "deadly", "deadly"]
    async with database.session(HERE) as session:
        [parked] = await parked_jobs(session)
        assert (parked.name, parked.reason) == ("test.deadly", DIED)
        assert await release(session, parked.id) == "test.deadly"
        assert await release(session, parked.id) is None
        assert await parked_jobs(session) == []


async def test_one_death_proves_nothing_and_the_databases_own_is_no_jobs(
    database: Database, rows: Rows
) -> None:
    """Whoever kills workers at random, or starts the database anew, parks no job."""
    await put(database, "test.mark", what="a")
    died = (
        "UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL,"
        " args = args || jsonb_build_object('_alone', %s::timestamptz)"
    )
    long_ago, since = "2020-01-01T00:00:00Z", "2999-01-01T00:00:00Z"
    told = []
    for began in (long_ago, since, long_ago, since, since):
        rows(died, began)
        runner = JobRunner(database, {}, clock=lambda: datetime.now(UTC))
        async with runner._app.open_async():
            await runner.take_up_stalled()
        told += rows(
            "SELECT status::text, (args ->> '_deaths')::int, args ? '_alone' FROM procrastinate_jobs"
        )
    assert told == [
        ("todo", 0, False),
        ("todo", 1, False),
        ("todo", 1, False),
        ("todo", 2, False),
        ("failed", 3, False),
    ]
    async with database.session(HERE) as session:
        [parked] = await parked_jobs(session)
        assert await release(session, parked.id) == "test.mark"
    assert rows("SELECT args FROM procrastinate_jobs") == [({"what": "a", "concern_id": str(CONCERN)},)]


async def test_a_worker_finds_its_database_again(
    database: Database, rows: Rows, start_worker: StartWorker, until: Until
) -> None:
    start_worker()
    await put(database, "test.mark", what="a")
    until(lambda: marks(rows) == ["a"])
    await database.engine.dispose()
    with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as app:
        app.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = current_user"
            " AND datname = current_database() AND pid <> pg_backend_pid()"
        )
    await put(database, "test.mark", what="b")
    until(lambda: marks(rows) == ["a", "b"])


async def test_a_failing_job_comes_back_later_with_its_error_beside_it(
    database: Database, rows: Rows
) -> None:
    attempts: list[int] = []

    async def failing(context: Any) -> None:
        attempts.append(context.attempt)
        raise RuntimeError("disken är full")

    await put(database, "a.b", queueing_lock="k")
    for _ in range(MAX_ATTEMPTS):
        await drain(database, {"a.b": failing})
        [(status, waits, error)] = rows(
            "SELECT status::text, coalesce(scheduled_at > now(), false), args ->> '_error'"
            " FROM procrastinate_jobs"
        )
        assert error.endswith("RuntimeError: disken är full\n")
        rows("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
    assert attempts == [1, 2, 3, 4, 5, 6]
    assert (status, waits) == ("failed", False)
    await drain(database, {"a.b": failing})
    assert len(attempts) == MAX_ATTEMPTS


async def test_an_error_that_would_come_back_the_same_is_parked_at_once(
    database: Database, rows: Rows
) -> None:
    async def refusing(context: Any) -> None:
        raise Invalid("Fältet saknas.")

    await put(database, "a.b")
    await drain(database, {"a.b": refusing})
    assert rows("SELECT status::text, attempts FROM procrastinate_jobs") == [("failed", 1)]


async def test_a_name_nobody_knows_is_parked(database: Database, rows: Rows) -> None:
    await put(database, "a.unknown")
    await drain(database, {})
    assert rows("SELECT status::text FROM procrastinate_jobs") == [("failed",)]
