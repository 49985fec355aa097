"""Leveranser: what is to be receipted, and the receipt itself (A6.03)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Stream
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.coding.values import CodeNames
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Forbidden, Invalid
from portal.kernel.identifiers import read_uuid
from portal.orders.actions.receipts import (
    NOT_YOURS,
    Delivery,
    receive,
    receive_all,
    take_back_receipt,
)
from portal.orders.actions.right import require_standing
from portal.orders.queries import deliveries, order_detail, order_lists, order_scope
from portal.orders.rules.refusals import RECEIVE
from portal.orders.status import CONFIRMED_WITH_CHANGE, ORDER
from portal.web.i18n import gettext
from portal.web.listing import views
from portal.web.orders.forms import day as read_day
from portal.web.orders.forms import number
from portal.web.orders.order_index import order_sums, order_views, orders_csv
from portal.web.orders.orders import acts_for_buyer, made_text
from portal.web.orders.present import order_lines_view
from portal.web.orders.texts import said, status_of
from portal.web.pages import Html, Req, page, see_other

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
PATH = "/orders/receipts"
WRITTEN = ("quantity-", "amount-")
RECEIVES = {"permission": (p.ORDER_AND_INVOICE, *deliveries.RECEIVES_ALL)}


class ReceiptListController(Controller):
    """The orders that wait for their goods."""

    path = PATH

    @get(opt=RECEIVES)
    async def index(self, request: Req) -> Html:
        """My own and those I stand in for; with B10, A44 or A45 also everybody's of the förvaltning."""
        scope = request.scope["state"]
        session, actor, given = scope["session"], scope["actor"], request.query_params
        seen, everyone = await _to_receive(request)
        filters = _filters(given)
        found = await order_lists.list_orders(session, actor, seen, filters)
        return await page(
            request, "orders/receipts/index.html", everyone=everyone, may_all=actor.has(*deliveries.RECEIVES_ALL),
            given=given, rows=await order_views(request, found.rows), found=found, views=views(request, PATH),
            sums=await order_sums(request, seen, filters),
        )  # fmt: skip

    @get("/csv", opt=RECEIVES)
    async def csv(self, request: Req) -> Stream:
        """The same list as a file."""
        seen, _everyone = await _to_receive(request)
        return await orders_csv(request, gettext("leveranser"), seen, _filters(request.query_params))


async def _to_receive(request: Req) -> tuple[ColumnElement[bool], bool]:
    """Which orders are listed, and whether they are everybody's."""
    scope = request.scope["state"]
    session, actor = scope["session"], scope["actor"]
    users = await order_scope.standing_in(session, actor, stockholm_date(scope["now"]))
    everyone = actor.has(*deliveries.RECEIVES_ALL) and await _shows_all(request, users)
    return deliveries.to_receive(actor, users, everyone=everyone), everyone


def _filters(given: Mapping[str, str]) -> order_lists.Filters:
    return order_lists.Filters(
        number=given.get("number", "").strip(),
        before=read_uuid(given.get("before")),
        after=read_uuid(given.get("after")),
    )


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
        try:
            await _receive(session, actor, order_id, data, unread, now)
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


async def _receive(
    session: AsyncSession,
    actor: Actor,
    order_id: UUID,
    data: Mapping[str, str],
    unread: dict[str, Invalid],
    now: datetime,
) -> None:
    """What is written in the fields is what has come, whichever button was pressed: no figure a person wrote is passed
    over. "Everything" without any field is all that is left."""
    day = read_day(data, "received_on", unread) or stockholm_date(now)
    note = data.get("note") or None
    if unread:
        raise Invalid("Datumet går inte att läsa.")
    if data.get("do") == "all" and not any(name.startswith(WRITTEN) for name in data):
        await receive_all(session, actor, order_id, received_on=day, note=note, now=now)
        return
    order = await order_detail.find_order(session, actor, order_id, stockholm_date(now))
    ids = [line.id for line in await order_detail.order_lines(session, order.concern_id, order_id)]
    delivery = Delivery(
        _numbers(data, "quantity", ids, unread), _numbers(data, "amount", ids, unread), day, note,
        _numbers(data, "seen", ids, unread),
    )  # fmt: skip
    if unread:
        raise Invalid("Några fält behöver rättas innan du kan kvittera.")
    await receive(session, actor, order_id, delivery, now=now)


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
    if not (await acts_for_buyer(session, actor, order, day))[0]:
        raise Forbidden(NOT_YOURS)
    require_standing(order, RECEIVE)
    lines = await order_detail.order_lines(session, order.concern_id, order_id)
    return await page(
        request, "orders/receipts/new.html", status=422 if errors else 200, order=order,
        names=await order_detail.names_of(session, order),
        lines=order_lines_view(lines, (), order.organisation_id, CodeNames()), given=data, errors=errors,
        today=day, by_amount=actor.has(p.RECEIPT_BY_AMOUNT),
        state=status_of(ORDER, order.status), changed=order.status == CONFIRMED_WITH_CHANGE,
    )  # fmt: skip
