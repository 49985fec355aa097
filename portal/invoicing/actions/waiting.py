"""Invoices that wait for a receipt: reminded on day 5, a person's on day 7 (A5.06, A6.23)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.rules.settings import REMIND_DAY
from portal.access.setting_queries import setting
from portal.audit.log import Event, record
from portal.integrations.letters import letter
from portal.integrations.mail import Mail
from portal.invoicing.actions.again import rerun_in
from portal.invoicing.models import Invoice
from portal.invoicing.queries.stored import (
    held_for_payment,
    mark_reminded,
    wait_days,
    waiting_since,
)
from portal.invoicing.rules.deadlines import latest_arrival_overdue
from portal.invoicing.status import AWAITING_RECEIPT
from portal.jobs.queue import enqueue
from portal.kernel.dates import format_day_long, stockholm_date
from portal.orders.models import PurchaseOrder
from portal.orders.queries.readers import readers_for

REMIND_JOB = "invoicing.remind_receipt"
BATCH = 50
REMINDED = "Leveransen är inte kvitterad."
LETTER = "receipt_reminder"


async def wait_no_longer(session: AsyncSession, concern_id: UUID, now: datetime) -> None:
    """As of `now`: remind once from day 5, and hand over to the buyer from day 7, 00:00 in Stockholm.

    What waits at Betalningsinformation goes on by itself when the register has come to hold the account.
    """
    today = stockholm_date(now)
    waited = await wait_days(session, concern_id, today)
    remind_day = int(await setting(session, concern_id, REMIND_DAY, today))
    overdue = await waiting_since(session, concern_id, latest_arrival_overdue(today, waited))
    for start in range(0, len(overdue), BATCH):
        await rerun_in(session, concern_id, overdue[start : start + BATCH], now)
    await _remind(session, concern_id, today - timedelta(remind_day), now)
    held = await held_for_payment(session, concern_id, today)
    for start in range(0, len(held), BATCH):
        await rerun_in(session, concern_id, held[start : start + BATCH], now)


async def _remind(session: AsyncSession, concern_id: UUID, latest: date, now: datetime) -> None:
    reminded = await mark_reminded(session, concern_id, latest, now)
    for invoice_id in reminded:
        await enqueue(session, REMIND_JOB, concern_id=concern_id, invoice_id=invoice_id)
    whose = select(Invoice.id, Invoice.organisation_id, Invoice.supplier_id).where(
        Invoice.concern_id == concern_id, Invoice.id.in_(reminded)
    )
    rows = (await session.execute(whose)).all() if reminded else ()
    # With the organisation: without it the history of the invoice would not show it to anybody there.
    await record(session, [
        Event(
            "invoice:receipt:remind", "invoice", row.id, now, actor="system", concern_id=concern_id,
            organisation_id=row.organisation_id, supplier_id=row.supplier_id, why=REMINDED,
        )
        for row in rows
    ])  # fmt: skip


async def reminders(
    session: AsyncSession, concern_id: UUID, invoice_id: UUID, base_url: str, now: datetime
) -> Sequence[Mail]:
    """Mails to the buyer and everybody who may receive for the buyer, or with none of them active to the
    administrators, each in the reader's language; none when it no longer waits. One about a secret invoice names
    nothing."""
    query = (
        select(Invoice, PurchaseOrder)
        .join(
            PurchaseOrder,
            (PurchaseOrder.concern_id == Invoice.concern_id) & (PurchaseOrder.id == Invoice.order_id),
        )
        .where(Invoice.concern_id == concern_id, Invoice.id == invoice_id, Invoice.status == AWAITING_RECEIPT)
    )
    found = (await session.execute(query)).first()
    if found is None:
        return []
    invoice, order = found
    today = stockholm_date(now)
    waited = await wait_days(session, concern_id, today)
    secret = invoice.secret or order.secret
    readers = await readers_for(session, order, today, secret=secret)
    return [
        _mail(invoice, order, reader, invoice.arrival_date + timedelta(waited), base_url, now)
        for reader in readers
    ]


def _mail(
    invoice: Invoice, order: PurchaseOrder, reader: Any, deadline: date, base_url: str, now: datetime
) -> Mail:
    written = letter(
        LETTER, reader.locale, base_url=base_url, link=f"/orders/{order.id}", order=order.number,
        day=format_day_long(deadline, reader.locale), secret=invoice.secret or order.secret,
    )  # fmt: skip
    mail_id = uuid5(invoice.id, f"receipt reminder {reader.id}")
    return Mail(mail_id, reader.email, written.subject, written.text, now)
