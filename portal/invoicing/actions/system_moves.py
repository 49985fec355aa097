"""A move that the system makes of an invoice outside the pipeline, when people have decided."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import system_actor
from portal.audit import transition
from portal.audit.transition import Subject, Told
from portal.invoicing.models import Invoice
from portal.invoicing.status import INVOICE


async def moved(
    session: AsyncSession,
    invoice: Invoice,
    code: str,
    values: dict[str, Any],
    now: datetime,
    why: str | None = None,
    data: Mapping[str, Any] | None = None,
) -> str:
    """Make it, with its audit row and reason; the new status."""
    subject = Subject(
        Invoice, invoice.concern_id, invoice.id, invoice.status, invoice.organisation_id, invoice.supplier_id
    )
    changed = {"status_since": now, **values}
    system = system_actor(invoice.concern_id)
    status = await transition.move(
        session, INVOICE, subject, code, system, at=now, told=Told(why, data=data or {}), values=changed
    )
    await session.refresh(invoice)
    return status
