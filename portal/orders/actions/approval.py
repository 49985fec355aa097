"""Attest of a beställning (A6.02): approve a step, or send it back with the reason."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.attest.actions import hold, hold_case, return_steps, take_step
from portal.attest.queries.steps import find_step
from portal.audit.log import told_together
from portal.audit.transition import Told, move
from portal.kernel.errors import Invalid, NotFound
from portal.orders.actions.permission import require
from portal.orders.actions.release import make_orders
from portal.orders.actions.sending import require_open, subject
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
    require_open(requested, "approve")
    case = await hold_case(session, actor, requested.id)
    capped = await _require_room(session, requested)
    async with told_together(session):
        outcome = await take_step(session, actor, step, case, shown=shown, note=note, now=now)
        code = "approve" if outcome.all_approved else "approve_part"
        told = Told(why=note, on_behalf_of=outcome.on_behalf_of)
        values = {"updated_at": now}
        await move(session, REQUISITION, subject(requested), code, actor, at=now, told=told, values=values)
        if not outcome.all_approved:
            return []
        if capped:
            await _require_room_alone(session, requested, capped)
        return await make_orders(session, requested, now)


async def _require_room(session: AsyncSession, requested: Requested) -> list[str]:
    """Invalid when a limit of an agreement would be passed; the agreements that have a takvolym."""
    found = await call_offs(session, requested.concern_id, requested.lines)
    for reason in check_call_offs(found):
        raise Invalid(reason.message, fields={"step": reason.text}, **reason.params)
    return [str(one.agreement_id) for one in found if one.cap is not None]


async def _require_room_alone(session: AsyncSession, requested: Requested, agreements: list[str]) -> None:
    """Two attests on one agreement, side by side, would both find room under its takvolym: from here until the
    transaction ends one of them waits, and counts again what the other took. Held last, so that others wait
    briefly, and sorted, so that nobody waits in a ring."""
    await hold(session, sorted(f"agreement:{agreement}" for agreement in agreements))
    await _require_room(session, requested)


async def send_back(
    session: AsyncSession, actor: Actor, requisition_id: UUID, *, note: str | None, now: datetime
) -> None:
    """Send it back to whoever sent it. Invalid without a reason, Forbidden for others than its attestants."""
    require(actor, p.ORDER_AND_INVOICE, what="Skicka tillbaka")
    if not (note or "").strip():
        raise Invalid(REASON_NEEDED, fields={"note": REASON_NEEDED})
    requested = await load_requested(session, actor, requisition_id, lock=True)
    require_open(requested, "send_back")
    behalf = await return_steps(
        session, actor, subject_type="requisition", subject_id=requisition_id, note=note, now=now
    )
    told = Told(why=note, on_behalf_of=behalf)
    values = {"updated_at": now}
    await move(session, REQUISITION, subject(requested), "send_back", actor, at=now, told=told, values=values)
