"""Ankomstkontroll: the queue to the left, the chosen invoice with its ways out to the right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from portal.access.actor import Actor
from portal.invoicing.queries import queue as queries
from portal.invoicing.queries.lists import handled_roles
from portal.invoicing.status import INVOICE, LEVGRUPPEN
from portal.kernel.dates import format_clock, stockholm_date
from portal.kernel.errors import NotFound
from portal.web.i18n import gettext, localised, ngettext
from portal.web.invoicing import page as invoice_page
from portal.web.invoicing.page_view import InvoicePage
from portal.web.invoicing.rows import status_of, waited
from portal.web.invoicing.spoken import filled
from portal.web.pages import Html, Req, page, partials
from portal.web.paper.document import Place

PATH = "/invoicing/arrivals"
MINE, AT_LEVGRUPPEN = "mine", "levgruppen"
SHORT = {
    "supplier_not_chosen": "Leverantör",
    "payment_information": "Betalning",
    "invoice_information": "Fakturainformation",
    "reviewer_missing": "Granskare saknas",
}


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One invoice of the queue."""

    id: str
    href: str
    party: str
    number: str
    why: str
    owner: str
    waited: str
    long: bool
    amount: Any
    currency: str
    current: bool


@dataclass(frozen=True, slots=True)
class QueueView:
    """The whole page. `groups` are (status tuple, rows)."""

    lead: str
    updated: str
    tabs: list[tuple[str, str, int | None, str, bool]]
    groups: list[tuple[tuple[str, str, str], list[QueueRow]]]
    position: str
    readonly: bool
    chosen: InvoicePage | None
    next_href: str | None
    told: str | None
    moved_on: tuple[str, str] | None
    empty: tuple[str, str]


async def answer(
    request: Req,
    invoice_id: UUID | None = None,
    *,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    message: str | None = None,
    moved_on: tuple[str, str] | None = None,
    status: int = 200,
) -> Html:
    """The page, or for htmx the part that changes. `moved_on`: that somebody was first, and where it is shown."""
    view = await build(request, invoice_id, form=form, errors=errors, message=message, moved_on=moved_on)
    if request.headers.get("hx-request") == "true":
        return partials(request, "invoicing/arrivals/_work.html", status=status, queue=view)
    return await page(request, "invoicing/arrivals/index.html", status=status, queue=view)


async def partial(request: Req, *, told: str) -> Html:
    """After something was done: the queue with its next item."""
    view = await build(request, None, told=told)
    return partials(request, "invoicing/arrivals/_work.html", queue=view)


async def build(
    request: Req,
    invoice_id: UUID | None,
    *,
    form: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    message: str | None = None,
    told: str | None = None,
    moved_on: tuple[str, str] | None = None,
) -> QueueView:
    """The view value; the first of the queue is open when none is chosen."""
    scope = request.scope["state"]
    session, actor, now = scope["session"], scope["actor"], scope["now"]
    tab = request.query_params.get("tab") or MINE
    readonly = tab == AT_LEVGRUPPEN and not _is_levgruppen(actor)
    everything = await queries.queue(session, queries.mine(actor), now)
    shown = everything if not readonly else await queries.queue(session, queries.at_levgruppen(actor), now)
    shown = [row for row in shown if tab in (MINE, AT_LEVGRUPPEN) or row.status == tab]
    at = _position(shown, invoice_id, actor)
    current = shown[at].id if shown else None
    chosen = await _chosen(request, current, tab, form, errors or {}, message) if current else None
    return QueueView(
        lead=_lead(everything, stockholm_date(now)),
        updated=gettext("Uppdaterad %(clock)s") % {"clock": format_clock(now)},
        tabs=_tabs(everything, tab, actor),
        groups=_groups(shown, current, actor, now, tab),
        position=gettext("%(at)s av %(all)s") % {"at": at + 1, "all": len(shown)} if shown else "",
        readonly=readonly,
        chosen=chosen,
        next_href=_href(tab, shown[at + 1].id) if at + 1 < len(shown) else None,
        told=told,
        moved_on=moved_on,
        empty=(
            gettext("Inget väntar i ankomstkontrollen."),
            gettext("Fakturor som stannar visas här samma minut."),
        ),
    )  # fmt: skip


