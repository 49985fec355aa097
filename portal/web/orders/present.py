"""Requisitions and orders as their pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from portal.attest.queries.steps import StepView
from portal.coding.values import CodeNames
from portal.invoicing.status import DONE
from portal.kernel.dates import format_day, format_day_long, stockholm_date
from portal.kernel.money import format_kr, format_sv
from portal.orders.models import OrderCoding, OrderLine, OrderResponse, PurchaseOrder
from portal.orders.queries.deliveries import ReceivedLine
from portal.orders.queries.history import Happening
from portal.orders.rules.call_offs import limit_key, rank_key
from portal.orders.status import (
    ATTESTED,
    AWAITING_APPROVAL,
    CANCELLED,
    CLOSED,
    CONFIRMED,
    CONFIRMED_WITH_CHANGE,
    ORDERED,
    PARTLY_RECEIVED,
    RECEIVED,
    REJECTED_BY_SUPPLIER,
    SENT,
    SENT_BACK,
)
from portal.orders.values import Requested, RequestedLine
from portal.web.coding_words import coding_parts
from portal.web.i18n import current_locale, gettext
from portal.web.orders.texts import filled
from portal.web.units import counted, unit_word

Step = tuple[str, str, str]
ANSWERS = {
    "AP": "Leverantören har bekräftat.",
    "CA": "Leverantören har bekräftat med ändring.",
    "RE": "Leverantören har avböjt.",
    "AB": "Leverantören har tagit emot ordern.",
}
STEP_STATES = {
    "waiting": "Väntar",
    "approved": "Godkänd",
    "returned": "Skickad tillbaka",
}
_SENT_STATES = (SENT,)
_ANSWERED = (CONFIRMED, CONFIRMED_WITH_CHANGE)


def short(day: date | None) -> str:
    """ "24 nov", empty for none."""
    return format_day(day, current_locale()) if day else ""


@dataclass(frozen=True, slots=True)
class OrderLineView:
    """A line with what is ordered, received and invoiced. `ordered_text` carries the unit."""

    id: UUID
    position: int
    name: str
    item_no: str
    unit: str
    ordered_text: str
    ordered: Decimal
    received: Decimal
    invoiced: Decimal
    left: Decimal
    price: Decimal
    net: Decimal
    coding: tuple[tuple[str, ...], ...]


def order_lines_view(
    lines: Sequence[OrderLine], codings: Sequence[OrderCoding], organisation: UUID, named: CodeNames
) -> tuple[OrderLineView, ...]:
    """Lines with their coding as texts, codes with their names."""
    return tuple(
        OrderLineView(
            line.id, line.position, line.name, line.item_no or "", unit_word(line.unit),
            counted(line.quantity, line.unit), line.quantity, line.received_quantity, line.invoiced_quantity,
            max(line.quantity - line.received_quantity, Decimal(0)), line.price, line.net_amount,
            tuple(_coded(row, row.share, organisation, named) for row in codings if row.order_line_id == line.id),
        )
        for line in lines
    )  # fmt: skip


def coding_of(line: RequestedLine, organisation: UUID, named: CodeNames) -> tuple[tuple[str, ...], ...]:
    """The coding rows of a line, each as its codes with their names."""
    return tuple(_coded(row.code, row.share, organisation, named) for row in line.coding)


def _coded(row: Any, share: Decimal, organisation: UUID, named: CodeNames) -> tuple[str, ...]:
    """ "Konto 6451 Kontorsmaterial", "Ansvar 31100 Centralskolan", and its share when it is not the whole line."""
    parts = coding_parts(named, organisation, row)
    return parts if share == Decimal(100) else (*parts, f"{format_sv(share, 0)} %")


def order_track(order: PurchaseOrder, dates: Mapping[str, date], invoices: Sequence[Any]) -> tuple[Step, ...]:
    """Spåret from order to payment. `dates`: attested, answered, received."""
    status = order.status
    sent = stockholm_date(order.sent_at) if order.sent_at else None
    received = status in (RECEIVED, CLOSED)
    steps: list[Step] = [
        ("done", gettext("Beställd"), short(stockholm_date(order.created_at))),
        ("done", gettext("Attesterad"), short(dates.get("attested") or sent)),
        _answer_step(status, dates.get("answered"), sent),
        _delivery_step(status, dates.get("received")),
    ]
    paid = bool(invoices) and all(one.status == DONE for one in invoices)
    if invoices:
        state = "done" if paid else "now" if received else "left"
        steps.append((state, gettext("Fakturerad"), short(invoices[0].day)))
    else:
        steps.append(("now" if received else "left", gettext("Faktureras"), ""))
    steps.append(("now" if paid else "left", gettext("Betalas"), ""))
    return tuple(steps)


def _answer_step(status: str, answered: date | None, sent: date | None) -> Step:
    if status == REJECTED_BY_SUPPLIER:
        return "stopped", gettext("Avböjd av leverantören"), short(answered)
    if status == CANCELLED:
        return "stopped", gettext("Makulerad"), ""
    if status in _SENT_STATES:
        return "now", gettext("Skickad till leverantören"), short(sent)
    return (
        "done",
        gettext("Bekräftad") if answered else gettext("Skickad till leverantören"),
        short(answered or sent),
    )


def _delivery_step(status: str, received: date | None) -> Step:
    if status in (RECEIVED, CLOSED):
        return "done", gettext("Levererad"), short(received)
    if status == PARTLY_RECEIVED:
        return "now", gettext("Delvis levererad"), short(received)
    return ("now" if status in _ANSWERED else "left"), gettext("Levereras"), ""


def requisition_track(requested: Requested, happenings: Sequence[Happening]) -> tuple[Step, ...]:
    """Spåret of a requisition that is not orders yet, or has become them."""
    when = {one.tag: stockholm_date(one.at) for one in happenings}
    sent = short(when.get("requisition:status:send"))
    attested = when.get("requisition:status:attest") or when.get("requisition:status:approve")
    done = requested.status == ORDERED
    middle: Step = ("left", gettext("Attesteras"), "")
    if done:
        middle = ("done", gettext("Attesterad"), short(attested))
    elif requested.status == ATTESTED:
        middle = ("now", gettext("Attesterad"), short(when.get("requisition:status:attest")))
    elif requested.status == AWAITING_APPROVAL:
        middle = ("now", gettext("Väntar på attest"), "")
    elif requested.status == SENT_BACK:
        middle = ("stopped", gettext("Skickad tillbaka"), short(when.get("requisition:status:send_back")))
    elif requested.status == CANCELLED:
        middle = ("stopped", gettext("Makulerad"), "")
    return (
        ("done" if sent else "now", gettext("Beställd"), sent), middle,
        ("done" if done else "left", gettext("Skickas till leverantören"), ""),
        ("left", gettext("Levereras"), ""), ("left", gettext("Betalas"), ""),
    )  # fmt: skip


def motives_of(requested: Requested) -> tuple[tuple[str, str], ...]:
    """What was noted of the ranking when it was sent: (of which agreement and supplier, the words)."""
    found = {}
    for line in requested.lines:
        if line.agreement_id is None:
            continue
        named = {"supplier": line.supplier_name, "agreement": line.agreement_number or ""}
        rank = filled("Rangordning på avtal %(agreement)s, köp av %(supplier)s", named)
        found[rank_key(line.agreement_id, line.supplier_id)] = rank
        found[limit_key(line.agreement_id)] = filled("Gränsen för rangordning på avtal %(agreement)s", named)
    return tuple((found[key], text) for key, text in requested.motives.items() if key in found)


def steps_view(steps: Sequence[StepView]) -> tuple[dict[str, Any], ...]:
    """The attest route of what is sent, for the route macro."""
    return tuple(
        {
            "number": 1,
            "name": f"{step.approver_name} {step.approver_login}",
            "note": _step_note(step),
            "behalf": filled("%(login)s i stället", {"login": step.decided_by})
            if step.on_behalf_of
            else None,
            "now": step.state == "waiting",
        }
        for step in steps
    )


def _step_note(step: StepView) -> str:
    code = f"{step.responsibility} {step.responsibility_name}".strip()
    note = filled("Ansvar %(code)s, %(amount)s.", {"code": code, "amount": format_kr(step.amount)})
    state = gettext(STEP_STATES.get(step.state, step.state))
    day = format_day_long(stockholm_date(step.decided_at), current_locale()) if step.decided_at else ""
    return f"{note} {state} {day}".strip() + "."


def answer_view(responses: Sequence[OrderResponse], lines: Sequence[OrderLine]) -> dict[str, Any] | None:
    """The supplier's latest answer in words."""
    if not responses:
        return None
    last = responses[-1]
    names = {str(line.position): line.name for line in lines}
    return {
        "text": gettext(ANSWERS[last.code]),
        "promised": last.promised_on,
        "note": last.note,
        "lines": tuple(_answered_line(one, names) for one in last.lines),
    }


