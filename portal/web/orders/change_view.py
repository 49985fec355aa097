"""What is decided of a sent order, as its page shows it: the answer's form, what waits, what was ordered first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from portal.orders.change_values import Terms
from portal.orders.models import OrderChange, OrderLine, OrderResponse


def proposal(
    lines: Sequence[OrderLine], answers: Sequence[OrderResponse], given: Mapping[str, str]
) -> tuple[dict[str, Any], ...]:
    """The form of the buyer's answer: what was just written, else what the supplier's answer says of each line, else
    as it was ordered."""
    said_of = {str(one.get("position")): one for one in (answers[-1].lines if answers else ())}
    return tuple(
        {
            "id": line.id, "name": line.name, "item_no": line.item_no or "", "unit": line.unit,
            "ordered": line.quantity, "ordered_price": line.price,
            "quantity": _proposed(given, f"quantity-{line.id}", said_of.get(str(line.position), {}).get("quantity")),
            "price": _proposed(given, f"price-{line.id}", said_of.get(str(line.position), {}).get("price")),
        }
        for line in lines
    )  # fmt: skip


def _proposed(given: Mapping[str, str], name: str, answered: Any) -> str | None:
    if name in given:
        return given[name]
    return str(answered).replace(".", ",") if answered is not None else None


def changed_view(changes: Sequence[OrderChange], *, waits: bool) -> tuple[dict[str, Any], ...]:
    """The lines of the last change, as ordered and as asked, while it waits for attest; none otherwise."""
    if not waits or not changes:
        return ()
    pairs = [(one, _terms(one, 0), _terms(one, 1)) for one in changes[-1].lines]
    return tuple(
        {"name": one["name"], "before": before, "after": after}
        for one, before, after in pairs
        if before != after
    )


def _terms(one: Mapping[str, Any], which: int) -> Terms:
    return Terms(Decimal(one["quantity"][which]), Decimal(one["price"][which]))


def first_terms(lines: Sequence[OrderLine], changes: Sequence[OrderChange]) -> Mapping[UUID, Terms]:
    """Line → what was ordered at first, of the lines that have become something else since."""
    if not changes:
        return {}
    first = {one["line"]: _terms(one, 0) for one in changes[0].lines}
    return {
        line.id: first[str(line.id)]
        for line in lines
        if str(line.id) in first and first[str(line.id)] != Terms(line.quantity, line.price)
    }
