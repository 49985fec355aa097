"""Help: how the portal works, accessibility, service status, keyboard shortcuts."""

from __future__ import annotations

from litestar import Controller, get
from litestar.datastructures import State

from portal.access.permissions import PUBLIC
from portal.invoicing.status import INVOICE
from portal.orders.status import ATTESTED, AWAITING_APPROVAL, DRAFT, ORDER, REQUISITION, SENT_BACK
from portal.web.help.meanings import INVOICE_MEANINGS, ORDER_MEANINGS
from portal.web.help.roles import roles_of
from portal.web.pages import Html, Req, page
from portal.web.supplier.sentences import SENTENCES

# A basket and its order are one thing to who orders: first before the attest, then with the supplier.
ORDER_STATES = (*map(REQUISITION.state, (DRAFT, AWAITING_APPROVAL, ATTESTED, SENT_BACK)), *ORDER.states)


class HelpController(Controller):
    """Pages anyone may read."""

    path = "/help"
    opt = {"permission": PUBLIC}  # noqa: RUF012

    @get()
    async def show(self, request: Req) -> Html:
        """How the portal works: what the reader's own roles do, and every status in words from the tables the portal
        itself reads. A supplier reads what it meets on its own pages."""
        actor = request.scope["state"].get("actor")
        supplier = bool(actor and actor.supplier_id)
        told = {code: one.text for code, one in SENTENCES.items()}
        return await page(
            request, "help/show.html", roles=roles_of(actor), supplier=supplier, order_states=ORDER_STATES,
            invoice_states=() if supplier else INVOICE.states, order_meanings=ORDER_MEANINGS,
            invoice_meanings=INVOICE_MEANINGS, told=list(dict.fromkeys(told.values())),
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
