"""What an earlier coding of the same supplier proposes (A4.19)."""

from __future__ import annotations

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.coding.values import CodeString
from portal.invoicing.models import Invoice, InvoiceCoding
from portal.invoicing.status import DONE


async def latest_coding(session: AsyncSession, invoice: Invoice) -> tuple[str, CodeString] | None:
    """Number and first code string of the supplier's latest Klar invoice in the organisation, if any."""
    if invoice.supplier_id is None:
        return None
    query = (
        select(Invoice.number, InvoiceCoding)
        .join(
            InvoiceCoding,
            and_(InvoiceCoding.concern_id == Invoice.concern_id, InvoiceCoding.invoice_id == Invoice.id),
        )
        .where(
            Invoice.concern_id == invoice.concern_id,
            Invoice.organisation_id == invoice.organisation_id,
            Invoice.supplier_id == invoice.supplier_id,
            Invoice.status == DONE,
            Invoice.secret.is_(invoice.secret),
            Invoice.id != invoice.id,
        )
        .order_by(Invoice.arrived_at.desc(), Invoice.id, InvoiceCoding.position)
        .limit(1)
    )
    row = (await session.execute(query)).first()
    if row is None:
        return None
    number, coding = row
    code = CodeString(
        coding.account or None, coding.responsibility, coding.operation, coding.project, coding.activity,
        coding.free,
    )  # fmt: skip
    return number, code
