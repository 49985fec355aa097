"""The list of orders: as rows, as a table with its sums, and as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from litestar.response import Stream
from sqlalchemy import ColumnElement, and_

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.formats.csv_writer import Cell
from portal.invoicing.queries.of_orders import with_waiting_invoice
from portal.kernel.dates import stockholm_date
from portal.kernel.identifiers import read_uuid
from portal.orders.queries import order_lists, order_scope
from portal.orders.queries.requisitions import list_unfinished
from portal.orders.status import ORDER, REQUISITION
from portal.web.i18n import gettext, ngettext
from portal.web.listing import SumRow, contents_text, csv_answer, sum_rows, views, wants_table
from portal.web.orders.texts import Status, status_of
from portal.web.pages import Html, Req, page

PATH = "/orders"
EVERYTHING = (p.SEE_ALL_INVOICES, p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN, p.CENTRAL_SYSTEM_ADMIN, p.AUDITOR)
TABS = (("waiting", "Avvaktar hantering"), ("handled", "Hanterade"), ("all", "Alla"))


@dataclass(frozen=True, slots=True)
class OrderView:
    """One order in a list: its row, its status in words, what it is of, and whether an invoice waits for its goods."""

    row: order_lists.OrderRow
    status: Status
    contents: str
    invoice_waits: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for: whose orders, the tab and the filters."""

    seen: ColumnElement[bool]
    users: tuple[UUID, ...]
    tab: str
    filters: order_lists.Filters


async def index(request: Req) -> Html:
    """The page of the list."""
    scope, given = request.scope["state"], request.query_params
    session, actor = scope["session"], scope["actor"]
    asked = await _asked(request)
    found = await order_lists.list_orders(session, actor, asked.seen, asked.filters)
    waiting = asked.tab == "waiting"
    unfinished = await list_unfinished(session, actor, asked.users) if waiting else []
    return await page(
        request, "orders/orders/index.html", rows=await order_views(request, found.rows),
        unfinished=[(row, status_of(REQUISITION, row.status)) for row in unfinished],
        tabs=[(gettext(label), f"{PATH}?{_query(given, tab=code)}", code == asked.tab) for code, label in _tabs(actor)],
        tab=asked.tab, filters=asked.filters, given=given, views=views(request, PATH),
        suppliers=await order_lists.suppliers_of(session, actor, asked.seen),
        statuses=[(code, gettext(ORDER.state(code).label)) for code in _statuses(asked.tab)],
        pages=_pages(given, found, asked.tab), sums=await order_sums(request, asked.seen, asked.filters),
    )  # fmt: skip


async def download(request: Req) -> Stream:
    """The orders of the list, all pages of it."""
    asked = await _asked(request)
    return await orders_csv(request, gettext("beställningar"), asked.seen, asked.filters)


async def order_views(request: Req, rows: Sequence[order_lists.OrderRow]) -> list[OrderView]:
    """The rows as the templates show them."""
    scope = request.scope["state"]
    waiting = await with_waiting_invoice(scope["session"], scope["actor"], [row.id for row in rows])
    return [
        OrderView(row, status_of(ORDER, row.status), contents_text(row.contents), row.id in waiting)
        for row in rows
    ]


async def order_sums(
    request: Req, seen: ColumnElement[bool], filters: order_lists.Filters
) -> tuple[SumRow, ...]:
    """The foot of the table; nothing where the list is shown as rows."""
    scope = request.scope["state"]
    if not wants_table(request):
        return ()
    total = await order_lists.totals(scope["session"], scope["actor"], seen, filters)
    told = ngettext("Summa, %(num)s beställning", "Summa, %(num)s beställningar", total.rows)
    return sum_rows(total, told % {"num": total.rows})


async def orders_csv(
    request: Req, name: str, seen: ColumnElement[bool], filters: order_lists.Filters
) -> Stream:
    """Orders as a file: every column of the table."""
    scope = request.scope["state"]
    heading = ("Order", "Vad", "Leverantör", "Avtal", "Status", "Beställare", "Skickad", "Önskad leverans",
               "Exkl. moms, kr", "Moms, kr", "Inkl. moms, kr")  # fmt: skip
    rows = order_lists.every_order(scope["session"], scope["actor"], seen, filters)
    return await csv_answer(name, [gettext(one) for one in heading], _cells(rows))


async def _cells(rows: AsyncIterator[order_lists.OrderRow]) -> AsyncIterator[Sequence[Cell]]:
    async for row in rows:
        yield (
            row.number, contents_text(row.contents), row.supplier, row.agreement,
            gettext(ORDER.state(row.status).label), row.buyer,
            stockholm_date(row.sent_at) if row.sent_at else None, row.wanted_on, row.net, row.tax, row.gross,
        )  # fmt: skip


async def _asked(request: Req) -> Asked:
    scope, given = request.scope["state"], request.query_params
    session, actor = scope["session"], scope["actor"]
    users = await order_scope.standing_in(session, actor, stockholm_date(scope["now"]))
    seen, tab = order_scope.visible(actor, users), given.get("tab", "waiting")
    tab = tab if tab in dict(_tabs(actor)) else "waiting"
    if tab != "all":
        seen = and_(seen, _own(actor, users))
    elif given.get("buyer") == "inactive":
        seen = order_lists.without_buyer(actor)
    return Asked(seen, users, tab, _filters(given, tab))


def _tabs(actor: Actor) -> list[tuple[str, str]]:
    return [tab for tab in TABS if tab[0] != "all" or actor.has(*EVERYTHING)]


def _own(actor: Actor, users: tuple[UUID, ...]) -> Any:
    """Avvaktar and Hanterade show the person's own; who only administers has the organisation's there."""
    if not actor.has(p.ORDER_AND_INVOICE):
        return order_scope.visible(actor, users)
    return order_scope.own_orders(actor, users)


def _statuses(tab: str) -> tuple[str, ...]:
    shown = [code for code in ORDER.codes() if code not in ("draft", "awaiting_approval", "sent_back")]
    return tuple(code for code in shown if tab == "all" or ORDER.state(code).tab == tab)


def _filters(given: Mapping[str, str], tab: str) -> order_lists.Filters:
    allowed = _statuses(tab)
    chosen = given.get("status", "")
    return order_lists.Filters(
        statuses=(chosen,) if chosen in allowed else allowed,
        supplier_id=read_uuid(given.get("supplier")),
        number=given.get("number", "").strip(),
        sent_from=_day(given.get("from")),
        sent_to=_day(given.get("to")),
        before=read_uuid(given.get("before")),
        after=read_uuid(given.get("after")),
    )


def _day(given: str | None) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError:
        return None


def _pages(given: Mapping[str, str], found: order_lists.OrderPage, tab: str) -> tuple[str | None, str | None]:
    """Addresses of the page before and the page after, or None."""
    kept = {name: value for name, value in given.items() if name not in ("before", "after") and value}
    kept["tab"] = tab
    if not found.rows:
        return None, None
    newer = urlencode({**kept, "after": str(found.rows[0].id)}) if found.more_before else None
    older = urlencode({**kept, "before": str(found.rows[-1].id)}) if found.more_after else None
    return (f"{PATH}?{newer}" if newer else None), (f"{PATH}?{older}" if older else None)


def _query(given: Mapping[str, str], *, tab: str) -> str:
    """Another tab: of the filters only the view stays."""
    return urlencode({"tab": tab, **({"view": given["view"]} if given.get("view") else {})})
