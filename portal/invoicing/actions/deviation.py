"""Ordermatchning krävs (A5.07, A6.05): what the buyer or reviewer decides about an invoice that does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.coding.queries import load_register
from portal.invoicing.actions.closing import final_control
from portal.invoicing.actions.coding import Coded, checked, replace_coding, with_rounding
from portal.invoicing.actions.finishing import finish
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
from portal.invoicing.actions.order_coding import coding_from_order
from portal.invoicing.actions.review import decided, to_attest
from portal.invoicing.actions.todays_match import keep, todays_match
from portal.invoicing.models import Invoice
from portal.invoicing.rules import deviations
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict
from portal.kernel.plain import to_plain

WHY_ACCEPTED = "Skriv varför skillnaden godkänns. Attestanten läser det."
RECEIPT_MISSING = "Skriv vad som är fel med kvittensen."
NOT_ONLY_HELD = "Fakturan avviker från ordern. Godkänn skillnaden i stället, så går den till attest."
NOT_RECEIVED = "Skriv varför ni betalar för det som inte är mottaget, eller kvittera leveransen först."
FITS = "Fakturan stämmer nu med ordern och det som är kvitterat. Välj Matcha igen."
HELD = frozenset({"review_requested"})


async def accept_deviation(
    session: AsyncSession,
    actor: Actor,
    invoice_id: UUID,
    rows: Sequence[Coded],
    *,
    note: str | None,
    not_received: str | None = None,
    shown: bytes,
    seen: Seen | None = None,
    now: datetime,
) -> str:
    """Godkänn skillnaden, as it is by today's facts: to attest at each ansvar's attestant (A6.05); the new status.

    `not_received`: why what has not come is paid all the same, needed when something has not. Invalid without a
    note, or with errors in the coding; Conflict when it fits by now; Forbidden by separation of duties.
    """
    text = required(note, "note", WHY_ACCEPTED)
    opened = await open_invoice(session, actor, invoice_id, "accept_deviation", seen=seen, now=now)
    data = await _accepted(session, opened, not_received, now)
    amounts = await checked(session, opened, actor, rows, note=text, now=now)
    return await to_attest(
        session, opened, actor, amounts, act="accept_deviation", verb="accept_deviation", shown=shown,
        note=text, data=data, now=now,
    )  # fmt: skip


async def _accepted(
    session: AsyncSession, opened: Opened, not_received: str | None, now: datetime
) -> dict[str, object]:
    """What is accepted, for the history and the attestant; the match it rests on is stored."""
    invoice = opened.invoice
    today = await todays_match(session, invoice, now)
    if today is None:
        return {"accepted": sorted(codes_of(invoice))}
    if today.fits:
        raise Conflict(FITS)
    missing = deviations.not_received(today.parts)
    words = required(not_received, "not_received", NOT_RECEIVED) if missing else None
    await keep(session, invoice, today, now)
    codes = sorted({*today.codes, *(part.code for part in missing)})
    return {"accepted": codes, **({"not_received": words} if words else {})}


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
    today = await todays_match(session, invoice, now)
    if not (set(today.codes) if today is not None else codes_of(invoice)) <= HELD:
        raise Conflict(NOT_ONLY_HELD)
    await decided(session, opened, actor, "review", shown=shown, note=note, now=now)
    await replace_coding(session, opened, actor, await _order_coding(session, invoice, now), now)
    closing = await final_control(session, invoice, now=now)
    if closing.result.reasons:
        values = {"reasons": [to_plain(one) for one in closing.result.reasons]}
        why = " ".join(one.text for one in closing.result.reasons)
        return await move(session, opened, "rematch", actor, now=now, why=why, values=values)
    target = await finish(session, opened, closing, "accept_match", actor, why=note, now=now)
    await took_part(session, invoice, actor, now)
    return target


async def _order_coding(session: AsyncSession, invoice: Invoice, now: datetime) -> list[Coded]:
    assert invoice.organisation_id is not None
    day = stockholm_date(now)
    register = await load_register(session, invoice.concern_id, invoice.organisation_id, day)
    return await with_rounding(session, invoice, await coding_from_order(session, invoice), register, day)


def codes_of(invoice: Invoice) -> set[str]:
    """The reason codes that are stored of where it stands."""
    return {str(one.get("code")) for one in invoice.reasons}


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
    status = await move(session, opened, "rematch", actor, now=now)
    await rerun_later(session, opened.invoice)
    return status
