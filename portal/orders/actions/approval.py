"""Attest of a beställning (A6.02): approve a step, or send it back with the reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.attest.actions import hold_case, return_steps, take_step
from portal.attest.queries import find_step
from portal.audit.transition import Told, move
from portal.kernel.errors import Invalid, NotFound
from portal.orders.actions.basket import require
from portal.orders.actions.release import make_orders
from portal.orders.actions.sending import subject
from portal.orders.queries.offers import call_offs
from portal.orders.queries.requisitions import NOT_FOUND, load_requested
from portal.orders.rules.purchase import check_call_offs
from portal.orders.status import REQUISITION
from portal.orders.values import Requested

REASON_NEEDED = "Skriv varför du skickar tillbaka, så att beställaren kan rätta."


async def approve(
    session: AsyncSession, actor: Actor, step_id: UUID, *, shown: bytes, note: str | None, now: datetime
) -> list[UUID]:
    """Approve one step; the ids of the orders made when it was the last one, else none.

    `shown` are the bytes of what was shown. Forbidden without A14 or when duties are not separate, Conflict
    when the step is decided, Invalid when an agreement's limit has been passed since it was sent.
    """
    require(actor, p.ORDER_AND_INVOICE, what="Godkänn")
    step = await find_step(session, actor, step_id)
    if step is None or step.subject_type != "requisition":
        raise NotFound(NOT_FOUND)
    requested = await load_requested(session, actor, step.subject_id, lock=True)
    case = await hold_case(session, actor, requested.id, also=_agreements(requested))
    for reason in check_call_offs(await call_offs(session, requested.concern_id, requested.lines)):
        raise Invalid(reason.message, fields={"step": reason.text}, **reason.params)
    outcome = await take_step(session, actor, step, case, shown=shown, note=note, now=now)
    code = "approve" if outcome.all_approved else "approve_part"
    told = Told(why=note, on_behalf_of=outcome.on_behalf_of)
    await move(
        session, REQUISITION, subject(requested), code, actor, at=now, told=told, values={"updated_at": now}
    )
    return await make_orders(session, requested, now) if outcome.all_approved else []


def _agreements(requested: Requested) -> list[str]:
    """Keys to hold while the call-offs are counted: two attests on one agreement, side by side, would both
    find room under its takvolym. Sorted, so that nobody waits in a ring."""
    found = {line.agreement_id for line in requested.lines if line.agreement_id}
    return sorted(f"agreement:{agreement}" for agreement in found)


async def send_back(
    session: AsyncSession, actor: Actor, requisition_id: UUID, *, note: str | None, now: datetime
) -> None:
    """Send it back to whoever sent it. Invalid without a reason, Forbidden for others than its attestants."""
    require(actor, p.ORDER_AND_INVOICE, what="Skicka tillbaka")
    if not (note or "").strip():
        raise Invalid(REASON_NEEDED, fields={"note": REASON_NEEDED})
    requested = await load_requested(session, actor, requisition_id, lock=True)
    behalf = await return_steps(
        session, actor, subject_type="requisition", subject_id=requisition_id, note=note, now=now
    )
    told = Told(why=note, on_behalf_of=behalf)
    values = {"updated_at": now}
    await move(session, REQUISITION, subject(requested), "send_back", actor, at=now, told=told, values=values)
