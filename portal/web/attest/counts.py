"""The menu's counter of what waits for attest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.permissions import ORDER_AND_INVOICE
from portal.attest.queries.waiting import count_waiting
from portal.kernel.dates import stockholm_date


async def counts(session: AsyncSession, actor: Actor, now: datetime) -> Mapping[str, int]:
    """`approvals`: own steps and those by delegation."""
    if not actor.has(ORDER_AND_INVOICE):
        return {}
    return {"approvals": await count_waiting(session, actor, stockholm_date(now))}
