"""An order's lines as they may be changed, and what has been decided of it since it was sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.coding.values import DIMENSIONS, CodeString
from portal.kernel.money import canonical_number
from portal.orders.change_values import ChangedLine, Terms
from portal.orders.models import OrderChange, OrderLine, PurchaseOrder
from portal.orders.queries.offers import load_offers
from portal.orders.queries.order_detail import codings, order_lines
from portal.orders.values import CodingShare


async def changeable_lines(session: AsyncSession, order: PurchaseOrder, day: date) -> tuple[ChangedLine, ...]:
    """The order's lines as they stand, with what the agreement says a piece costs that day."""
    lines = await order_lines(session, order.concern_id, order.id)
    articles = {line.article_id for line in lines if line.article_id}
    offers = await load_offers(session, order.concern_id, order.organisation_id, articles, day)
    prices = {article: offer.price for article, offer in offers.items()}
    return tuple(_line(line, prices.get(line.article_id) if line.article_id else None) for line in lines)


def _line(line: OrderLine, agreed: Decimal | None) -> ChangedLine:
    terms = Terms(line.quantity, line.price)
    return ChangedLine(
        str(line.id), line.position, line.name, line.unit, terms, terms, line.vat_rate, line.vat_category, agreed,
        line.received_quantity, line.invoiced_quantity,
    )  # fmt: skip


async def coding_of(session: AsyncSession, order: PurchaseOrder) -> Mapping[str, Sequence[CodingShare]]:
    """Line id → its coding rows."""
    found: dict[str, list[CodingShare]] = {}
    for row in await codings(session, order.concern_id, order.id):
        code = CodeString(**{name: getattr(row, name) for name in DIMENSIONS})
        found.setdefault(str(row.order_line_id), []).append(CodingShare(row.id, code, row.share))
    return found


async def changes_of(session: AsyncSession, concern_id: UUID, order_id: UUID) -> Sequence[OrderChange]:
    """What has been decided of the order since it was sent, oldest first."""
    query = (
        select(OrderChange)
        .where(OrderChange.concern_id == concern_id, OrderChange.order_id == order_id)
        .order_by(OrderChange.created_at, OrderChange.id)
    )
    return (await session.execute(query)).scalars().all()


async def latest_changes(
    session: AsyncSession, concern_id: UUID | None, order_ids: Sequence[UUID]
) -> Mapping[UUID, OrderChange]:
    """Order → what was last decided of it."""
    query = (
        select(OrderChange)
        .where(OrderChange.concern_id == concern_id, OrderChange.order_id.in_(order_ids))
        .order_by(OrderChange.created_at, OrderChange.id)
    )
    return {row.order_id: row for row in (await session.execute(query)).scalars()}


def lines_as_changed(
    stored: Sequence[Mapping[str, Any]], lines: Sequence[ChangedLine]
) -> tuple[ChangedLine, ...]:
    """The lines with what a stored change asks of each, as it was asked, and with what has come of them today."""
    asked = {one["line"]: one for one in stored}
    return tuple(_as_changed(line, asked[line.id]) for line in lines if line.id in asked)


def _as_changed(line: ChangedLine, one: Mapping[str, Any]) -> ChangedLine:
    before, after = (Terms(Decimal(one["quantity"][i]), Decimal(one["price"][i])) for i in (0, 1))
    agreed = Decimal(one["agreed"]) if one["agreed"] is not None else None
    return ChangedLine(
        line.id, line.position, line.name, line.unit, before, after, line.vat_rate, line.vat_category, agreed,
        line.received, line.invoiced,
    )  # fmt: skip


def stored_line(line: ChangedLine) -> dict[str, Any]:
    """The line as OrderChange.lines holds it."""
    return {
        "line": line.id, "position": line.position, "name": line.name, "unit": line.unit,
        "quantity": [canonical_number(line.before.quantity), canonical_number(line.after.quantity)],
        "price": [canonical_number(line.before.price), canonical_number(line.after.price)],
        "agreed": None if line.agreed is None else canonical_number(line.agreed),
    }  # fmt: skip
