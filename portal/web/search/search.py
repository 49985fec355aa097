"""/search: the header's search, by number of an order or invoice, or a supplier's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from litestar import Controller, Response, get
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.invoicing.queries.scope import rights_of
from portal.invoicing.queries.search import find_invoices, find_orders, find_suppliers
from portal.kernel.dates import stockholm_date
from portal.kernel.identifiers import format_org_number
from portal.kernel.text import squash
from portal.orders.status import ORDER
from portal.web.i18n import gettext, localised, ngettext
from portal.web.invoicing.rows import InvoiceRow, rows_of
from portal.web.pages import Req, page, see_other

LONGEST = 100
SHORTEST = 2


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
    empty: tuple[str, str]


class SearchController(Controller):
    """One field for the whole portal; a supplier's user finds the supplier's own."""

    path = "/search"
    opt = {"permission": p.ANYONE_SIGNED_IN}  # noqa: RUF012

    @get()
    async def index(self, request: Req) -> Response[Any]:
        """Hits, by kind; nothing that the person may not see."""
        words = squash(request.query_params.get("q", ""))[:LONGEST]
        scope = request.scope["state"]
        if scope["actor"].supplier_id is not None:
            return see_other(request, f"/supplier/invoices?{urlencode({'q': words})}")
        view = await _find(scope["session"], scope["actor"], words, scope["now"])
        return await page(request, "search/index.html", search=view)


async def _find(session: AsyncSession, actor: Actor, words: str, now: datetime) -> SearchView:
    today = stockholm_date(now)
    base = localised("/invoicing/invoices") + "/"
    if len(words) < SHORTEST:
        empty = gettext("Skriv minst två tecken."), gettext("Till exempel ett ordernummer eller ett namn.")
        return SearchView(words, gettext("Sök order, faktura eller leverantör"), base, (), (), (), empty)
    rights = await rights_of(session, actor, today)
    invoices = rows_of(await find_invoices(session, actor, rights, words), today)
    orders = [_order(row) for row in await find_orders(session, actor, words, today)]
    suppliers = [
        (row.name, format_org_number(row.org_number)) for row in await find_suppliers(session, actor, words)
    ]
    hits = len(invoices) + len(orders) + len(suppliers)
    lead = ngettext("%(num)s träff på ”%(words)s”.", "%(num)s träffar på ”%(words)s”.", hits)
    empty = (
        gettext("Inga träffar på ”%(words)s”.") % {"words": words},
        gettext("Kontrollera numret, eller sök på leverantörens namn."),
    )
    return SearchView(words, lead % {"num": hits, "words": words}, base, invoices, orders, suppliers, empty)


def _order(row: Any) -> OrderHit:
    state = ORDER.state(row.status)
    status = (state.tone, state.icon, gettext(state.label))
    return OrderHit(localised(f"/orders/{row.id}"), row.number, row.supplier, status, row.gross_amount)
