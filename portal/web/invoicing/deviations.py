"""/invoicing/invoices/{id}/deviation: what is decided about an invoice that does not fit its order."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.status_codes import HTTP_200_OK

from portal.access import permissions as p
from portal.invoicing.actions import assignment, deviation
from portal.invoicing.actions.credit_request import ask_for_credit
from portal.kernel.errors import Conflict, Invalid
from portal.web.invoicing import coding_form, page
from portal.web.invoicing.acting import Form, act
from portal.web.invoicing.page import gather, shown_of
from portal.web.invoicing.page_view import Gathered
from portal.web.pages import Html, Req

CHOOSE = "Välj vad du vill göra."
CHANGED_CODING = "Underlaget har ändrats sedan du öppnade fakturan. Läs igenom det och svara igen."


class DeviationController(Controller):
    """Ordermatchning krävs (A2.14, BX1): answered by the buyer, a delegate, or an administrator."""

    path = "/invoicing/invoices/{invoice_id:uuid}/deviation"
    opt = {"permission": (p.MATCHING_REVIEW, p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN)}  # noqa: RUF012

    @get()
    async def show(self, request: Req, invoice_id: FromPath[UUID]) -> Html:
        """The comparison and the choices."""
        return await page.answer(request, invoice_id)

    @post(status_code=HTTP_200_OK)
    async def create(self, request: Req, invoice_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Do what was chosen."""
        found = await gather(request, invoice_id)

        async def deed(session: Any, actor: Any, seen: Any, now: Any) -> None:
            how = {"seen": seen, "now": now}
            await _chosen(found, data, session, actor, invoice_id, how)

        return await act(
            request, invoice_id, data, deed, goes_on=data.get("choice") in ("receipt", "rematch")
        )


async def _chosen(
    found: Gathered, form: Form, session: Any, actor: Any, invoice_id: UUID, how: dict[str, Any]
) -> None:
    choice = form.get("choice", "")
    if choice == "credit":
        await ask_for_credit(session, actor, invoice_id, note=form.get("note_credit"), **how)
    elif choice == "receipt":
        await deviation.ask_for_receipt(session, actor, invoice_id, note=form.get("note_receipt"), **how)
    elif choice == "accept":
        require_shown(found, form)
        rows = coding_form.read_rows(form)
        await deviation.accept_deviation(
            session, actor, invoice_id, rows, note=form.get("note_accept"),
            not_received=form.get("not_received"), shown=shown_of(found.detail, rows), **how,
        )  # fmt: skip
    elif choice == "accept_match":
        note = form.get("note_match", "").strip() or None
        shown = shown_of(found.detail)
        await deviation.accept_match(session, actor, invoice_id, note=note, shown=shown, **how)
    elif choice == "rematch":
        await deviation.rematch(session, actor, invoice_id, **how)
    elif choice == "not_mine":
        await assignment.not_my_invoice(session, actor, invoice_id, note=form.get("note_not_mine"), **how)
    else:
        raise Invalid(CHOOSE, fields={"choice": CHOOSE})


def require_shown(found: Gathered, form: Form) -> None:
    """Conflict when what the form was made from is not what would now be decided upon."""
    given = form.get("seen_shown")
    if given and given != page.shown_digest(found.detail):
        raise Conflict(CHANGED_CODING)
