"""Review and coding: /review accepts, /coding keeps a draft or changes rows, the rest hand the invoice on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from portal.access import permissions as p
from portal.invoicing.actions import assignment, coding, review
from portal.invoicing.queries.choices import reviewers
from portal.kernel.dates import format_clock, stockholm_date
from portal.kernel.errors import Conflict, Invalid
from portal.web.i18n import gettext, localised
from portal.web.invoicing import coding_form, page
from portal.web.invoicing.acting import LIST, Form, act, moved_on, seen_of, uuid_or_none
from portal.web.invoicing.page import gather, shown_of
from portal.web.invoicing.spoken import told_fields
from portal.web.pages import Html, Req, is_htmx, partials, see_other
from portal.web.pages import page as whole_page

REVIEWS = (p.ORDER_AND_INVOICE, p.MATCHING_REVIEW, p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN)
ANSWERS = (*REVIEWS, p.SEE_AGREEMENTS)


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


class HandOnController(Controller):
    """Pages that ask one question each, and do it: another reviewer, not mine, send back, investigation."""

    path = "/invoicing/invoices/{invoice_id:uuid}"
    opt = {"permission": ANSWERS}  # noqa: RUF012

    @get("/reviewer")
    async def ask_reviewer(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """Who shall review instead."""
        return await self._ask(request, invoice_id, "reviewer")

    @post("/reviewer", status_code=HTTP_200_OK)
    async def reviewer(self, request: Req, invoice_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Välj annan granskare."""

        async def deed(session: Any, actor: Any, seen: Any, now: Any) -> None:
            await assignment.choose_other_reviewer(
                session, actor, invoice_id, user_id=uuid_or_none(data.get("user_id")),
                note=data.get("note", "").strip() or None, seen=seen, now=now,
            )  # fmt: skip

        return await self._done(request, invoice_id, data, deed, "reviewer")

    @get("/rejection")
    async def ask_rejection(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """Why it is not mine."""
        return await self._ask(request, invoice_id, "rejection")

    @post("/rejection", status_code=HTTP_200_OK)
    async def rejection(self, request: Req, invoice_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Inte min faktura."""

        async def deed(session: Any, actor: Any, seen: Any, now: Any) -> None:
            await assignment.not_my_invoice(
                session, actor, invoice_id, note=data.get("note"), seen=seen, now=now
            )

        return await self._done(request, invoice_id, data, deed, "rejection")

    @get("/return")
    async def ask_return(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """What needs to be put right."""
        return await self._ask(request, invoice_id, "return")

    @post("/return", status_code=HTTP_200_OK)
    async def send_back(self, request: Req, invoice_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Skicka tillbaka."""

        async def deed(session: Any, actor: Any, seen: Any, now: Any) -> None:
            await assignment.send_back(session, actor, invoice_id, note=data.get("note"), seen=seen, now=now)

        return await self._done(request, invoice_id, data, deed, "return")

    @get("/investigation")
    async def ask_investigation(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """Mark or unmark."""
        return await self._ask(request, invoice_id, "investigation")

    @post("/investigation", status_code=HTTP_200_OK)
    async def investigation(self, request: Req, invoice_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Under utredning, on or off."""

        async def deed(session: Any, actor: Any, seen: Any, now: Any) -> None:
            on = data.get("on") == "1"
            await assignment.investigate(
                session, actor, invoice_id, on=on, note=data.get("note"), seen=seen, now=now
            )

        return await self._done(request, invoice_id, data, deed, "investigation")

    async def _ask(
        self, request: Req, invoice_id: UUID, question: str, *, form: Any = None, errors: Any = None,
        status: int = 200,
    ) -> Html:  # fmt: skip
        found = await gather(request, invoice_id)
        view = await page.build(request, found, form=form, errors=errors or {})
        people = await reviewers(found.session, found.invoice, stockholm_date(found.now))
        others = [(str(r.id), f"{r.name} ({r.login})") for r in people if r.id != found.invoice.reviewer_id]
        return await whole_page(
            request, "invoicing/invoices/ask.html", status=status, invoice=view, question=question,
            reviewers=others, action=localised(f"{LIST}/{invoice_id}/{question}"),
        )  # fmt: skip

    async def _done(
        self, request: Req, invoice_id: UUID, data: Form, deed: Any, question: str
    ) -> Response[Any]:
        """As `act`, but a refused form is asked again on its own page."""
        scope = request.scope["state"]

        async def strict(session: Any, actor: Any, seen: Any, now: Any) -> None:
            try:
                await deed(session, actor, seen, now)
            except Invalid as error:
                raise Refused(error) from error

        try:
            return await act(request, invoice_id, data, strict)
        except Refused as refused:
            await scope["session"].rollback()
            errors = told_fields(refused.error)
            return await self._ask(request, invoice_id, question, form=data, errors=errors, status=422)


class Refused(Exception):
    """Carries a refusal past the general page to the question's own."""

    def __init__(self, error: Invalid) -> None:
        super().__init__(str(error))
        self.error = error
