"""How much of an invoice is credited by the credit notes that name it, and how much is left (A9.13, A9.14)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.invoicing.values import ZERO


@dataclass(frozen=True, slots=True)
class Row:
    """A line of an invoice or of a credit note, as it names what it is about. `quantity` in its unit."""

    position: int
    quantity: Decimal
    name: str
    order_line: str | None = None
    item_id: str | None = None


def credited(debit: Sequence[Row], credits: Sequence[Row]) -> Mapping[int, Decimal]:
    """Position of the invoice's line → quantity credited of it.

    A credit line belongs to the lines of the same order line, else of the same article, else of the same name; several
    such are filled in their order, and what is more than all of them counts on the first.
    """
    taken = {line.position: ZERO for line in debit}
    for row in credits:
        lines, left = _about(debit, row), row.quantity
        for line in lines:
            fills = min(left, line.quantity - taken[line.position])
            taken[line.position] += max(fills, ZERO)
            left -= max(fills, ZERO)
        if lines:
            taken[lines[0].position] += left
    return taken


def _about(debit: Sequence[Row], row: Row) -> list[Row]:
    by_order = [line for line in debit if row.order_line and line.order_line == row.order_line]
    by_item = [line for line in debit if row.item_id and line.item_id == row.item_id]
    return by_order or by_item or [line for line in debit if line.name == row.name]


def too_much(invoiced: Decimal, before: Decimal, now: Decimal) -> Decimal:
    """How much more than what is left would be credited (SEK excluding VAT); 0 when it has room."""
    return max(before + now - invoiced, ZERO)
