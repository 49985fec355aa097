"""Leveranser: what is to be receipted, and the receipt itself (A6.03)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from portal.access import permissions as p
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Forbidden, Invalid
from portal.kernel.identifiers import read_uuid
from portal.orders.actions.receipts import (
    NOT_YOURS,
    RECEIPTABLE,
    Delivery,
    receive,
    receive_all,
    take_back_receipt,
)
from portal.orders.queries import deliveries, order_detail, order_lists, order_scope
from portal.orders.status import ORDER
from portal.web.i18n import gettext
from portal.web.orders.forms import day as read_day
from portal.web.orders.forms import number
from portal.web.orders.orders import made_text, may_receive
from portal.web.orders.present import order_lines_view
from portal.web.orders.texts import said, status_of
from portal.web.pages import Html, Req, page, see_other

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
RECEIVES = {"permission": (p.ORDER_AND_INVOICE, *deliveries.RECEIVES_ALL)}


class ReceiptListController(Controller):
    """The orders that wait for their goods."""

    path = "/orders/receipts"

    @get(opt=RECEIVES)
    async def index(self, request: Req) -> Html:
        """My own and those I stand in for; with B10, A44 or A45 also everybody's of the förvaltning."""
        scope = request.scope["state"]
        session, actor, given = scope["session"], scope["actor"], request.query_params
        users = await order_scope.standing_in(session, actor, stockholm_date(scope["now"]))
        may_all = actor.has(*deliveries.RECEIVES_ALL)
        everyone = may_all and await _shows_all(request, users)
        seen = deliveries.to_receive(actor, users, everyone=everyone)
        filters = order_lists.Filters(
            number=given.get("number", "").strip(),
            before=read_uuid(given.get("before")),
            after=read_uuid(given.get("after")),
        )
        found = await order_lists.list_orders(session, actor, seen, filters)
        return await page(
            request, "orders/receipts/index.html", everyone=everyone, may_all=may_all, given=given,
            rows=[(row, status_of(ORDER, row.status)) for row in found.rows], found=found,
        )  # fmt: skip


async def _shows_all(request: Req, users: Collection[UUID]) -> bool:
    """Whether everybody's are shown: asked for, or unless asked otherwise when none of the actor's own wait."""
    scope, show = request.scope["state"], request.query_params.get("show")
    session, actor = scope["session"], scope["actor"]
    if show in ("all", "own") or not actor.has(p.ORDER_AND_INVOICE):
        return show == "all" or not actor.has(p.ORDER_AND_INVOICE)
    own = deliveries.to_receive(actor, users, everyone=False)
    return not await order_lists.count_orders(session, actor, own)


class ReceiptController(Controller):
    """One order's receipts."""

    path = "/orders/{order_id:uuid}/receipts"
    opt = RECEIVES

    @get("/new")
    async def new(self, request: Req, order_id: FromPath[UUID]) -> Html:
        """The form: what is left of each line is filled in."""
        return await _form(request, order_id, {}, {})

    @post()
    async def create(self, request: Req, order_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Receipt of all that is left, or of what is filled in."""
        scope = request.scope["state"]
        session, actor, now = scope["session"], scope["actor"], scope["now"]
        unread: dict[str, Invalid] = {}
        day = read_day(data, "received_on", unread) or stockholm_date(now)
        try:
            if unread:
                raise Invalid("Datumet går inte att läsa.")
            if data.get("do") == "all":
                await receive_all(
                    session, actor, order_id, received_on=day, note=data.get("note") or None, now=now
                )
            else:
                order = await order_detail.find_order(session, actor, order_id, stockholm_date(now))
                lines = await order_detail.order_lines(session, order.concern_id, order_id)
                ids = [line.id for line in lines]
                delivery = Delivery(
                    _numbers(data, "quantity", ids, unread), _numbers(data, "amount", ids, unread), day,
                    data.get("note") or None, _numbers(data, "seen", ids, unread),
                )  # fmt: skip
                if unread:
                    raise Invalid("Några fält behöver rättas innan du kan kvittera.")
                await receive(session, actor, order_id, delivery, now=now)
        except Invalid as refused:
            errors = {field: said(message) for field, message in refused.fields.items()}
            errors |= {field: said(error) for field, error in unread.items()}
            return await _form(request, order_id, data, errors or {"receipt": said(refused)})
        order = await order_detail.find_order(session, actor, order_id, stockholm_date(now))
        return see_other(request, f"/orders/{order_id}", flash=("ok", made_text(order.number)))

    @post("/{receipt_id:uuid}/reversal")
    async def undo(
        self, request: Req, order_id: FromPath[UUID], receipt_id: FromPath[UUID], data: Form
    ) -> Response[Any]:
        """Take an earlier receipt back."""
        scope = request.scope["state"]
        try:
            await take_back_receipt(
                scope["session"], scope["actor"], order_id, receipt_id, note=data.get("note") or None,
                now=scope["now"],
            )  # fmt: skip
        except Invalid as refused:
            await scope["session"].rollback()
            return see_other(request, f"/orders/{order_id}", flash=("stop", said(refused)))
        return see_other(
            request, f"/orders/{order_id}", flash=("ok", gettext("Kvittensen är tillbakatagen."))
        )


def _numbers(
    data: Mapping[str, str], kind: str, ids: list[UUID], unread: dict[str, Invalid]
) -> dict[UUID, Decimal]:
    read = {line: number(data, f"{kind}-{line}", unread) for line in ids}
    return {line: value for line, value in read.items() if value is not None}


async def _form(request: Req, order_id: UUID, data: Mapping[str, str], errors: Mapping[str, str]) -> Html:
    scope = request.scope["state"]
    session, actor, day = scope["session"], scope["actor"], stockholm_date(scope["now"])
    if errors:
        await session.rollback()
    order = await order_detail.find_order(session, actor, order_id, day)
    if not await may_receive(session, actor, order, day):
        raise Forbidden(NOT_YOURS)
    lines = await order_detail.order_lines(session, order.concern_id, order_id)
    return await page(
        request, "orders/receipts/new.html", status=422 if errors else 200, order=order,
        names=await order_detail.names_of(session, order), lines=order_lines_view(lines, ()), given=data,
        errors=errors, today=day, by_amount=actor.has(p.RECEIPT_BY_AMOUNT), open=order.status in RECEIPTABLE,
        state=status_of(ORDER, order.status),
    )  # fmt: skip
