"""The buyer's answer to what a supplier changed (A6.02), and an order raised to what has come (A6.03)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.attest.actions import open_steps, plan_route, record_decision
from portal.audit.log import told_together
from portal.audit.transition import Told, move
from portal.kernel.errors import Conflict, Invalid
from portal.kernel.plain import canonical_bytes
from portal.orders.actions.changing import (
    Change,
    hold_order,
    keep,
    require_room,
    tell,
    told_lines,
    write_lines,
)
from portal.orders.actions.permission import require
from portal.orders.actions.plan import APPROVE_ORDER
from portal.orders.actions.right import Chain, right_to, subject_of
from portal.orders.change_values import ACCEPTED, RAISED, REFUSED, Terms
from portal.orders.queries.changes import coding_of
from portal.orders.rules.order_changes import (
    amounts_to_attest,
    check_change,
    must_be_attested,
    raised_to_received,
    with_terms,
)
from portal.orders.rules.refusals import RAISE
from portal.orders.status import CHANGE_AWAITING_APPROVAL, CONFIRMED_WITH_CHANGE, ORDER

FAULTS = "Några fält behöver rättas innan du kan godkänna ändringen."
WHY_NOT = "Skriv varför du inte godkänner ändringen. Leverantören läser det."
NOTHING_MORE = "Det har inte kommit mer än beställt på någon rad, så det finns inget att höja."
_WHAT, _REFUSE = "Godkänn ändringen", "Godkänn inte ändringen"
_RAISE = "Höj beställningen"


async def accept_change(
    session: AsyncSession, actor: Actor, order_id: UUID, stated: Mapping[str, Terms], *, now: datetime
) -> str:
    """The buyer accepts what the supplier changed, as `stated` (line id → quantity and price): the order's lines
    become that, or wait for attest when a unit price or the sum is above what was attested. The new status.

    Invalid per field (quantity-<line>, lines), or when nobody may attest or the agreement's limit is passed;
    Conflict with what has happened; Forbidden for others than buyer, delegate, A44 and A45.
    """
    require(actor, p.ORDER_AND_INVOICE, what=_WHAT)
    held = await hold_order(session, actor, order_id, "accept_change", now)
    behalf, chain = await right_to(session, actor, held.order, held.day, what=_WHAT)
    if errors := check_change(held.lines, stated):
        raise Invalid(FAULTS, fields={error.field: error.message for error in errors})
    change = held.to(with_terms(held.lines, stated))
    async with told_together(session):
        made = await keep(session, actor, change, ACCEPTED, note=None, now=now)
        await _decide(session, actor, change, behalf=behalf, chain=chain, now=now)
        if must_be_attested(change.lines):
            return await _to_attest(session, actor, change, now)
        told = Told(data=told_lines(change))
        values = await write_lines(session, change)
        subject = subject_of(change.order)
        status = await move(session, ORDER, subject, "accept_change", actor, at=now, told=told, values=values)
        await tell(session, change.order, made)
    return status


async def raise_to_received(session: AsyncSession, actor: Actor, order_id: UUID, *, now: datetime) -> str:
    """More has come than was ordered and the buyer keeps it: the order is raised to it, when attested.

    Until then, and without it, no more can be invoiced than was ordered.
    """
    require(actor, p.ORDER_AND_INVOICE, what=_RAISE)
    held = await hold_order(session, actor, order_id, RAISE, now)
    if held.order.status == CONFIRMED_WITH_CHANGE:
        raise Conflict(NOTHING_MORE)
    behalf, chain = await right_to(session, actor, held.order, held.day, what=_RAISE)
    change = held.to(raised_to_received(held.lines))
    if not any(line.changed for line in change.lines):
        raise Conflict(NOTHING_MORE)
    async with told_together(session):
        await keep(session, actor, change, RAISED, note=None, now=now)
        await _decide(session, actor, change, behalf=behalf, chain=chain, now=now)
        return await _to_attest(session, actor, change, now)


async def refuse_change(
    session: AsyncSession, actor: Actor, order_id: UUID, *, note: str | None, now: datetime
) -> None:
    """The buyer says no: the order stands as it was ordered, and the supplier, told why, is to answer again."""
    require(actor, p.ORDER_AND_INVOICE, what=_REFUSE)
    if not (note or "").strip():
        raise Invalid(WHY_NOT, fields={"refusal": WHY_NOT})
    held = await hold_order(session, actor, order_id, "refuse_change", now)
    await right_to(session, actor, held.order, held.day, what=_REFUSE)
    made = await keep(session, actor, held, REFUSED, note=note, now=now)
    told = Told(why=note)
    await move(session, ORDER, subject_of(held.order), "refuse_change", actor, at=now, told=told)
    await tell(session, held.order, made)


async def _decide(
    session: AsyncSession,
    actor: Actor,
    change: Change,
    *,
    behalf: UUID | None,
    chain: Chain,
    now: datetime,
) -> None:
    """The act of ordering, once more: who does it may not attest it (A6.08)."""
    order = change.order
    shown = canonical_bytes({"order": order.id, "lines": change.lines})
    await record_decision(
        session, actor, subject_type="order", subject_id=order.id, organisation_id=order.organisation_id,
        case_id=change.case.id, act="order", shown=shown, now=now, amount=change.net_after,
        on_behalf_of=behalf, chain=chain, held=change.case,
    )  # fmt: skip


async def _to_attest(session: AsyncSession, actor: Actor, change: Change, now: datetime) -> str:
    """One step per ansvar whose lines cost more, at the nearest who may; Invalid when there is nobody."""
    await require_room(session, change)
    order = change.order
    assert actor.person_id is not None
    route = await plan_route(
        session, concern_id=order.concern_id, organisation_id=order.organisation_id,
        amounts=amounts_to_attest(change.lines, await coding_of(session, order)), case_id=change.case.id,
        asking_persons=frozenset((actor.person_id, order.buyer_person_id)), function=APPROVE_ORDER,
        day=change.day, secret=order.secret, held=change.case,
    )  # fmt: skip
    for reason in route.refusals:
        raise Invalid(reason.message, fields={"lines": reason.text}, **reason.params)
    told = Told(data=told_lines(change))
    await move(session, ORDER, subject_of(order), "change_to_attest", actor, at=now, told=told)
    await open_steps(
        session, subject_type="order", subject_id=order.id, concern_id=order.concern_id,
        organisation_id=order.organisation_id, route=route, now=now,
    )  # fmt: skip
    return CHANGE_AWAITING_APPROVAL
