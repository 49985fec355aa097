"""A job exists if, and only if, its transaction commits; under a queueing lock there is one that waits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from portal.db.context import Context
from portal.db.session import Database
from portal.jobs.queue import UnknownJob, enqueue, refuse_unknown
from portal.worker import drain

CONCERN = uuid4()
HERE = Context.for_system(CONCERN)


async def waiting(database: Database) -> list[tuple[Any, ...]]:
    async with database.session(HERE) as session:
        query = "SELECT task_name, args, lock, queueing_lock FROM procrastinate_jobs ORDER BY id"
        return [tuple(row) for row in await session.execute(text(query))]


async def test_a_job_is_there_after_commit_with_ids_as_text(database: Database) -> None:
    invoice = uuid4()
    async with database.session(HERE) as session:
        await enqueue(
            session, "invoicing.match", concern_id=CONCERN, lock="a", invoice_id=invoice, on=[1, "x"]
        )
        assert await waiting(database) == [], "not seen by others before the commit"
    expected = {"concern_id": str(CONCERN), "invoice_id": str(invoice), "on": [1, "x"]}
    assert await waiting(database) == [("invoicing.match", expected, "a", None)]


async def test_a_rollback_takes_the_job_with_it(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.session(HERE) as session:
            await enqueue(session, "invoicing.match", concern_id=CONCERN)
            raise ZeroDivisionError
    assert await waiting(database) == []


async def test_one_waits_per_queueing_lock_and_the_transaction_goes_on(database: Database) -> None:
    async with database.session(HERE) as session:
        first = await enqueue(session, "a.b", concern_id=CONCERN, queueing_lock="k")
        assert await enqueue(session, "a.b", concern_id=CONCERN, queueing_lock="k") == first
        await enqueue(session, "a.c", concern_id=CONCERN)
    async with database.session(HERE) as session:
        assert await enqueue(session, "a.b", concern_id=CONCERN, queueing_lock="k") == first
    assert [name for name, *_ in await waiting(database)] == ["a.b", "a.c"]


async def test_two_transactions_at_once_make_one_job(database: Database) -> None:
    async def one(delay: float) -> int:
        async with database.session(HERE) as session:
            job = await enqueue(session, "a.b", concern_id=CONCERN, queueing_lock="k")
            await asyncio.sleep(delay)
            return job

    assert len(set(await asyncio.gather(*(one(n / 20) for n in range(5))))) == 1
    assert len(await waiting(database)) == 1


async def test_the_waiting_job_starts_after_the_transaction_that_found_it(database: Database) -> None:
    """Else it could run before our rows are there, and nobody would look at them again."""
    ran: list[str] = []

    async def job(context: Any) -> None:
        ran.append("job")

    async with database.session(HERE) as session:
        await enqueue(session, "a.b", concern_id=CONCERN, queueing_lock="k")
    async with database.session(HERE) as session:
        await enqueue(session, "a.b", concern_id=CONCERN, queueing_lock="k")
        draining = asyncio.create_task(drain(database, {"a.b": job}))
        await asyncio.sleep(0.5)
        ran.append("commit")
    await draining
    await drain(database, {"a.b": job})
    assert ran == ["commit", "job"]


async def test_a_job_for_later_waits(database: Database) -> None:
    ran: list[int] = []

    async def job(context: Any, *, number: int) -> None:
        ran.append(number)

    async with database.session(HERE) as session:
        later = datetime.now(UTC) + timedelta(hours=1)
        await enqueue(session, "a.b", concern_id=CONCERN, run_at=later, number=1)
        await enqueue(session, "a.b", concern_id=CONCERN, number=2)
    await drain(database, {"a.b": job})
    assert ran == [2]


async def test_what_a_job_enqueues_is_drained_too(database: Database) -> None:
    ran: list[int] = []

    async def job(context: Any, *, number: int) -> None:
        ran.append(number)
        assert context.concern_id == CONCERN
        if number < 5:
            async with context.session() as session:
                await enqueue(session, "a.b", concern_id=context.concern_id, number=number + 1)

    async with database.session(HERE) as session:
        await enqueue(session, "a.b", concern_id=CONCERN, number=1)
    await drain(database, {"a.b": job})
    assert ran == [1, 2, 3, 4, 5]


async def test_names_and_values_are_checked(database: Database) -> None:
    refuse_unknown(["a.b"])
    try:
        async with database.session(HERE) as session:
            with pytest.raises(UnknownJob):
                await enqueue(session, "a.typo", concern_id=CONCERN)
            with pytest.raises(TypeError, match="not float"):
                await enqueue(session, "a.b", concern_id=CONCERN, amount=1.5)
    finally:
        refuse_unknown(None)
