"""Strings of the supplier's forms → values, with messages that say how to mend."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from portal.kernel.errors import Invalid
from portal.kernel.money import format_number_sv, parse_amount
from portal.web.i18n import gettext

QUANTITY_DECIMALS = 4
MOST_NUMBER = 35
TOO_MANY = "Högst %(left)s är kvar att fakturera på raden."


def text(data: Mapping[str, Any], name: str) -> str:
    """One field as written; nothing when it is not there."""
    value = data.get(name)
    return value.strip() if isinstance(value, str) else ""


def day(data: Mapping[str, Any], name: str, errors: dict[str, str], *, needed: bool = True) -> date | None:
    """A date field; a message under its name when it is none."""
    written = text(data, name)
    if not written and not needed:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        errors[name] = gettext("Välj ett datum, till exempel 2026-11-24.")
        return None


def number(data: Mapping[str, Any], errors: dict[str, str]) -> str:
    """An invoice number."""
    written = text(data, "number")
    if not written:
        errors["number"] = gettext("Skriv fakturans nummer.")
    elif len(written) > MOST_NUMBER:
        errors["number"] = gettext("Skriv högst %(most)s tecken.") % {"most": MOST_NUMBER}
    return written


def quantities(
    data: Mapping[str, Any], most: Mapping[int, Decimal], errors: dict[str, str], *, too_many: str = TOO_MANY
) -> dict[int, Decimal]:
    """Position → quantity of fields quantity-1, quantity-2 …; empty is zero, above `most` is the message `too_many`."""
    found: dict[int, Decimal] = {}
    for position, limit in most.items():
        name = f"quantity-{position}"
        try:
            value = parse_amount(text(data, name) or "0", max_decimals=QUANTITY_DECIMALS)
        except Invalid as error:
            errors[name] = gettext(error.message) % error.params
            continue
        found[position] = value
        if value < 0:
            errors[name] = gettext("Skriv ett antal från noll och uppåt.")
        elif value > limit:
            errors[name] = gettext(too_many) % {"left": format_number_sv(limit)}
    if not errors and not any(found.values()):
        errors[f"quantity-{next(iter(most), 1)}"] = gettext("Skriv antal på minst en rad.")
    return found


def written(value: Decimal) -> str:
    """A quantity as a field has it, to be read again: "1250,5"."""
    return f"{value.normalize():f}".replace(".", ",")


def page_key(value: str | None) -> tuple[datetime, UUID] | None:
    """The paging key of an address ("2026-11-24T08:00:00+00:00|id"), none when it is not one of ours."""
    at, _, row_id = (value or "").rpartition("|")
    try:
        return datetime.fromisoformat(at.replace(" ", "+")), UUID(row_id)
    except ValueError:
        return None
