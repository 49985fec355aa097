"""Attest of a change (A6.02): approved, the order's lines become it; sent back, the order stands as it stood."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor, system_actor
from portal.attest.actions import AT_ONCE, own_attest, return_steps, take_back, take_step, undo_attest
from portal.attest.queries.steps import find_step, step_of_decision
from portal.attest.queries.undoable import OneAttest
from portal.audit.log import told_together
from portal.audit.transition import Told, move
from portal.jobs.queue import enqueue
from portal.kernel.errors import Conflict, Invalid, NotFound
from portal.orders.actions.approval import COMPLETE_JOB, REASON_NEEDED
from portal.orders.actions.changing import Change, hold_order, require_room, tell, told_lines, write_lines
from portal.orders.actions.permission import require
from portal.orders.actions.right import subject_of
from portal.orders.change_values import ACCEPTED, RAISED
from portal.orders.models import OrderChange
from portal.orders.queries.changes import changes_of, lines_as_changed
from portal.orders.queries.order_detail import NOT_FOUND
from portal.orders.rules.order_changes import move_when_attested, move_when_completed, move_when_returned
from portal.orders.rules.refusals import why_not
from portal.orders.status import CHANGE_ATTESTED, ORDER

_ASKED = (ACCEPTED, RAISED)


async def approve_change(
    session: AsyncSession,
    actor: Actor,
    step_id: UUID,
    *,
    shown: bytes,
    note: str | None,
    now: datetime,
    undo: timedelta = AT_ONCE,
) -> None:
    """Approve one step; with the last one the order becomes what the buyer asked, when the time to undo it is over.
    As `approval.approve`."""
    require(actor, p.ORDER_AND_INVOICE, what="Godkänn")
    step = await find_step(session, actor, step_id)
    if step is None or step.subject_type != "order":
        raise NotFound(NOT_FOUND)
    change, row = await _asked(session, actor, step.subject_id, now)
    order = change.order
    async with told_together(session):
        outcome = await take_step(
            session, actor, step, change.case, shown=shown, note=note, now=now, undo=undo
        )
        told = Told(why=note, on_behalf_of=outcome.on_behalf_of, data=told_lines(change))
        if not outcome.all_approved:
            await move(session, ORDER, subject_of(order), "approve_change_part", actor, at=now, told=told)
            return
        await require_room(session, change)
        if undo:
            await move(session, ORDER, subject_of(order), "attest_change", actor, at=now, told=told)
            made = outcome.decision_id
            await enqueue(session, COMPLETE_JOB, concern_id=order.concern_id, run_in=undo, decision_id=made)
            return
        values = await write_lines(session, change)
        code = move_when_attested(change.lines)
        await move(session, ORDER, subject_of(order), code, actor, at=now, told=told, values=values)
        await tell(session, order, row.id)


async def undo_change(session: AsyncSession, actor: Actor, decision_id: UUID, *, now: datetime) -> UUID:
    """Undo the actor's own attest of a change; the order, whose change waits again. As `attested.undo`."""
    require(actor, p.ORDER_AND_INVOICE, what="Ångra attesten")
    one = await own_attest(session, actor, decision_id)
    order = (await hold_order(session, actor, one.subject_id, None, now)).order
    code = "undo_attest_change" if order.status == CHANGE_ATTESTED else "undo_attest_change_part"
    if why := why_not(ORDER, code, order.status):
        raise Conflict(why)
    async with told_together(session):
        await undo_attest(session, actor, decision_id, now)
        await move(session, ORDER, subject_of(order), code, actor, at=now)
    return order.id


async def complete_change(session: AsyncSession, concern_id: UUID, one: OneAttest, now: datetime) -> None:
    """The order becomes what was attested and not undone; as `attested.complete`."""
    system = system_actor(concern_id)
    held = await hold_order(session, system, one.subject_id, None, now)
    if held.order.status != CHANGE_ATTESTED or await step_of_decision(session, system, one.id) is None:
        return
    change, row = await _latest(session, held)
    try:
        await require_room(session, change)
    except Invalid as refused:
        await _stop(session, system, change, one, str(refused), now)
        return
    async with told_together(session):
        values, code = await write_lines(session, change), move_when_completed(change.lines)
        told = Told(data=told_lines(change))
        subject = subject_of(change.order)
        await move(session, ORDER, subject, code, system, at=now, told=told, values=values)
        await tell(session, change.order, row.id)


async def _stop(
    session: AsyncSession, system: Actor, change: Change, one: OneAttest, why: str, now: datetime
) -> None:
    async with told_together(session):
        await take_back(session, one, system, now, tag="stop", why=why)
        subject = subject_of(change.order)
        await move(session, ORDER, subject, "stop_attest_change", system, at=now, told=Told(why=why))


async def send_change_back(
    session: AsyncSession, actor: Actor, order_id: UUID, *, note: str | None, now: datetime
) -> None:
    """Send it back to the buyer, who takes a stand again. Invalid without a reason."""
    require(actor, p.ORDER_AND_INVOICE, what="Skicka tillbaka")
    if not (note or "").strip():
        raise Invalid(REASON_NEEDED, fields={"note": REASON_NEEDED})
    change, _row = await _asked(session, actor, order_id, now)
    behalf = await return_steps(session, actor, subject_type="order", subject_id=order_id, note=note, now=now)
    told = Told(why=note, on_behalf_of=behalf)
    code = move_when_returned(change.lines)
    await move(session, ORDER, subject_of(change.order), code, actor, at=now, told=told)


async def _asked(
    session: AsyncSession, actor: Actor, order_id: UUID, now: datetime
) -> tuple[Change, OrderChange]:
    """The order held, with the change that waits for attest: the last one asked."""
    return await _latest(session, await hold_order(session, actor, order_id, "approve_change", now))


async def _latest(session: AsyncSession, held: Change) -> tuple[Change, OrderChange]:
    order_id = held.order.id
    rows = await changes_of(session, held.order.concern_id, order_id)
    row = next(row for row in reversed(rows) if row.kind in _ASKED)
    return held.to(lines_as_changed(row.lines, held.lines)), row
