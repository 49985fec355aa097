"""Sekretess on an invoice, set and cleared by a person who may see it (A2.13); never so that nobody sees it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.access.locks import release_lock
from portal.invoicing.actions.opening import SUBJECT, Opened, Seen, open_for, required, tell, took_part
from portal.invoicing.models import Invoice, InvoiceParticipant
from portal.invoicing.queries.people import sight_of_secrecy
from portal.invoicing.rules.standing import may_mark_secret
from portal.invoicing.status import INVOICE, LEVGRUPPEN, LOCAL_ADMIN
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict

WHY = "Skriv varför. Skälet sparas i historiken."
ALREADY = "Fakturan har redan sekretess."
NONE_TO_CLEAR = "Fakturan har ingen sekretess."


async def mark(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    on: bool,
    note: str | None,
    seen: Seen | None = None,
    now: datetime,
) -> None:
    """Set or clear it, with why. Invalid without a reason, Forbidden without B45, Conflict when it is so already."""
    why = required(note, "note", WHY)
    opened = await open_for(session, actor, invoice_id, may_mark_secret, seen=seen, now=now)
    invoice = opened.invoice
    if invoice.secret == on:
        raise Conflict(ALREADY if on else NONE_TO_CLEAR)
    values: dict[str, object] = {"secret": on}
    if on and (role := await _who_sees(session, opened, now)) is not None:
        values["handler_role"] = role
    key = (Invoice.concern_id == invoice.concern_id, Invoice.id == invoice.id)
    await session.execute(update(Invoice).where(*key).values(**values))
    await session.refresh(invoice)
    await tell(session, opened, f"invoice:secrecy:{'set' if on else 'clear'}", actor, now=now, why=why)
    await took_part(session, invoice, actor, now)
    await release_lock(session, actor, SUBJECT, invoice.id)


async def _who_sees(session: AsyncSession, opened: Opened, now: datetime) -> str | None:
    """The role that takes it when nobody who has it may see it any longer; None when somebody may, or none has it."""
    invoice = opened.invoice
    if INVOICE.state(invoice.status).terminal:
        return None
    sight = await sight_of_secrecy(session, invoice.concern_id, stockholm_date(now))
    waiting = select(InvoiceParticipant.user_id).where(
        InvoiceParticipant.concern_id == invoice.concern_id, InvoiceParticipant.invoice_id == invoice.id,
        InvoiceParticipant.waiting,
    )  # fmt: skip
    owners = set((await session.execute(waiting)).scalars())
    local = invoice.organisation_id in sight.organisations
    if owners & sight.users or (not owners and invoice.handler_role in (None, LEVGRUPPEN)):
        return None
    if not owners and local:
        return None
    return LOCAL_ADMIN if local else LEVGRUPPEN
