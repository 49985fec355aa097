"""Invoices that wait for a receipt: reminded on day 5, a person's on day 7 (A5.06, A6.23)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.models import User
from portal.attest.queries import delegations_to
from portal.attest.rules.delegations import delegates_of
from portal.audit.log import Event, record
from portal.integrations.mail import Mail
from portal.invoicing.actions.again import rerun_in
from portal.invoicing.actions.settle import WAIT_SETTING
from portal.invoicing.models import Invoice
from portal.invoicing.queries.stored import days_of, mark_reminded, waiting_since
from portal.invoicing.rules.deadlines import REMIND_DAY, WAIT_DAYS, latest_arrival_overdue
from portal.invoicing.status import AWAITING_RECEIPT
from portal.jobs.queue import enqueue
from portal.kernel.dates import format_day_long, stockholm_date
from portal.orders.models import PurchaseOrder

REMIND_JOB = "invoicing.remind_receipt"
REMIND_SETTING = "receipt.remind_day"
BATCH = 50
SUBJECT = "Kvittera leveransen av beställning %(order)s"
SECRET_SUBJECT = "En faktura väntar på din leveranskvittens"  # noqa: S105 - a subject that says nothing
BODY = (
    "En faktura väntar på att leveransen av beställning %(order)s kvitteras.\n"
    "Kvittera det som har kommit. Den %(day)s går fakturan annars till dig för ordermatchning.\n\n%(link)s\n"
)
SECRET_BODY = "En faktura väntar på att en leverans kvitteras. Logga in och se efter.\n\n%(link)s\n"  # noqa: S105


async def wait_no_longer(session: AsyncSession, concern_id: UUID, now: datetime) -> None:
    """As of `now`: remind once from day 5, and hand over to the buyer from day 7, 00:00 in Stockholm."""
    today = stockholm_date(now)
    wait_days = await days_of(session, concern_id, WAIT_SETTING, today, WAIT_DAYS)
    remind_day = await days_of(session, concern_id, REMIND_SETTING, today, REMIND_DAY)
    overdue = await waiting_since(session, concern_id, latest_arrival_overdue(today, wait_days))
    for start in range(0, len(overdue), BATCH):
        await rerun_in(session, concern_id, overdue[start : start + BATCH], now)
    await _remind(session, concern_id, today - timedelta(remind_day), now)


async def _remind(session: AsyncSession, concern_id: UUID, latest: date, now: datetime) -> None:
    for invoice_id in await mark_reminded(session, concern_id, latest, now):
        await enqueue(session, REMIND_JOB, concern_id=concern_id, invoice_id=invoice_id)
        event = Event(
            "invoice:receipt:remind", "invoice", invoice_id, now, actor="system", concern_id=concern_id,
            why="påminnelse om leveranskvittens",
        )  # fmt: skip
        await record(session, [event])


async def reminders(
    session: AsyncSession, concern_id: UUID, invoice_id: UUID, base_url: str, now: datetime
) -> Sequence[Mail]:
    """Mails to the buyer and everybody who may receive for the buyer; none when it no longer waits."""
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
    links = await delegations_to(session, "receipt", stockholm_date(now))
    delegates = delegates_of(str(order.buyer_user_id), "receipt", links, stockholm_date(now))
    wanted = [order.buyer_user_id, *map(UUID, delegates)]
    addresses = select(User.id, User.email).where(User.id.in_(wanted), User.active).order_by(User.email)
    return [
        _mail(invoice, order, (user_id, email), base_url, now)
        for user_id, email in (await session.execute(addresses)).all()
    ]


def _mail(invoice: Invoice, order: PurchaseOrder, to: tuple[UUID, str], base_url: str, now: datetime) -> Mail:
    user_id, email = to
    deadline = invoice.arrival_date + timedelta(WAIT_DAYS)
    params = {
        "order": order.number, "day": format_day_long(deadline), "link": f"{base_url}/orders/{order.id}",
    }  # fmt: skip
    secret = invoice.secret or order.secret
    subject, body = (SECRET_SUBJECT, SECRET_BODY) if secret else (SUBJECT, BODY)
    mail_id = uuid5(invoice.id, f"receipt reminder {user_id}")
    return Mail(mail_id, email, subject % params, body % params, now)
