"""The basket and the draft of a requisition: one form, saved as its fields are left, sent with its button."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromPath
from sqlalchemy import select

from portal.access import permissions as p
from portal.access.models import User
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid, PortalError
from portal.kernel.money import format_number_sv, parse_amount
from portal.orders.actions import addresses as address_actions
from portal.orders.actions import basket as actions
from portal.orders.actions import basket_coding as coding_actions
from portal.orders.actions.plan import plan
from portal.orders.actions.sending import FAULTS, send
from portal.orders.queries.requisitions import (
    addresses,
    basket_count,
    load_editable,
    open_basket_id,
    possible_buyers,
)
from portal.orders.rules.shown import digest
from portal.orders.values import Requested
from portal.web.i18n import gettext
from portal.web.orders.basket_view import Around, BasketView, basket_view
from portal.web.orders.forms import Filled, basket_form, identifier
from portal.web.orders.texts import filled, said
from portal.web.pages import Html, Req, is_htmx, page, partials, see_other
from portal.web.signin.controllers import own_path
from portal.web.units import counted

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]
BUYS = {"permission": p.ORDER_AND_INVOICE}
BASKET = "/orders/basket"
UNREADABLE = 422
Deed = Callable[[Req, Requested, Mapping[str, str], list[str]], Awaitable[Response[Any]]]


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
        return await _page(request, requested, {}, {})

    @post("/lines", opt=BUYS)
    async def add(self, request: Req, data: Form) -> Response[Any]:
        """Put an article in the basket: the answer stands where its button stood, with Ångra."""
        scope = request.scope["state"]
        article = identifier(data.get("article_id"))
        back = _back(request, data)
        try:
            if article is None:
                raise Invalid("Välj en artikel.")
            quantity = parse_amount(data.get("quantity", "1"), max_decimals=4)
            added = await actions.add_to_basket(
                scope["session"], scope["actor"], article, quantity, scope["now"]
            )
        except Invalid as refused:
            return await self._refused(request, data, refused, back)
        text = filled("%(count)s i varukorgen", {"count": counted(added.quantity, added.unit)})
        if not is_htmx(request):
            return see_other(request, back, flash=("ok", f"{added.name}: {text}."))
        undo = f"{BASKET}/lines/{added.line_id}/undo?quantity={quantity}&article={article}"
        return partials(
            request, "orders/basket/_added.html", "orders/basket/_count.html", id=article, name=added.name,
            text=text, undo=undo, error=None, count=added.lines, message=f"{added.name}: {text}.",
        )  # fmt: skip

    async def _refused(
        self, request: Req, data: Mapping[str, str], refused: Invalid, back: str
    ) -> Response[Any]:
        if not is_htmx(request):
            await request.scope["state"]["session"].rollback()
            return see_other(request, back, flash=("stop", said(refused)))
        return partials(
            request, "orders/basket/_added.html", status=UNREADABLE, id=data.get("article_id", ""), name="",
            text="", undo=None, error=said(refused),
        )  # fmt: skip

    @post("/lines/{line_id:uuid}/undo", opt=BUYS)
    async def undo(self, request: Req, line_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Take back what one adding put in; the button is there again."""
        scope = request.scope["state"]
        quantity = parse_amount(request.query_params.get("quantity", "1"), max_decimals=4)
        line = await actions.undo_add(scope["session"], scope["actor"], line_id, quantity, scope["now"])
        text = filled("%(name)s är borttagen ur varukorgen.", {"name": line.name})
        if not is_htmx(request):
            return see_other(request, _back(request, data), flash=("ok", text))
        count = await basket_count(scope["session"], scope["actor"])
        return partials(
            request, "orders/basket/_removed.html", "orders/basket/_count.html", id=line.article_id,
            name=line.name, text=text, count=count, message=text,
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


class DraftController(Controller):
    """One requisition while it can be changed: the basket, or one that was sent back."""

    path = "/orders/requisitions/{requisition_id:uuid}/draft"

    @get(opt=BUYS)
    async def show(self, request: Req, requisition_id: FromPath[UUID]) -> Html:
        """The same page as the basket's."""
        scope = request.scope["state"]
        requested = await load_editable(scope["session"], scope["actor"], requisition_id)
        return await _page(request, requested, {}, {})

    @post(opt=BUYS)
    async def save(self, request: Req, requisition_id: FromPath[UUID], data: Form) -> Response[Any]:
        """Keep the form, then do what its button says."""
        scope = request.scope["state"]
        session, actor, now = scope["session"], scope["actor"], scope["now"]
        before = await load_editable(session, actor, requisition_id)
        form = basket_form(data, before, actor)
        try:
            kept = await actions.save(
                session, actor, requisition_id, form.changes, shown=data.get("shown", ""), now=now
            )
        except Invalid as refused:
            return await _again(request, before, data, refused, form)
        verb, *rest = data.get("do", "save").split(":")
        if form.errors:
            return await _again(request, kept, data, None, form)
        deed: Deed = DEEDS.get(verb, _keep)
        return await deed(request, kept, data, rest)


async def _keep(request: Req, kept: Requested, data: Mapping[str, str], _rest: list[str]) -> Response[Any]:
    if is_htmx(request):
        return await _parts(request, kept, data)
    return see_other(request, _path(kept), flash=("ok", gettext("Sparat.")))


async def _send(request: Req, kept: Requested, data: Mapping[str, str], _rest: list[str]) -> Response[Any]:
    scope = request.scope["state"]
    try:
        number = await send(scope["session"], scope["actor"], kept.id, shown=digest(kept), now=scope["now"])
    except Invalid as refused:
        if refused.message == FAULTS or "basket" in refused.fields:
            return await _again(request, kept, data, None, None)
        return await _again(request, kept, data, refused, None)
    text = filled("%(number)s är skickad för attest.", {"number": number})
    return _elsewhere(request, f"/orders/requisitions/{kept.id}", text)


async def _later(request: Req, kept: Requested, data: Mapping[str, str], _rest: list[str]) -> Response[Any]:
    return _elsewhere(request, "/", gettext("Varukorgen är sparad. Du hittar den under Påbörjat."))


async def _remove(request: Req, kept: Requested, data: Mapping[str, str], rest: list[str]) -> Response[Any]:
    scope = request.scope["state"]
    line = await actions.remove_line(scope["session"], scope["actor"], UUID(rest[0]), scope["now"])
    return await _changed(request, kept, removed={
        "name": line.name, "article_id": line.article_id, "quantity": format_number_sv(line.quantity),
    })  # fmt: skip


async def _split(request: Req, kept: Requested, data: Mapping[str, str], rest: list[str]) -> Response[Any]:
    scope = request.scope["state"]
    await coding_actions.split_coding(scope["session"], scope["actor"], UUID(rest[0]), scope["now"])
    return await _changed(request, kept)


async def _unsplit(request: Req, kept: Requested, data: Mapping[str, str], rest: list[str]) -> Response[Any]:
    scope = request.scope["state"]
    line, coding = UUID(rest[0]), UUID(rest[1])
    await coding_actions.remove_coding(scope["session"], scope["actor"], line, coding, scope["now"])
    return await _changed(request, kept)


async def _copy(request: Req, kept: Requested, data: Mapping[str, str], rest: list[str]) -> Response[Any]:
    scope = request.scope["state"]
    await coding_actions.copy_coding(scope["session"], scope["actor"], UUID(rest[0]), scope["now"])
    return await _changed(request, kept)


async def _prices(request: Req, kept: Requested, data: Mapping[str, str], _rest: list[str]) -> Response[Any]:
    scope = request.scope["state"]
    await actions.refresh_prices(scope["session"], scope["actor"], kept.id, scope["now"])
    return await _changed(request, kept)


async def _set(request: Req, kept: Requested, data: Mapping[str, str], rest: list[str]) -> Response[Any]:
    """One of the mending buttons: one code of one coding row."""
    scope = request.scope["state"]
    dimension, coding, code = rest
    form = basket_form({**_plain(data), f"{dimension}-{coding}": code}, kept, scope["actor"])
    await actions.save(
        scope["session"], scope["actor"], kept.id, form.changes, shown=digest(kept), now=scope["now"]
    )
    return await _changed(request, kept)


DEEDS: Mapping[str, Deed] = {
    "send": _send,
    "later": _later,
    "remove": _remove,
    "split": _split,
    "unsplit": _unsplit,
    "copy": _copy,
    "prices": _prices,
    "set": _set,
}


async def _changed(
    request: Req, kept: Requested, *, removed: Mapping[str, Any] | None = None
) -> Response[Any]:
    scope = request.scope["state"]
    now = await load_editable(scope["session"], scope["actor"], kept.id)
    if not now.lines:
        text = filled("%(name)s är borttagen ur varukorgen.", removed or {"name": ""})
        return _elsewhere(request, BASKET, text)
    if is_htmx(request):
        return await _parts(request, now, {}, removed=removed)
    flash = None
    if removed:
        flash = ("ok", filled("%(name)s är borttagen ur varukorgen.", removed))
    return see_other(request, _path(now), flash=flash)


async def _again(
    request: Req, kept: Requested, data: Mapping[str, str], refused: PortalError | None, form: Filled | None
) -> Response[Any]:
    """The page once more with what is to be mended; what could be read is kept."""
    await request.scope["state"]["session"].commit()
    attempted = {**_plain(data), "attempted": "1"} if data.get("do") == "send" else _plain(data)
    unreadable: dict[str, PortalError] = dict(form.errors) if form else {}
    if refused is not None:
        unreadable |= {field: Invalid(message) for field, message in getattr(refused, "fields", {}).items()}
    if is_htmx(request):
        return await _parts(request, kept, attempted, unreadable, status=UNREADABLE)
    return await _page(request, kept, attempted, unreadable, status=UNREADABLE)


def _plain(data: Mapping[str, str]) -> dict[str, str]:
    return dict(data)


def _path(requested: Requested) -> str:
    return BASKET if requested.number is None else f"/orders/requisitions/{requested.id}/draft"


def _elsewhere(request: Req, path: str, text: str) -> Response[Any]:
    """Go to another page, whether a form or htmx asked."""
    answer: Response[Any] = see_other(request, path, flash=("ok", text))
    if not is_htmx(request):
        return answer
    headers = {"hx-redirect": answer.headers["location"]}
    return Response(None, status_code=200, headers=headers, cookies=answer.cookies)


async def _page(
    request: Req,
    requested: Requested,
    data: Mapping[str, str],
    unreadable: Mapping[str, PortalError],
    *,
    status: int = 200,
) -> Html:
    view = await _view(request, requested, data, unreadable)
    return await page(
        request, "orders/basket/show.html", status=status, basket=view, may=_may(request), saved=None,
        removed=None,
    )  # fmt: skip


async def _parts(
    request: Req,
    requested: Requested,
    data: Mapping[str, str],
    unreadable: Mapping[str, PortalError] | None = None,
    *,
    status: int = 200,
    removed: Mapping[str, Any] | None = None,
) -> Html:
    view = await _view(request, requested, data, unreadable or {})
    now = request.scope["state"]["now"]
    return partials(
        request, "orders/basket/_basket.html", "orders/basket/_bar.html", "orders/basket/_count.html",
        status=status, basket=view, may=_may(request), saved=now, removed=removed, oob=True,
        count=len(requested.lines), message="",
    )  # fmt: skip


def _may(request: Req) -> Mapping[str, bool]:
    actor = request.scope["state"]["actor"]
    return {
        "order_for_others": actor.has(p.ORDER_FOR_OTHERS),
        "temporary_address": actor.has(p.TEMPORARY_ADDRESS),
        "mark_secret": actor.sees_secret,
    }


async def _view(
    request: Req, requested: Requested, data: Mapping[str, str], unreadable: Mapping[str, PortalError]
) -> BasketView:
    scope = request.scope["state"]
    session, actor, now = scope["session"], scope["actor"], scope["now"]
    day = stockholm_date(now)
    planned = await plan(session, actor, requested, now)
    home = (requested.concern_id, requested.organisation_id)
    others = actor.has(p.ORDER_FOR_OTHERS)
    around = Around(
        addresses=await addresses(session, *home, day),
        buyers=await possible_buyers(session, *home, day) if others else (),
        names=await _names(request, [UUID(step.attestant.user) for step in planned.route.steps]),
        raw=data,
        unreadable=unreadable,
        attempted="attempted" in data,
    )
    return basket_view(requested, planned, around)


async def _names(request: Req, users: list[UUID]) -> dict[str, str]:
    if not users:
        return {}
    query = select(User.id, User.name).where(User.id.in_(users))
    rows = await request.scope["state"]["session"].execute(query)
    return {str(user): name for user, name in rows}


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
