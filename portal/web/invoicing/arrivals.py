"""/invoicing/arrivals: the queue of arrival control, for administrators and levgruppen."""

from __future__ import annotations

from litestar import Controller, get

from portal.access import permissions as p
from portal.kernel.identifiers import read_uuid
from portal.web.invoicing import arrivals_view
from portal.web.pages import Html, Req


class ArrivalsController(Controller):
    """Ankomst: one invoice after the other; what was done loads the next."""

    path = "/invoicing/arrivals"
    opt = {"permission": (p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN, p.LEVGRUPPEN)}  # noqa: RUF012

    @get()
    async def index(self, request: Req) -> Html:
        """The queue, with the chosen or the first invoice open."""
        return await arrivals_view.answer(request, read_uuid(request.query_params.get("id")))
