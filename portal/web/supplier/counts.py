"""Orders to answer, beside the supplier's menu."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.web.supplier.queries.orders import count_to_answer


async def counts(session: AsyncSession, actor: Actor, now: datetime) -> Mapping[str, int]:
    """Key `supplier_orders`."""
    if actor.supplier_id is None:
        return {}
    return {"supplier_orders": await count_to_answer(session, actor)}
