"""Betalas inte av oss (A5.02): levgruppen's word that one invoice is paid otherwise, and is never to be paid again."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.invoicing.actions.opening import (
    Seen,
    comment,
    move,
    open_invoice,
    required,
    rerun_later,
    took_part,
)
from portal.invoicing.actions.paying import CONFIRMED_OTHERWISE
from portal.kernel.errors import Conflict

HOW_MISSING = "Skriv hur fakturan är betald och vem som har bekräftat det."
NOT_CLAIMED = "Fakturan säger inte att den är betald på annat sätt."


async def confirm_paid_otherwise(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    note: str | None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """For this invoice alone, with a note; it then goes on, and is never paid by us.

    Invalid without a note, Conflict when the invoice has not stopped because it claims to be paid otherwise.
    """
    text = required(note, "note", HOW_MISSING)
    opened = await open_invoice(session, actor, invoice_id, "confirm_paid_otherwise", seen=seen, now=now)
    invoice = opened.invoice
    if CONFIRMED_OTHERWISE not in {str(one.get("code")) for one in invoice.reasons}:
        raise Conflict(NOT_CLAIMED)
    settled = list(dict.fromkeys([*invoice.manual_controls, CONFIRMED_OTHERWISE]))
    target = await move(
        session, opened, "confirm_paid_otherwise", actor, now=now, why=text,
        values={"manual_controls": settled}, data={"controls": [CONFIRMED_OTHERWISE]},
    )  # fmt: skip
    await took_part(session, invoice, actor, now)
    await comment(session, invoice, actor, text, now)
    await rerun_later(session, invoice)
    return target
