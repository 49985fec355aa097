"""A worker process for tests: its jobs leave marks in a table, so that a test sees what ran and how often."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Any

from sqlalchemy import text

from portal.db.session import Database
from portal.jobs.context import JobContext
from portal.worker import work

_MARK = text("INSERT INTO mark (what, pid) VALUES (:what, :pid)")


async def mark(context: JobContext, *, what: str) -> None:
    async with context.session() as session:
        await session.execute(_MARK, {"what": what, "pid": os.getpid()})


async def slow(context: JobContext, *, what: str, seconds: int) -> None:
    await mark(context, what=f"{what}:started")
    await asyncio.sleep(seconds)
    await mark(context, what=f"{what}:finished")


async def attempt(context: JobContext, *, what: str) -> None:
    await asyncio.sleep(2)
    await mark(context, what=f"{what}:{context.attempt}")


async def deadly(context: JobContext, **_args: Any) -> None:
    await mark(context, what="deadly")
    await asyncio.sleep(0.5)
    os.kill(os.getpid(), 9)


REGISTRY = {"test.mark": mark, "test.slow": slow, "test.deadly": deadly, "test.attempt": attempt}


async def main(url: str) -> None:
    database = Database(url, audit_key=b"the key of the tests and no other")
    try:
        await work(database, REGISTRY, schedule=())
    finally:
        await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
