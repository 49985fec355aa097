"""Lines that lie in the basket (A10.04): more or less of them, taken out, at today's price."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import bindparam, delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.kernel.dates import stockholm_date
from portal.orders.actions.draft import editable_line, touch
from portal.orders.actions.permission import require
from portal.orders.models import RequisitionLine
from portal.orders.queries.offers import load_offers
from portal.orders.queries.requisitions import load_editable
from portal.orders.tables import table_of
from portal.orders.values import Requested, RequestedLine


async def remove_line(session: AsyncSession, actor: Actor, line_id: UUID, now: datetime) -> RequestedLine:
    """Take a line out; the line as it was, so that the page can offer to undo. NotFound when it is gone."""
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested, line = await editable_line(session, actor, line_id)
    gone = (RequisitionLine.concern_id == requested.concern_id) & (RequisitionLine.id == line_id)
    await session.execute(delete(RequisitionLine).where(gone))
    await touch(session, requested.concern_id, requested.id, now)
    return line


async def undo_add(
    session: AsyncSession, actor: Actor, line_id: UUID, quantity: Decimal, now: datetime
) -> RequestedLine:
    """Take back what one adding put in: less of the line, or all of it."""
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested, line = await editable_line(session, actor, line_id)
    if line.quantity <= quantity:
        return await remove_line(session, actor, line_id, now)
    await increase(session, requested.concern_id, {line_id: -quantity})
    await touch(session, requested.concern_id, requested.id, now)
    return line


async def increase(session: AsyncSession, concern_id: UUID, more: Mapping[UUID, Decimal]) -> None:
    """Add to the quantity of lines (line id → how much more; less when it is negative)."""
    if not more:
        return
    table = table_of(RequisitionLine)
    statement = (
        update(table)
        .where(table.c.concern_id == concern_id, table.c.id == bindparam("line"))
        .values(quantity=table.c.quantity + bindparam("more"))
    )
    connection = await session.connection()
    await connection.execute(statement, [{"line": line, "more": extra} for line, extra in more.items()])


async def refresh_prices(session: AsyncSession, actor: Actor, requisition_id: UUID, now: datetime) -> int:
    """Take over today's prices on every line; how many were changed."""
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested = await load_editable(session, actor, requisition_id)
    changed = await _new_prices(session, requested, stockholm_date(now))
    table = table_of(RequisitionLine)
    for line_id, price in changed:
        mine = (table.c.concern_id == requested.concern_id) & (table.c.id == line_id)
        await session.execute(update(table).where(mine).values(price=price))
    await touch(session, requested.concern_id, requested.id, now)
    return len(changed)


async def _new_prices(session: AsyncSession, requested: Requested, day: date) -> list[tuple[UUID, Decimal]]:
    """(line id, the day's price) of the lines whose price is another now."""
    articles = [line.article_id for line in requested.lines if line.article_id]
    offers = await load_offers(session, requested.concern_id, requested.organisation_id, articles, day)
    prices = {line.id: offers[a].price for line in requested.lines if (a := line.article_id) and a in offers}
    return [
        (line.id, prices[line.id])
        for line in requested.lines
        if prices.get(line.id, line.price) != line.price
    ]
