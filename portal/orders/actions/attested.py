"""What an attest of a beställning leads to: undone in time it waits again, else the orders are made (A6.02).

Everything is asked again at that moment. What may no longer be bought is not: the attest is void, with why, and the
attestant has it to decide on anew. Whoever comes first, the undoing or the job, has the row; the other finds it moved.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor, system_actor
from portal.attest.actions import hold_case, own_attest, take_back, undo_attest
from portal.attest.queries.steps import OneStep, step_of_decision
from portal.attest.queries.undoable import OneAttest
from portal.audit.log import told_together
from portal.audit.transition import Told, move
from portal.kernel.errors import Conflict, Invalid
from portal.orders.actions.approval import require_room_alone
from portal.orders.actions.permission import require
from portal.orders.actions.release import make_orders
from portal.orders.actions.sending import subject
from portal.orders.actions.standing import still_standing
from portal.orders.queries.requisitions import load_requested
from portal.orders.rules.refusals import why_not
from portal.orders.status import ATTESTED, REQUISITION
from portal.orders.values import Requested


async def undo(session: AsyncSession, actor: Actor, decision_id: UUID, *, now: datetime) -> UUID:
    """Undo the actor's own attest, of all or of a part; the requisition, which waits again. Conflict when too late."""
    require(actor, p.ORDER_AND_INVOICE, what="Ångra attesten")
    one = await own_attest(session, actor, decision_id)
    requested = await load_requested(session, actor, one.subject_id, lock=True)
    code = "undo_attest" if requested.status == ATTESTED else "undo_attest_part"
    if why := why_not(REQUISITION, code, requested.status):
        raise Conflict(why)
    async with told_together(session):
        await undo_attest(session, actor, decision_id, now)
        values = {"updated_at": now}
        await move(session, REQUISITION, subject(requested), code, actor, at=now, values=values)
    return requested.id


async def complete(session: AsyncSession, concern_id: UUID, one: OneAttest, now: datetime) -> list[UUID]:
    """The orders of an attest that nobody has undone; none when somebody has, or when it was done before."""
    system = system_actor(concern_id)
    requested = await load_requested(session, system, one.subject_id, lock=True)
    await hold_case(session, system, requested.id)
    step = await step_of_decision(session, system, one.id)
    if requested.status != ATTESTED or step is None:
        return []
    try:
        await _ask_again(session, system, requested, step, now)
    except Invalid as refused:
        await _stop(session, system, requested, one, str(refused), now)
        return []
    async with told_together(session):
        values = {"updated_at": now}
        await move(session, REQUISITION, subject(requested), "complete_attest", system, at=now, values=values)
        return await make_orders(session, requested, now)


async def _ask_again(
    session: AsyncSession, system: Actor, requested: Requested, step: OneStep, now: datetime
) -> None:
    _same, _step, capped = await still_standing(session, system, requested, step, now=now, accepts=False)
    if capped:
        await require_room_alone(session, requested, capped, now)


async def _stop(
    session: AsyncSession, system: Actor, requested: Requested, one: OneAttest, why: str, now: datetime
) -> None:
    async with told_together(session):
        await take_back(session, one, system, now, tag="stop", why=why)
        told, values = Told(why=why), {"updated_at": now}
        await move(
            session, REQUISITION, subject(requested), "stop_attest", system, at=now, told=told, values=values
        )
