"""How a form on an invoice is answered: done and sent on, or shown again with its errors; never half done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Response
from litestar.enums import RequestEncodingType
from litestar.params import Body
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.invoicing.actions.again import rerun
from portal.invoicing.actions.opening import Seen
from portal.invoicing.queries.detail import head_of, owners_of
from portal.invoicing.queries.scope import rights_of
from portal.invoicing.status import ARRIVAL, INVOICE, MATCHING, MATCHING_REQUIRED
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Invalid, NotFound
from portal.kernel.text import sentence_list
from portal.web.i18n import gettext, localised
from portal.web.invoicing import arrivals_view, page
from portal.web.invoicing.rows import role_name
from portal.web.invoicing.spoken import told, told_fields
from portal.web.pages import Req, is_htmx, partials, see_other

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
Act = Callable[[AsyncSession, Actor, Seen | None, datetime], Awaitable[Any]]
LIST = "/invoicing/invoices"
ARRIVALS = "/invoicing/arrivals"


def seen_of(form: Mapping[str, str]) -> Seen | None:
    """What the form says it was made from."""
    status, since = form.get("seen_status"), form.get("seen_since")
    return Seen(status, since) if status and since else None


async def act(
    request: Req,
    invoice_id: UUID,
    form: Mapping[str, str],
    deed: Act,
    *,
    goes_on: bool = False,
    to: str | None = None,
) -> Response[Any]:
    """Do it in the request's transaction and say where it led.

    `goes_on`: the rules decide what follows, so the pipeline runs after the commit, before the answer. `to`: the list
    where whoever did it goes on; else the invoice is shown.
    """
    scope = request.scope["state"]
    session, actor, now = scope["session"], scope["actor"], scope["now"]
    try:
        await deed(session, actor, seen_of(form), now)
    except Invalid as error:
        await session.rollback()
        return await refused(request, invoice_id, form, error)
    except Conflict as error:
        await session.rollback()
        return await moved_on(request, invoice_id, form, error)
    await session.commit()
    if goes_on:
        await rerun(request.app.state.services.database, actor.concern_id, [invoice_id], now)
    text = await where_now(session, actor, invoice_id, now)
    if form.get("queue"):
        if is_htmx(request):
            return await arrivals_view.partial(request, told=text)
        return see_other(request, ARRIVALS, flash=("ok", text))
    target = to or (f"{LIST}/{invoice_id}" if text else LIST)
    return see_other(request, target, flash=("ok", text or gettext("Sparat.")))


async def refused(request: Req, invoice_id: UUID, form: Mapping[str, str], error: Invalid) -> Response[Any]:
    """The same page with what was filled in and the errors at their fields (422)."""
    message, errors = told(error), told_fields(error)
    if form.get("queue"):
        return await arrivals_view.answer(
            request, invoice_id, form=form, errors=errors, message=message, status=422
        )
    return await page.answer(request, invoice_id, form=form, errors=errors, message=message, status=422)


async def moved_on(request: Req, invoice_id: UUID, form: Mapping[str, str], error: Conflict) -> Response[Any]:
    """What somebody else did meanwhile, told where the person works (409): nothing has been saved.

    A whole page shows the invoice as it is now; htmx leaves the page with all that is written in it, and gets the
    message with a way to read it anew.
    """
    queue, message = form.get("queue"), told(error)
    if is_htmx(request):
        href = localised(f"{ARRIVALS}?id={invoice_id}" if queue else f"{LIST}/{invoice_id}")
        part = partials(request, "invoicing/invoices/_moved_on.html", status=409, moved_on=(message, href))
        part.headers.update({"hx-retarget": "#moved-on", "hx-reswap": "outerHTML"})
        return part
    try:
        if queue:
            shown = (message, localised(f"{LIST}/{invoice_id}"))
            return await arrivals_view.answer(request, invoice_id, moved_on=shown, status=409)
        return await page.answer(request, invoice_id, form=form, message=message, status=409)
    except NotFound:
        raise error from None


async def where_now(session: AsyncSession, actor: Actor, invoice_id: UUID, now: datetime) -> str:
    """Where the invoice stands after it, in a sentence; empty when the actor no longer sees it."""
    rights = await rights_of(session, actor, stockholm_date(now))
    try:
        invoice = (await head_of(session, actor, rights, invoice_id)).invoice
    except NotFound:
        return ""
    label = gettext(INVOICE.state(invoice.status).label)
    owners = [owner.name for owner in await owners_of(session, invoice)]
    params = {"number": invoice.number, "status": label}
    if invoice.credit_request and invoice.status == MATCHING_REQUIRED:
        return gettext("Faktura %(number)s: %(status)s, väntar på kredit från leverantören.") % params
    if owners:
        who = sentence_list(owners, gettext("och"))
        return gettext("Faktura %(number)s: %(status)s, hos %(who)s.") % {**params, "who": who}
    if invoice.handler_role and invoice.status in (
        *ARRIVAL,
        *MATCHING,
        "reviewer_missing",
    ):
        who = role_name(invoice.handler_role)
        return gettext("Faktura %(number)s: %(status)s, hos %(who)s.") % {**params, "who": who}
    return gettext("Faktura %(number)s: %(status)s.") % params
