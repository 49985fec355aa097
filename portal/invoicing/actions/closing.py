"""The last step before Klar when people have decided: the final check (A6.07), and what Klar means for the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import system_actor
from portal.audit.transition import Step, Subject, move_all
from portal.coding.queries import load_register
from portal.coding.values import DIMENSIONS, CodeString, CodingRegister, CodingRow
from portal.db.bulk import as_json
from portal.formats.en16931 import Invoice as Neutral
from portal.invoicing.actions.order_coding import fills_of
from portal.invoicing.actions.paying import keep_decision, payable, payment_today, stored_columns
from portal.invoicing.match_facts import vat_rows
from portal.invoicing.match_values import VatRow
from portal.invoicing.models import Invoice, InvoiceCoding, InvoiceLine
from portal.invoicing.queries.detail import coding_of, lines_of
from portal.invoicing.queries.ordered import Order, lock_orders, set_invoiced
from portal.invoicing.queries.references import SupplierRow
from portal.invoicing.rules import final_check, rounding
from portal.invoicing.rules.filling import Fill
from portal.invoicing.rules.final_check import FinalFacts, FinalResult, VatPair
from portal.invoicing.rules.flow import MANUAL
from portal.invoicing.rules.foreign_account import ready_day
from portal.invoicing.rules.payment import NOTHING_PAID, PaymentChoice
from portal.invoicing.rules.payment_date import payment_date
from portal.kernel.dates import stockholm_date
from portal.kernel.plain import from_plain
from portal.orders.models import PurchaseOrder
from portal.orders.status import ORDER, RECEIVED


@dataclass(frozen=True, slots=True)
class Closing:
    """What the final check said of an invoice, and its order, locked, if it has one.

    `payment`: what holds today of the payment chosen at arrival; asked when the final check is passed.
    """

    invoice: Invoice
    result: FinalResult
    fills: Sequence[Fill]
    order: Order | None
    payment: PaymentChoice = NOTHING_PAID
    supplier: SupplierRow | None = None


async def final_control(
    session: AsyncSession, invoice: Invoice, *, accepted: Sequence[str] = (), now: datetime
) -> Closing:
    """Run and store the final check. `accepted`: reason codes of deviations a person has taken responsibility
    for: accepted VAT is not stopped again, coding always is."""
    assert invoice.organisation_id is not None
    day = stockholm_date(now)
    register = await load_register(session, invoice.concern_id, invoice.organisation_id, day)
    lines = await lines_of(session, invoice)
    ids = [invoice.order_id] if invoice.order_id else []
    order = (await lock_orders(session, invoice.concern_id, ids)).get(invoice.order_id or invoice.id)
    coding = await coding_of(session, invoice)
    vat = "vat" not in accepted
    fills = fills_of(invoice, lines, order) if order else ()
    pairs = _pairs(lines, fills, order) if vat and order else ()
    facts = _facts(invoice, register, coding, pairs, with_vat=vat)
    result, decision = final_check.decision(facts)
    await keep_decision(session, invoice, decision, now)
    if result.reasons:
        return Closing(invoice, result, fills, order)
    today = await payment_today(session, invoice, now)
    await keep_decision(session, invoice, today.decision, now)
    return Closing(invoice, result, fills, order, today.choice, today.supplier)


def done_values(closing: Closing, now: datetime) -> dict[str, Any]:
    """Columns that change when the invoice becomes Klar."""
    choice = closing.payment
    paid = payable(closing.invoice, closing.supplier, otherwise=choice.otherwise)
    ready = ready_day(stockholm_date(now), closing.invoice.pay_not_before)
    return {
        "done_at": now, "payment_date": payment_date(paid, ready), "reasons": [],
        "handler_role": None, "only_payment_left": False,
        **stored_columns(choice.account, otherwise=choice.otherwise),
    }  # fmt: skip


async def take_from_order(session: AsyncSession, closing: Closing, now: datetime) -> None:
    """What became Klar counts as invoiced on its order lines; an order with nothing left is closed."""
    order = closing.order
    if order is None:
        return
    numbered = {line.number: line for line in order.lines}
    for fill in closing.fills:
        numbered[fill.order_line].invoiced += fill.quantity
    concern_id = closing.invoice.concern_id
    rows = [{"id": line.id, "invoiced_quantity": line.invoiced} for line in order.lines]
    await set_invoiced(session, concern_id, as_json(rows))
    if order.status == RECEIVED and order.all_invoiced:
        subject = Subject(
            PurchaseOrder, concern_id, order.id, order.status, order.organisation_id, order.supplier_id
        )
        await move_all(session, ORDER, [Step(subject, "finish")], system_actor(concern_id), at=now)


def _facts(
    invoice: Invoice,
    register: CodingRegister,
    coding: Sequence[InvoiceCoding],
    pairs: tuple[VatPair, ...],
    *,
    with_vat: bool,
) -> FinalFacts:
    rows = tuple(CodingRow(code_of(row), row.amount) for row in coding)
    used = {dimension: {row.code.get(dimension) for row in rows} for dimension in DIMENSIONS}
    names = {
        dimension: {code: name for code, name in known.items() if code in used.get(dimension, ())}
        for dimension, known in register.values.items()
    }
    rules = tuple(
        rule
        for rule in register.rules
        if any(all(span.holds(row.code.get(span.dimension)) for span in rule.when) for row in rows)
    )
    vat = _vat(invoice) if with_vat else ()
    # VAT only (A4.16): nothing is coded, there is no cost to code.
    total = Decimal(0) if not rows and invoice.net_amount == 0 else invoice.net_amount
    # What is rounded off has a row of its own, but for what was coded before it had one.
    if any(row.source == rounding.SOURCE for row in coding):
        total += invoice.rounding_amount
    return FinalFacts(invoice.flow or MANUAL, vat, rows, total, names, rules, pairs)


def code_of(row: InvoiceCoding) -> CodeString:
    """The row's code string."""
    return CodeString(row.account, row.responsibility, row.operation, row.project, row.activity, row.free)


def _vat(invoice: Invoice) -> tuple[VatRow, ...]:
    """BG-23 as the invoice has it; a control set to Manuell is not stopped again (A4.16)."""
    if invoice.document is None or "vat_rate" in invoice.manual_controls:
        return ()
    return vat_rows(from_plain(Neutral, invoice.document))


def _pairs(lines: Sequence[InvoiceLine], fills: Sequence[Fill], order: Order) -> tuple[VatPair, ...]:
    numbered = {line.number: line.facts for line in order.lines}
    written = {line.position: line for line in lines}
    return tuple(
        VatPair(
            str(fill.position), written[fill.position].vat_category, written[fill.position].vat_rate,
            numbered[fill.order_line].vat_category, numbered[fill.order_line].vat_rate,
        )
        for fill in fills
    )  # fmt: skip