def _answered_line(one: Mapping[str, Any], names: Mapping[str, str]) -> str:
    parts = [names.get(str(one.get("position")), str(one.get("position") or ""))]
    if one.get("quantity"):
        parts.append(filled("antal %(quantity)s", {"quantity": str(one["quantity"]).replace(".", ",")}))
    if one.get("promised_on"):
        parts.append(filled("kommer %(day)s", {"day": one["promised_on"]}))
    if one.get("note"):
        parts.append(str(one["note"]))
    return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """One receipt. `can_undo`: it has not been taken back and is none that takes back."""

    id: UUID
    day: date
    user: str
    note: str | None
    lines: tuple[tuple[str, Decimal], ...]
    undone: bool
    can_undo: bool


def receipts_view(rows: Sequence[ReceivedLine], lines: Sequence[OrderLine]) -> tuple[ReceiptView, ...]:
    """Receipts, oldest first."""
    names = {line.id: line.name for line in lines}
    undone = {row.takes_back_id for row in rows if row.takes_back_id}
    made: dict[UUID, list[ReceivedLine]] = {}
    for row in rows:
        made.setdefault(row.receipt_id, []).append(row)
    return tuple(
        ReceiptView(
            receipt, own[0].received_on, own[0].user, own[0].note,
            tuple((names.get(row.order_line_id, ""), row.quantity) for row in own),
            receipt in undone, receipt not in undone and own[0].takes_back_id is None,
        )
        for receipt, own in made.items()
    )  # fmt: skip
