"""Orders beside their invoices: with lines and coding, locked or only read, for a batch at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.coding.values import DIMENSIONS, CodeString
from portal.invoicing.match_values import OrderFacts, OrderLineFacts
from portal.orders.status import CANCELLED, CLOSED

_ORDERS = (
    "SELECT o.id, number, organisation_id, supplier_id, status, buyer_user_id, review_requested, secret,"
    " agreement_id, (SELECT max(received_on) FROM receipt r WHERE r.concern_id = o.concern_id AND r.order_id = o.id)"
    " FROM purchase_order o WHERE concern_id = :concern AND id = ANY(CAST(:ids AS uuid[])) ORDER BY o.id"
)
_ORDER_LINES = (
    "SELECT id, order_id, position, name, unit, price, quantity, received_quantity, invoiced_quantity,"
    " vat_category, vat_rate, item_no, buyer_item_no, article_id, unspsc FROM order_line"
    " WHERE concern_id = :concern AND order_id = ANY(CAST(:ids AS uuid[])) ORDER BY id"
)
_READ = text(_ORDERS), text(_ORDER_LINES)
# In id order, so that two transactions that share several orders wait for each other and never both ways.
_LOCK = text(f"{_ORDERS} FOR NO KEY UPDATE"), text(f"{_ORDER_LINES} FOR NO KEY UPDATE")
_CODING = text(
    "SELECT order_line_id, account, responsibility, operation, project, activity, free, share"
    " FROM order_coding WHERE concern_id = :concern AND order_line_id = ANY(CAST(:lines AS uuid[]))"
    " ORDER BY id"
)
_INVOICED = text(
    "UPDATE order_line l SET invoiced_quantity = v.invoiced_quantity"
    " FROM json_populate_recordset(NULL::order_line, CAST(:rows AS json)) v"
    " WHERE l.concern_id = :concern AND l.id = v.id"
)


@dataclass(slots=True)
class Line:
    """An order line; `invoiced` grows as invoices of this batch become Klar."""

    id: UUID
    number: str
    facts: OrderLineFacts
    invoiced: Decimal
    coding: list[tuple[CodeString, Decimal]] = field(default_factory=list)


@dataclass(slots=True)
class Order:
    """An order as the match needs it. `received_on`: its latest receipt."""

    id: UUID
    number: str
    organisation_id: UUID
    supplier_id: UUID
    status: str
    buyer_id: UUID
    review_requested: bool
    secret: bool
    agreement_id: UUID | None
    received_on: date | None = None
    lines: list[Line] = field(default_factory=list)

    def facts(self) -> OrderFacts:
        """The order with what has been invoiced until now."""
        lines = tuple(replace(line.facts, invoiced=line.invoiced) for line in self.lines)
        cancelled = self.status == CANCELLED
        done = cancelled or self.status == CLOSED
        return OrderFacts(self.number, lines, self.review_requested, done, self.received_on, cancelled)

    @property
    def all_invoiced(self) -> bool:
        """Nothing ordered is left to invoice."""
        return all(line.invoiced >= line.facts.ordered for line in self.lines)


async def lock_orders(session: AsyncSession, concern_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Order]:
    """The orders with their lines, both locked until the transaction ends."""
    return await _orders(session, concern_id, ids, _LOCK)


async def read_orders(session: AsyncSession, concern_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Order]:
    """The same to look at: nobody waits for it."""
    return await _orders(session, concern_id, ids, _READ)


async def _orders(
    session: AsyncSession, concern_id: UUID, ids: Iterable[UUID], how: tuple[TextClause, TextClause]
) -> dict[UUID, Order]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    parameters: dict[str, Any] = {"concern": concern_id, "ids": wanted}
    orders = {row.id: Order(*row) for row in (await session.execute(how[0], parameters)).all()}
    lines = {row.id: _line(row) for row in (await session.execute(how[1], parameters)).all()}
    for row_id, (order_id, line) in lines.items():
        orders[order_id].lines.append(line)
        line.id = row_id
    for order in orders.values():
        order.lines.sort(key=lambda line: int(line.number))
    await _add_coding(session, concern_id, {row_id: line for row_id, (_, line) in lines.items()})
    return orders


def _line(row: Any) -> tuple[UUID, Line]:
    facts = OrderLineFacts(
        str(row.position), row.name, row.unit, row.price, row.quantity, row.received_quantity,
        row.invoiced_quantity, row.vat_category, row.vat_rate, row.item_no, row.buyer_item_no,
        row.article_id is not None, row.unspsc,
    )  # fmt: skip
    return row.order_id, Line(row.id, str(row.position), facts, row.invoiced_quantity)


async def _add_coding(session: AsyncSession, concern_id: UUID, lines: Mapping[UUID, Line]) -> None:
    parameters = {"concern": concern_id, "lines": list(lines)}
    for row in (await session.execute(_CODING, parameters)).all():
        code = CodeString(**{name: getattr(row, name) for name in DIMENSIONS})
        lines[row.order_line_id].coding.append((code, row.share))


async def set_invoiced(session: AsyncSession, concern_id: UUID, rows_json: str) -> None:
    """Write what has been invoiced on the order lines (JSON rows of id and invoiced_quantity)."""
    await session.execute(_INVOICED, {"concern": concern_id, "rows": rows_json})
