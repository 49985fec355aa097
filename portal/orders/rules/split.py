"""How a requisition becomes orders at attest (A6.02), and what they cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from portal.coding.rules.proposal import split_by_shares
from portal.kernel.money import to_ore
from portal.orders.values import RequestedLine, Totals, WantedLine

_WHOLE = Decimal(100)


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
    taxes: dict[Decimal, Decimal] = {}
    for (_, rate), base in bases.items():
        taxes[rate] = taxes.get(rate, Decimal(0)) + to_ore(base * rate / 100)
    tax = sum(taxes.values(), Decimal(0))
    return Totals(net, tax, net + tax, tuple(sorted(taxes.items(), reverse=True)))


def basket_totals(lines: Sequence[WantedLine]) -> Totals:
    """The sum of the orders a basket becomes: VAT is rounded per order, as each supplier will invoice it."""
    orders = [totals(order) for order in split_by_supplier(lines)]
    taxes: dict[Decimal, Decimal] = {}
    for rate, amount in (tax for order in orders for tax in order.taxes):
        taxes[rate] = taxes.get(rate, Decimal(0)) + amount
    net = sum((order.net for order in orders), Decimal(0))
    tax = sum(taxes.values(), Decimal(0))
    return Totals(net, tax, net + tax, tuple(sorted(taxes.items(), reverse=True)))


def amounts_by_responsibility(lines: Sequence[RequestedLine]) -> Mapping[str, Decimal]:
    """Ansvar → SEK without VAT: what each attestant answers for. Rows without ansvar, or whose shares do not
    sum to 100, are left out: the coding has its own message."""
    amounts: dict[str, Decimal] = {}
    for line in lines:
        shares = [row.share for row in line.coding]
        if sum(shares, Decimal(0)) != _WHOLE:
            continue
        for row, part in zip(line.coding, split_by_shares(line.net, shares), strict=True):
            if code := row.code.responsibility:
                amounts[code] = amounts.get(code, Decimal(0)) + part
    return amounts
