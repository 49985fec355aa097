"""A requisition while it can be changed: one form, saved as its fields are left, sent with its button."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from portal.kernel.errors import Invalid
from portal.orders.actions import basket_saving
from portal.orders.queries.requisitions import load_editable
from portal.web.orders.basket_deeds import do_deed
from portal.web.orders.basket_page import BUYS, basket_again, basket_page
from portal.web.orders.forms import basket_form
from portal.web.pages import Html, Req

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class DraftController(Controller):
    """One requisition while it can be changed: the basket, or one that was sent back."""

    path = "/orders/requisitions/{requisition_id:uuid}/draft"

    @get(opt=BUYS)
    async def show(self, request: Req, requisition_id: FromPath[UUID]) -> Html:
        """The same page as the basket's."""
        scope = request.scope["state"]
        requested = await load_editable(scope["session"], scope["actor"], requisition_id)
        return await basket_page(request, requested, {}, {})

    @post(opt=BUYS)
    async def save(self, request: Req, requisition_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Keep the form, then do what its button says."""
        scope = request.scope["state"]
        session, actor, now = scope["session"], scope["actor"], scope["now"]
        before = await load_editable(session, actor, requisition_id)
        form = basket_form(data, before, actor)
        try:
            kept = await basket_saving.save(
                session, actor, requisition_id, form.changes, shown=data.get("shown", ""), now=now
            )
        except Invalid as refused:
            return await basket_again(request, before, data, refused, form)
        if form.errors and not data.get("do", "").startswith("remove:"):
            return await basket_again(request, kept, data, None, form)
        return await do_deed(request, kept, data)
