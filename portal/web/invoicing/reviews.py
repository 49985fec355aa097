"""Review and coding: /review accepts, /coding keeps a draft or changes rows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from portal.access import permissions as p
from portal.invoicing.actions import coding, review
from portal.kernel.dates import format_clock
from portal.kernel.errors import Conflict, Invalid
from portal.web.i18n import gettext
from portal.web.invoicing import coding_form, page
from portal.web.invoicing.acting import LIST, Form, act, moved_on, seen_of
from portal.web.invoicing.page import gather, shown_of
from portal.web.invoicing.spoken import told_fields
from portal.web.pages import Html, Req, is_htmx, partials, see_other

REVIEWS = (p.ORDER_AND_INVOICE, p.MATCHING_REVIEW, p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN)


class ReviewController(Controller):
    """Granskning and kontering of one invoice."""

    path = "/invoicing/invoices/{invoice_id:uuid}"
    opt = {"permission": REVIEWS}  # noqa: RUF012

    @get("/review")
    async def show(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """The invoice with its coding."""
        return await page.answer(request, invoice_id)

    @post("/review", status_code=HTTP_200_OK)
    async def accept(self, request: Req, invoice_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Acceptera: to attest."""
        found = await gather(request, invoice_id)

        async def deed(session: Any, actor: Any, seen: Any, now: Any) -> None:
            rows = coding_form.read_rows(data)
            shown = shown_of(found.detail, rows)
            note = data.get("comment", "").strip() or None
            await review.accept(session, actor, invoice_id, rows, note=note, shown=shown, seen=seen, now=now)

        return await act(request, invoice_id, data, deed)

    @post("/coding", status_code=HTTP_200_OK)
    async def code(self, request: Req, invoice_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Keep the rows as a draft, after what a row's button asks for; htmx gets the panel again."""
        scope = request.scope["state"]
        session, actor, now = scope["session"], scope["actor"], scope["now"]
        found = await gather(request, invoice_id)
        rows = coding_form.changed(
            coding_form.read_rows_softly(data), data.get("do", ""), found.invoice.net_amount
        )
        errors: dict[str, str] = {}
        try:
            coding_form.read_rows(data)
        except Invalid as error:
            errors = told_fields(error)
        try:
            if not errors:
                await coding.save_coding(session, actor, invoice_id, rows, seen=seen_of(data), now=now)
        except Conflict as error:
            await session.rollback()
            return await moved_on(request, invoice_id, data, error)
        if is_htmx(request):
            return await self._panel(request, invoice_id, data, rows, errors)
        if errors:
            return await page.answer(request, invoice_id, form=data, errors=errors, status=422)
        text = gettext("Sparad %(clock)s") % {"clock": format_clock(now)}
        return see_other(request, f"{LIST}/{invoice_id}", flash=("ok", text))

    async def _panel(
        self, request: Req, invoice_id: UUID, data: Form, rows: Any, errors: dict[str, str]
    ) -> Html:
        found = await gather(request, invoice_id)
        view = await page.build(request, found, form=data, errors=errors)
        panel = await coding_form.view_of(
            found.session, found.actor, found.detail, rows, editable=True, errors=errors, now=found.now,
            check=True,
        )  # fmt: skip
        return partials(request, "invoicing/invoices/_coding.html", invoice=page.with_coding(view, panel))
