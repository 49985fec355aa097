"""Ordermatchning krävs (A5.07, A6.05): what the buyer or reviewer decides about an invoice that does not fit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.coding.rules.proposal import split_by_shares
from portal.coding.values import CodeString
from portal.invoicing.actions.closing import final_control
from portal.invoicing.actions.coding import Coded, checked, replace_coding
from portal.invoicing.actions.finishing import finish
from portal.invoicing.actions.opening import (
    Seen,
    comment,
    move,
    open_invoice,
    required,
    rerun_later,
    took_part,
)
from portal.invoicing.actions.review import decided, to_attest
from portal.invoicing.models import Invoice, InvoiceLine
from portal.invoicing.queries.detail import lines_of, order_coding_of
from portal.invoicing.values import ZERO
from portal.kernel.errors import Conflict
from portal.kernel.plain import to_plain
from portal.orders.models import OrderCoding

WHY_ACCEPTED = "Skriv varför skillnaden godkänns. Attestanten läser det."
RECEIPT_MISSING = "Skriv vad som är fel med kvittensen."
NOT_ONLY_HELD = "Fakturan avviker från ordern. Godkänn skillnaden i stället, så går den till attest."
HELD = frozenset({"review_requested"})
FROM_ORDER = "från ordern"


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
    await replace_coding(session, opened, actor, await coding_from_order(session, invoice), now)
    closing = await final_control(session, invoice, now=now)
    if closing.result.reasons:
        values = {"reasons": [to_plain(one) for one in closing.result.reasons]}
        why = " ".join(one.text for one in closing.result.reasons)
        return await move(session, opened, "rematch", actor, now=now, why=why, values=values)
    target = await finish(session, opened, closing, "accept_match", actor, why=note, now=now)
    await took_part(session, invoice, actor, now)
    return target


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


async def coding_from_order(session: AsyncSession, invoice: Invoice) -> list[Coded]:
    """The order's coding with the invoice's amounts; a line the order does not know gets the first line's."""
    by_line: dict[UUID, list[OrderCoding]] = {}
    for row in await order_coding_of(session, invoice):
        by_line.setdefault(row.order_line_id, []).append(row)
    lines = await lines_of(session, invoice)
    rest = invoice.net_amount - sum((line.line_amount for line in lines), ZERO)
    first = next(iter(by_line.values()), [])
    coded = [row for line in lines for row in _coded(line, by_line.get(line.order_line_id or line.id, first))]
    if coded and rest:
        coded[0] = Coded(coded[0].code, coded[0].amount + rest, coded[0].text, coded[0].source)
    return coded


def _coded(line: InvoiceLine, shares: Sequence[OrderCoding]) -> list[Coded]:
    if not shares:
        return [Coded(CodeString(), line.line_amount, line.name)]
    amounts = split_by_shares(line.line_amount, [row.share for row in shares])
    return [
        Coded(
            CodeString(row.account, row.responsibility, row.operation, row.project, row.activity, row.free),
            amount, line.name, FROM_ORDER,
        )
        for row, amount in zip(shares, amounts, strict=True)
    ]  # fmt: skip
