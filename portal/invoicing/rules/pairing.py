"""Which order line each invoice line fills: BT-132, else the buyer's, else the seller's item id."""

from __future__ import annotations

from dataclasses import dataclass

from portal.invoicing.match_values import InvoiceLineFacts, OrderFacts, OrderLineFacts


@dataclass(frozen=True, slots=True)
class Paired:
    """An order line and the invoice lines that fill it."""

    order: OrderLineFacts
    lines: tuple[InvoiceLineFacts, ...]


def pair(
    order: OrderFacts, lines: tuple[InvoiceLineFacts, ...]
) -> tuple[list[Paired], list[InvoiceLineFacts]]:
    """Order lines that are invoiced, in the order's order, and invoice lines that fit none.

    The first key an invoice line carries decides; a key that fits no line, or several, fits none.
    """
    taken: dict[str, list[InvoiceLineFacts]] = {}
    unknown = []
    for line in lines:
        target = _target(order, line)
        if target is None:
            unknown.append(line)
        else:
            taken.setdefault(target.number, []).append(line)
    pairs = [Paired(one, tuple(taken[one.number])) for one in order.lines if one.number in taken]
    return pairs, unknown


def _target(order: OrderFacts, line: InvoiceLineFacts) -> OrderLineFacts | None:
    if line.order_line:
        found = [one for one in order.lines if one.number == line.order_line.strip()]
    elif line.buyer_item_id:
        found = [one for one in order.lines if _same(one.buyer_item_id, line.buyer_item_id)]
    else:
        found = [one for one in order.lines if _same(one.seller_item_id, line.seller_item_id)]
    if len(found) != 1 or _another_article(found[0], line):
        return None
    return found[0]


def _same(one: str | None, other: str | None) -> bool:
    return bool(one and other) and _key(one) == _key(other)


def _key(item_id: str | None) -> str:
    return "".join((item_id or "").split()).upper()


def _another_article(one: OrderLineFacts, line: InvoiceLineFacts) -> bool:
    """Both name the seller's article and it is not the same: a substitute nobody has ordered."""
    return bool(one.seller_item_id and line.seller_item_id) and not _same(
        one.seller_item_id, line.seller_item_id
    )
