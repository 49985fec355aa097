"""After a send-back (A9.01): the invoice as it is controlled again, by another reference, or without any order."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.invoicing.actions.assignment import send_back
from portal.invoicing.actions.correction import BY_HAND, NO_FLOW, decided_by_rules, drop_coding
from portal.invoicing.actions.opening import Seen, open_invoice, required

REFERENCE_MISSING = "Skriv mottagarkoden eller ordernumret som fakturan hör till."


async def check_again(
    session: AsyncSession, actor: Actor, invoice_id: UUID, *, seen: Seen | None = None, now: datetime
) -> str:
    """Kontrollera igen: nothing is changed, and the rules say where it goes."""
    opened = await open_invoice(session, actor, invoice_id, "correct_information", seen=seen, now=now)
    return await decided_by_rules(
        session,
        opened,
        "correct_information",
        actor,
        values={},
        data={"asked": "control"},
        note=None,
        now=now,
    )


async def set_reference(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    reference: str | None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Ange referens: the code or order number that the invoice should have had; the way is found by it alone.

    Coding is dropped and kept in the log, as by every change of flow (A9.03). Invalid when nothing is written.
    """
    given = required(reference, "reference", REFERENCE_MISSING)
    opened = await open_invoice(session, actor, invoice_id, "change_flow", seen=seen, now=now)
    invoice = opened.invoice
    settled = [one for one in invoice.manual_controls if one != BY_HAND]
    values = {**NO_FLOW, "buyer_reference": given, "order_reference": None, "manual_controls": settled}
    before = invoice.buyer_reference or invoice.order_reference
    dropped = await drop_coding(session, opened, now)
    data = {"asked": "reference", "reference": given, "before": before, "dropped_coding": dropped}
    return await decided_by_rules(
        session, opened, "change_flow", actor, values=values, data=data, note=None, now=now
    )


async def right_reference(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    reference: str | None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Rätta referensen, where a reviewer is missing: back to arrival control, where alone it is changed (A5.04)."""
    given = required(reference, "right_reference", REFERENCE_MISSING)
    await send_back(session, actor, invoice_id, note=given, seen=seen, now=now)
    return await set_reference(session, actor, invoice_id, reference=given, now=now)


async def by_hand(
    session: AsyncSession, actor: Actor, invoice_id: UUID, *, seen: Seen | None = None, now: datetime
) -> str:
    """Manuellt flöde: no order is looked for; a reviewer takes it, by the invoice's reference or by choice."""
    opened = await open_invoice(session, actor, invoice_id, "change_flow", seen=seen, now=now)
    settled = [*(one for one in opened.invoice.manual_controls if one != BY_HAND), BY_HAND]
    values = {**NO_FLOW, "manual_controls": settled}
    data = {"asked": "by_hand", "dropped_coding": await drop_coding(session, opened, now)}
    return await decided_by_rules(
        session, opened, "change_flow", actor, values=values, data=data, note=None, now=now
    )
