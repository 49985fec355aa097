"""An invoice coded like its order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from portal.coding.rules.proposal import split_by_shares
from portal.coding.values import CodeString
from portal.formats.en16931 import Invoice as Neutral
from portal.invoicing.actions.coding import Coded
from portal.invoicing.match_facts import match_facts
from portal.invoicing.models import Invoice, InvoiceLine
from portal.invoicing.queries.detail import lines_of
from portal.invoicing.queries.ordered import Line, Order, read_orders
from portal.invoicing.rules.filling import Fill
from portal.invoicing.rules.pairing import pair
from portal.invoicing.rules.shares import apportion
from portal.invoicing.values import ZERO
from portal.kernel.plain import from_plain

FROM_ORDER = "från ordern"


@dataclass(frozen=True, slots=True)
class Amount:
    """An invoice line's position, name and amount (BT-131)."""

    position: int
    name: str
    amount: Decimal


def like_order(order: Order, lines: Sequence[Amount], fills: Sequence[Fill], net: Decimal) -> list[Coded]:
    """The order's coding with the invoice's amounts; what fills no order line is coded like the order's first.

    What `net` has beside the lines (freight, fees) falls on the first row.
    """
    numbered = {line.number: line for line in order.lines}
    first = next((line.coding for line in order.lines if line.coding), [])
    its: dict[int, list[Fill]] = {}
    for fill in fills:
        its.setdefault(fill.position, []).append(fill)
    rows = [
        row for line in lines if line.amount
        for row in _coded(line, [(numbered[f.order_line], f.quantity) for f in its.get(line.position, ())], first)
    ]  # fmt: skip
    beside = net - sum((line.amount for line in lines), ZERO)
    if rows and beside:
        rows[0] = replace(rows[0], amount=rows[0].amount + beside)
    return rows


def _coded(
    line: Amount, filled: Sequence[tuple[Line, Decimal]], first: Sequence[tuple[CodeString, Decimal]]
) -> list[Coded]:
    if not filled:
        return _shared(line.name, line.amount, first)
    weights = [quantity for _, quantity in filled]
    amounts = apportion(line.amount, weights) if len(weights) > 1 else (line.amount,)
    return [
        row
        for (ordered, _), amount in zip(filled, amounts, strict=True)
        for row in _shared(ordered.facts.name, amount, ordered.coding)
    ]


def _shared(name: str, amount: Decimal, coding: Sequence[tuple[CodeString, Decimal]]) -> list[Coded]:
    if not coding:
        return [Coded(CodeString(), amount, name)]
    parts = split_by_shares(amount, [share for _, share in coding])
    return [Coded(code, part, name, FROM_ORDER) for (code, _), part in zip(coding, parts, strict=True)]


def fills_of(invoice: Invoice, lines: Sequence[InvoiceLine], order: Order) -> tuple[Fill, ...]:
    """What of the invoice counts on which line of the order, as both stand now."""
    if invoice.document is None:
        numbers = {line.id: line.number for line in order.lines}
        return tuple(
            Fill(line.position, numbers[line.order_line_id], line.quantity)
            for line in lines
            if line.order_line_id in numbers
        )
    written = from_plain(Neutral, invoice.document)
    as_it_stands = replace(written, order_reference=invoice.order_reference)
    return tuple(pair(match_facts(as_it_stands, order.facts())).fills)


async def coding_from_order(session: AsyncSession, invoice: Invoice) -> list[Coded]:
    """What an invoice that deviates is proposed to be coded like; empty when it has no order."""
    if invoice.order_id is None:
        return []
    order = (await read_orders(session, invoice.concern_id, [invoice.order_id])).get(invoice.order_id)
    lines = await lines_of(session, invoice)
    amounts = [Amount(line.position, line.name, line.line_amount) for line in lines]
    if order is None:
        return [Coded(CodeString(), one.amount, one.name) for one in amounts if one.amount]
    return like_order(order, amounts, fills_of(invoice, lines, order), invoice.net_amount)
