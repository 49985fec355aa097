"""The basket: put an article in from where it is shown, take it back, and look at what lies there."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath

from portal.kernel.errors import Invalid
from portal.kernel.identifiers import read_uuid
from portal.kernel.money import parse_amount
from portal.orders.actions.basket_adding import Added, add_to_basket
from portal.orders.actions.basket_lines import undo_add
from portal.orders.queries.requisitions import basket_count, load_editable, open_basket_id
from portal.web.orders.basket_page import BASKET, BUYS, UNREADABLE, basket_page
from portal.web.orders.texts import filled, said
from portal.web.pages import Html, Req, is_htmx, page, partials, see_other
from portal.web.signin.controllers import own_path
from portal.web.units import counted

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


class BasketController(Controller):
    """The person's open basket."""

    path = BASKET

    @get(opt=BUYS)
    async def show(self, request: Req) -> Html:
        """The basket, or that it is empty."""
        scope = request.scope["state"]
        found = await open_basket_id(scope["session"], scope["actor"])
        requested = await load_editable(scope["session"], scope["actor"], found) if found else None
        if requested is None or not requested.lines:
            return await page(request, "orders/basket/empty.html")
        return await basket_page(request, requested, {}, {})

    @post("/lines", opt=BUYS)
    async def add(self, request: Req, data: Form) -> Response[Any]:
        """Put an article in the basket: the answer stands where its button stood, with Ångra."""
        scope = request.scope["state"]
        article = read_uuid(data.get("article_id"))
        back = _back(request, data)
        try:
            if article is None:
                raise Invalid("Välj en artikel.")
            quantity = parse_amount(data.get("quantity", "1"), max_decimals=4)
            added = await add_to_basket(scope["session"], scope["actor"], article, quantity, scope["now"])
        except Invalid as refused:
            return await _refused(request, data, refused, back)
        return _put_in(request, added, article, quantity, back)

    @post("/lines/{line_id:uuid}/undo", opt=BUYS)
    async def undo(self, request: Req, line_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Take back what one adding put in; the button is there again."""
        scope = request.scope["state"]
        quantity = parse_amount(request.query_params.get("quantity", "1"), max_decimals=4)
        line = await undo_add(scope["session"], scope["actor"], line_id, quantity, scope["now"])
        text = filled("%(name)s är borttagen ur varukorgen.", {"name": line.name})
        if not is_htmx(request):
            return see_other(request, _back(request, data), flash=("ok", text))
        count = await basket_count(scope["session"], scope["actor"])
        return partials(
            request, "orders/basket/_removed.html", "orders/basket/_count.html", id=line.article_id,
            name=line.name, text=text, count=count, message=text,
        )  # fmt: skip


def _put_in(request: Req, added: Added, article: UUID, quantity: Decimal, back: str) -> Response[Any]:
    text = filled("%(count)s i varukorgen", {"count": counted(added.quantity, added.unit)})
    if not is_htmx(request):
        return see_other(request, back, flash=("ok", f"{added.name}: {text}."))
    undo = f"{BASKET}/lines/{added.line_id}/undo?quantity={quantity}&article={article}"
    return partials(
        request, "orders/basket/_added.html", "orders/basket/_count.html", id=article, name=added.name,
        text=text, undo=undo, error=None, count=added.lines, message=f"{added.name}: {text}.",
    )  # fmt: skip


async def _refused(request: Req, data: Mapping[str, str], refused: Invalid, back: str) -> Response[Any]:
    if not is_htmx(request):
        await request.scope["state"]["session"].rollback()
        return see_other(request, back, flash=("stop", said(refused)))
    return partials(
        request, "orders/basket/_added.html", status=UNREADABLE, id=data.get("article_id", ""), name="",
        text="", undo=None, error=said(refused),
    )  # fmt: skip


def _back(request: Req, data: Mapping[str, str]) -> str:
    """The page the form stood on: a path of the portal, from the form or from where the browser came."""
    path = data.get("back", "")
    if not path:
        referrer = request.headers.get("referer", "")
        host = f"//{request.headers.get('host', '')}/"
        path = "/" + referrer.partition(host)[2] if host in referrer else "/catalog/articles"
    own = own_path(path.removeprefix("/en") or "/")
    return own if own != "/" else "/catalog/articles"
