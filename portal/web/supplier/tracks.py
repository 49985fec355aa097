"""Spåret of an invoice and of an order, as the supplier sees them (A9)."""

from __future__ import annotations

from datetime import date

from portal.invoicing import status as s
from portal.kernel.dates import stockholm_date
from portal.web.figures import long_day
from portal.web.i18n import gettext
from portal.web.supplier.queries.invoices import InvoiceRow
from portal.web.supplier.queries.orders import Order
from portal.web.supplier.sentences import NOT_PAID, STEPS, expected_day, sentence_of
from portal.web.supplier.stops import stops_of, theirs


def invoice_track(row: InvoiceRow, today: date) -> tuple[tuple[str, str, str | None], ...]:
    """Spåret of an invoice: received, checked, approved, paid."""
    now = sentence_of(row)
    if row.status == s.CANCELLED:
        return (
            ("done", gettext(STEPS[0]), long_day(stockholm_date(row.arrived_at))),
            ("stopped", now.step_name, None),
        )
    steps: list[tuple[str, str, str | None]] = []
    for index, name in enumerate(STEPS):
        if index < now.step:
            steps.append(
                ("done", gettext(name), long_day(stockholm_date(row.arrived_at)) if index == 0 else None)
            )
        elif index == now.step:
            steps.append(("now", now.step_name, _pay_day(row, today) if index == len(STEPS) - 1 else None))
        else:
            last = index == len(STEPS) - 1
            left = NOT_PAID.step_name if last and row.nothing_to_pay else name
            steps.append(("left", gettext(left), _pay_day(row, today) if last else None))
    return tuple(steps)


def _pay_day(row: InvoiceRow, today: date) -> str | None:
    if row.is_credit_note or row.on_hold or row.nothing_to_pay or theirs(stops_of(row)):
        return None
    day = expected_day(row, today)
    return long_day(day) if day else None


def order_track(order: Order) -> tuple[tuple[str, str, str | None], ...]:
    """Spåret of an order: ordered, confirmed, delivered, invoiced."""
    sent = long_day(stockholm_date(order.sent_at)) if order.sent_at else None
    if order.status in {"rejected_by_supplier", "cancelled"}:
        name = gettext("Avböjd") if order.status == "rejected_by_supplier" else gettext("Makulerad")
        return (("done", gettext("Beställd"), sent), ("stopped", name, None))
    delivered = bool(order.lines) and all(line.received >= line.quantity for line in order.lines)
    billed = order.status == "closed" or (bool(order.lines) and all(line.left == 0 for line in order.lines))
    confirmed = order.status not in {"sent"}
    marks = [
        (True, gettext("Beställd"), sent),
        (
            confirmed,
            gettext("Bekräftad") if confirmed else gettext("Bekräftas"),
            long_day(stockholm_date(order.answers[-1].answered_at)) if order.answers else None,
        ),
        (delivered, gettext("Levererad") if delivered else gettext("Levereras"), _part(order)),
        (billed, gettext("Fakturerad") if billed else gettext("Faktureras"), None),
    ]
    return _with_now(marks)


def _part(order: Order) -> str | None:
    some = any(line.received for line in order.lines)
    every = all(line.received >= line.quantity for line in order.lines)
    return gettext("kvitterad av kunden") if every else gettext("delvis kvitterad") if some else None


def _with_now(marks: list[tuple[bool, str, str | None]]) -> tuple[tuple[str, str, str | None], ...]:
    first_left = next((i for i, mark in enumerate(marks) if not mark[0]), len(marks))
    return tuple(
        ("done" if done else "now" if i == first_left else "left", name, when)
        for i, (done, name, when) in enumerate(marks)
    )
