"""How the basket is answered: as its whole page, as its parts, or again with what is to be mended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from litestar import Response
from sqlalchemy import select

from portal.access import permissions as p
from portal.access.models import User
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid, PortalError
from portal.orders.actions.plan import plan
from portal.orders.queries.requisitions import addresses, possible_buyers
from portal.orders.values import Requested
from portal.web.orders.basket_view import Around, BasketView, basket_view
from portal.web.orders.forms import Filled
from portal.web.pages import Html, Req, is_htmx, page, partials

BUYS = {"permission": p.ORDER_AND_INVOICE}
BASKET = "/orders/basket"
UNREADABLE = 422


def path_of(requested: Requested) -> str:
    """Where its form stands: the basket's page, or its own once it has a number."""
    return BASKET if requested.number is None else f"/orders/requisitions/{requested.id}/draft"


async def basket_page(
    request: Req,
    requested: Requested,
    data: Mapping[str, str],
    unreadable: Mapping[str, PortalError],
    *,
    status: int = 200,
) -> Html:
    """The whole page. `data` is what the form held, `unreadable` what could not be read of it (field → why)."""
    view = await _view(request, requested, data, unreadable)
    return await page(
        request, "orders/basket/show.html", status=status, basket=view, may=_may(request), saved=None,
        removed=None,
    )  # fmt: skip


async def basket_parts(
    request: Req,
    requested: Requested,
    data: Mapping[str, str],
    unreadable: Mapping[str, PortalError] | None = None,
    *,
    status: int = 200,
    removed: Mapping[str, Any] | None = None,
) -> Html:
    """What has changed on the page, for htmx; `removed` is the line just taken out, to be put back."""
    view = await _view(request, requested, data, unreadable or {})
    now = request.scope["state"]["now"]
    return partials(
        request, "orders/basket/_basket.html", "orders/basket/_bar.html", "orders/basket/_count.html",
        status=status, basket=view, may=_may(request), saved=now, removed=removed, oob=True,
        count=len(requested.lines), message="",
    )  # fmt: skip


async def basket_again(
    request: Req, kept: Requested, data: Mapping[str, str], refused: PortalError | None, form: Filled | None
) -> Response[Any]:
    """The page once more with what is to be mended; what could be read is kept."""
    await request.scope["state"]["session"].commit()
    attempted = {**data, "attempted": "1"} if data.get("do") == "send" else dict(data)
    unreadable: dict[str, PortalError] = dict(form.errors) if form else {}
    if refused is not None:
        unreadable |= {field: Invalid(message) for field, message in getattr(refused, "fields", {}).items()}
    if is_htmx(request):
        return await basket_parts(request, kept, attempted, unreadable, status=UNREADABLE)
    return await basket_page(request, kept, attempted, unreadable, status=UNREADABLE)


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
