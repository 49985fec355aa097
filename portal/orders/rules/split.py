"""How a requisition becomes orders at attest (A6.02), and what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from portal.kernel.money import to_ore
from portal.orders.values import Totals, WantedLine


def split_by_supplier(lines: Sequence[WantedLine]) -> tuple[tuple[WantedLine, ...], ...]:
    """One order per supplier and agreement, in the order the lines were put in the basket."""
    orders: dict[tuple[str, str | None], list[WantedLine]] = {}
    for line in lines:
        orders.setdefault((line.supplier, line.agreement), []).append(line)
    return tuple(map(tuple, orders.values()))


def totals(lines: Iterable[WantedLine]) -> Totals:
    """Line amounts rounded to the öre, VAT per category and rate on their sum: as an invoice will count."""
    bases: dict[tuple[str, Decimal], Decimal] = {}
    for line in lines:
        key = (line.vat_category, line.vat_rate)
        bases[key] = bases.get(key, Decimal(0)) + to_ore(line.quantity * line.price)
    net = sum(bases.values(), Decimal(0))
    tax = sum((to_ore(base * rate / 100) for (_, rate), base in bases.items()), Decimal(0))
    return Totals(net, tax, net + tax)
