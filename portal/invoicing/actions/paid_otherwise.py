"""Betalas inte av oss (A5.02): the word of two in levgruppen that one invoice is paid otherwise, and never paid again.

One notes how it is paid, another confirms: nobody alone takes a debt out of what is paid.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.invoicing.actions.opening import (
    Opened,
    Seen,
    comment,
    move,
    open_invoice,
    required,
    rerun_later,
    took_part,
)
from portal.invoicing.actions.paying import CONFIRMED_OTHERWISE
from portal.invoicing.models import Invoice
from portal.invoicing.rules.payment_means import second_refusal
from portal.kernel.errors import Conflict, Forbidden

HOW_MISSING = "Skriv hur fakturan är betald och vem som har bekräftat det."
NOT_CLAIMED = "Fakturan säger inte att den är betald på annat sätt."
CHECKED_ALREADY = "Någon har redan antecknat hur fakturan är betald. Nu behöver en annan person bekräfta."


async def check_paid_otherwise(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    note: str | None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """The first person notes how it is paid; the invoice waits for another to confirm.

    Invalid without a note, Conflict when it does not claim to be paid otherwise or is noted already.
    """
    text = required(note, "note_otherwise", HOW_MISSING)
    opened = await open_invoice(session, actor, invoice_id, "check_paid_otherwise", seen=seen, now=now)
    _claimed(opened.invoice)
    if opened.invoice.otherwise_checked_person is not None:
        raise Conflict(CHECKED_ALREADY)
    values = {"otherwise_checked_person": actor.person_id}
    return await _noted(session, opened, "check_paid_otherwise", actor, text, values, now)


async def confirm_paid_otherwise(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    note: str | None = None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """The second person confirms, for this invoice alone; it then goes on, and is never paid by us.

    Forbidden for who noted it, Conflict when it does not claim to be paid otherwise.
    """
    opened = await open_invoice(session, actor, invoice_id, "confirm_paid_otherwise", seen=seen, now=now)
    invoice = opened.invoice
    _claimed(invoice)
    if why := second_refusal(actor.person_id, invoice.otherwise_checked_person):
        raise Forbidden(why)
    settled = list(dict.fromkeys([*invoice.manual_controls, CONFIRMED_OTHERWISE]))
    values = {"manual_controls": settled, "otherwise_confirmed_person": actor.person_id}
    target = await _noted(session, opened, "confirm_paid_otherwise", actor, (note or "").strip(), values, now)
    await rerun_later(session, invoice)
    return target


def _claimed(invoice: Invoice) -> None:
    if CONFIRMED_OTHERWISE not in {str(one.get("code")) for one in invoice.reasons}:
        raise Conflict(NOT_CLAIMED)


async def _noted(
    session: AsyncSession, opened: Opened, verb: str, actor: Actor, text: str, values: dict[str, Any],
    now: datetime,
) -> str:  # fmt: skip
    """The act in the history, and what was written among the comments."""
    data = {"controls": [CONFIRMED_OTHERWISE]}
    target = await move(session, opened, verb, actor, now=now, why=text or None, values=values, data=data)
    await took_part(session, opened.invoice, actor, now)
    if text:
        await comment(session, opened.invoice, actor, text, now)
    return target