def _is_levgruppen(actor: Actor) -> bool:
    return LEVGRUPPEN in handled_roles(actor)


def _position(rows: Sequence[Any], invoice_id: UUID | None, actor: Actor) -> int:
    """The chosen row, else the first that nobody else has open."""
    if invoice_id is not None:
        return next((at for at, row in enumerate(rows) if row.id == invoice_id), 0)
    return next((at for at, row in enumerate(rows) if row.holder in (None, actor.login)), 0)


async def _chosen(
    request: Req,
    invoice_id: UUID,
    tab: str,
    form: Mapping[str, str] | None,
    errors: Mapping[str, str],
    message: str | None,
) -> InvoicePage | None:
    try:
        found = await invoice_page.gather(request, invoice_id)
    except NotFound:
        return None
    place = Place(PATH, f"/invoicing/invoices/{invoice_id}", _query(tab, invoice_id))
    return await invoice_page.build(request, found, form=form, errors=errors, message=message, place=place)


def _lead(rows: Sequence[Any], today: date) -> str:
    if not rows:
        return gettext("Inget väntar i ankomstkontrollen.")
    days = max((today - stockholm_date(row.arrived_at)).days for row in rows)
    first = ngettext("%(num)s faktura väntar på rättning.", "%(num)s fakturor väntar på rättning.", len(rows))
    text = first % {"num": len(rows)}
    if days <= 0:
        return text
    oldest = ngettext("Den äldsta har väntat i %(num)s dag.", "Den äldsta har väntat i %(num)s dagar.", days)
    return f"{text} {oldest % {'num': days}}"


def _query(tab: str, invoice_id: Any) -> tuple[tuple[str, str], ...]:
    pairs = (("tab", tab if tab != MINE else ""), ("id", invoice_id))
    return tuple((name, str(value)) for name, value in pairs if value)


def _href(tab: str, invoice_id: Any = None) -> str:
    pairs = _query(tab, invoice_id)
    return localised(PATH) + (f"?{urlencode(pairs)}" if pairs else "")


def _tabs(rows: Sequence[Any], tab: str, actor: Actor) -> list[tuple[str, str, int | None, str, bool]]:
    tabs: list[tuple[str, str, int | None, str, bool]] = [
        (gettext("Hos mig"), _href(MINE), len(rows), "turn", tab == MINE)
    ]
    for code in queries.ORDER:
        count = sum(row.status == code for row in rows)
        if count or tab == code:
            tabs.append((gettext(SHORT[code]), _href(code), count, "info", tab == code))
    if not _is_levgruppen(actor):
        text = gettext("Hos Levgruppen, bara läsa")
        tabs.append((text, _href(AT_LEVGRUPPEN), None, "info", tab == AT_LEVGRUPPEN))
    return tabs


def _groups(
    rows: Sequence[Any], current: Any, actor: Actor, now: datetime, tab: str
) -> list[tuple[tuple[str, str, str], list[QueueRow]]]:
    today = stockholm_date(now)
    return [
        (status_of(INVOICE.state(code)), [_row(row, current, actor, today, tab) for row in group])
        for code, group in groupby(rows, key=lambda row: row.status)
    ]


def _row(row: Any, current: Any, actor: Actor, today: date, tab: str) -> QueueRow:
    text, long = waited(stockholm_date(row.arrived_at), today)
    why = filled(row.reasons[0]) if row.reasons else ""
    owner = gettext("Du") if row.holder == actor.login else row.holder or gettext("Ledig")
    return QueueRow(
        str(row.id), _href(tab, row.id), row.seller_name, row.number, why, owner, text, long,
        row.payable_amount, row.currency, row.id == current,
    )  # fmt: skip
