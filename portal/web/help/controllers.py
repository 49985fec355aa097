"""Help: how the portal works, accessibility, service status, keyboard shortcuts."""

from __future__ import annotations

from litestar import Controller, get
from litestar.datastructures import State

from portal.access.permissions import PUBLIC
from portal.invoicing.status import INVOICE
from portal.orders.status import ORDER
from portal.web.help.meanings import INVOICE_MEANINGS, ORDER_MEANINGS
from portal.web.pages import Html, Req, page


class HelpController(Controller):
    """Pages anyone may read."""

    path = "/help"
    opt = {"permission": PUBLIC}  # noqa: RUF012

    @get()
    async def show(self, request: Req) -> Html:
        """How the portal works, with every status in words from the tables the portal itself reads."""
        return await page(
            request, "help/show.html", invoice_states=INVOICE.states, order_states=ORDER.states,
            invoice_meanings=INVOICE_MEANINGS, order_meanings=ORDER_MEANINGS,
        )  # fmt: skip

    @get("/accessibility")
    async def accessibility(self, request: Req) -> Html:
        """The accessibility statement."""
        return await page(request, "help/accessibility.html")

    @get("/status")
    async def status(self, request: Req, state: State) -> Html:
        """Whether the parts work right now."""
        return await page(request, "help/status.html", works=await state.services.database.answers())

    @get("/shortcuts")
    async def shortcuts(self, request: Req) -> Html:
        """The keys, and how to switch them off."""
        return await page(request, "help/shortcuts.html")
