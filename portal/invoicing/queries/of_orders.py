"""What lists of orders say of the orders' invoices: that one waits until the goods are receipted."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.invoicing.models import Invoice
from portal.invoicing.queries.scope import in_scope
from portal.invoicing.status import AWAITING_RECEIPT


async def with_waiting_invoice(
    session: AsyncSession, actor: Actor, order_ids: Sequence[UUID]
) -> frozenset[UUID]:
    """Those of the orders that have an invoice that waits for goods. Whoever may receipt an order is told so, and no
    more of the invoice."""
    if not order_ids:
        return frozenset()
    query = select(Invoice.order_id).where(
        in_scope(actor), Invoice.order_id.in_(order_ids), Invoice.status == AWAITING_RECEIPT
    )
    return frozenset(one for one in (await session.execute(query)).scalars() if one)
