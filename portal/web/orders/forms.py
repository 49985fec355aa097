"""Strings of the order forms → values; what cannot be read is told at its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.coding.values import DIMENSIONS, CodeString
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import read_uuid
from portal.kernel.money import parse_amount
from portal.orders.actions.basket_saving import Changes, LineChange
from portal.orders.rules.call_offs import limit_key, rank_key
from portal.orders.values import CodingShare, Requested

QUANTITY_DECIMALS = 4
PRICE_DECIMALS = 4
TEXTS = ("goods_mark", "note_to_supplier", "note_to_approver")
NO_QUANTITY = "Skriv ett antal som är större än noll, eller ta bort raden."
NOT_A_DATE = "Skriv datumet som år-månad-dag, till exempel 2026-12-01."


@dataclass(frozen=True, slots=True)
class Filled:
    """A filled-in form: what could be read, and the messages of what could not (field → message)."""

    changes: Changes
    errors: Mapping[str, Invalid]


def basket_form(data: Mapping[str, str], requested: Requested, actor: Actor) -> Filled:
    """The basket's form. A field that is not in `data` stays; a box that is not there is not ticked."""
    errors: dict[str, Invalid] = {}
    lines = []
    for line in requested.lines:
        quantity = _quantity(data, f"quantity-{line.id}", errors)
        rows = tuple(_coding(data, row, errors) for row in line.coding)
        comment = data.get(f"comment-{line.id}", line.comment or "").strip() or None
        lines.append(LineChange(line.id, quantity, rows, comment))
    return Filled(Changes(tuple(lines), _columns(data, requested, actor, errors)), errors)


def _quantity(data: Mapping[str, str], name: str, errors: dict[str, Invalid]) -> Decimal | None:
    """A quantity; one that is empty, zero or less is told, and what was written stays in the field."""
    if name not in data:
        return None
    quantity = number(data, name, errors)
    if name not in errors and (quantity is None or quantity <= 0):
        errors[name] = Invalid(NO_QUANTITY)
        return None
    return quantity


def _coding(data: Mapping[str, str], row: CodingShare, errors: dict[str, Invalid]) -> CodingShare:
    codes = {name: data.get(f"{name}-{row.id}", row.code.get(name) or "") or None for name in DIMENSIONS}
    share = number(data, f"share-{row.id}", errors, decimals=2)
    return CodingShare(row.id, CodeString(**codes), row.share if share is None else share, row.source)


def _columns(
    data: Mapping[str, str], requested: Requested, actor: Actor, errors: dict[str, Invalid]
) -> dict[str, Any]:
    columns: dict[str, Any] = {name: data[name].strip() or None for name in TEXTS if name in data}
    columns["delivery_address_id"] = (
        read_uuid(data.get("delivery_address_id")) or requested.delivery_address_id
    )
    columns["motives"] = _motives(data, requested)
    columns["review_requested"] = "review_requested" in data
    if "wanted_on" in data:
        columns["wanted_on"] = day(data, "wanted_on", errors)
    if actor.has(p.ORDER_FOR_OTHERS) and (buyer := read_uuid(data.get("buyer_user_id"))):
        columns["buyer_user_id"] = buyer
    if actor.has(p.SEE_SECRET):
        columns["secret"] = "secret" in data
    return columns


def _motives(data: Mapping[str, str], requested: Requested) -> dict[str, str]:
    """What is noted of the ranking: the fields of the basket's own agreements over what was noted before."""
    agreements = {(line.agreement_id, line.supplier_id) for line in requested.lines if line.agreement_id}
    keys = {rank_key(*pair) for pair in agreements} | {limit_key(agreement) for agreement, _ in agreements}
    written = {key: data[key].strip() for key in keys if key in data}
    return {key: text for key, text in {**requested.motives, **written}.items() if text}


def number(
    data: Mapping[str, str], name: str, errors: dict[str, Invalid], *, decimals: int = QUANTITY_DECIMALS
) -> Decimal | None:
    """The number of a field; None when there is none or it cannot be read (then told in `errors`)."""
    given = data.get(name, "").strip()
    if not given:
        return None
    try:
        return parse_amount(given, max_decimals=decimals)
    except Invalid as error:
        errors[name] = error
        return None


def day(data: Mapping[str, str], name: str, errors: dict[str, Invalid]) -> date | None:
    """The date of a field; None when empty or unreadable (then told in `errors`)."""
    given = data.get(name, "").strip()
    if not given:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError:
        errors[name] = Invalid(NOT_A_DATE)
        return None
