"""A temporary delivery address, written beside the basket."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from portal.access import permissions as p
from portal.kernel.errors import Invalid
from portal.orders.actions import addresses as address_actions
from portal.web.i18n import gettext
from portal.web.orders.basket_page import BASKET, UNREADABLE
from portal.web.pages import Html, Req, page, see_other

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class AddressController(Controller):
    """A temporary delivery address, for whoever may write one (B42)."""

    path = "/orders/addresses"
    opt = {"permission": p.TEMPORARY_ADDRESS}  # noqa: RUF012

    @get("/new")
    async def new(self, request: Req) -> Html:
        """The form."""
        return await page(request, "orders/basket/address.html", given={}, errors={})

    @post()
    async def create(self, request: Req, data: Form) -> Response[Any]:
        """Keep it and go back to the basket, where it can be chosen."""
        scope = request.scope["state"]
        given = {name: data.get(name, "") for name in address_actions.FIELDS}
        try:
            await address_actions.add_temporary_address(
                scope["session"], scope["actor"], **given, now=scope["now"]
            )
        except Invalid as refused:
            errors = {field: gettext(message) for field, message in refused.fields.items()}
            return await page(
                request, "orders/basket/address.html", status=UNREADABLE, given=given, errors=errors
            )
        return see_other(request, BASKET, flash=("ok", gettext("Adressen finns nu i listan.")))
