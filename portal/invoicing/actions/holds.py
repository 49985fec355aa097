"""Under utredning (A5.14, A9.13): a hold on an invoice, put on and ended by a person with why, or by the credit note.

While it stands no move leads to attest or to Klar (status.ON_HOLD), and it stays through every other move.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.locks import release_lock
from portal.audit.log import Event, record
from portal.invoicing.actions.opening import (
    SUBJECT,
    Seen,
    comment,
    open_for,
    required,
    rerun_later,
    tell,
    took_part,
)
from portal.invoicing.models import Invoice
from portal.invoicing.rules.standing import may_hold
from portal.kernel.errors import Conflict

WHY_HELD = "Skriv varför fakturan utreds. De som ska godkänna den läser det."
WHY_ENDED = "Skriv vad utredningen kom fram till."
ALREADY_HELD = "Fakturan är redan under utredning."
NOT_HELD = "Fakturan är inte under utredning."
CREDITED = "Kreditfaktura %(number)s har kommit."
NOTHING_HELD: Mapping[str, object] = MappingProxyType(
    {"under_investigation": False, "hold_reason": None, "credit_request": None, "credit_amount": None}
)
"""The columns of an invoice that nothing holds."""
# A mark that a person has put on for another reason stays: only what waited for the credit note is over.
_CREDITED = text(
    "UPDATE invoice i SET credit_request = NULL, credit_amount = NULL,"
    " under_investigation = i.hold_reason IS NOT NULL FROM invoice c"
    " WHERE c.concern_id = :concern AND c.id = :credit AND c.is_credit_note AND c.status <> 'cancelled'"
    " AND i.concern_id = c.concern_id AND i.supplier_id = c.supplier_id AND i.credit_request IS NOT NULL"
    " AND NOT i.is_credit_note AND i.status NOT IN ('done', 'cancelled')"
    " AND i.number = ANY (SELECT jsonb_array_elements_text(c.credited_numbers))"
    " RETURNING i.id, i.organisation_id, i.supplier_id, c.number"
)


async def investigate(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    on: bool,
    note: str | None,
    seen: Seen | None = None,
    now: datetime,
) -> None:
    """Put the hold on, or end it: with why, by whoever has the invoice, its administrators or levgruppen.

    Ended, nothing is asked of the supplier any longer, and the rules go on from where the invoice stands. Invalid
    without a note, Conflict when it is so already.
    """
    why = required(note, "note", WHY_HELD if on else WHY_ENDED)
    opened = await open_for(session, actor, invoice_id, may_hold, seen=seen, now=now)
    invoice = opened.invoice
    if on and invoice.hold_reason is not None:
        raise Conflict(ALREADY_HELD)
    if not on and not invoice.under_investigation:
        raise Conflict(NOT_HELD)
    await _write(session, invoice, {"under_investigation": True, "hold_reason": why} if on else NOTHING_HELD)
    await tell(session, opened, f"invoice:investigation:{'start' if on else 'end'}", actor, now=now, why=why)
    await comment(session, invoice, actor, why, now)
    await took_part(session, invoice, actor, now)
    await release_lock(session, actor, SUBJECT, invoice.id)
    if not on:
        await rerun_later(session, invoice)


async def _write(session: AsyncSession, invoice: Invoice, values: Mapping[str, Any]) -> None:
    key = (Invoice.concern_id == invoice.concern_id, Invoice.id == invoice.id)
    await session.execute(update(Invoice).where(*key).values(**values))
    await session.refresh(invoice)


async def credit_has_come(
    session: AsyncSession, concern_id: UUID, credit_note_id: UUID, now: datetime
) -> Sequence[UUID]:
    """A credit note that names invoices whose credit was asked for ends that wait; ids of those invoices.

    Done twice, it does nothing more.
    """
    given = {"concern": concern_id, "credit": credit_note_id}
    ended = (await session.execute(_CREDITED, given)).all()
    await record(session, [
        Event(
            "invoice:investigation:credited", "invoice", row.id, now, actor="system", concern_id=concern_id,
            organisation_id=row.organisation_id, supplier_id=row.supplier_id,
            why=CREDITED % {"number": row.number}, data={"credit_note": row.number},
        )
        for row in ended
    ])  # fmt: skip
    return [row.id for row in ended]
