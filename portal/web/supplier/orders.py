"""A supplier's orders: list, order, the Peppol document, and the answer."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.datastructures import State
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from litestar.response import Stream

from portal.access import permissions as p
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid, NotFound
from portal.orders.actions.answer import answer
from portal.orders.status import SENT
from portal.web.i18n import gettext
from portal.web.pages import Html, Req, page, see_other
from portal.web.supplier import fields, order_index
from portal.web.supplier.order_index import PATH
from portal.web.supplier.present import ANSWERS, can_be_invoiced, line_views, order_status
from portal.web.supplier.queries.orders import Order, find_order
from portal.web.supplier.sentences import sentence
from portal.web.supplier.tracks import order_track

Form = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.URL_ENCODED)]
DONE = {
    "AP": "Beställningen är bekräftad. Kunden ser det direkt.",
    "CA": "Beställningen är bekräftad med ändring. Kunden tar ställning.",
    "RE": "Beställningen är avböjd. Kunden ser skälet.",
}


class SupplierOrdersController(Controller):
    """GET the orders, POST the answer to one."""

    path = PATH
    opt = {"permission": p.SUPPLIER}  # noqa: RUF012

    @get()
    async def index(self, request: Req) -> Html:
        """The supplier's orders, newest first; `q`, `tab` and `view` in the address."""
        return await order_index.index(request)

    @get("/csv")
    async def csv(self, request: Req) -> Stream:
        """The same list as a file."""
        return await order_index.download(request)

    @get("/{order_id:uuid}")
    async def show(self, request: Req, order_id: FromPath[UUID]) -> Html:
        """One order."""
        return await _show(request, order_id)

    @post("/{order_id:uuid}/answer")
    async def respond(self, request: Req, order_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Confirm, confirm with a change, or reject."""
        state = request.scope["state"]
        errors: dict[str, str] = {}
        code = fields.text(data, "code")
        promised = fields.day(data, f"{code}-promised_on", errors, needed=False)
        if errors:
            return await _show(request, order_id, errors, data)
        try:
            await answer(
                state["session"], state["actor"], order_id, code=code, promised_on=promised,
                note=fields.text(data, f"{code}-note")[:1000] or None, now=state["now"],
            )  # fmt: skip
        except Invalid as refused:
            shown = {_field(code, name): gettext(text) for name, text in refused.fields.items()}
            return await _show(request, order_id, shown, data)
        return see_other(request, f"{PATH}/{order_id}", flash=("ok", gettext(DONE[code])))

    @get("/{order_id:uuid}/document")
    async def document(self, request: Req, state: State, order_id: FromPath[UUID]) -> Response[bytes]:
        """The Peppol order as it was sent."""
        scope = request.scope["state"]
        order = await find_order(scope["session"], scope["actor"], order_id, stockholm_date(scope["now"]))
        if order.document_sha256 is None:
            raise NotFound("Beställningen skickades utan Peppol-dokument.")
        data = await state.services.store.get(order.document_sha256.hex())
        name = "".join(char for char in order.number if char.isalnum() or char in "-_") or "order"
        headers = {"content-disposition": f'attachment; filename="{name}.xml"'}
        return Response(data, media_type="application/xml", headers=headers)


# What the buyer decided, as long as the order stands where it put it.
_DECIDED = {
    ("refused", "sent"): "Kunden godkände inte er ändring. Svara om ni kan leverera som beställt.",
    ("ended", "closed"): "Kunden har avslutat resten. Fakturera det som är levererat.",
    ("cancelled", "cancelled"): "Kunden har makulerat beställningen.",
}


def _decided(order: Order) -> tuple[str, str] | None:
    """The sentence and the buyer's reason."""
    kind, note = order.decided or ("", None)
    said = _DECIDED.get((kind, order.status))
    return (gettext(said), note or "") if said else None


def _field(code: str, name: str) -> str:
    return name if name == "code" or not code else f"{code}-{name}"


async def _show(
    request: Req, order_id: UUID, errors: dict[str, str] | None = None, data: dict[str, Any] | None = None
) -> Html:
    state = request.scope["state"]
    order = await find_order(state["session"], state["actor"], order_id, stockholm_date(state["now"]))
    return await page(
        request, "supplier/orders/show.html", status=422 if errors else 200, order=order, errors=errors or {},
        data=data or {}, state=order_status(order.status), track=order_track(order), lines=line_views(order),
        can_answer=order.status == SENT, can_invoice=can_be_invoiced(order),
        decided=_decided(order),
        answers=[(gettext(ANSWERS[a.code]), a) for a in order.answers],
        invoices=[(invoice, sentence(invoice.status)) for invoice in order.invoices],
    )  # fmt: skip
