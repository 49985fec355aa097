"""The list's address ↔ its filters, both ways; what cannot be read is as if it were not given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import urlencode

from portal.invoicing.queries.lists import ALL, HANDLED, SORTS, WAITING, Filters
from portal.invoicing.status import INVOICE
from portal.kernel.errors import Invalid
from portal.kernel.money import canonical, format_kr, parse_amount
from portal.kernel.text import squash
from portal.web.figures import full_day, machine
from portal.web.i18n import gettext, localised
from portal.web.listing import VIEWS

PATH = "/invoicing/invoices"
T = TypeVar("T")


def read(query: Mapping[str, list[str]]) -> Filters:
    """Filters of a parsed query string."""

    def one(name: str) -> str:
        return squash((query.get(name) or [""])[0])[:100]

    tab = one("tab")
    known = INVOICE.codes()
    return Filters(
        tab=tab if tab in {WAITING, HANDLED, ALL} else WAITING,
        statuses=tuple(code for code in query.get("status", ()) if code in known),
        supplier=one("supplier"),
        number=one("number"),
        arrived_from=_or_none(date.fromisoformat, one("arrived_from")),
        arrived_to=_or_none(date.fromisoformat, one("arrived_to")),
        due_to=_or_none(date.fromisoformat, one("due_to")),
        amount_from=_or_none(parse_amount, one("amount_from")),
        amount_to=_or_none(parse_amount, one("amount_to")),
        sort=one("sort") if one("sort") in SORTS else "arrived",
        view=one("view") if one("view") in VIEWS else "",
        cursor=(query.get("cursor") or [""])[0],
    )


def _or_none(reader: Callable[[str], T], text: str) -> T | None:
    try:
        return reader(text) if text else None
    except (ValueError, Invalid):
        return None


def address(filters: Filters, path: str = PATH, **changes: Any) -> str:
    """The address of the list with some filters changed; a change starts at the first page."""
    changed = replace(filters, **{"cursor": "", **changes})
    pairs = [(name, text) for name, text in _pairs(changed) if text]
    return localised(path) + (f"?{urlencode(pairs)}" if pairs else "")


def _pairs(filters: Filters) -> list[tuple[str, str]]:
    return [
        ("tab", filters.tab if filters.tab != WAITING else ""),
        *(("status", code) for code in filters.statuses),
        ("supplier", filters.supplier),
        ("number", filters.number),
        ("arrived_from", machine(filters.arrived_from)),
        ("arrived_to", machine(filters.arrived_to)),
        ("due_to", machine(filters.due_to)),
        ("amount_from", _amount(filters.amount_from)),
        ("amount_to", _amount(filters.amount_to)),
        ("sort", filters.sort if filters.sort != "arrived" else ""),
        ("view", filters.view),
        ("cursor", filters.cursor),
    ]


def _amount(value: Decimal | None) -> str:
    return canonical(value) if value is not None else ""


def chips(filters: Filters) -> list[tuple[str, str]]:
    """The chosen filters in words, each with the address without it."""
    found = [
        (
            gettext(INVOICE.state(code).label),
            address(filters, statuses=tuple(one for one in filters.statuses if one != code)),
        )
        for code in filters.statuses
    ]
    texts = (
        ("supplier", filters.supplier, gettext("Leverantör: %(value)s")),
        ("number", filters.number, gettext("Nummer: %(value)s")),
        ("arrived_from", full_day(filters.arrived_from), gettext("Inkom från %(value)s")),
        ("arrived_to", full_day(filters.arrived_to), gettext("Inkom till %(value)s")),
        ("due_to", full_day(filters.due_to), gettext("Förfaller senast %(value)s")),
        ("amount_from", _kr(filters.amount_from), gettext("Minst %(value)s")),
        ("amount_to", _kr(filters.amount_to), gettext("Högst %(value)s")),
    )
    for name, value, text in texts:
        if value:
            empty: Any = "" if name in {"supplier", "number"} else None
            changes: dict[str, Any] = {name: empty}
            found.append((text % {"value": value}, address(filters, **changes)))
    return found


def _kr(value: Decimal | None) -> str:
    return format_kr(value) if value is not None else ""
