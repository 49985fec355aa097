"""A supplier's invoices: status in plain words, Spåret, and när får vi betalt (A9)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from portal.access import permissions as p
from portal.formats.csv_writer import Cell
from portal.invoicing.status import CANCELLED
from portal.kernel.dates import stockholm_date
from portal.kernel.listed import Totals
from portal.kernel.money import as_cost
from portal.web.figures import machine
from portal.web.i18n import gettext, localised, ngettext
from portal.web.listing import SumRow, asked_view, contents_text, csv_answer, sum_rows, views
from portal.web.pages import Html, Req, page
from portal.web.paper.document import Place, document_view
from portal.web.paper.serving import saved_attachment, shown_attachment
from portal.web.supplier import fields
from portal.web.supplier.present import invoice_view, statuses_of, tabs
from portal.web.supplier.queries.company import customers
from portal.web.supplier.queries.invoices import INVOICES, InvoiceRow, find_invoice
from portal.web.supplier.queries.lists import PAGE
from portal.web.supplier.sending_anew import stopped_one
from portal.web.supplier.sentences import TABS, sentence_of

PATH = "/supplier/invoices"
HEADING = ("Nummer", "Sort", "Vad", "Kund", "Beställning", "Status", "Fakturadatum", "Kom", "Förfaller", "Betaldag",
           "Valuta", "Exkl. moms", "Moms", "Inkl. moms", "Att betala")  # fmt: skip


class SupplierInvoicesController(Controller):
    """GET the list and one invoice."""

    path = PATH
    opt = {"permission": p.SUPPLIER}  # noqa: RUF012

    @get()
    async def index(self, request: Req) -> Html:
        """The supplier's invoices, newest first; `q`, `tab` and `view` in the address."""
        state, (words, tab) = request.scope["state"], _asked(request)
        chosen: Any = {"words": words, "statuses": statuses_of(TABS, tab)}
        rows = await INVOICES.page(
            state["session"],
            state["actor"],
            **chosen,
            after=fields.page_key(request.query_params.get("after")),
        )
        shown, today = rows[:PAGE], stockholm_date(state["now"])
        accounts = {c.concern_id: c.accounts for c in await customers(state["session"], state["actor"])}
        how = views(request, PATH)
        total = await INVOICES.totals(state["session"], state["actor"], **chosen) if how.table else None
        return await page(
            request, "supplier/invoices/index.html", words=words, tab=tab, views=how, asked_view=asked_view(request),
            rows=[invoice_view(row, today, accounts.get(row.concern_id, ())) for row in shown],
            tabs=tabs(PATH, TABS, tab, words, {}, asked_view(request)), sums=_sums(total) if total else (),
            next=_next(request, words, tab, shown) if len(rows) > PAGE else None,
        )  # fmt: skip

    @get("/csv")
    async def csv(self, request: Req) -> Stream:
        """The same list as a file."""
        state, (words, tab) = request.scope["state"], _asked(request)
        rows = INVOICES.every(state["session"], state["actor"], words=words, statuses=statuses_of(TABS, tab))
        return await csv_answer(gettext("fakturor"), [gettext(one) for one in HEADING], _cells(rows))

    @get("/{invoice_id:uuid}")
    async def show(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """One invoice."""
        state = request.scope["state"]
        today = stockholm_date(state["now"])
        row, lines = await find_invoice(state["session"], state["actor"], invoice_id)
        accounts = {c.concern_id: c.accounts for c in await customers(state["session"], state["actor"])}
        view = invoice_view(row, today, accounts.get(row.concern_id, ()))
        can_credit = not row.is_credit_note and row.status != CANCELLED and row.order_id is not None
        corrected = await stopped_one(state["session"], state["actor"], row, lines, today)
        path = f"{PATH}/{invoice_id}"
        document = await document_view(request, row.sha256, Place(path, path, original=False))
        return await page(
            request, "supplier/invoices/show.html", view=view, row=row, document=document,
            can_credit=can_credit, stops=corrected.stops, again=corrected.href, earlier=corrected.earlier_href,
        )  # fmt: skip

    @get("/{invoice_id:uuid}/attachments/{position:int}")
    async def attachment(
        self, request: Req, invoice_id: FromPath[UUID], position: FromPath[int]
    ) -> Response[bytes]:
        """What the invoice had with it, to be saved."""
        return await saved_attachment(request, await _original(request, invoice_id), position)

    @get("/{invoice_id:uuid}/attachments/{position:int}/shown")
    async def attachment_shown(
        self, request: Req, invoice_id: FromPath[UUID], position: FromPath[int]
    ) -> Response[bytes]:
        """A picture or PDF that the invoice had with it, in a frame of its own."""
        return await shown_attachment(request, await _original(request, invoice_id), position)


def _asked(request: Req) -> tuple[str, str]:
    """The words and the tab."""
    query = request.query_params
    return (query.get("q") or "").strip()[:100], query.get("tab") or ""


def _next(request: Req, words: str, tab: str, shown: Sequence[InvoiceRow]) -> str:
    after = f"{machine(shown[-1].arrived_at)}|{shown[-1].id}"
    key = {"q": words, "tab": tab, "view": asked_view(request), "after": after}
    return f"{localised(PATH)}?{urlencode(key)}"


def _sums(total: Totals) -> tuple[SumRow, ...]:
    told = ngettext("Summa, %(num)s faktura", "Summa, %(num)s fakturor", total.rows)
    return sum_rows(total, told % {"num": total.rows})


async def _cells(rows: AsyncIterator[InvoiceRow]) -> AsyncIterator[Sequence[Cell]]:
    async for row in rows:
        amounts = (row.net_amount, row.tax_amount, row.gross_amount, row.payable_amount)
        yield (
            row.number, gettext("Kreditfaktura") if row.is_credit_note else gettext("Faktura"),
            contents_text(row.contents), row.buyer_name or row.concern, row.order_number, sentence_of(row).label,
            row.issue_date, stockholm_date(row.arrived_at), row.due_date, row.payment_date, row.currency,
            *(as_cost(one, credit=row.is_credit_note) for one in amounts),
        )  # fmt: skip


async def _original(request: Req, invoice_id: UUID) -> bytes:
    """The hash of the invoice's bytes; NotFound when it is not the supplier's."""
    state = request.scope["state"]
    row, _lines = await find_invoice(state["session"], state["actor"], invoice_id)
    return row.sha256
