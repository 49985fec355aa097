"""An order ended before all has come, or cancelled before anything has (A3.08, A6.04)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.audit.log import told_together
from portal.audit.transition import Told, move
from portal.kernel.errors import Invalid
from portal.orders.actions.changing import hold_order, keep, tell, told_lines, write_lines
from portal.orders.actions.permission import require
from portal.orders.actions.right import ADMINS, right_to, subject_of
from portal.orders.change_values import CANCELLED_ORDER, ENDED
from portal.orders.rules.order_changes import ended
from portal.orders.rules.refusals import CANCEL, CLOSE
from portal.orders.status import ORDER

_END, _CANCEL = "Avsluta resten", "Makulera"
WHY_ENDED = "Skriv varför resten inte ska levereras. Leverantören läser det."
WHY_CANCELLED = "Skriv varför beställningen makuleras."


async def end_rest(
    session: AsyncSession, actor: Actor, order_id: UUID, *, note: str | None, now: datetime
) -> None:
    """Avsluta resten: what has come is what was ordered, the agreement's room for the rest is free again, and an
    invoice is matched against what came. Invalid without a reason; Conflict with why it cannot be done."""
    require(actor, p.ORDER_AND_INVOICE, *ADMINS, what=_END)
    held = await hold_order(session, actor, order_id, CLOSE, now)
    await right_to(session, actor, held.order, held.day, what=_END)
    if not (note or "").strip():
        raise Invalid(WHY_ENDED, fields={"ending": WHY_ENDED})
    change = held.to(ended(held.lines))
    async with told_together(session):
        made = await keep(session, actor, change, ENDED, note=note, now=now)
        values = await write_lines(session, change)
        told = Told(why=note, data=told_lines(change))
        await move(session, ORDER, subject_of(change.order), CLOSE, actor, at=now, told=told, values=values)
        await tell(session, change.order, made)


async def cancel_order(
    session: AsyncSession, actor: Actor, order_id: UUID, *, note: str | None, now: datetime
) -> None:
    """Makulera an order that nothing has come of; the supplier is told. Invalid without a reason."""
    require(actor, p.ORDER_AND_INVOICE, *ADMINS, what=_CANCEL)
    held = await hold_order(session, actor, order_id, CANCEL, now)
    await right_to(session, actor, held.order, held.day, what=_CANCEL)
    if not (note or "").strip():
        raise Invalid(WHY_CANCELLED, fields={"note": WHY_CANCELLED})
    made = await keep(session, actor, held, CANCELLED_ORDER, note=note, now=now)
    await move(session, ORDER, subject_of(held.order), CANCEL, actor, at=now, told=Told(why=note))
    await tell(session, held.order, made if held.order.sent_at else None)
