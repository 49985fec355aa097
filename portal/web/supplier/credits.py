"""A credit note of an own invoice: whole or part, with the invoice named."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from portal.access import permissions as p
from portal.formats.en16931 import Invoice
from portal.formats.peppol.invoice_writer import write_invoice
from portal.invoicing.rules.credited import too_much
from portal.invoicing.status import CANCELLED
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict
from portal.kernel.money import format_kr
from portal.web.figures import full_day, machine
from portal.web.i18n import gettext
from portal.web.pages import Html, Req, page, partials, see_other
from portal.web.supplier import fields, flip
from portal.web.supplier.present import invoice_lines
from portal.web.supplier.queries.company import find_company
from portal.web.supplier.queries.invoices import (
    Credited,
    InvoiceLine,
    InvoiceRow,
    credited_so_far,
    find_invoice,
    number_used,
)
from portal.web.supplier.queries.orders import find_order
from portal.web.supplier.sending import send, still_settling
from portal.web.supplier.sending_anew import used_text

TOO_MANY = "Högst %(left)s är kvar att kreditera på raden."
TOO_MUCH = "Krediten blir %(more)s mer än vad som är kvar av fakturan. Sänk antalen."
BEFORE_INVOICE = "Kreditfakturan kan inte ha ett äldre datum än fakturan, %(day)s."
MOST_REASON = 300
Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]


class CreditsController(Controller):
    """GET the form, POST it to be counted or sent."""

    path = "/supplier/invoices/{invoice_id:uuid}/credit"
    opt = {"permission": p.SUPPLIER}  # noqa: RUF012

    @get()
    async def new(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """All that is left of the invoice is proposed; less is written by hand."""
        row, lines = await _debit(request, invoice_id)
        left = _left(lines, await _so_far(request, row, lines))
        data = {f"quantity-{position}": fields.written(quantity) for position, quantity in left.items()}
        data["issue_date"] = machine(stockholm_date(request.scope["state"]["now"]))
        return await _page(request, row, lines, data, {}, await _credit(request, row, lines, data, {}))

    @post("/totals")
    async def count(self, request: Req, invoice_id: FromPath[UUID], data: Form) -> Html:
        """The totals of what is written right now."""
        row, lines = await _debit(request, invoice_id)
        made = await _credit(request, row, lines, data, {})
        return partials(request, "supplier/invoices/_totals.html", sums=flip.totals(made.lines))

    @post()
    async def create(self, request: Req, invoice_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Send the credit note through the common door."""
        row, lines = await _debit(request, invoice_id)
        assert row.order_id is not None  # _debit has seen to it
        errors: dict[str, str] = {}
        if wait := await still_settling(request, row.order_id):
            errors["number"] = wait
        made = await _credit(request, row, lines, data, errors)
        if errors:
            return await _page(request, row, lines, data, errors, made, status=422)
        name = f"{made.number}.xml"
        sent = await send(
            request, write_invoice(made), channel="order_flip", filename=name, order_id=row.order_id
        )
        return see_other(request, f"/supplier/files?id={sent}")


async def _debit(request: Req, invoice_id: UUID) -> tuple[InvoiceRow, tuple[InvoiceLine, ...]]:
    state = request.scope["state"]
    row, lines = await find_invoice(state["session"], state["actor"], invoice_id)
    if row.is_credit_note or row.status == CANCELLED or row.order_id is None:
        raise Conflict("Fakturan kan inte krediteras här. Ladda upp en kreditfaktura som XML i stället.")
    return row, lines


async def _credit(
    request: Req,
    row: InvoiceRow,
    lines: tuple[InvoiceLine, ...],
    data: dict[str, Any],
    errors: dict[str, str],
) -> Invoice:
    state = request.scope["state"]
    assert row.order_id is not None  # _debit has seen to it
    order = await find_order(state["session"], state["actor"], row.order_id, stockholm_date(state["now"]))
    company = await find_company(state["session"], state["actor"])
    so_far = await _so_far(request, row, lines)
    quantities = fields.quantities(data, _left(lines, so_far), errors, too_many=TOO_MANY)
    issued = _issued(data, row, stockholm_date(state["now"]), errors)
    number = fields.number(data, errors)
    if number and (used := await number_used(state["session"], state["actor"], row.concern_id, number)):
        errors["number"] = used_text(used)
    # A9.14: a credit note falls due the day it is issued; without a due date it would stop (A4.13).
    head = flip.Head(number, issued, issued, note=_reason(data, errors))
    made = flip.credit_of(order, company, head, row, lines, quantities)
    if not errors and (more := too_much(row.net_amount, so_far.net, made.net_amount)):
        errors[f"quantity-{lines[0].position}"] = gettext(TOO_MUCH) % {"more": format_kr(more)}
    return made


def _issued(data: dict[str, Any], row: InvoiceRow, today: date, errors: dict[str, str]) -> date:
    """The credit note's day: not before the invoice's own, and not to come."""
    issued = fields.day(data, "issue_date", errors) or today
    if row.issue_date and issued < row.issue_date:
        errors["issue_date"] = gettext(BEFORE_INVOICE) % {"day": full_day(row.issue_date)}
    elif issued > today:
        errors["issue_date"] = gettext("Datumet kan inte ligga framåt i tiden.")
    return issued


def _reason(data: dict[str, Any], errors: dict[str, str]) -> str:
    """Why it is credited: BT-22 of the credit note, which the customer reads."""
    reason = fields.text(data, "reason")[:MOST_REASON]
    if not reason:
        errors["reason"] = gettext("Skriv varför ni krediterar. Kunden läser det.")
    return reason


async def _so_far(request: Req, row: InvoiceRow, lines: tuple[InvoiceLine, ...]) -> Credited:
    state = request.scope["state"]
    return await credited_so_far(state["session"], state["actor"], row, lines)


def _left(lines: tuple[InvoiceLine, ...], so_far: Credited) -> dict[int, Decimal]:
    """Position → what is left to credit; never below zero."""
    return {x.position: max(x.quantity - so_far.quantities[x.position], Decimal(0)) for x in lines}


async def _page(
    request: Req,
    row: InvoiceRow,
    lines: tuple[InvoiceLine, ...],
    data: dict[str, Any],
    errors: dict[str, str],
    made: Invoice,
    *,
    status: int = 200,
) -> Html:
    so_far = await _so_far(request, row, lines)
    names = ["number", "issue_date", "reason", *(f"quantity-{line.position}" for line in lines)]
    values = {name: fields.text(data, name) for name in names}
    summary = [(name, errors[name]) for name in names if name in errors]
    return await page(
        request, "supplier/invoices/credit.html", status=status, row=row, lines=invoice_lines(lines), values=values,
        so_far=so_far, left=_left(lines, so_far), errors=errors, summary=summary, sums=flip.totals(made.lines),
    )  # fmt: skip
