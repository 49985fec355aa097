"""/invoicing/invoices: the list with its tabs, and the page of one invoice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from urllib.parse import parse_qs
from uuid import UUID

from litestar import Controller, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.invoicing.queries import lists
from portal.invoicing.queries.list_table import contents_of, every_invoice, totals
from portal.invoicing.queries.lists import ALL, HANDLED, WAITING, Filters, Page
from portal.invoicing.queries.scope import SEES_ALL, Rights, rights_of
from portal.invoicing.status import INVOICE
from portal.kernel.dates import stockholm_date
from portal.kernel.listed import Contents, Totals
from portal.web.counts import counts_for
from portal.web.i18n import current_locale, gettext, localised, ngettext
from portal.web.invoicing import filters as address
from portal.web.invoicing import page as invoice_page
from portal.web.invoicing.list_file import csv_heading, csv_rows
from portal.web.invoicing.original import original_answer
from portal.web.invoicing.rows import InvoiceRow, rows_of
from portal.web.listing import SumRow, Views, csv_answer, sum_rows, views
from portal.web.pages import Html, Req, is_htmx, page, partials

SEES = (p.ORDER_AND_INVOICE, *SEES_ALL)
TABS = {WAITING: "Avvaktar hantering", HANDLED: "Hanterade", ALL: "Alla"}
SORT_LABELS = {
    "arrived": "Senast inkomna först",
    "oldest": "Äldst först",
    "due": "Förfallodag",
    "amount": "Högst belopp först",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the rows: the same for the same filters, whichever page of them is shown. All addresses
    are final; `filters` has no cursor. Hashable, so that parts drawn of it are remembered (templating)."""

    tabs: tuple[tuple[str, str, int | None, str, bool], ...]
    filters: Filters
    action: str
    base: str
    states: tuple[tuple[str, str], ...]
    dates_open: bool
    sorts: tuple[tuple[str, str], ...]
    table: bool
    by_due: tuple[str, str | None]
    by_amount: tuple[str, str | None]
    chips: tuple[tuple[str, str], ...]
    clear: str
    empty: tuple[str, str]


@dataclass(frozen=True, slots=True)
class ListView:
    """What templates/invoicing/invoices/_list.html shows."""

    lead: str
    frame: Frame
    rows: list[InvoiceRow]
    views: Views
    sums: tuple[SumRow, ...]
    shown: str
    previous: str | None
    next: str | None


