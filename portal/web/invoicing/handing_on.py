"""Hand an invoice on: another reviewer, not mine, send back, under investigation; each asked on its own page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from portal.access import permissions as p
from portal.invoicing.actions import assignment, holds, secrecy
from portal.invoicing.queries.choices import reviewers
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import read_uuid
from portal.web.i18n import localised
from portal.web.invoicing import page
from portal.web.invoicing.acting import LIST, Form, act
from portal.web.invoicing.page import gather
from portal.web.invoicing.reviews import REVIEWS
from portal.web.invoicing.spoken import told_fields
from portal.web.pages import Html, Req
from portal.web.pages import page as whole_page

ANSWERS = (*REVIEWS, p.SEE_AGREEMENTS, p.LEVGRUPPEN)


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
                session, actor, invoice_id, user_id=read_uuid(data.get("user_id")),
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
            await holds.investigate(
                session, actor, invoice_id, on=on, note=data.get("note"), seen=seen, now=now
            )

        # Ended, the rules go on at once from where it stands.
        return await self._done(
            request, invoice_id, data, deed, "investigation", goes_on=data.get("on") != "1"
        )

    @get("/secrecy", opt={"permission": p.SEE_SECRET})
    async def ask_secrecy(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """Set or clear, and why."""
        return await self._ask(request, invoice_id, "secrecy")

    @post("/secrecy", status_code=HTTP_200_OK, opt={"permission": p.SEE_SECRET})
    async def secrecy(self, request: Req, invoice_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Sekretess, on or off (A2.13)."""

        async def deed(session: Any, actor: Any, seen: Any, now: Any) -> None:
            on = data.get("on") == "1"
            await secrecy.mark(session, actor, invoice_id, on=on, note=data.get("note"), seen=seen, now=now)

        return await self._done(request, invoice_id, data, deed, "secrecy")

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
        self, request: Req, invoice_id: UUID, data: Form, deed: Any, question: str, *, goes_on: bool = False
    ) -> Response[Any]:
        """As `act`, but a refused form is asked again on its own page."""
        scope = request.scope["state"]

        async def strict(session: Any, actor: Any, seen: Any, now: Any) -> None:
            try:
                await deed(session, actor, seen, now)
            except Invalid as error:
                raise Refused(error) from error

        try:
            return await act(request, invoice_id, data, strict, goes_on=goes_on)
        except Refused as refused:
            await scope["session"].rollback()
            errors = told_fields(refused.error)
            return await self._ask(request, invoice_id, question, form=data, errors=errors, status=422)


class Refused(Exception):
    """Carries a refusal past the general page to the question's own."""

    def __init__(self, error: Invalid) -> None:
        super().__init__(str(error))
        self.error = error
