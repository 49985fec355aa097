"""Orders beside their invoices: locked, with lines, coding, limits, for a batch at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.coding.values import DIMENSIONS, CodeString
from portal.invoicing.match_values import MatchLimits, OrderFacts, OrderLineFacts

# In id order, so that two transactions that share several orders wait for each other and never both ways.
_ORDERS = (
    "SELECT id, number, organisation_id, supplier_id, status, buyer_user_id, review_requested, secret,"
    " agreement_id FROM purchase_order WHERE concern_id = :concern AND id = ANY(CAST(:ids AS uuid[]))"
    " ORDER BY id"
)
_LINES = (
    "SELECT id, order_id, position, name, unit, price, quantity, received_quantity, invoiced_quantity,"
    " vat_category, vat_rate, item_no, buyer_item_no, article_id, unspsc FROM order_line"
    " WHERE concern_id = :concern AND order_id = ANY(CAST(:ids AS uuid[])) ORDER BY id"
)
_HELD = " FOR NO KEY UPDATE"
_LOCKED, _READ = (text(_ORDERS + _HELD), text(_LINES + _HELD)), (text(_ORDERS), text(_LINES))
_CODING = text(
    "SELECT order_line_id, account, responsibility, operation, project, activity, free, share"
    " FROM order_coding WHERE concern_id = :concern AND order_line_id = ANY(CAST(:lines AS uuid[]))"
    " ORDER BY id"
)
_LIMITS = text(
    "SELECT organisation_id, supplier_id, agreement_id, unspsc_prefix, name, value FROM match_limit"
    " WHERE concern_id = :concern AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day)"
    " ORDER BY valid_from, id"
)
_CHARGE_CODES = text(
    "SELECT organisation_id, value FROM setting WHERE concern_id = :concern AND key = 'match.charge_codes'"
    " AND valid_from <= :day AND (valid_to IS NULL OR valid_to >= :day) ORDER BY valid_from, id"
)
_INVOICED = text(
    "UPDATE order_line l SET invoiced_quantity = v.invoiced_quantity"
    " FROM json_populate_recordset(NULL::order_line, CAST(:rows AS json)) v"
    " WHERE l.concern_id = :concern AND l.id = v.id"
)
_AMOUNTS = frozenset(field.name for field in fields(MatchLimits)) - {"charge_codes"}


@dataclass(slots=True)
class Line:
    """An order line; `invoiced` grows as invoices of this batch become Klar."""

    id: UUID
    number: str
    facts: OrderLineFacts
    unspsc: str | None
    invoiced: Decimal
    coding: list[tuple[CodeString, Decimal]] = field(default_factory=list)


@dataclass(slots=True)
class Order:
    """A locked order as the match needs it."""

    id: UUID
    number: str
    organisation_id: UUID
    supplier_id: UUID
    status: str
    buyer_id: UUID
    review_requested: bool
    secret: bool
    agreement_id: UUID | None
    lines: list[Line] = field(default_factory=list)

    def facts(self) -> OrderFacts:
        """The order with what has been invoiced until now."""
        lines = tuple(replace(line.facts, invoiced=line.invoiced) for line in self.lines)
        return OrderFacts(self.number, lines, self.review_requested)

    @property
    def all_invoiced(self) -> bool:
        """Nothing ordered is left to invoice."""
        return all(line.invoiced >= line.facts.ordered for line in self.lines)


async def lock_orders(session: AsyncSession, concern_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Order]:
    """The orders with their lines, both locked until the transaction ends."""
    return await _orders(session, concern_id, ids, _LOCKED)


async def read_orders(session: AsyncSession, concern_id: UUID, ids: Iterable[UUID]) -> dict[UUID, Order]:
    """The same without a lock, to look at."""
    return await _orders(session, concern_id, ids, _READ)


async def _orders(
    session: AsyncSession, concern_id: UUID, ids: Iterable[UUID], asked: tuple[TextClause, TextClause]
) -> dict[UUID, Order]:
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    parameters: dict[str, Any] = {"concern": concern_id, "ids": wanted}
    orders = {row.id: Order(*row) for row in (await session.execute(asked[0], parameters)).all()}
    lines = {row.id: _line(row) for row in (await session.execute(asked[1], parameters)).all()}
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
        row.article_id is not None,
    )  # fmt: skip
    return row.order_id, Line(row.id, str(row.position), facts, row.unspsc, row.invoiced_quantity)


async def _add_coding(session: AsyncSession, concern_id: UUID, lines: Mapping[UUID, Line]) -> None:
    parameters = {"concern": concern_id, "lines": list(lines)}
    for row in (await session.execute(_CODING, parameters)).all():
        code = CodeString(**{name: getattr(row, name) for name in DIMENSIONS})
        lines[row.order_line_id].coding.append((code, row.share))


@dataclass(frozen=True, slots=True)
class LimitRows:
    """Every limit in force, and the charge codes allowed per organisation (None: common)."""

    rows: Sequence[Any]
    charge_codes: Mapping[UUID | None, tuple[str, ...]]

    def for_order(self, order: Order) -> MatchLimits:
        """The most specific wins: organisation → supplier → agreement → commodity (matching.md D2)."""
        chosen: dict[str, tuple[tuple[bool, ...], Decimal]] = {}
        for row in self.rows:
            rank = _rank(row, order)
            if rank is not None and row.name in _AMOUNTS and rank >= chosen.get(row.name, (rank, 0))[0]:
                chosen[row.name] = (rank, row.value)
        codes = self.charge_codes.get(order.organisation_id, self.charge_codes.get(None, ()))
        amounts: dict[str, Any] = {name: value.normalize() + 0 for name, (_, value) in chosen.items()}
        return replace(MatchLimits(), charge_codes=codes, **amounts)


def _rank(row: Any, order: Order) -> tuple[bool, ...] | None:
    """How specific the row is for this order; None when it is not about it."""
    own = (row.organisation_id, row.supplier_id, row.agreement_id)
    theirs = (order.organisation_id, order.supplier_id, order.agreement_id)
    if any(one is not None and one != other for one, other in zip(own, theirs, strict=True)):
        return None
    prefix = row.unspsc_prefix
    if prefix and not all((line.unspsc or "").startswith(prefix) for line in order.lines):
        return None
    return (bool(prefix), row.agreement_id is not None, row.supplier_id is not None, own[0] is not None)


async def limits_in_force(session: AsyncSession, concern_id: UUID, day: date) -> LimitRows:
    """Match limits of the concern as they are that day."""
    parameters = {"concern": concern_id, "day": day}
    rows = (await session.execute(_LIMITS, parameters)).all()
    codes = (await session.execute(_CHARGE_CODES, parameters)).all()
    return LimitRows(rows, {row.organisation_id: tuple(map(str, row.value)) for row in codes})


async def set_invoiced(session: AsyncSession, concern_id: UUID, rows_json: str) -> None:
    """Write what has been invoiced on the order lines (JSON rows of id and invoiced_quantity)."""
    await session.execute(_INVOICED, {"concern": concern_id, "rows": rows_json})
