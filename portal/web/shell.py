"""The shell around a page: header, menu with counters, footer, messages."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from litestar import Request

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.web.flash import read_flashes
from portal.web.i18n import ENGLISH_PREFIX, current_locale, gettext, localised
from portal.web.navigation import FOOTER, Item, menu

_QUICK = 3
# Receiving an order is done from the deliveries, though its address is the order's.
_RECEIPT = re.compile(r"/orders/[^/]+/receipts(/new)?")


@dataclass(frozen=True, slots=True)
class Shell:
    """What the base layout shows; see templates/layouts/base.html."""

    lang: str
    place: str
    other_lang_url: str
    signed_in: bool
    user_name: str
    org_name: str
    subsystem: str
    nav: tuple[tuple[str, str, int, str, bool], ...]
    quick: tuple[tuple[str, str, str, bool], ...]
    basket_count: int | None
    support: str
    search_placeholder: str
    search_url: str
    is_supplier: bool
    footer: tuple[tuple[str, str], ...]
    flashes: tuple[tuple[str, str], ...]
    shortcuts: bool
    basket_current: bool


def build(request: Request[Any, Any, Any], counts: Mapping[str, int], *, whole: bool = True) -> Shell:
    """The shell of this request. `whole` is false around a part of a page, which shows no messages."""
    state = request.scope["state"]
    actor: Actor | None = state.get("actor")
    supplier = bool(actor and actor.supplier_id)
    items = menu(actor) if actor else ()
    current = _current(items, request.scope["path"])
    signed_in = state.get("signed_in")
    return Shell(
        lang=current_locale(),
        place=_place(actor, signed_in.concern_name if signed_in else ""),
        other_lang_url=_other_language(request),
        signed_in=actor is not None,
        user_name=actor.name if actor else "",
        org_name=actor.organisation_name if actor else "",
        subsystem=gettext("Beställning och faktura"),
        nav=tuple(
            (gettext(i.label), localised(i.path), counts.get(i.counter or "", 0), "turn", i is current)
            for i in items
        ),
        quick=tuple((gettext(i.label), localised(i.path), i.icon, i is current) for i in items[:_QUICK]),
        basket_count=counts.get("basket", 0) if actor and actor.has(p.ORDER_AND_INVOICE) else None,
        support=_whole_number(request.app.state.services.settings.support),
        search_placeholder=_placeholder(actor),
        search_url=localised("/search"),
        is_supplier=supplier,
        footer=tuple((gettext(label), localised(path)) for label, path in FOOTER),
        flashes=read_flashes(request) if whole else (),
        shortcuts=bool(signed_in.preferences.get("shortcuts", True)) if signed_in else True,
        basket_current=request.scope["path"].startswith("/orders/basket"),
    )


def _place(actor: Actor | None, concern_name: str) -> str:
    """Whose portal it is: the buyer's concern. A supplier has many, and before sign-in none is known."""
    if actor is None:
        return gettext("Inköpsportalen")
    return gettext("Leverantörsportalen") if actor.supplier_id else concern_name


def _placeholder(actor: Actor | None) -> str:
    """What the header's search finds for this person."""
    if actor is not None and actor.supplier_id is not None:
        return gettext("Sök order eller faktura")
    if actor is not None and actor.has(p.ORDER_AND_INVOICE):
        return gettext("Sök artikel, order eller faktura")
    return gettext("Sök order, faktura eller leverantör")


def _whole_number(support: str) -> str:
    """What the installation says of its support; a telephone number at the end on one line: hard blanks and hyphens."""
    hours, comma, number = support.rpartition(", ")
    return hours + comma + number.replace(" ", "\u00a0").replace("-", "\u2011")


def _current(items: tuple[Item, ...], path: str) -> Item | None:
    """The menu's longest path that the page lies under."""
    if path.startswith("/orders/basket"):
        return None  # the basket has a place of its own, to the right
    if path.startswith("/supplier/files"):
        path = "/supplier/invoices"
    if _RECEIPT.fullmatch(path):
        path = "/orders/receipts"
    under = [i for i in items if path == i.path or (i.path != "/" and path.startswith(i.path + "/"))]
    return max(under, key=lambda item: len(item.path), default=None)


def _other_language(request: Request[Any, Any, Any]) -> str:
    # One slash only: a path of two would lead to another host. Quoted, since the path was decoded on its way in.
    path = "/" + quote(request.scope["path"].lstrip("/"))
    query = request.scope["query_string"].decode("ascii", "replace")
    other = path if current_locale() == "en" else ENGLISH_PREFIX + ("" if path == "/" else path)
    return other + (f"?{query}" if query else "")
