"""Skapa faktura från order: prefilled with what is received and not invoiced, tried, sent through the common door."""

from __future__ import annotations

from dataclasses import dataclass, replace
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
from portal.kernel.dates import later, stockholm_date
from portal.kernel.errors import Conflict
from portal.orders.status import CLOSED
from portal.web.figures import full_day, machine
from portal.web.i18n import gettext, ngettext
from portal.web.pages import Html, Req, page, partials, see_other
from portal.web.supplier import fields, flip
from portal.web.supplier.present import INVOICEABLE, LineView, account_words, can_be_invoiced, line_views
from portal.web.supplier.queries.company import Company, Customer, customers, find_company
from portal.web.supplier.queries.invoices import number_alike, number_used
from portal.web.supplier.queries.orders import Order, find_order
from portal.web.supplier.sending import rules_in_force, send, still_settling
from portal.web.supplier.sending_anew import Stopped, corrected_by, used_text, values_of
from portal.web.supplier.trial import Trial, try_out

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
NO_ACCOUNT = "Inget konto är godkänt än. Kunden kontrollerar det, sedan går det att fakturera."


@dataclass(frozen=True, slots=True)
class Draft:
    """The form as it stands: what was written, what it makes, and what is wrong with it."""

    order: Order
    lines: tuple[LineView, ...]
    values: dict[str, str]
    errors: dict[str, str]
    sums: flip.Sums
    invoice: Invoice | None
    account: str | None
    corrects: Stopped | None = None


