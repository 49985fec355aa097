"""The menu's counters of orders: deliveries to receipt, lines in the basket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.kernel.dates import stockholm_date
from portal.orders.queries.deliveries import to_receive
from portal.orders.queries.order_lists import count_orders
from portal.orders.queries.order_scope import standing_in
from portal.orders.queries.requisitions import basket_count


async def counts(session: AsyncSession, actor: Actor, now: datetime) -> Mapping[str, int]:
    """Own deliveries only: whoever may receipt for all must search for them (A2.06)."""
    if not actor.has(p.ORDER_AND_INVOICE):
        return {}
    users = await standing_in(session, actor, stockholm_date(now))
    waiting = await count_orders(session, actor, to_receive(actor, users, everyone=False))
    return {"receipts": waiting, "basket": await basket_count(session, actor)}
