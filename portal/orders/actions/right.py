"""Who may act on an order that has been sent, and that it stands where the act can be done."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.attest.queries.delegations import acting_for
from portal.audit.transition import Subject
from portal.kernel.errors import Conflict, Forbidden
from portal.orders.actions.permission import require
from portal.orders.models import PurchaseOrder
from portal.orders.rules.refusals import why_not
from portal.orders.status import ORDER

ADMINS = (p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN)
NOT_YOURS = "Bara beställaren, den som har delegering eller en administratör kan göra det här."

Chain = tuple[UUID, ...]


async def right_to(
    session: AsyncSession,
    actor: Actor,
    order: PurchaseOrder,
    day: date,
    *,
    also: tuple[str, ...] = ADMINS,
    what: str,
    refused: str = NOT_YOURS,
) -> tuple[UUID | None, Chain]:
    """For whom and through which delegations (receipt, A7.01): the beställare itself, a delegate, or whoever holds
    one of `also` (A3.08). Forbidden with `refused` for others."""
    require(actor, p.ORDER_AND_INVOICE, *also, what=what)
    if order.buyer_user_id == actor.user_id:
        return None, ()
    if actor.user_id is not None:
        acting = await acting_for(session, actor.user_id, "receipt", day)
        if order.buyer_user_id in acting:
            return order.buyer_user_id, acting[order.buyer_user_id]
    if actor.has(*also):
        return None, ()
    raise Forbidden(refused)


def require_standing(order: PurchaseOrder, step: str) -> None:
    """Conflict with what has happened when the order no longer stands where the step starts."""
    if why := why_not(ORDER, step, order.status):
        raise Conflict(why)


def subject_of(order: PurchaseOrder) -> Subject:
    """The order as the one writer of status knows it."""
    return Subject(
        PurchaseOrder, order.concern_id, order.id, order.status, order.organisation_id, order.supplier_id
    )
