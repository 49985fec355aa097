"""Orders: the lists, one order from beställning to betalning, its document, what its beställare can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.coding.queries import load_names
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import NotFound
from portal.orders.actions.right import ADMINS
from portal.orders.models import OrderLine, OrderResponse, PurchaseOrder
from portal.orders.queries import deliveries, order_detail, order_scope
from portal.orders.queries.changes import changes_of
from portal.orders.queries.history import Happening, history
from portal.orders.status import (
    CHANGE_ATTESTED,
    CHANGE_AWAITING_APPROVAL,
    CONFIRMED_WITH_CHANGE,
    DELIVERABLE,
    ORDER,
    PARTLY_RECEIVED,
    RECEIPTABLE,
    RECEIVED,
)
from portal.web.attest.here import here
from portal.web.coding_words import codes_of
from portal.web.orders import order_index
from portal.web.orders.change_view import changed_view, first_terms, proposal
from portal.web.orders.history import timeline
from portal.web.orders.invoices import invoices_of
from portal.web.orders.present import answer_view, order_lines_view, order_track, receipts_view
from portal.web.orders.requisitions import READS
from portal.web.orders.texts import filled, status_of
from portal.web.pages import Html, Req, page
from portal.web.services import Services

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
READS_ORDERS = (*READS, p.RECEIVE_ALL, p.SEE_ALL_INVOICES)
ATTESTED_BY = ("requisition:status:approve", "requisition:status:attest")
CANCELLABLE = ORDER.move("cancel").sources


class OrderController(Controller):
    """Beställningar."""

    path = "/orders"

    @get(opt={"permission": READS_ORDERS})
    async def index(self, request: Req) -> Html:
        """The list: tab and filters stand in the address."""
        return await order_index.index(request)

    @get("/csv", opt={"permission": READS_ORDERS})
    async def csv(self, request: Req) -> Stream:
        """The same list as a file."""
        return await order_index.download(request)

    @get("/{order_id:uuid}", opt={"permission": READS_ORDERS})
    async def show(self, request: Req, order_id: FromPath[UUID]) -> Html:
        """One order with everything that has come of it."""
        return await show(request, order_id, {})

    @get("/{order_id:uuid}/document", opt={"permission": READS_ORDERS})
    async def document(self, request: Req, state: State, order_id: FromPath[UUID]) -> Response[bytes]:
        """The Peppol order as it was sent."""
        scope = request.scope["state"]
        order = await order_detail.find_order(
            scope["session"], scope["actor"], order_id, stockholm_date(scope["now"])
        )
        if order.document_sha256 is None:
            raise NotFound("Dokumentet är inte skrivet än. Försök igen om en stund.")
        services: Services = state.services
        data = await services.store.get(order.document_sha256.hex())
        headers = {"content-disposition": f'attachment; filename="{order.number}.xml"'}
        return Response(data, media_type="application/xml", headers=headers)


async def show(
    request: Req, order_id: UUID, errors: Mapping[str, str], given: Mapping[str, str] | None = None
) -> Html:
    """The order's page; with what was wrongly written and what is wrong with it when a form of it is refused."""
    scope = request.scope["state"]
    session, actor, day = scope["session"], scope["actor"], stockholm_date(scope["now"])
    order = await order_detail.find_order(session, actor, order_id, day)
    lines = await order_detail.order_lines(session, order.concern_id, order_id)
    made = await deliveries.receipts(session, order.concern_id, order_id)
    answers = await order_detail.responses(session, order.concern_id, order_id)
    changes = await changes_of(session, order.concern_id, order_id)
    subjects = [order_id, order.requisition_id] if order.requisition_id else [order_id]
    told = await history(session, order.concern_id, subjects)
    linked = await invoices_of(session, actor, order_id, day)
    codings = await order_detail.codings(session, order.concern_id, order_id)
    named = await load_names(session, order.concern_id, codes_of(codings), day)
    names = await order_detail.names_of(session, order)
    return await page(
        request, "orders/orders/show.html", status=422 if errors else 200, order=order, names=names,
        state=status_of(ORDER, order.status), lines=order_lines_view(lines, codings, order.organisation_id, named),
        here=await here(request, order_id),
        track=order_track(order, _dates(told, answers, made), linked), answer=answer_view(answers, lines),
        receipts=receipts_view(made, lines),
        invoices=[one for one in linked if one.seen], unseen=bool(linked), history=timeline(told),
        sent=await order_detail.transmissions(session, order.concern_id, order_id), errors=errors,
        given=given or {}, proposal=proposal(lines, answers, given or {}), first=first_terms(lines, changes),
        waiting=changed_view(changes, waits=order.status in (CHANGE_AWAITING_APPROVAL, CHANGE_ATTESTED)),
        mine=order.buyer_user_id == actor.user_id,
        **_can(actor, order, lines, await acts_for_buyer(session, actor, order, day)),
    )  # fmt: skip


def _dates(
    told: Sequence[Happening], answers: Sequence[OrderResponse], made: Sequence[deliveries.ReceivedLine]
) -> dict[str, date]:
    dates: dict[str, date] = {}
    for one in told:
        if one.tag in ATTESTED_BY:
            dates["attested"] = stockholm_date(one.at)
    if answers:
        dates["answered"] = stockholm_date(answers[-1].answered_at)
    if made:
        dates["received"] = made[-1].received_on
    return dates


def _can(
    actor: Actor, order: PurchaseOrder, lines: Sequence[OrderLine], acts: tuple[bool, bool]
) -> dict[str, bool]:
    """What this actor may do with the order as it stands. `acts`: receipt it, decide of it."""
    receives, decides = acts
    orders = decides and actor.has(p.ORDER_AND_INVOICE)
    more = any(line.received_quantity > line.quantity for line in lines)
    return {
        "can_receive": receives and order.status in DELIVERABLE,
        "can_receive_more": receives and order.status == RECEIVED,
        "can_undo": receives and order.status in RECEIPTABLE,
        "can_accept": orders and order.status == CONFIRMED_WITH_CHANGE,
        "can_raise": orders and more and order.status in (PARTLY_RECEIVED, RECEIVED),
        "can_end": decides and order.status in ORDER.move("close").sources,
        "can_cancel": decides and order.status in CANCELLABLE,
    }


async def acts_for_buyer(
    session: AsyncSession, actor: Actor, order: PurchaseOrder, day: date
) -> tuple[bool, bool]:
    """Whether the actor may receipt the order (beställare, delegate, B10, A44 or A45), and decide of it (not B10)."""
    users = await order_scope.standing_in(session, actor, day)
    own = actor.has(p.ORDER_AND_INVOICE) and order.buyer_user_id in (actor.user_id, *users)
    return own or actor.has(*deliveries.RECEIVES_ALL), own or actor.has(*ADMINS)


def made_text(number: str) -> str:
    """What is said when an order has been receipted."""
    return filled("%(number)s är kvitterad.", {"number": number})