class OrderInvoicesController(Controller):
    """GET the form, POST it to be counted, tried or sent."""

    path = "/supplier/orders/{order_id:uuid}/invoices"
    opt = {"permission": p.SUPPLIER}  # noqa: RUF012

    @get("/new")
    async def new(self, request: Req, order_id: FromPath[UUID]) -> Html:
        """The form, filled in; with a stopped invoice's values when it is to be sent anew (`corrects`)."""
        order, stopped = await _order(request, order_id, request.query_params.get("corrects"))
        today = stockholm_date(request.scope["state"]["now"])
        values = values_of(stopped, order, today) if stopped else _proposal(request, order)
        return await _page(request, await _draft(request, (order, stopped), values, check=False))

    @post("/totals")
    async def count(self, request: Req, order_id: FromPath[UUID], data: Form) -> Html:
        """The totals of what is written right now."""
        draft = await _draft(request, await _order(request, order_id, data.get("corrects")), data)
        return partials(request, "supplier/orders/_totals.html", draft=draft)

    @post("/trial")
    async def try_it(self, request: Req, order_id: FromPath[UUID], data: Form) -> Html:
        """Prova: what would happen, without sending."""
        draft = await _draft(request, await _order(request, order_id, data.get("corrects")), data)
        if draft.invoice is None:
            return await _page(request, draft, status=422)
        return await _page(request, draft, trial=await _try(request, draft))

    @post()
    async def create(self, request: Req, order_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Send it: written as Peppol BIS Billing 3 and received as any other."""
        wait = await still_settling(request, order_id)
        draft = await _draft(request, await _order(request, order_id, data.get("corrects")), data)
        if wait:
            draft = replace(draft, errors={"number": wait, **draft.errors}, invoice=None)
        if draft.invoice is None:
            return await _page(request, draft, status=422)
        trial = await _try(request, draft)
        if trial.tone == "stop":
            return await _page(request, draft, status=422, trial=trial)
        name = f"{draft.invoice.number}.xml"
        sent = await send(
            request, write_invoice(draft.invoice), channel="order_flip", filename=name, order_id=order_id
        )
        return see_other(request, f"/supplier/files?id={sent}")


async def _order(request: Req, order_id: UUID, corrects: str | None) -> tuple[Order, Stopped | None]:
    """The order, and the stopped invoice that is sent anew: it takes nothing of the order then."""
    state = request.scope["state"]
    today = stockholm_date(state["now"])
    stopped = await corrected_by(state["session"], state["actor"], corrects, today)
    without = stopped.row.id if stopped else None
    order = await find_order(state["session"], state["actor"], order_id, today, without=without)
    if order.status not in INVOICEABLE or (order.status == CLOSED and not can_be_invoiced(order)):
        raise Conflict("Beställningen kan inte faktureras: den är avslutad, avböjd eller makulerad.")
    return order, stopped


def _proposal(request: Req, order: Order) -> dict[str, str]:
    """What is received and not invoiced; when nothing is received, all that is left."""
    today = stockholm_date(request.scope["state"]["now"])
    some = any(line.ready > 0 for line in order.lines)
    values = {
        f"quantity-{line.position}": fields.written(line.ready if some else line.left) for line in order.lines
    }
    due = later(today, order.payment_days)
    return values | {
        "number": "",
        "issue_date": machine(today),
        "due_date": machine(due),
        "delivery_date": "",
    }


async def _draft(
    request: Req, given: tuple[Order, Stopped | None], data: dict[str, Any], *, check: bool = True
) -> Draft:
    state, (order, stopped) = request.scope["state"], given
    errors: dict[str, str] = {}
    company = await find_company(state["session"], state["actor"])
    customer = await _customer(request, order.concern_id)
    quantities = fields.quantities(data, {line.position: line.left for line in order.lines}, errors)
    head = _head(data, order, errors, stockholm_date(state["now"]))
    account = next(
        ((a.kind, a.number) for a in customer.accounts if a.status == "active" and a.factor is None), None
    )
    if account is None:
        errors["account"] = gettext(NO_ACCOUNT)
    elif head.number and (
        used := await number_used(state["session"], state["actor"], order.concern_id, head.number)
    ):
        errors["number"] = used_text(used)
    made = _made(order, company, head, quantities, account)
    values = {name: fields.text(data, name) for name in (*_names(order), *HEAD_FIELDS)}
    shown = errors if check else {}
    return Draft(
        order, line_views(order), values, shown, flip.totals(made.lines), None if errors else made,
        account_words(customer.accounts), stopped,
    )  # fmt: skip


HEAD_FIELDS = ("number", "issue_date", "due_date", "delivery_date")


def _names(order: Order) -> list[str]:
    return [f"quantity-{line.position}" for line in order.lines]


def _made(
    order: Order,
    company: Company,
    head: flip.Head,
    quantities: dict[int, Decimal],
    account: tuple[str, str] | None,
) -> Invoice:
    """The invoice as far as it can be made: the totals are shown whatever else is wrong."""
    return flip.invoice_of(order, company, head, quantities, account or ("BANKGIRO", ""))


def _head(data: dict[str, Any], order: Order, errors: dict[str, str], today: date) -> flip.Head:
    issued = fields.day(data, "issue_date", errors)
    due = fields.day(data, "due_date", errors)
    delivered = fields.day(data, "delivery_date", errors, needed=False)
    number = fields.number(data, errors)
    if issued and due and (due - issued).days < order.payment_days:
        earliest = later(issued, order.payment_days)
        message = ngettext(
            "Betalningsvillkoret är %(num)s dag. Välj %(day)s eller senare.",
            "Betalningsvillkoret är %(num)s dagar. Välj %(day)s eller senare.",
            order.payment_days,
        )
        errors["due_date"] = message % {"num": order.payment_days, "day": full_day(earliest)}
    return flip.Head(number, issued or today, due or today, delivered)


async def _customer(request: Req, concern_id: UUID) -> Customer:
    state = request.scope["state"]
    found = await customers(state["session"], state["actor"])
    return next(customer for customer in found if customer.concern_id == concern_id)


async def _try(request: Req, draft: Draft) -> Trial:
    assert draft.invoice is not None  # asked for only then
    state, invoice, order = request.scope["state"], draft.invoice, draft.order
    alike = await number_alike(
        state["session"], state["actor"], order.concern_id, invoice.number, invoice.gross_amount, order.id
    )
    rules, today = rules_in_force(request), stockholm_date(state["now"])
    return await try_out(invoice, write_invoice(invoice), order, today, rules, number_alike=alike)


async def _page(request: Req, draft: Draft, *, status: int = 200, trial: Trial | None = None) -> Html:
    order = [*HEAD_FIELDS, *_names(draft.order), "account"]
    summary = [(name, draft.errors[name]) for name in order if name in draft.errors]
    return await page(
        request, "supplier/orders/invoice.html", status=status, draft=draft, trial=trial, summary=summary
    )
