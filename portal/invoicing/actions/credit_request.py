"""Be om kredit (A5.07): what the supplier is asked to credit is read in the supplier's portal, told of by mail."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.models import Concern
from portal.integrations.letters import letter_to_company
from portal.integrations.mail import Mail
from portal.invoicing.actions.opening import Seen, comment, move, open_invoice, required
from portal.invoicing.actions.todays_match import todays_match
from portal.invoicing.models import Invoice
from portal.invoicing.rules.deviations import total_of
from portal.invoicing.values import ZERO
from portal.jobs.queue import enqueue
from portal.kernel.money import canonical
from portal.suppliers.models import Supplier

MESSAGE_MISSING = "Skriv vad leverantören behöver rätta."
MAIL_JOB = "invoicing.mail_credit_request"
LETTER = "credit_request"


async def ask_for_credit(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    note: str | None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Be om kredit: the supplier is asked, and nothing is paid until the credit note has come; the status.

    Asked is the sum that the deviations make today. Invalid without a message; Forbidden and Conflict as
    `open_invoice` has them.
    """
    text = required(note, "note", MESSAGE_MISSING)
    opened = await open_invoice(session, actor, invoice_id, "rematch", seen=seen, now=now)
    invoice = opened.invoice
    today = await todays_match(session, invoice, now)
    amount = total_of(today.parts) if today is not None else ZERO
    asked = {"asked": "credit", **({"amount": canonical(amount)} if amount > 0 else {})}
    status = await move(
        session, opened, "rematch", actor, now=now, why=text, data=asked,
        values={"under_investigation": True, "credit_request": text, "credit_amount": amount if amount > 0 else None},
    )  # fmt: skip
    await comment(session, invoice, actor, text, now)
    await enqueue(session, MAIL_JOB, concern_id=invoice.concern_id, invoice_id=invoice.id)
    return status


async def credit_letters(
    session: AsyncSession, concern_id: UUID, invoice_id: UUID, base_url: str, now: datetime
) -> Sequence[Mail]:
    """The mail to the supplier, with a link and not the message; none when nothing is asked of a known supplier."""
    query = (
        select(Invoice, Supplier.email, Concern.name)
        .join(Supplier, Supplier.id == Invoice.supplier_id)
        .join(Concern, Concern.id == Invoice.concern_id)
        .where(
            Invoice.concern_id == concern_id, Invoice.id == invoice_id, Invoice.credit_request.is_not(None)
        )
    )
    found = (await session.execute(query)).first()
    if found is None:
        return []
    invoice, email, customer = found
    written = letter_to_company(
        LETTER, base_url=base_url, link=f"/supplier/invoices/{invoice.id}", number=invoice.number,
        customer=customer, secret=invoice.secret,
    )  # fmt: skip
    # Asked twice in the same words it is one mail.
    mail_id = uuid5(invoice.id, f"credit request {invoice.credit_request}")
    return [Mail(mail_id, email, written.subject, written.text, now)]
