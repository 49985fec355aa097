"""The invoices of an order: invoicing lies above orders, so the page puts the two together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.invoicing.models import Invoice
from portal.invoicing.queries.scope import in_scope, rights_of, visible
from portal.invoicing.status import INVOICE
from portal.web.orders.texts import Status, status_of


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """One invoice of the order: a link for whoever may see it (`seen`)."""

    id: UUID
    number: str
    status: str
    shown: Status
    gross: Decimal
    day: date | None
    seen: bool


async def invoices_of(
    session: AsyncSession, actor: Actor, order_id: UUID, today: date
) -> tuple[InvoiceView, ...]:
    """The order's invoices, oldest first: that there are some is told to whoever sees the order."""
    rights = await rights_of(session, actor, today)
    query = (
        select(
            Invoice.id,
            Invoice.number,
            Invoice.status,
            Invoice.gross_amount,
            Invoice.issue_date,
            visible(actor, rights.users).label("seen"),
        )
        .where(in_scope(actor), Invoice.order_id == order_id)
        .order_by(Invoice.id)
    )
    return tuple(
        InvoiceView(
            row.id,
            row.number,
            row.status,
            status_of(INVOICE, row.status),
            row.gross_amount,
            row.issue_date,
            row.seen,
        )
        for row in await session.execute(query)
    )