class InvoiceController(Controller):
    """Invoices, seen by everyone who may have one before them."""

    path = "/invoicing/invoices"
    opt = {"permission": SEES}  # noqa: RUF012

    @get()
    async def index(self, request: Req) -> Html:
        """The list, or for htmx the part that changes."""
        scope = request.scope["state"]
        session, actor, now = scope["session"], scope["actor"], scope["now"]
        chosen, rights = await _asked(request)
        found = await lists.page_of(session, actor, rights, chosen)
        of = await contents_of(session, actor, [row.id for row in found.rows])
        counts = await counts_for(request)
        # The list holds both: what waits for the person, and what waits for the role and is counted under Ankomst.
        counted = counts.get("invoices", 0) + counts.get("arrivals", 0)
        shown = views(request, address.PATH)
        sums = _sums(await totals(session, actor, rights, chosen)) if shown.table else ()
        view = list_view(actor, chosen, found, of, counted, stockholm_date(now), views=shown, sums=sums)
        if is_htmx(request):
            return partials(request, "invoicing/invoices/_list.html", list=view)
        return await page(request, "invoicing/invoices/index.html", list=view)

    @get("/csv")
    async def csv(self, request: Req) -> Stream:
        """The same list as a file."""
        scope = request.scope["state"]
        chosen, rights = await _asked(request)
        rows = every_invoice(scope["session"], scope["actor"], rights, chosen)
        return await csv_answer(gettext("fakturor"), csv_heading(), csv_rows(rows))

    @get("/{invoice_id:uuid}")
    async def show(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """The invoice with the work that its status asks for."""
        return await invoice_page.answer(request, invoice_id)

    @get("/{invoice_id:uuid}/original")
    async def original(self, request: Req, invoice_id: FromPath[UUID]) -> Response[bytes]:
        """The bytes as they came, as a download that no browser runs."""
        return await original_answer(request, invoice_id)


async def _asked(request: Req) -> tuple[Filters, Rights]:
    scope = request.scope["state"]
    actor = scope["actor"]
    chosen = address.read(parse_qs(request.scope["query_string"].decode()))
    needs_rights = chosen.tab != ALL or not actor.has(*SEES_ALL)
    day = stockholm_date(scope["now"])
    return chosen, await rights_of(scope["session"], actor, day) if needs_rights else Rights()


def list_view(
    actor: Actor,
    chosen: Filters,
    found: Page,
    of: Mapping[str, Contents],
    counted: int,
    today: date,
    *,
    views: Views,
    sums: tuple[SumRow, ...],
) -> ListView:
    """The list as the template shows it."""
    return ListView(
        lead=_lead(counted),
        frame=_frame(
            replace(chosen, cursor=""), actor.has(*SEES_ALL), views.table, counted, current_locale()
        ),
        rows=rows_of(found.rows, today, of, table=views.table),
        views=views,
        sums=sums,
        shown=ngettext("%(num)s faktura visas", "%(num)s fakturor visas", len(found.rows))
        % {"num": len(found.rows)},
        previous=address.address(chosen, cursor=found.previous) if found.previous else None,
        next=address.address(chosen, cursor=found.next) if found.next else None,
    )


def _sums(total: Totals) -> tuple[SumRow, ...]:
    told = ngettext("Summa, %(num)s faktura", "Summa, %(num)s fakturor", total.rows)
    return sum_rows(total, told % {"num": total.rows})


@lru_cache(maxsize=256)
def _frame(chosen: Filters, sees_all: bool, table: bool, counted: int, _locale: str) -> Frame:
    """The frame of some filters, in the request's language."""
    tab = chosen.tab if chosen.tab != ALL or sees_all else WAITING
    by_due, by_amount = chosen.sort == "due", chosen.sort == "amount"
    return Frame(
        tabs=tuple(
            (
                gettext(label), address.address(Filters(tab=code, view=chosen.view)),
                counted if code == WAITING and counted else None, "turn", code == tab,
            )
            for code, label in TABS.items()
            if code != ALL or sees_all
        ),
        filters=chosen,
        action=localised(address.PATH),
        base=localised(address.PATH) + "/",
        states=tuple((state.code, gettext(state.label)) for state in INVOICE.states),
        dates_open=any((
            chosen.arrived_from, chosen.arrived_to, chosen.due_to,
            chosen.amount_from is not None, chosen.amount_to is not None,
        )),
        sorts=tuple((code, gettext(label)) for code, label in SORT_LABELS.items()),
        table=table,
        by_due=(address.address(chosen, sort="due"), "ascending" if by_due else None),
        by_amount=(address.address(chosen, sort="amount"), "descending" if by_amount else None),
        chips=tuple(address.chips(chosen)),
        clear=address.address(Filters(tab=tab, sort=chosen.sort, view=chosen.view)),
        empty=_empty(tab, chosen),
    )  # fmt: skip


def _lead(counted: int) -> str:
    if not counted:
        return gettext("Inget väntar på dig just nu.")
    text = ngettext("En faktura väntar på dig.", "%(num)s fakturor väntar på dig.", counted)
    return text % {"num": counted}


def _empty(tab: str, chosen: Filters) -> tuple[str, str]:
    if address.chips(chosen):
        return gettext("Inga fakturor passar filtren."), gettext("Ta bort ett filter för att se fler.")
    if tab == HANDLED:
        return gettext("Du har inte hanterat någon faktura än."), gettext(
            "De visas här när du är klar med dem."
        )
    if tab == ALL:
        return gettext("Det finns inga fakturor."), gettext("De visas här när de har kommit in.")
    return gettext("Inget väntar på dig."), gettext("Nya fakturor visas här samma minut som de kommer in.")
