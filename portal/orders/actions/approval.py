"""Attest of a beställning (A6.02): approve a step, or send it back with the reason."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.access.locks import release_lock, take_lock
from portal.attest.actions import AT_ONCE, hold, hold_case, return_steps, take_step
from portal.attest.queries.steps import find_step
from portal.audit.log import told_together
from portal.audit.transition import Told, move
from portal.jobs.queue import enqueue
from portal.kernel.dates import format_clock, stockholm_date
from portal.kernel.errors import Conflict, Invalid, NotFound
from portal.orders.actions.permission import require
from portal.orders.actions.release import make_orders
from portal.orders.actions.sending import require_open, subject
from portal.orders.actions.standing import still_standing
from portal.orders.queries.call_offs import call_offs
from portal.orders.queries.requisitions import NOT_FOUND, load_requested
from portal.orders.rules.call_offs import caps_passed
from portal.orders.status import REQUISITION
from portal.orders.values import Requested

LOCKED = "requisition"
COMPLETE_JOB = "orders.complete_attest"
HELD = "%(holder)s handlägger beställningen sedan %(since)s. Låset släpps senast %(until)s."
REASON_NEEDED = "Skriv varför du skickar tillbaka, så att beställaren kan rätta."


async def approve(
    session: AsyncSession,
    actor: Actor,
    step_id: UUID,
    *,
    shown: bytes,
    note: str | None,
    now: datetime,
    accepts: bool = False,
    undo: timedelta = AT_ONCE,
) -> list[UUID]:
    """Approve one step; the ids of the orders made when it was the last one, else none.

    `undo`: how long it can be undone; the orders are made when that is over (attested.complete).

    `shown` are the bytes of what was shown; `accepts`: the new values of what has changed since it was sent are
    said yes to. Forbidden without A14 or when duties are not separate, Conflict when the step is decided, Invalid
    when it may no longer be bought, a takvolym is passed, or something has changed and nobody has chosen.
    """
    require(actor, p.ORDER_AND_INVOICE, what="Godkänn")
    step = await find_step(session, actor, step_id)
    if step is None or step.subject_type != "requisition":
        raise NotFound(NOT_FOUND)
    requested = await load_requested(session, actor, step.subject_id, lock=True)
    require_open(requested, "approve")
    await keep_lock(session, actor, step.subject_id, now)
    case = await hold_case(session, actor, requested.id)
    requested, step, capped = await still_standing(session, actor, requested, step, now=now, accepts=accepts)
    async with told_together(session):
        outcome = await take_step(session, actor, step, case, shown=shown, note=note, now=now, undo=undo)
        last = "attest" if undo else "approve"
        code = last if outcome.all_approved else "approve_part"
        told = Told(why=note, on_behalf_of=outcome.on_behalf_of)
        values = {"updated_at": now}
        await move(session, REQUISITION, subject(requested), code, actor, at=now, told=told, values=values)
        await release_lock(session, actor, LOCKED, requested.id)
        if not outcome.all_approved:
            return []
        if capped:
            await require_room_alone(session, requested, capped, now)
        if not undo:
            return await make_orders(session, requested, now)
        await enqueue(
            session, COMPLETE_JOB, concern_id=requested.concern_id, run_in=undo,
            decision_id=outcome.decision_id,
        )  # fmt: skip
        return []


async def require_room_alone(
    session: AsyncSession, requested: Requested, agreements: list[str], now: datetime
) -> None:
    """Two attests on one agreement, side by side, would both find room under its takvolym: from here until the
    transaction ends one of them waits, and counts again what the other took. Held last, so that others wait
    briefly, and sorted, so that nobody waits in a ring."""
    await hold(session, sorted(f"agreement:{agreement}" for agreement in agreements))
    found = (await call_offs(session, [requested], stockholm_date(now)))[requested.id]
    for reason in caps_passed(found):
        raise Invalid(reason.message, fields={"step": reason.text}, **reason.params)


async def send_back(
    session: AsyncSession, actor: Actor, requisition_id: UUID, *, note: str | None, now: datetime
) -> None:
    """Send it back to whoever sent it. Invalid without a reason, Forbidden for others than its attestants."""
    require(actor, p.ORDER_AND_INVOICE, what="Skicka tillbaka")
    if not (note or "").strip():
        raise Invalid(REASON_NEEDED, fields={"note": REASON_NEEDED})
    requested = await load_requested(session, actor, requisition_id, lock=True)
    require_open(requested, "send_back")
    await keep_lock(session, actor, requisition_id, now)
    behalf = await return_steps(
        session, actor, subject_type="requisition", subject_id=requisition_id, note=note, now=now
    )
    told = Told(why=note, on_behalf_of=behalf)
    values = {"updated_at": now}
    await move(session, REQUISITION, subject(requested), "send_back", actor, at=now, told=told, values=values)
    await release_lock(session, actor, LOCKED, requisition_id)


async def begin(session: AsyncSession, actor: Actor, step_id: UUID, *, now: datetime) -> None:
    """Begin to act on a beställning that waits for the actor: the others read meanwhile (A6.22)."""
    step = await find_step(session, actor, step_id)
    if step is None or step.subject_type != LOCKED:
        raise NotFound(NOT_FOUND)
    await keep_lock(session, actor, step.subject_id, now)


async def keep_lock(session: AsyncSession, actor: Actor, requisition_id: UUID, now: datetime) -> None:
    """Take or keep the record lock. Conflict when somebody else has begun to act on it."""
    held = await take_lock(session, actor, LOCKED, requisition_id, now)
    if not held.mine:
        since, until = format_clock(held.opened_at), format_clock(held.until)
        raise Conflict(HELD, holder=held.holder, since=since, until=until)
