"""Attest of a change (A6.02): approved, the order's lines become it; sent back, the order stands as it stood."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.attest.actions import return_steps, take_step
from portal.attest.queries.steps import find_step
from portal.audit.log import told_together
from portal.audit.transition import Told, move
from portal.kernel.errors import Invalid, NotFound
from portal.orders.actions.approval import REASON_NEEDED
from portal.orders.actions.changing import Change, hold_order, require_room, tell, told_lines, write_lines
from portal.orders.actions.permission import require
from portal.orders.actions.right import subject_of
from portal.orders.change_values import ACCEPTED, RAISED
from portal.orders.models import OrderChange
from portal.orders.queries.changes import changes_of, lines_as_changed
from portal.orders.queries.order_detail import NOT_FOUND
from portal.orders.rules.order_changes import move_when_attested, move_when_returned
from portal.orders.status import ORDER

_ASKED = (ACCEPTED, RAISED)


async def approve_change(
    session: AsyncSession, actor: Actor, step_id: UUID, *, shown: bytes, note: str | None, now: datetime
) -> None:
    """Approve one step; with the last one the order becomes what the buyer asked. As `approval.approve`."""
    require(actor, p.ORDER_AND_INVOICE, what="Godkänn")
    step = await find_step(session, actor, step_id)
    if step is None or step.subject_type != "order":
        raise NotFound(NOT_FOUND)
    change, row = await _asked(session, actor, step.subject_id, now)
    order = change.order
    async with told_together(session):
        outcome = await take_step(session, actor, step, change.case, shown=shown, note=note, now=now)
        told = Told(why=note, on_behalf_of=outcome.on_behalf_of, data=told_lines(change))
        if not outcome.all_approved:
            await move(session, ORDER, subject_of(order), "approve_change_part", actor, at=now, told=told)
            return
        await require_room(session, change)
        values = await write_lines(session, change)
        code = move_when_attested(change.lines)
        await move(session, ORDER, subject_of(order), code, actor, at=now, told=told, values=values)
        await tell(session, order, row.id)


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
    held = await hold_order(session, actor, order_id, "approve_change", now)
    rows = await changes_of(session, held.order.concern_id, order_id)
    row = next(row for row in reversed(rows) if row.kind in _ASKED)
    return held.to(lines_as_changed(row.lines, held.lines)), row
