"""Deliveries: the orders that wait for goods, what has come on each line, and every receipt."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.models import User
from portal.orders.models import PurchaseOrder, Receipt, ReceiptLine
from portal.orders.queries.order_scope import visible
from portal.orders.status import DELIVERABLE
from portal.orders.values import DeliveredLine

RECEIVES_ALL = (p.RECEIVE_ALL, p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN)


def to_receive(actor: Actor, users: Collection[UUID], *, everyone: bool) -> ColumnElement[bool]:
    """Orders where goods may still come: the actor's own and those it stands in for, or everybody's
    (B10, A44, A45: A2.06, A3.08)."""
    seen = visible(actor, users)
    if everyone and actor.has(*RECEIVES_ALL):
        return and_(seen, PurchaseOrder.status.in_(DELIVERABLE))
    mine = [user for user in (actor.user_id, *users) if user]
    return and_(seen, PurchaseOrder.status.in_(DELIVERABLE), PurchaseOrder.buyer_user_id.in_(mine))


_DELIVERED = text(
    "SELECT CAST(id AS text), quantity, received_quantity, price, invoiced_quantity, name FROM order_line"
    " WHERE concern_id = :concern AND order_id = :order ORDER BY position"
)


async def delivered_lines(session: AsyncSession, concern_id: UUID, order_id: UUID) -> list[DeliveredLine]:
    """The order's lines by position with what has come of them, as they are now."""
    rows = await session.execute(_DELIVERED, {"concern": concern_id, "order": order_id})
    return [DeliveredLine(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """One line of a receipt with who made it and when; `takes_back_id` names the receipt it undoes."""

    receipt_id: UUID
    order_line_id: UUID
    quantity: Decimal
    amount: Decimal | None
    received_on: date
    created_at: datetime
    user: str
    note: str | None
    takes_back_id: UUID | None


async def receipts(session: AsyncSession, concern_id: UUID, order_id: UUID) -> list[ReceivedLine]:
    """Every line of every receipt of the order, oldest first."""
    query = (
        select(
            Receipt.id, ReceiptLine.order_line_id, ReceiptLine.quantity, ReceiptLine.amount,
            Receipt.received_on, Receipt.created_at, User.name, Receipt.note, Receipt.takes_back_id,
        )
        .join(
            ReceiptLine,
            and_(ReceiptLine.concern_id == concern_id, ReceiptLine.receipt_id == Receipt.id),
        )
        .join(User, User.id == Receipt.user_id)
        .where(Receipt.concern_id == concern_id, Receipt.order_id == order_id)
        .order_by(Receipt.created_at, Receipt.id, ReceiptLine.id)
    )  # fmt: skip
    return [ReceivedLine(*row) for row in await session.execute(query)]
