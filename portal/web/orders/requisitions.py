"""A requisition that has been sent: where it stands, who it waits for, and taking it back."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from sqlalchemy import select

from portal.access import permissions as p
from portal.attest.queries.steps import steps_of
from portal.coding.queries import load_names
from portal.kernel.dates import stockholm_date
from portal.orders.actions.sending import discard, take_back
from portal.orders.models import PurchaseOrder
from portal.orders.queries.history import history
from portal.orders.queries.order_scope import deciding_for, standing_in
from portal.orders.queries.order_scope import visible as orders_visible
from portal.orders.queries.requisitions import EDITABLE, load_requested, visible
from portal.orders.rules.split import basket_totals
from portal.orders.status import AWAITING_APPROVAL, ORDER, REQUISITION
from portal.web.attest.here import here
from portal.web.coding_words import codes_of
from portal.web.i18n import gettext
from portal.web.orders.history import last_return, timeline
from portal.web.orders.present import coding_of, motives_of, requisition_track, steps_view
from portal.web.orders.texts import filled, status_of
from portal.web.pages import Html, Req, page, see_other

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
READS = (p.ORDER_AND_INVOICE, p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN, p.CENTRAL_SYSTEM_ADMIN, p.AUDITOR)


class RequisitionController(Controller):
    """One requisition."""

    path = "/orders/requisitions/{requisition_id:uuid}"

    @get(opt={"permission": READS})
    async def show(self, request: Req, requisition_id: FromPath[UUID]) -> Html:
        """The way of the requisition, its lines, its attest route and its history."""
        scope = request.scope["state"]
        session, actor, day = scope["session"], scope["actor"], stockholm_date(scope["now"])
        users = await standing_in(session, actor, day)
        deciders = await deciding_for(session, actor, day)
        requested = await load_requested(session, actor, requisition_id, visible(actor, users, deciders))
        told = await history(session, requested.concern_id, [requisition_id])
        steps = await steps_of(session, requested.concern_id, "requisition", requisition_id)
        mine = requested.user_id == actor.user_id
        seen = orders_visible(actor, users, deciders)
        orders = await session.execute(
            select(PurchaseOrder.id, PurchaseOrder.number, PurchaseOrder.status, PurchaseOrder.gross_amount)
            .where(
                PurchaseOrder.concern_id == requested.concern_id,
                PurchaseOrder.requisition_id == requisition_id,
                seen,
            )
            .order_by(PurchaseOrder.id)
        )
        coded = codes_of(row.code for line in requested.lines for row in line.coding)
        named = await load_names(session, requested.concern_id, coded, day)
        back = last_return(told) if requested.status == "sent_back" else None
        return await page(
            request, "orders/requisitions/show.html", requested=requested,
            state=status_of(REQUISITION, requested.status),
            totals=basket_totals([x.wanted for x in requested.lines]),
            track=requisition_track(requested, told), steps=steps_view(steps), history=timeline(told),
            orders=[(row.id, row.number, status_of(ORDER, row.status), row.gross_amount) for row in orders],
            motives=motives_of(requested),
            coding={x.id: coding_of(x, requested.organisation_id, named) for x in requested.lines},
            here=await here(request, requisition_id),
            returned=back, can_edit=mine and requested.status in EDITABLE,
            can_take_back=mine and requested.status == AWAITING_APPROVAL,
            can_discard=mine and requested.status in (*EDITABLE, AWAITING_APPROVAL),
        )  # fmt: skip

    @post("/withdrawal", opt={"permission": p.ORDER_AND_INVOICE})
    async def withdraw(self, request: Req, requisition_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Take it back while it waits: it is a basket again."""
        scope = request.scope["state"]
        await take_back(scope["session"], scope["actor"], requisition_id, scope["now"])
        path = f"/orders/requisitions/{requisition_id}/draft"
        return see_other(request, path, flash=("ok", gettext("Du har tagit tillbaka beställningen.")))

    @get("/removal", opt={"permission": p.ORDER_AND_INVOICE})
    async def ask(self, request: Req, requisition_id: FromPath[UUID]) -> Html:
        """The question as a page."""
        scope = request.scope["state"]
        requested = await load_requested(
            scope["session"], scope["actor"], requisition_id, visible(scope["actor"])
        )
        return await page(request, "orders/requisitions/remove.html", requested=requested)

    @post("/removal", opt={"permission": p.ORDER_AND_INVOICE})
    async def remove(self, request: Req, requisition_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Throw it away before it has become orders."""
        scope = request.scope["state"]
        await discard(scope["session"], scope["actor"], requisition_id, scope["now"])
        return see_other(request, "/orders", flash=("ok", filled("Beställningen är borttagen.", {})))
