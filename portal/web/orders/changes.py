"""What a buyer decides of an order that has been sent: the supplier's change, the rest, more than was ordered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from litestar import Controller, Response, post
from litestar.params import FromPath

from portal.access import permissions as p
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid
from portal.orders.actions.changes import FAULTS, accept_change, raise_to_received, refuse_change
from portal.orders.actions.ending import cancel_order, end_rest
from portal.orders.change_values import Terms
from portal.orders.queries import order_detail
from portal.orders.status import CHANGE_AWAITING_APPROVAL
from portal.web.i18n import gettext
from portal.web.orders.forms import PRICE_DECIMALS, number
from portal.web.orders.orders import Form, show
from portal.web.orders.texts import said
from portal.web.pages import Req, see_other

ENDS = (p.ORDER_AND_INVOICE, p.LOCAL_SYSTEM_ADMIN, p.INVOICE_ADMIN)
ACCEPTED = "Ändringen är godkänd. Leverantören får veta det."
TO_ATTEST = "Ändringen kostar mer än det som är attesterat och är skickad för attest."


class OrderChangeController(Controller):
    """One order's changes; each answers with the order's page."""

    path = "/orders/{order_id:uuid}"

    @post("/change-approval", opt={"permission": p.ORDER_AND_INVOICE})
    async def accept(self, request: Req, order_id: FromPath[UUID], data: Form) -> Response[Any]:
        """The buyer accepts the change, with quantity and price of every line."""
        scope = request.scope["state"]
        session, actor, now = scope["session"], scope["actor"], scope["now"]
        order = await order_detail.find_order(session, actor, order_id, stockholm_date(now))
        lines = await order_detail.order_lines(session, order.concern_id, order_id)
        unread: dict[str, Invalid] = {}
        stated = _stated(data, [line.id for line in lines], unread)
        try:
            if unread:
                raise Invalid(FAULTS, fields={name: said(error) for name, error in unread.items()})
            status = await accept_change(session, actor, order_id, stated, now=now)
        except Invalid as refused:
            return await _refused(request, order_id, refused, data)
        text = TO_ATTEST if status == CHANGE_AWAITING_APPROVAL else ACCEPTED
        return see_other(request, f"/orders/{order_id}", flash=("ok", gettext(text)))

    @post("/change-refusal", opt={"permission": p.ORDER_AND_INVOICE})
    async def refuse(self, request: Req, order_id: FromPath[UUID], data: Form) -> Response[Any]:
        """The buyer says no, and why."""
        scope = request.scope["state"]
        try:
            await refuse_change(
                scope["session"], scope["actor"], order_id, note=data.get("refusal"), now=scope["now"]
            )
        except Invalid as refused:
            return await _refused(request, order_id, refused, data)
        text = gettext("Ändringen är inte godkänd. Leverantören får veta det och svarar igen.")
        return see_other(request, f"/orders/{order_id}", flash=("ok", text))

    @post("/ending", opt={"permission": ENDS})
    async def end(self, request: Req, order_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Avsluta resten, with the reason."""
        scope = request.scope["state"]
        try:
            await end_rest(
                scope["session"], scope["actor"], order_id, note=data.get("ending"), now=scope["now"]
            )
        except Invalid as refused:
            return await _refused(request, order_id, refused, data)
        text = gettext("Resten är avslutad. Leverantören får veta det.")
        return see_other(request, f"/orders/{order_id}", flash=("ok", text))

    @post("/raising", opt={"permission": p.ORDER_AND_INVOICE})
    async def raise_it(self, request: Req, order_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Raise the order to what has come."""
        scope = request.scope["state"]
        try:
            await raise_to_received(scope["session"], scope["actor"], order_id, now=scope["now"])
        except Invalid as refused:
            return await _refused(request, order_id, refused, data)
        return see_other(request, f"/orders/{order_id}", flash=("ok", gettext(TO_ATTEST)))

    @post("/cancellation", opt={"permission": ENDS})
    async def cancel(self, request: Req, order_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Makulera, with the reason."""
        scope = request.scope["state"]
        try:
            await cancel_order(
                scope["session"], scope["actor"], order_id, note=data.get("note"), now=scope["now"]
            )
        except Invalid as refused:
            return await _refused(request, order_id, refused, data)
        return see_other(request, f"/orders/{order_id}", flash=("ok", gettext("Beställningen är makulerad.")))


def _stated(data: Mapping[str, str], ids: Sequence[UUID], unread: dict[str, Invalid]) -> dict[str, Terms]:
    """What was written of each line; a line that lacks either is left out, and asked for."""
    stated = {}
    for line in ids:
        quantity = number(data, f"quantity-{line}", unread)
        price = number(data, f"price-{line}", unread, decimals=PRICE_DECIMALS)
        if quantity is not None and price is not None:
            stated[str(line)] = Terms(quantity, price)
    return stated


async def _refused(request: Req, order_id: UUID, refused: Invalid, data: Mapping[str, str]) -> Response[Any]:
    await request.scope["state"]["session"].rollback()
    errors = {field: said(text) for field, text in refused.fields.items()} or {"lines": said(refused)}
    return await show(request, order_id, errors, data)
