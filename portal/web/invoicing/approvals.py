"""/invoicing/invoices/{id}/approval: beslutsattest of the steps that are the actor's, or back to the reviewer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from portal.access import permissions as p
from portal.invoicing.actions import approval
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import read_uuid
from portal.web.invoicing import page
from portal.web.invoicing.acting import Form, act
from portal.web.invoicing.deviations import require_shown
from portal.web.invoicing.page import gather, shown_of
from portal.web.pages import Html, Req

NOTHING_CHOSEN = "Markera minst en del att attestera."
STEP = "step-"
ATTEST = "/attest"


class ApprovalController(Controller):
    """Attest (A14, for whom the attest tree names)."""

    path = "/invoicing/invoices/{invoice_id:uuid}"
    opt = {"permission": p.ORDER_AND_INVOICE}  # noqa: RUF012

    @get("/approval")
    async def show(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """The invoice with its steps."""
        return await page.answer(request, invoice_id)

    @post("/approval", status_code=HTTP_200_OK)
    async def approve(self, request: Req, invoice_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Attestera the chosen steps, all or part."""
        found = await gather(request, invoice_id)

        async def deed(session: Any, actor: Any, seen: Any, now: Any) -> None:
            if seen is None or seen.status == found.invoice.status:  # else it is told who moved it
                require_shown(found, data)
            steps = [read_uuid(name.removeprefix(STEP)) for name in data if name.startswith(STEP)]
            known = [step.id for step in found.detail.steps if step.id in steps]
            if not known:
                raise Invalid(NOTHING_CHOSEN, fields={"note": NOTHING_CHOSEN})
            note = data.get("note", "").strip() or None
            shown = shown_of(found.detail)
            for step_id in known:
                await approval.approve(
                    session, actor, step_id, shown=shown, note=note, seen=seen, now=now, undo=undo
                )
                seen, note = None, None  # the first has moved it, in this very transaction

        undo = timedelta(seconds=request.app.state.services.settings.undo_seconds)
        return await act(request, invoice_id, data, deed, to=ATTEST)

    @post("/return-to-reviewer", status_code=HTTP_200_OK)
    async def send_back(self, request: Req, invoice_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Returnera till granskare."""

        async def deed(session: Any, actor: Any, seen: Any, now: Any) -> None:
            await approval.return_to_reviewer(
                session, actor, invoice_id, note=data.get("note"), seen=seen, now=now
            )

        return await act(request, invoice_id, data, deed)
