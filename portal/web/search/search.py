"""/search: the header's search: articles, orders, requisitions and invoices by number or words, and suppliers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Response, get
from litestar.datastructures import State
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.invoicing.queries.list_table import contents_of
from portal.invoicing.queries.scope import rights_of
from portal.invoicing.queries.search import find_invoices, find_orders, find_suppliers
from portal.kernel.dates import stockholm_date
from portal.kernel.identifiers import format_org_number
from portal.kernel.text import squash
from portal.orders.queries.order_scope import deciding_for, standing_in
from portal.orders.queries.search import find_requisitions
from portal.orders.status import ORDER, REQUISITION
from portal.web.catalog.articles import first_articles
from portal.web.catalog.present import HitView
from portal.web.i18n import gettext, localised, ngettext
from portal.web.invoicing.rows import InvoiceRow, rows_of
from portal.web.pages import Req, page, see_other
from portal.web.services import Services

LONGEST = 100
SHORTEST = 2
MOST_ARTICLES = 5


@dataclass(frozen=True, slots=True)
class Work:
    """Whose search it is, and when."""

    session: AsyncSession
    actor: Actor
    today: date


@dataclass(frozen=True, slots=True)
class OrderHit:
    """An order that was found."""

    href: str
    number: str
    party: str
    status: tuple[str, str, str]
    amount: Any


@dataclass(frozen=True, slots=True)
class SearchView:
    """What templates/search/index.html shows."""

    words: str
    lead: str
    base: str
    invoices: Sequence[InvoiceRow]
    orders: Sequence[OrderHit]
    suppliers: Sequence[tuple[str, str]]
    requisitions: Sequence[OrderHit]
    articles: Sequence[HitView]
    more_articles: tuple[str, str] | None
    empty: tuple[str, str]


class SearchController(Controller):
    """One field for the whole portal; a supplier's user finds the supplier's own."""

    path = "/search"
    opt = {"permission": p.ANYONE_SIGNED_IN}  # noqa: RUF012

    @get()
    async def index(self, request: Req, state: State) -> Response[Any]:
        """Hits, by kind; nothing that the person may not see."""
        words = squash(request.query_params.get("q", ""))[:LONGEST]
        scope = request.scope["state"]
        if scope["actor"].supplier_id is not None:
            return see_other(request, f"/supplier/invoices?{urlencode({'q': words})}")
        view = await _find(Work(scope["session"], scope["actor"], stockholm_date(scope["now"])), words)
        if scope["actor"].has(p.ORDER_AND_INVOICE) and len(words) >= SHORTEST:
            view = await _with_articles(request, state.services, view, words)
        return await page(request, "search/index.html", search=view)


async def _find(work: Work, words: str) -> SearchView:
    base = localised("/invoicing/invoices") + "/"
    if len(words) < SHORTEST:
        empty = gettext("Skriv minst två tecken."), gettext("Till exempel ett ordernummer eller ett namn.")
        lead = gettext("Sök order, faktura eller leverantör")
        return SearchView(words, lead, base, (), (), (), (), (), None, empty)
    session, actor, today = work.session, work.actor, work.today
    rights = await rights_of(session, actor, today)
    found = await find_invoices(session, actor, rights, words)
    invoices = rows_of(found, today, await contents_of(session, actor, [row.id for row in found]))
    orders = [_order(row) for row in await find_orders(session, actor, words, today)]
    users, deciders = await standing_in(session, actor, today), await deciding_for(session, actor, today)
    requisitions = [
        _requisition(row) for row in await find_requisitions(session, actor, words, users, deciders)
    ]
    suppliers = [
        (row.name, format_org_number(row.org_number)) for row in await find_suppliers(session, actor, words)
    ]
    hits = len(invoices) + len(orders) + len(suppliers) + len(requisitions)
    empty = (
        gettext("Inga träffar på ”%(words)s”.") % {"words": words},
        gettext("Kontrollera numret, eller sök på leverantörens namn."),
    )
    return SearchView(
        words, _lead(hits, words), base, invoices, orders, suppliers, requisitions, (), None, empty
    )


def _lead(hits: int, words: str) -> str:
    text = ngettext("%(num)s träff på ”%(words)s”.", "%(num)s träffar på ”%(words)s”.", hits)
    return text % {"num": hits, "words": words}


async def _with_articles(request: Req, services: Services, view: SearchView, words: str) -> SearchView:
    """The best articles the buyer may buy, and the way to the others."""
    found, total = await first_articles(request, services, words, MOST_ARTICLES)
    others = len(view.invoices) + len(view.orders) + len(view.suppliers) + len(view.requisitions)
    more = None
    if total > len(found):
        text = gettext("Visa alla artiklar som passar ”%(words)s”") % {"words": words}
        more = text, localised(f"/catalog/articles?{urlencode({'q': words})}")
    return replace(view, articles=found, more_articles=more, lead=_lead(others + total, words))


def _order(row: Any) -> OrderHit:
    state = ORDER.state(row.status)
    status = (state.tone, state.icon, gettext(state.label))
    return OrderHit(localised(f"/orders/{row.id}"), row.number, row.supplier, status, row.gross_amount)


def _requisition(row: Any) -> OrderHit:
    state = REQUISITION.state(row.status)
    status = (state.tone, state.icon, gettext(state.label))
    return OrderHit(
        localised(f"/orders/requisitions/{row.id}"), row.number, row.title or row.name, status, None
    )
