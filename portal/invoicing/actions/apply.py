"""Write what the pipeline decided: a few statements per batch, all in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import system_actor
from portal.audit.log import Event, record
from portal.audit.transition import Step, Subject, Told, move_all
from portal.coding.values import DIMENSIONS
from portal.db.bulk import as_json, insert_rows
from portal.invoicing.actions.case import Case
from portal.invoicing.actions.paying import stored_columns
from portal.invoicing.models import Invoice, InvoiceCoding, InvoiceLine, InvoiceParticipant, RuleDecision
from portal.invoicing.queries.ordered import Order, set_invoiced
from portal.invoicing.status import DONE, INVOICE
from portal.kernel.failpoints import At, place
from portal.kernel.identifiers import uuid7
from portal.orders.models import PurchaseOrder
from portal.orders.status import ORDER, RECEIVED

_NOT_WAITING = text(
    "UPDATE invoice_participant SET waiting = false"
    " WHERE concern_id = :concern AND invoice_id = ANY(CAST(:ids AS uuid[])) AND waiting"
)
_DROP_CODING = text(
    "DELETE FROM invoice_coding WHERE concern_id = :concern AND invoice_id = ANY(CAST(:ids AS uuid[]))"
)
_PAIR_LINES = text(
    "UPDATE invoice_line l SET order_line_id = v.order_line_id"
    " FROM json_to_recordset(CAST(:rows AS json)) AS v(invoice_id uuid, position int, order_line_id uuid)"
    " WHERE l.concern_id = :concern AND l.invoice_id = v.invoice_id AND l.position = v.position"
)


async def insert_invoices(
    session: AsyncSession, concern_id: UUID, cases: Sequence[Case], now: datetime
) -> None:
    """The rows, in the status nobody meets: the same transaction moves them to where they rest."""
    await insert_rows(session, Invoice, [_invoice_row(concern_id, case, now) for case in cases])


def _invoice_row(concern_id: UUID, case: Case, now: datetime) -> dict[str, Any]:
    invoice = case.invoice
    return {
        "concern_id": concern_id, "id": case.id, "organisation_id": case.organisation_id,
        "supplier_id": case.supplier_id, "sha256": case.sha256, "status": INVOICE.initial,
        "status_since": now, "secret": case.secret, "is_credit_note": invoice.is_credit_note,
        "number": invoice.number,
        "number_key": case.number_key,
        "seller_name": invoice.seller.legal_name or invoice.seller.name or "",
        "issue_date": invoice.issue_date, "due_date": invoice.due_date, "arrived_at": case.arrived_at,
        "arrival_date": case.arrival_date, "currency": invoice.currency, "net_amount": invoice.net_amount,
        "tax_amount": invoice.tax_amount, "gross_amount": invoice.gross_amount,
        "prepaid_amount": invoice.prepaid_amount, "rounding_amount": invoice.rounding_amount,
        "payable_amount": invoice.payable_amount, "buyer_reference": invoice.buyer_reference,
        "order_reference": invoice.order_reference,
        "subscription_reference": invoice.contract_reference
        or (invoice.object_id.value if invoice.object_id else None),
        "reasons": [], "manual_controls": [], "under_investigation": False,
        "credited_numbers": [earlier.number for earlier in invoice.preceding],
        "document": invoice, "fatal_rules": case.fatal_rules, "rule_edition": case.rule_edition,
    }  # fmt: skip


def claim_row(concern_id: UUID, case: Case, now: datetime) -> dict[str, Any]:
    """The row that takes an invoice number."""
    return {
        "concern_id": concern_id, "supplier_id": case.supplier_id, "number_key": case.number_key,
        "folded_key": case.folded_key, "invoice_id": case.id, "claimed_at": now,
    }  # fmt: skip


async def write(
    session: AsyncSession,
    concern_id: UUID,
    cases: Sequence[Case],
    orders: Mapping[UUID, Order],
    *,
    now: datetime,
    at: At,
) -> None:
    """Lines, status, coding, decisions, handlers, orders and history of every case."""
    await record(session, [_arrived(concern_id, case, now) for case in cases if case.is_new])
    with place(at, "process.move"):
        await _move(session, concern_id, cases, now)
        await _write_participants(session, concern_id, cases, now)
    with place(at, "process.decisions"):
        await _write_lines(session, concern_id, cases)
        await _write_coding(session, concern_id, cases)
        await write_decisions(session, concern_id, cases, now)
    with place(at, "process.orders"):
        await _write_orders(session, concern_id, cases, orders, now)


def _arrived(concern_id: UUID, case: Case, now: datetime) -> Event:
    return Event(
        "invoice:arrival:receive", "invoice", case.id, now, actor="system", concern_id=concern_id,
        organisation_id=case.organisation_id, supplier_id=case.supplier_id, to_status=INVOICE.initial,
        data={"channel": case.channel or "", "sha256": case.sha256.hex(), "number": case.invoice.number},
    )  # fmt: skip


async def _move(session: AsyncSession, concern_id: UUID, cases: Sequence[Case], now: datetime) -> None:
    steps = [_step(concern_id, case, now) for case in cases if case.rest is not None]
    await move_all(session, INVOICE, steps, system_actor(concern_id), at=now)


def _step(concern_id: UUID, case: Case, now: datetime) -> Step:
    rest = case.rest
    assert rest is not None
    subject = Subject(Invoice, concern_id, case.id, case.state, case.organisation_id, case.supplier_id)
    values = {
        "organisation_id": case.organisation_id, "supplier_id": case.supplier_id, "secret": case.secret,
        "flow": case.flow, "order_id": case.order.id if case.order else None, "reviewer_id": case.reviewer_id,
        "handler_role": rest.role, "reasons": rest.reasons,
        "status_since": now, "payment_date": case.payment_date,
        "done_at": now if rest.status == DONE else None, "only_payment_left": False,
        **stored_columns(case.account, otherwise=case.paid_otherwise),
    }  # fmt: skip
    why = " ".join(reason.text for reason in rest.reasons) or None
    codes = list(dict.fromkeys(reason.code for reason in rest.reasons))
    return Step(subject, rest.move, Told(why, data={"codes": codes} if codes else {}), values)


async def _write_participants(
    session: AsyncSession, concern_id: UUID, cases: Sequence[Case], now: datetime
) -> None:
    earlier = [case.id for case in cases if not case.is_new]
    if earlier:
        await session.execute(_NOT_WAITING, {"concern": concern_id, "ids": earlier})
    rows = [
        {"concern_id": concern_id, "invoice_id": case.id, "user_id": user, "waiting": True, "since": now}
        for case in cases if case.rest for user in case.rest.users
    ]  # fmt: skip
    again = "(concern_id, invoice_id, user_id) DO UPDATE SET waiting = true, since = excluded.since"
    await insert_rows(session, InvoiceParticipant, rows, on_conflict=again)


async def _write_lines(session: AsyncSession, concern_id: UUID, cases: Sequence[Case]) -> None:
    new = [row for case in cases if case.is_new for row in _lines(concern_id, case)]
    await insert_rows(session, InvoiceLine, new)
    paired = [
        {"invoice_id": case.id, "position": position, "order_line_id": _order_line(case, position)}
        for case in cases if not case.is_new for position, _ in enumerate(case.invoice.lines, 1)
    ]  # fmt: skip
    if paired:
        await session.execute(_PAIR_LINES, {"concern": concern_id, "rows": as_json(paired)})


def _lines(concern_id: UUID, case: Case) -> Iterable[dict[str, Any]]:
    for position, line in enumerate(case.invoice.lines, 1):
        yield {
            "concern_id": concern_id, "id": uuid7(), "invoice_id": case.id, "position": position,
            "line_id": line.id, "name": line.name, "quantity": line.quantity, "unit": line.unit,
            "net_price": line.net_price, "base_quantity": line.base_quantity or 1,
            "line_amount": line.line_amount, "vat_category": line.vat_category, "vat_rate": line.vat_rate,
            "order_line_ref": line.order_line,
            "seller_item_id": line.seller_item_id, "buyer_item_id": line.buyer_item_id,
            "order_line_id": _order_line(case, position),
        }  # fmt: skip


def _order_line(case: Case, position: int) -> UUID | None:
    """The order line it fills, the first of several: how much of each is in the stored decision."""
    number = next((fill.order_line for fill in case.fills if fill.position == position), None)
    if case.order is None or number is None:
        return None
    return next(line.id for line in case.order.lines if line.number == number)


async def _write_coding(session: AsyncSession, concern_id: UUID, cases: Sequence[Case]) -> None:
    coded = [case for case in cases if case.coding is not None]
    earlier = [case.id for case in coded if not case.is_new]
    if earlier:
        await session.execute(_DROP_CODING, {"concern": concern_id, "ids": earlier})
    rows = [
        {
            "concern_id": concern_id, "id": uuid7(), "invoice_id": case.id, "position": position,
            **{name: row.row.code.get(name) for name in DIMENSIONS},
            "amount": row.row.amount, "text": row.text, "source": row.source,
        }
        for case in coded for position, row in enumerate(case.coding or (), 1)
    ]  # fmt: skip
    await insert_rows(session, InvoiceCoding, rows)


async def write_decisions(
    session: AsyncSession, concern_id: UUID, cases: Sequence[Case], now: datetime
) -> None:
    """What was decided of every case, each with its inputs."""
    await insert_rows(session, RuleDecision, list(_decisions(concern_id, cases, now)))


def _decisions(concern_id: UUID, cases: Sequence[Case], now: datetime) -> Iterable[dict[str, Any]]:
    for case in cases:
        for decision in case.decisions:
            stored = decision.to_bytes()
            yield {
                "concern_id": concern_id, "id": uuid7(), "invoice_id": case.id, "kind": decision.kind,
                "result": str(decision.result.get("status") or decision.result.get("flow") or "passed"),
                "stored": stored, "sha256": sha256(stored).digest(), "decided_at": now,
            }  # fmt: skip


async def _write_orders(
    session: AsyncSession,
    concern_id: UUID,
    cases: Sequence[Case],
    orders: Mapping[UUID, Order],
    now: datetime,
) -> None:
    done = {case.order.id for case in cases if case.rest and case.rest.status == DONE and case.order}
    if not done:
        return
    lines = [line for order in done for line in orders[order].lines]
    rows = [{"id": line.id, "invoiced_quantity": line.invoiced} for line in lines]
    await set_invoiced(session, concern_id, as_json(rows))
    whole = [
        orders[order] for order in done if orders[order].status == RECEIVED and orders[order].all_invoiced
    ]
    steps = [
        Step(Subject(PurchaseOrder, concern_id, o.id, o.status, o.organisation_id, o.supplier_id), "finish")
        for o in whole
    ]
    await move_all(session, ORDER, steps, system_actor(concern_id), at=now)
