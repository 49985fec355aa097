"""Skicka rättad: a stopped invoice whose supplier is to mend something, and the form where it is sent anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.invoicing.status import ARRIVAL
from portal.kernel.dates import later, stockholm_date
from portal.kernel.identifiers import read_uuid
from portal.web.figures import full_day, machine
from portal.web.i18n import gettext, localised
from portal.web.supplier.fields import written
from portal.web.supplier.present import can_be_invoiced
from portal.web.supplier.queries.invoices import (
    Earlier,
    InvoiceLine,
    InvoiceRow,
    find_invoice,
    number_used,
    order_named,
)
from portal.web.supplier.queries.orders import Line, Order, find_order
from portal.web.supplier.stops import Stop, new_invoice_of, stops_of, theirs, told_with

_USED = (
    "Ni har redan skickat en faktura med det numret, den %(day)s. Skriv ett annat. Numret blir ledigt bara om kunden"
    " makulerar den fakturan."
)


@dataclass(frozen=True, slots=True)
class Stopped:
    """A stopped invoice: why, the address of the form where a new one is made (None: nothing is theirs to mend),
    and of the earlier invoice with the same number."""

    row: InvoiceRow
    lines: tuple[InvoiceLine, ...]
    stops: tuple[Stop, ...]
    href: str | None
    earlier_href: str | None

    @property
    def keeps_number(self) -> bool:
        """Whether its number is its own until it is cancelled: no earlier one has it, and arrival control let it in."""
        return self.earlier_href is None and self.row.status not in ARRIVAL


async def stopped_one(
    session: AsyncSession, actor: Actor, row: InvoiceRow, lines: tuple[InvoiceLine, ...], today: date
) -> Stopped:
    """What stops the invoice, told with the earlier one where its number is used."""
    stops = stops_of(row)
    earlier: Earlier | None = None
    if any(one.code == "number_taken" for one in stops):
        earlier = await number_used(session, actor, row.concern_id, row.number, but=row.id, folded=True)
    href = None
    if theirs(stops):
        href = new_invoice_of(row.id, await _order_to_bill(session, actor, row, today))
    return Stopped(
        row, lines, told_with(stops, earlier), href,
        localised(f"/supplier/invoices/{earlier.id}") if earlier else None,
    )  # fmt: skip


async def _order_to_bill(session: AsyncSession, actor: Actor, row: InvoiceRow, today: date) -> UUID | None:
    """The order whose form makes the new invoice; None when it has none, or nothing of it is left."""
    found = row.order_id or await order_named(session, actor, row.concern_id, row.order_number)
    if row.is_credit_note or found is None:
        return None
    order = await find_order(session, actor, found, today, without=row.id)
    return found if can_be_invoiced(order) else None


async def corrected_by(
    session: AsyncSession, actor: Actor, written: str | None, today: date
) -> Stopped | None:
    """The stopped invoice an address or a form names as the one to be sent anew; None for none.

    NotFound for another supplier's.
    """
    invoice_id: UUID | None = read_uuid(written)
    if invoice_id is None:
        return None
    row, lines = await find_invoice(session, actor, invoice_id)
    found = await stopped_one(session, actor, row, lines, today)
    return found if found.href else None


def used_text(earlier: Earlier) -> str:
    """Why a number cannot be used, and when it can."""
    return gettext(_USED) % {"day": full_day(stockholm_date(earlier.arrived_at))}


def values_of(stopped: Stopped, order: Order, today: date) -> dict[str, str]:
    """The form of a new invoice with what the stopped one had: its number and what is wrong aside."""
    wrong = {one.field for one in stopped.stops}
    row, earliest = stopped.row, later(today, order.payment_days)
    due = row.due_date if row.due_date and "due_date" not in wrong else earliest
    values = {
        "number": "", "issue_date": machine(today), "due_date": machine(max(due, earliest)),
        "delivery_date": row.delivery_date or "",
    }  # fmt: skip
    return values | {
        f"quantity-{line.position}": written(min(_invoiced(stopped.lines, line), line.left))
        for line in order.lines
    }


def _invoiced(lines: Sequence[InvoiceLine], line: Line) -> Decimal:
    """What the stopped invoice had of the order line, known by its number, else by the article's."""
    return sum((one.quantity for one in lines if _names(one, line)), Decimal(0))


def _names(one: InvoiceLine, line: Line) -> bool:
    ref = (one.order_line_ref or "").strip().lstrip("0")
    if ref.isdigit():
        return ref == str(line.position)
    return one.seller_item_id is not None and one.seller_item_id == line.item_no
