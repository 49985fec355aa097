"""Send a basket for attest (A6.01: Skicka = kontrollattest), take it back, throw it away."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.attest.actions import HeldCase, hold_case, open_steps, record_decision, void_steps
from portal.audit.log import told_together
from portal.audit.transition import Subject, Told, move
from portal.kernel.errors import Conflict, Invalid
from portal.orders.actions.draft import CHANGED
from portal.orders.actions.permission import require
from portal.orders.actions.plan import Plan, plan
from portal.orders.models import Requisition
from portal.orders.queries.requisitions import EDITABLE, load_editable, load_requested
from portal.orders.queries.sequences import next_numbers
from portal.orders.rules.refusals import why_not
from portal.orders.rules.shown import shown_bytes
from portal.orders.status import REQUISITION
from portal.orders.values import Requested

FAULTS = "Några fält behöver rättas innan du kan skicka."


async def send(
    session: AsyncSession, actor: Actor, requisition_id: UUID, *, shown: str, now: datetime
) -> str:
    """Send it for attest; its number. `shown` is the digest of what the page showed.

    Conflict when the basket is another than that, Invalid with a message per field when something is to be
    mended, a limit is passed or nobody can attest (the reason and who can help are in the message).
    """
    require(actor, p.ORDER_AND_INVOICE, what="Skicka")
    requested = await load_editable(session, actor, requisition_id)
    content = shown_bytes(requested)
    if sha256(content).hexdigest() != shown:
        raise Conflict(CHANGED)
    if actor.user_id != requested.buyer_user_id:
        require(actor, p.ORDER_FOR_OTHERS, what="Beställ åt annan")
    case = await hold_case(session, actor, requested.id)
    planned = await plan(session, actor, requested, now, held=case)
    _require_ready(planned)
    number = requested.number or (await next_numbers(session, "requisition", 1))[0]
    values = {"number": number, "sent_at": now, "updated_at": now}
    told = Told(data={"number": number, "lines": len(requested.lines), "net": str(requested.net)})
    async with told_together(session):
        await move(session, REQUISITION, subject(requested), "send", actor, at=now, told=told, values=values)
        await _decide(session, actor, requested, case, shown=content, now=now)
        await open_steps(
            session, subject_type="requisition", subject_id=requested.id, concern_id=requested.concern_id,
            organisation_id=requested.organisation_id, route=planned.route, now=now,
        )  # fmt: skip
    return number


def _require_ready(planned: Plan) -> None:
    if planned.errors:
        raise Invalid(FAULTS, fields={error.field: error.message for error in planned.errors})
    for reason in (*planned.limits, *planned.route.refusals):
        raise Invalid(reason.message, fields={"basket": reason.text}, **reason.params)


async def _decide(
    session: AsyncSession, actor: Actor, requested: Requested, case: HeldCase, *, shown: bytes, now: datetime
) -> None:
    """The act of ordering: by the sender, and for the beställare when that is another (B29)."""
    behalf = requested.buyer_user_id if requested.buyer_user_id != actor.user_id else None
    await record_decision(
        session, actor, subject_type="requisition", subject_id=requested.id,
        organisation_id=requested.organisation_id, case_id=case.id, act="order", shown=shown, now=now,
        amount=requested.net, note=requested.note_to_approver, on_behalf_of=behalf, held=case,
    )  # fmt: skip


def subject(requested: Requested) -> Subject:
    """The requisition as the one writer of status knows it."""
    return Subject(
        Requisition, requested.concern_id, requested.id, requested.status, requested.organisation_id
    )


async def take_back(session: AsyncSession, actor: Actor, requisition_id: UUID, now: datetime) -> None:
    """The sender takes it back while it waits for attest; it is a basket again."""
    requested = await _own(session, actor, requisition_id, "take_back")
    await move(
        session, REQUISITION, subject(requested), "take_back", actor, at=now, values={"updated_at": now}
    )
    await _void(session, requested, now)


async def discard(session: AsyncSession, actor: Actor, requisition_id: UUID, now: datetime) -> None:
    """The sender throws it away before it has become orders."""
    requested = await _own(session, actor, requisition_id, "cancel")
    await move(session, REQUISITION, subject(requested), "cancel", actor, at=now, values={"updated_at": now})
    if requested.status not in EDITABLE:
        await _void(session, requested, now)


async def _own(session: AsyncSession, actor: Actor, requisition_id: UUID, step: str) -> Requested:
    require(actor, p.ORDER_AND_INVOICE, what="Ta tillbaka")
    requested = await load_requested(
        session, actor, requisition_id, Requisition.user_id == actor.user_id, lock=True
    )
    require_open(requested, step)
    return requested


def require_open(requested: Requested, step: str) -> None:
    """Conflict with what has happened when the requisition no longer stands where the step starts."""
    if why := why_not(REQUISITION, step, requested.status):
        raise Conflict(why)


async def _void(session: AsyncSession, requested: Requested, now: datetime) -> None:
    await void_steps(
        session, concern_id=requested.concern_id, subject_type="requisition", subject_id=requested.id, now=now
    )
