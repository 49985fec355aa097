"""Invoices in words for the command line: where each stands, why, its history and its match."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.invoicing.models import Invoice
from portal.invoicing.queries.people import handlers
from portal.invoicing.rules.registry import REGISTRY
from portal.invoicing.status import INVOICE
from portal.kernel.dates import STOCKHOLM
from portal.kernel.decision import recompute
from portal.kernel.identifiers import invoice_number_key
from portal.kernel.money import canonical

_EVENTS = text(
    "SELECT subject_id, at, actor, from_status, to_status, why FROM audit_event"
    " WHERE subject_type = 'invoice' AND subject_id = ANY(CAST(:ids AS uuid[]))"
    " AND tag <> 'invoice:secret:see' ORDER BY id"
)
_DECISIONS = text(
    "SELECT invoice_id, kind, stored FROM rule_decision WHERE invoice_id = ANY(CAST(:ids AS uuid[]))"
    " ORDER BY decided_at, id"
)
_AMOUNTS = ("net_amount", "tax_amount", "gross_amount", "prepaid_amount", "rounding_amount", "payable_amount")


async def find(
    session: AsyncSession, seen: ColumnElement[bool], *, ids: Sequence[UUID] = (), number: str | None = None
) -> Sequence[Invoice]:
    """Invoices by id, or by number as written or as compared (A4.11), oldest first; only those `seen`."""
    wanted: ColumnElement[bool] = Invoice.id.in_(ids)
    if number is not None:
        wanted = or_(wanted, Invoice.number == number, Invoice.number_key == invoice_number_key(number))
    query = select(Invoice).where(seen, wanted).order_by(Invoice.arrived_at, Invoice.id)
    return (await session.execute(query)).scalars().all()


async def summaries(session: AsyncSession, invoices: Sequence[Invoice]) -> dict[UUID, dict[str, Any]]:
    """Invoice → what `portal intake` prints of it."""
    who = await handlers(session, [invoice.id for invoice in invoices])
    return {invoice.id: _summary(invoice, who.get(invoice.id)) for invoice in invoices}


def _summary(invoice: Invoice, handler: str | None) -> dict[str, Any]:
    return {
        "id": str(invoice.id), "number": invoice.number, "status": invoice.status,
        "status_label": INVOICE.state(invoice.status).label, "handler": handler, "flow": invoice.flow,
        "reasons": [{"code": reason["code"], "message": in_words(reason)} for reason in invoice.reasons],
    }  # fmt: skip


def in_words(reason: Mapping[str, Any]) -> str:
    """A stored reason in Swedish, filled in."""
    params = reason.get("params") or {}
    message = str(reason["message"])
    return message % params if params else message


async def details(session: AsyncSession, invoices: Sequence[Invoice]) -> list[dict[str, Any]]:
    """What `portal invoice show` prints: amounts, history, match, and if today's code decides the same."""
    ids = [invoice.id for invoice in invoices]
    short = await summaries(session, invoices)
    history: dict[UUID, list[dict[str, Any]]] = {}
    for row in (await session.execute(_EVENTS, {"ids": ids})).all():
        history.setdefault(row.subject_id, []).append(_event(row))
    decisions: dict[UUID, list[tuple[str, bytes]]] = {}
    for row in (await session.execute(_DECISIONS, {"ids": ids})).all():
        decisions.setdefault(row.invoice_id, []).append((row.kind, bytes(row.stored)))
    return [
        short[invoice.id] | _detail(invoice, history.get(invoice.id, []), decisions.get(invoice.id, []))
        for invoice in invoices
    ]


def _event(row: Any) -> dict[str, Any]:
    return {
        "at": row.at.astimezone(STOCKHOLM).isoformat(), "actor": row.actor, "from": row.from_status,
        "to": row.to_status, "why": row.why,
    }  # fmt: skip


def _detail(
    invoice: Invoice, history: list[dict[str, Any]], decisions: Sequence[tuple[str, bytes]]
) -> dict[str, Any]:
    return {
        "secret": invoice.secret,
        "credit_note": invoice.is_credit_note,
        "issue_date": invoice.issue_date.isoformat(),
        "due_date": invoice.due_date.isoformat() if invoice.due_date else None,
        "payment_date": invoice.payment_date.isoformat() if invoice.payment_date else None,
        "paid_otherwise": invoice.paid_otherwise,
        "account": {"scheme": invoice.pay_scheme, "number": invoice.pay_number, "factor": invoice.pay_factor}
        if invoice.pay_scheme
        else None,
        "currency": invoice.currency,
        "amounts": {name.removesuffix("_amount"): canonical(getattr(invoice, name)) for name in _AMOUNTS},
        "history": history,
        "match": _match(decisions),
        "recomputed": recomputed([stored for _, stored in decisions]),
    }


def recomputed(stored: Sequence[bytes]) -> str:
    """Today's code on the inputs stored: "same" only when every decision comes out to the same bytes."""
    return "same" if all(recompute(one, REGISTRY) == "same" for one in stored) else "different"


def _match(decisions: Sequence[tuple[str, bytes]]) -> dict[str, Any] | None:
    """The last match: what was decided, by which limits and rules, line by line."""
    last = next((stored for kind, stored in reversed(decisions) if kind == "match"), None)
    if last is None:
        return None
    try:
        decision = json.loads(last)
        result = decision["result"]
        return {
            "decision": result["decision"], "limits": decision["limits"], "rules": decision["rules"],
            "lines": [_line(line, decision) for line in result["lines"]],
        }  # fmt: skip
    except (ValueError, KeyError, TypeError):  # somebody has changed what was stored: `recomputed` tells
        return None


def _line(line: Mapping[str, Any], decision: Mapping[str, Any]) -> dict[str, Any]:
    rules = [r["rule"] for r in decision["reasons"] if r["line"] and r["line"] == line["order_line"]]
    return {**line, "rule": rules[0] if rules else None, "limits": decision["limits"]}
