"""Spåret: from order to payment, always in words."""

from __future__ import annotations

from datetime import date

from portal.invoicing import status as s
from portal.invoicing.queries.detail import Detail
from portal.kernel.dates import format_day_long, stockholm_date
from portal.web.i18n import current_locale, gettext
from portal.web.invoicing.payment_words import not_paid, nothing_to_pay

Step = tuple[str, str, str]


def track_of(detail: Detail) -> tuple[Step, ...]:
    """Four or five steps: (state, name, when)."""
    invoice, head = detail.invoice, detail.head
    steps: list[Step] = []
    if invoice.order_id is not None:
        ordered = _day(stockholm_date(head.order_sent_at)) if head.order_sent_at else ""
        steps.append(("done", gettext("Beställd"), ordered))
        received = detail.receipts[-1][0] if detail.receipts else None
        steps.append(
            ("done", gettext("Levererad"), _day(received)) if received
            else ("left", gettext("Levererad"), gettext("inte kvitterad"))
        )  # fmt: skip
    steps.append(("done", gettext("Fakturan kom in"), _day(invoice.arrival_date)))
    return (*steps, *_after(detail))


def _after(detail: Detail) -> tuple[Step, ...]:
    invoice = detail.invoice
    if invoice.status == s.CANCELLED:
        return (("stopped", gettext("Makulerad"), _day(stockholm_date(invoice.status_since))),)
    paid = gettext("Betalas")
    if invoice.status == s.DONE:
        ready = _day(stockholm_date(invoice.done_at)) if invoice.done_at else ""
        step = ("left", paid, _day(invoice.payment_date)) if invoice.payment_date else not_paid(detail)
        return (("done", gettext("Klar"), ready), step)
    now = {
        s.MATCHING_REQUIRED: gettext("Hos beställaren"),
        s.AWAITING_RECEIPT: gettext("Väntar på kvittens"),
        s.REVIEW: gettext("Granskas"),
        s.APPROVAL: gettext("Attesteras"),
        s.ATTESTED: gettext("Attesterad"),
    }.get(invoice.status, gettext("Kontrolleras"))
    if nothing_to_pay(invoice):
        return (("now", now, ""), not_paid(detail))
    due = gettext("förfaller %(day)s") % {"day": _day(invoice.due_date)} if invoice.due_date else ""
    if invoice.under_investigation:
        due = (
            gettext("inte förrän krediten har kommit")
            if invoice.credit_request
            else gettext("inte under utredningen")
        )
    return (("now", now, ""), ("left", paid, due))


def _day(day: date | None) -> str:
    return format_day_long(day, current_locale()) if day else ""
