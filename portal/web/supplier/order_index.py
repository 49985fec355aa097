"""The list of a supplier's orders: as rows, as a table with its sums, and as a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import urlencode

from litestar.response import Stream

from portal.formats.csv_writer import Cell
from portal.kernel.dates import stockholm_date
from portal.kernel.listed import Totals
from portal.web.figures import machine
from portal.web.i18n import gettext, localised, ngettext
from portal.web.listing import SumRow, asked_view, contents_text, csv_answer, sum_rows, views
from portal.web.pages import Html, Req, page
from portal.web.supplier import fields
from portal.web.supplier.present import ORDER_TABS, order_status, order_view, statuses_of, tabs
from portal.web.supplier.queries.lists import PAGE
from portal.web.supplier.queries.orders import ORDERS, OrderRow, count_to_answer

PATH = "/supplier/orders"
HEADING = ("Beställning", "Vad", "Kund", "Status", "Kom", "Önskad leverans", "Exkl. moms, kr", "Moms, kr",
           "Inkl. moms, kr")  # fmt: skip


async def index(request: Req) -> Html:
    """The page of the list."""
    state, (words, tab) = request.scope["state"], _asked(request)
    session, actor, how = state["session"], state["actor"], views(request, PATH)
    chosen: Any = {"words": words, "statuses": statuses_of(ORDER_TABS, tab)}
    after = fields.page_key(request.query_params.get("after"))
    rows = await ORDERS.page(session, actor, **chosen, after=after)
    total = await ORDERS.totals(session, actor, **chosen) if how.table else None
    counts = {"new": await count_to_answer(session, actor)}
    return await page(
        request, "supplier/orders/index.html", rows=[order_view(row) for row in rows[:PAGE]], words=words, tab=tab,
        views=how, asked_view=asked_view(request), sums=_sums(total) if total else (),
        tabs=tabs(PATH, ORDER_TABS, tab, words, counts, asked_view(request)),
        next=_next(request, words, tab, rows[PAGE - 1]) if len(rows) > PAGE else None,
    )  # fmt: skip


async def download(request: Req) -> Stream:
    """The orders of the list, all pages of it."""
    state, (words, tab) = request.scope["state"], _asked(request)
    rows = ORDERS.every(state["session"], state["actor"], words=words, statuses=statuses_of(ORDER_TABS, tab))
    return await csv_answer(gettext("beställningar"), [gettext(one) for one in HEADING], _cells(rows))


def _asked(request: Req) -> tuple[str, str]:
    """The words and the tab."""
    query = request.query_params
    return (query.get("q") or "").strip()[:100], query.get("tab") or ""


def _next(request: Req, words: str, tab: str, last: OrderRow) -> str | None:
    if last.sent_at is None:
        return None
    key = {
        "q": words,
        "tab": tab,
        "view": asked_view(request),
        "after": f"{machine(last.sent_at)}|{last.id}",
    }
    return f"{localised(PATH)}?{urlencode(key)}"


def _sums(total: Totals) -> tuple[SumRow, ...]:
    told = ngettext("Summa, %(num)s beställning", "Summa, %(num)s beställningar", total.rows)
    return sum_rows(total, told % {"num": total.rows})


async def _cells(rows: AsyncIterator[OrderRow]) -> AsyncIterator[Sequence[Cell]]:
    async for row in rows:
        yield (
            row.number, contents_text(row.contents), row.buyer_name, order_status(row.status)[2],
            stockholm_date(row.sent_at) if row.sent_at else None, row.wanted_on, row.net_amount, row.tax_amount,
            row.gross_amount,
        )  # fmt: skip
