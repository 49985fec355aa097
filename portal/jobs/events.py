"""Events: how a lower floor sets off something higher without knowing it.

An event becomes the jobs subscribed to it, enqueued in the caller's transaction. What is subscribed is said
once, in wiring, and travels with the session.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.jobs.queue import enqueue

Subscriptions = Mapping[str, tuple[str, ...]]


async def emit(session: AsyncSession, event: str, *, concern_id: UUID, **args: Any) -> None:
    """Tell that `event` ("receipt.made") happened: its subscribers run once the caller has committed."""
    subscriptions: Subscriptions = session.info["subscriptions"]
    for job in subscriptions.get(event, ()):
        await enqueue(session, job, concern_id=concern_id, **args)
