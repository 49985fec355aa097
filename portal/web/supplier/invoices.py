"""A supplier's invoices: status in plain words, Spåret, and när får vi betalt (A9)."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, get
from litestar.params import FromPath

from portal.access import permissions as p
from portal.invoicing.status import CANCELLED
from portal.kernel.dates import stockholm_date
from portal.web.i18n import localised
from portal.web.pages import Html, Req, page
from portal.web.supplier import fields
from portal.web.supplier.present import invoice_lines, invoice_view, statuses_of, tabs
from portal.web.supplier.queries.company import customers
from portal.web.supplier.queries.invoices import PAGE, find_invoice, list_invoices
from portal.web.supplier.sending_anew import stopped_one
from portal.web.supplier.sentences import TABS

PATH = "/supplier/invoices"


class SupplierInvoicesController(Controller):
    """GET the list and one invoice."""

    path = PATH
    opt = {"permission": p.SUPPLIER}  # noqa: RUF012

    @get()
    async def index(self, request: Req) -> Html:
        """The supplier's invoices, newest first; `q` and `tab` in the address."""
        state, query = request.scope["state"], request.query_params
        words, tab = (query.get("q") or "").strip()[:100], query.get("tab") or ""
        rows = await list_invoices(
            state["session"], state["actor"], words=words, statuses=statuses_of(TABS, tab),
            after=fields.page_key(query.get("after")),
        )  # fmt: skip
        shown, following = rows[:PAGE], None
        if len(rows) > PAGE:
            last = shown[-1]
            key = {"q": words, "tab": tab, "after": f"{last.arrived_at.isoformat()}|{last.id}"}
            following = f"{localised(PATH)}?{urlencode(key)}"
        today = stockholm_date(state["now"])
        accounts = {c.concern_id: c.accounts for c in await customers(state["session"], state["actor"])}
        views = [invoice_view(row, today, accounts.get(row.concern_id, ())) for row in shown]
        return await page(
            request, "supplier/invoices/index.html", rows=views, words=words, tab=tab,
            tabs=tabs(PATH, TABS, tab, words, {}), next=following,
        )  # fmt: skip

    @get("/{invoice_id:uuid}")
    async def show(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """One invoice."""
        state = request.scope["state"]
        row, lines = await find_invoice(state["session"], state["actor"], invoice_id)
        accounts = {c.concern_id: c.accounts for c in await customers(state["session"], state["actor"])}
        view = invoice_view(row, stockholm_date(state["now"]), accounts.get(row.concern_id, ()))
        can_credit = not row.is_credit_note and row.status != CANCELLED and row.order_id is not None
        corrected = await stopped_one(state["session"], state["actor"], row)
        return await page(
            request, "supplier/invoices/show.html", view=view, row=row, lines=invoice_lines(lines),
            can_credit=can_credit, stops=corrected.stops, again=corrected.href, earlier=corrected.earlier_href,
        )  # fmt: skip
