"""What happened to a requisition or an order last, as its history tells it."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.orders.queries.history import history
from portal.web.orders.history import timeline


async def last_told(session: AsyncSession, actor: Actor, subject_id: UUID) -> tuple[str, str] | None:
    """When, and the sentence; None when nothing is told of it."""
    assert actor.concern_id is not None
    told = timeline(await history(session, actor.concern_id, [subject_id]))
    return (told[-1]["at"], told[-1]["text"]) if told else None
