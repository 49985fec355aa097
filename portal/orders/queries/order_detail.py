"""One order as its page shows it: found, named, with its lines, coding, answers and sendings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Select, and_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import User
from portal.kernel.errors import NotFound
from portal.orders.models import OrderCoding, OrderLine, OrderResponse, PurchaseOrder, Transmission
from portal.orders.queries.order_scope import deciding_for, standing_in, visible
from portal.suppliers.models import Agreement, Supplier

NOT_FOUND = "Beställningen finns inte."
_BOUGHT = select(PurchaseOrder).where(
    PurchaseOrder.concern_id == bindparam("concern"),
    PurchaseOrder.id == bindparam("order"),
    PurchaseOrder.buyer_user_id == bindparam("user"),
    or_(PurchaseOrder.secret.is_(False), bindparam("sees_secret", type_=Boolean)),
)


async def find_order(
    session: AsyncSession, actor: Actor, order_id: UUID, day: date, *, lock: bool = False
) -> PurchaseOrder:
    """One order the actor sees. NotFound otherwise. `lock` keeps others from changing it meanwhile.

    Most often it is asked for by its beställare: others' rights are looked for when it is not.
    """
    given = {
        "concern": actor.concern_id, "order": order_id, "user": actor.user_id,
        "sees_secret": actor.sees_secret,
    }  # fmt: skip
    found = await _one(session, _BOUGHT, given, lock) if actor.user_id and actor.concern_id else None
    found = found or await _one(session, await _seen(session, actor, order_id, day), {}, lock)
    if found is None:
        raise NotFound(NOT_FOUND)
    return found


async def _one(
    session: AsyncSession, query: Select[PurchaseOrder], given: dict[str, Any], lock: bool
) -> PurchaseOrder | None:
    wanted = query.with_for_update(of=PurchaseOrder) if lock else query
    options = {"populate_existing": True}
    return (await session.execute(wanted, given, execution_options=options)).scalar_one_or_none()


async def _seen(session: AsyncSession, actor: Actor, order_id: UUID, day: date) -> Select[PurchaseOrder]:
    seen = visible(actor, await standing_in(session, actor, day), await deciding_for(session, actor, day))
    query = select(PurchaseOrder).where(PurchaseOrder.id == order_id, seen)
    return query if actor.concern_id is None else query.where(PurchaseOrder.concern_id == actor.concern_id)


@dataclass(frozen=True, slots=True)
class OrderNames:
    """What an order's page calls its parties."""

    supplier: str
    buyer: str
    buyer_login: str
    agreement: str | None
    agreement_name: str | None


async def names_of(session: AsyncSession, order: PurchaseOrder) -> OrderNames:
    """Supplier, beställare and agreement of one order."""
    agreement = and_(Agreement.concern_id == order.concern_id, Agreement.id == order.agreement_id)
    query = (
        select(Supplier.name, User.name, User.login, Agreement.number, Agreement.name)
        .select_from(PurchaseOrder)
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .join(User, User.id == PurchaseOrder.buyer_user_id)
        .outerjoin(Agreement, agreement)
        .where(PurchaseOrder.concern_id == order.concern_id, PurchaseOrder.id == order.id)
    )
    return OrderNames(*(await session.execute(query)).one())


async def order_lines(session: AsyncSession, concern_id: UUID, order_id: UUID) -> Sequence[OrderLine]:
    """The order's lines by position, as they are now."""
    query = (
        select(OrderLine)
        .where(OrderLine.concern_id == concern_id, OrderLine.order_id == order_id)
        .order_by(OrderLine.position)
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalars().all()


async def codings(session: AsyncSession, concern_id: UUID, order_id: UUID) -> Sequence[OrderCoding]:
    """Coding rows of the order's lines."""
    query = (
        select(OrderCoding)
        .join(OrderLine, and_(OrderLine.concern_id == concern_id, OrderLine.id == OrderCoding.order_line_id))
        .where(OrderCoding.concern_id == concern_id, OrderLine.order_id == order_id)
        .order_by(OrderLine.position, OrderCoding.id)
    )
    return (await session.execute(query)).scalars().all()


async def responses(session: AsyncSession, concern_id: UUID, order_id: UUID) -> Sequence[OrderResponse]:
    """The supplier's answers, oldest first."""
    query = (
        select(OrderResponse)
        .where(OrderResponse.concern_id == concern_id, OrderResponse.order_id == order_id)
        .order_by(OrderResponse.answered_at, OrderResponse.id)
    )
    return (await session.execute(query)).scalars().all()


async def transmissions(session: AsyncSession, concern_id: UUID, order_id: UUID) -> Sequence[Transmission]:
    """How the order went out."""
    query = (
        select(Transmission)
        .where(Transmission.concern_id == concern_id, Transmission.order_id == order_id)
        .order_by(Transmission.id)
    )
    return (await session.execute(query)).scalars().all()
