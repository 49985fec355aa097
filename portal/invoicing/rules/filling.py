"""Invoice lines poured onto the order lines they fill: each on its own, or several alike in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from portal.invoicing.match_values import InvoiceLineFacts, MatchFacts, OrderLineFacts
from portal.invoicing.rules.shares import apportion
from portal.invoicing.values import ZERO


@dataclass(frozen=True, slots=True)
class Fill:
    """So much of the invoice line at a position counts on that order line."""

    position: int
    order_line: str
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Paired:
    """An order line and the invoice lines, or parts of them, that fill it."""

    order: OrderLineFacts
    lines: tuple[InvoiceLineFacts, ...]
    positions: tuple[int, ...] = ()


def poured(facts: MatchFacts, targets: Mapping[int, tuple[OrderLineFacts, ...]]) -> list[Fill]:
    """The lines at the positions of `targets` on their order lines; those with one to fill go first."""
    taken: dict[str, Decimal] = {}
    fills: list[Fill] = []
    for position in sorted(targets, key=lambda one: len(targets[one]) > 1):
        for order, quantity in _pour(targets[position], facts.lines[position - 1].quantity, taken):
            fills.append(Fill(position, order.number, quantity))
            taken[order.number] = taken.get(order.number, ZERO) + quantity
    return sorted(fills, key=lambda one: one.position)


def _pour(
    lines: Sequence[OrderLineFacts], quantity: Decimal, taken: Mapping[str, Decimal]
) -> list[tuple[OrderLineFacts, Decimal]]:
    """First what is received and not invoiced, in order, then what is ordered; the rest on the last."""
    if len(lines) == 1 or quantity <= 0:
        return [(lines[0], quantity)]
    poured = dict.fromkeys(range(len(lines)), ZERO)
    for received_only in (True, False):
        for at, one in enumerate(lines):
            most = min(one.received, one.ordered) if received_only else one.ordered
            room = most - one.invoiced - taken.get(one.number, ZERO) - poured[at]
            part = min(max(room, ZERO), quantity)
            poured[at] += part
            quantity -= part
    poured[len(lines) - 1] += quantity
    return [(lines[at], part) for at, part in poured.items() if part]


def paired(facts: MatchFacts, fills: Sequence[Fill]) -> list[Paired]:
    """The order lines that are filled, in the order's order."""
    parts: dict[str, list[tuple[int, InvoiceLineFacts]]] = {}
    by_position: dict[int, list[Fill]] = {}
    for fill in fills:
        by_position.setdefault(fill.position, []).append(fill)
    for position, its in by_position.items():
        for fill, line in zip(its, _parts(facts.lines[position - 1], its), strict=True):
            parts.setdefault(fill.order_line, []).append((position, line))
    return [
        Paired(one, tuple(line for _, line in parts[one.number]), tuple(at for at, _ in parts[one.number]))
        for one in facts.order.lines
        if one.number in parts
    ]


def _parts(line: InvoiceLineFacts, fills: Sequence[Fill]) -> list[InvoiceLineFacts]:
    """The line cut by quantity; amounts to the öre, the last takes what is left over."""
    if len(fills) == 1:
        return [line]
    weights = [fill.quantity for fill in fills]
    cut = (apportion(amount, weights) for amount in (line.line_amount, line.allowances, line.charges))
    return [
        replace(line, quantity=quantity, line_amount=amount, allowances=allowances, charges=charges)
        for quantity, amount, allowances, charges in zip(weights, *cut, strict=True)
    ]
