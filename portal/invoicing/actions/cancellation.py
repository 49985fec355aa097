"""Makulera (A9.04, A9.05, A9.10, A9.11): with a reason, never an internal invoice; the number is free again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.actions.routes import void_steps
from portal.invoicing.actions.holds import NOTHING_HELD
from portal.invoicing.actions.opening import Seen, hand_over, move, open_invoice, required, took_part
from portal.invoicing.models import NumberClaim
from portal.invoicing.queries.detail import head_of
from portal.invoicing.queries.scope import rights_of
from portal.invoicing.status import PAYMENT_INFORMATION, SUPPLIER_NOT_CHOSEN
from portal.kernel.dates import stockholm_date

WHY_MISSING = "Skriv varför fakturan makuleras. Leverantören får läsa skälet."


async def cancel(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    comment: str | None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Cancel for good; the new status. Invalid without a comment, Forbidden for an internal invoice."""
    text = required(comment, "comment", WHY_MISSING)
    rights = await rights_of(session, actor, stockholm_date(now))
    status = (await head_of(session, actor, rights, invoice_id)).invoice.status
    verb = "cancel_at_levgruppen" if status in _AT_LEVGRUPPEN else "cancel"
    opened = await open_invoice(session, actor, invoice_id, verb, seen=seen, now=now)
    invoice = opened.invoice
    values: dict[str, object] = {
        "cancelled_reason": text,
        "handler_role": None,
        "reasons": [],
        **NOTHING_HELD,
    }
    target = await move(session, opened, verb, actor, now=now, why=text, values=values)
    await session.execute(
        delete(NumberClaim).where(
            NumberClaim.concern_id == invoice.concern_id, NumberClaim.invoice_id == invoice.id
        )
    )
    await void_steps(
        session, concern_id=invoice.concern_id, subject_type="invoice", subject_id=invoice.id, now=now
    )
    await hand_over(session, invoice, (), now)
    await took_part(session, invoice, actor, now)
    return target


_AT_LEVGRUPPEN = frozenset({SUPPLIER_NOT_CHOSEN, PAYMENT_INFORMATION})
