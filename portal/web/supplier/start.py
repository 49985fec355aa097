"""The supplier's start page: what waits for an answer, what is paid when, and whether the company is approved."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from portal.catalog.queries.uploads import catalogue_choices, list_uploads
from portal.catalog.status import ASKING, FAULTY, READY
from portal.catalog.status import REFUSED as UPLOAD_REFUSED
from portal.kernel.dates import stockholm_date
from portal.kernel.listed import Totals
from portal.kernel.money import format_kr
from portal.suppliers.status import APPROVED
from portal.web.figures import full_day
from portal.web.i18n import gettext, ngettext
from portal.web.pages import Html, Req, page
from portal.web.supplier.paying import account_name
from portal.web.supplier.present import account_words, invoice_view, order_view
from portal.web.supplier.queries.company import Customer, catalogues, customers, find_company
from portal.web.supplier.queries.invoices import INVOICES, Sums, credits_asked, refused_since, sums
from portal.web.supplier.queries.orders import ORDERS
from portal.web.suppliers.words import relation_state

ORDERS_SHOWN = 5
INVOICES_SHOWN = 5
REFUSED_DAYS = 30
MOST_UPLOADS = 50
WAITING_FILES = (ASKING, FAULTY, READY)


async def supplier_start(request: Req) -> Html:
    """The page at "/" of a supplier."""
    state = request.scope["state"]
    session, actor, today = state["session"], state["actor"], stockholm_date(state["now"])
    company = await find_company(session, actor)
    concerns = await customers(session, actor)
    orders = await ORDERS.page(session, actor, statuses=("sent",), limit=ORDERS_SHOWN)
    to_answer = await ORDERS.totals(session, actor, words="", statuses=("sent",))
    waiting = to_answer.rows
    refused = await refused_since(session, actor, state["now"] - timedelta(days=REFUSED_DAYS))
    registered = {c.concern_id: c.accounts for c in concerns}
    files = await list_uploads(session, actor, WAITING_FILES, limit=MOST_UPLOADS)
    decided = await list_uploads(session, actor, (UPLOAD_REFUSED,), limit=MOST_UPLOADS)
    since = state["now"] - timedelta(days=REFUSED_DAYS)
    declined = [one for one in decided if one.decided_at and one.decided_at > since]
    invoices = await INVOICES.page(session, actor, limit=INVOICES_SHOWN)
    return await page(
        request, "supplier/start/show.html", company=company, 
        lead=_lead(waiting, await credits_asked(session, actor), refused, len(files), concerns),
        declined=declined, refused_files=refused, catalogue_choices=await catalogue_choices(session, actor),
        concerns=[(c, relation_state(c.status)) for c in concerns],
        not_approved=[(c, relation_state(c.status)) for c in concerns if c.status != APPROVED],
        figures=_figures(await sums(session, actor, today), to_answer, today),
        orders=[order_view(row) for row in orders[:ORDERS_SHOWN]],
        invoices=[invoice_view(row, today, registered.get(row.concern_id, ())) for row in invoices[:INVOICES_SHOWN]],
        catalogues=await catalogues(session, actor),
        account=next(filter(None, map(account_words, registered.values())), None),
    )  # fmt: skip


def _lead(waiting: int, to_credit: int, refused: int, files: int, concerns: Sequence[Customer]) -> str:
    if not any(c.status == APPROVED for c in concerns):
        return gettext("Kunden kontrollerar era uppgifter. Ni får mejl när företaget är godkänt.")
    found = (
        (waiting, ngettext(
            "En beställning väntar på svar.", "%(num)s beställningar väntar på svar.", waiting)),
        (to_credit, ngettext(
            "En kund ber om kredit på en faktura.", "Kunder ber om kredit på %(num)s fakturor.", to_credit)),
        (files, ngettext(
            "En katalogfil väntar på er.", "%(num)s katalogfiler väntar på er.", files)),
        (refused, ngettext(
            "En fil kunde inte tas emot den senaste månaden.",
            "%(num)s filer kunde inte tas emot den senaste månaden.", refused)),
    )  # fmt: skip
    told = " ".join(text % {"num": count} for count, text in found if count)
    return told or gettext("Inget väntar på er just nu.")


def _figures(total: Sums, asked: Totals, today: date) -> list[tuple[str, str, str]]:
    to = sorted(total.accounts)
    account = account_name(*to[0]) if len(to) == 1 else None
    paid = (
        gettext("Betalas %(day)s") % {"day": full_day(total.next_date)}
        if total.next_date
        else gettext("Nästa betalning")
    )
    count = ngettext("en faktura", "%(num)s fakturor", total.next_count) % {"num": total.next_count}
    note = (
        f"{count}, {account}"
        if account and total.next_count
        else count
        if total.next_count
        else gettext("inget planerat än")
    )
    held = ngettext("en faktura", "%(num)s fakturor", total.waiting_count) % {"num": total.waiting_count}
    if total.oldest is not None:
        days = (today - stockholm_date(total.oldest)).days
        age = (
            ngettext("äldst en dag", "äldst %(num)s dagar", days) % {"num": days}
            if days
            else gettext("kom i dag")
        )
        held = f"{held}, {age}"
    waiting = asked.rows
    sent = sum((one.gross for one in asked.sums), Decimal(0))
    to_answer = ngettext("en beställning", "%(num)s beställningar", waiting) % {"num": waiting}
    return [
        (paid, format_kr(total.next_amount), note),
        (
            gettext("Hos kunden"),
            format_kr(total.waiting_amount),
            held if total.waiting_count else gettext("inga fakturor"),
        ),
        (gettext("Att bekräfta"), format_kr(sent), to_answer if waiting else gettext("inga beställningar")),
    ]  # fmt: skip
