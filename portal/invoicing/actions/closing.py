"""The last step before Klar when people have decided: the final check (A6.07), and what Klar means for the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import system_actor
from portal.audit.transition import Step, Subject, move_all
from portal.coding.queries import load_register
from portal.coding.values import DIMENSIONS, CodeString, CodingRegister, CodingRow
from portal.db.bulk import as_json
from portal.formats.en16931 import Invoice as Neutral
from portal.invoicing.match_values import VatRow, vat_rows
from portal.invoicing.models import Invoice, InvoiceCoding, InvoiceLine, RuleDecision
from portal.invoicing.queries.detail import coding_of, lines_of
from portal.invoicing.queries.ordered import Line, Order, lock_orders, set_invoiced
from portal.invoicing.rules import final_check
from portal.invoicing.rules.final_check import FinalFacts, FinalResult, VatPair
from portal.invoicing.rules.flow import MANUAL
from portal.invoicing.rules.foreign_account import ready_day
from portal.invoicing.rules.payment_date import payment_date
from portal.kernel.dates import stockholm_date
from portal.kernel.identifiers import uuid7
from portal.kernel.plain import from_plain
from portal.orders.models import PurchaseOrder
from portal.orders.status import ORDER, RECEIVED


@dataclass(frozen=True, slots=True)
class Closing:
    """What the final check said of an invoice, and its order, locked, if it has one."""

    invoice: Invoice
    result: FinalResult
    lines: Sequence[InvoiceLine]
    order: Order | None


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
    facts = _facts(invoice, register, coding, _pairs(lines, order) if vat else (), with_vat=vat)
    result, decision = final_check.decision(facts)
    stored = decision.to_bytes()
    session.add(
        RuleDecision(
            concern_id=invoice.concern_id, id=uuid7(), invoice_id=invoice.id, kind=decision.kind,
            result=result.status or "passed", stored=stored, sha256=sha256(stored).digest(), decided_at=now,
        )
    )  # fmt: skip
    await session.flush()
    return Closing(invoice, result, lines, order)


def done_values(closing: Closing, *, internal: bool, now: datetime) -> dict[str, Any]:
    """Columns that change when the invoice becomes Klar."""
    ready = ready_day(stockholm_date(now), closing.invoice.pay_not_before)
    paid = payment_date(closing.invoice.due_date, ready, internal=internal)
    return {
        "done_at": now, "payment_date": paid, "reasons": [], "handler_role": None,
        "under_investigation": False,
    }  # fmt: skip


async def take_from_order(session: AsyncSession, closing: Closing, now: datetime) -> None:
    """What became Klar counts as invoiced on its order lines; an order with nothing left is closed."""
    order = closing.order
    if order is None:
        return
    by_id = {line.id: line for line in order.lines}
    for invoiced in closing.lines:
        if invoiced.order_line_id in by_id:
            by_id[invoiced.order_line_id].invoiced += invoiced.quantity
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
    return FinalFacts(invoice.flow or MANUAL, vat, rows, total, names, rules, pairs)


def code_of(row: InvoiceCoding) -> CodeString:
    """The row's code string."""
    return CodeString(row.account, row.responsibility, row.operation, row.project, row.activity, row.free)


def _vat(invoice: Invoice) -> tuple[VatRow, ...]:
    """BG-23 as the invoice has it; a control set to Manuell is not stopped again (A4.16)."""
    if invoice.document is None or "vat_rate" in invoice.manual_controls:
        return ()
    return vat_rows(from_plain(Neutral, invoice.document))


def _pairs(lines: Sequence[InvoiceLine], order: Order | None) -> tuple[VatPair, ...]:
    by_id: dict[Any, Line] = {line.id: line for line in order.lines} if order else {}
    return tuple(
        VatPair(line.line_id, line.vat_category, line.vat_rate, ordered.vat_category, ordered.vat_rate)
        for line in lines
        if (ordered := by_id[line.order_line_id].facts if line.order_line_id in by_id else None)
    )
