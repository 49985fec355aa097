"""Ordermatchning krävs (A5.07, A6.05): what the buyer or reviewer decides about an invoice that does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.coding.queries import load_register
from portal.invoicing.actions.closing import done_values, final_control, take_from_order
from portal.invoicing.actions.coding import Coded, checked, replace_coding, with_rounding
from portal.invoicing.actions.opening import (
    Seen,
    comment,
    hand_over,
    move,
    open_invoice,
    required,
    rerun_later,
    took_part,
)
from portal.invoicing.actions.order_coding import coding_from_order
from portal.invoicing.actions.review import decided, to_attest
from portal.invoicing.models import Invoice
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict
from portal.kernel.plain import to_plain

WHY_ACCEPTED = "Skriv varför skillnaden godkänns. Attestanten läser det."
RECEIPT_MISSING = "Skriv vad som är fel med kvittensen."
NOT_ONLY_HELD = "Fakturan avviker från ordern. Godkänn skillnaden i stället, så går den till attest."
HELD = frozenset({"review_requested"})


async def accept_deviation(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    rows: Sequence[Coded],
    *,
    note: str | None,
    shown: bytes,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Godkänn skillnaden: to attest at each ansvar's attestant (A6.05); the new status.

    Invalid without a note, or with errors in the coding; Forbidden by separation of duties.
    """
    text = required(note, "note", WHY_ACCEPTED)
    opened = await open_invoice(session, actor, invoice_id, "accept_deviation", seen=seen, now=now)
    amounts = await checked(session, opened, actor, rows, note=text, now=now)
    codes = sorted({str(one.get("code")) for one in opened.invoice.reasons})
    return await to_attest(
        session, opened, actor, amounts, act="accept_deviation", verb="accept_deviation", shown=shown,
        note=text, data={"accepted": codes}, now=now,
    )  # fmt: skip


async def accept_match(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    note: str | None = None,
    shown: bytes,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Acceptera an invoice that matched but was held for review (A5.07): Klar, with no new attest.

    The order was attested. A failure of the final check keeps it where it is, with the reason shown.
    """
    opened = await open_invoice(session, actor, invoice_id, "accept_match", seen=seen, now=now)
    invoice = opened.invoice
    if not is_only_held(invoice):
        raise Conflict(NOT_ONLY_HELD)
    await decided(session, opened, actor, "review", shown=shown, note=note, now=now)
    await replace_coding(session, opened, actor, await _order_coding(session, invoice, now), now)
    closing = await final_control(session, invoice, now=now)
    if closing.result.reasons:
        values = {"reasons": [to_plain(one) for one in closing.result.reasons]}
        why = " ".join(one.text for one in closing.result.reasons)
        return await move(session, opened, "rematch", actor, now=now, why=why, values=values)
    values = done_values(closing, internal=opened.place.internal, now=now)
    target = await move(session, opened, "accept_match", actor, now=now, why=note, values=values)
    await hand_over(session, invoice, (), now)
    await took_part(session, invoice, actor, now)
    await take_from_order(session, closing, now)
    return target


async def _order_coding(session: AsyncSession, invoice: Invoice, now: datetime) -> list[Coded]:
    assert invoice.organisation_id is not None
    day = stockholm_date(now)
    register = await load_register(session, invoice.concern_id, invoice.organisation_id, day)
    return await with_rounding(session, invoice, await coding_from_order(session, invoice), register, day)


def is_only_held(invoice: Invoice) -> bool:
    """Whether nothing but the buyer's wish to review holds the invoice."""
    return bool(invoice.reasons) and {str(one.get("code")) for one in invoice.reasons} <= HELD


async def ask_for_receipt(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    *,
    note: str | None,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Ask whoever received the goods to change the receipt; the changed receipt matches the invoice again."""
    text = required(note, "note", RECEIPT_MISSING)
    opened = await open_invoice(session, actor, invoice_id, "rematch", seen=seen, now=now)
    status = await move(session, opened, "rematch", actor, now=now, why=text, data={"asked": "receipt"})
    await comment(session, opened.invoice, actor, text, now)
    await rerun_later(session, opened.invoice)
    return status


async def rematch(
    session: AsyncSession, actor: Actor, invoice_id: UUID, *, seen: Seen | None = None, now: datetime
) -> str:
    """Matcha igen, after the order or the receipt was changed."""
    opened = await open_invoice(session, actor, invoice_id, "rematch", seen=seen, now=now)
    invoice = opened.invoice
    await session.execute(
        update(Invoice)
        .where(Invoice.concern_id == invoice.concern_id, Invoice.id == invoice.id)
        .values(under_investigation=False)
    )
    status = await move(session, opened, "rematch", actor, now=now)
    await rerun_later(session, invoice)
    return status
