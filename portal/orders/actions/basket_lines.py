"""Lines that lie in the basket (A10.04): more or less of them, taken out, as the article is today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.kernel.dates import stockholm_date
from portal.kernel.plain import to_plain
from portal.orders.actions.draft import editable_line, touch
from portal.orders.actions.permission import require
from portal.orders.models import RequisitionLine
from portal.orders.queries.offers import load_offers
from portal.orders.queries.requisitions import load_editable
from portal.orders.rules.changes import changes_of
from portal.orders.tables import table_of
from portal.orders.values import Offer, Requested, RequestedLine


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


async def accept_changes(
    session: AsyncSession, actor: Actor, requisition_id: UUID, now: datetime, *, line_id: UUID | None = None
) -> int:
    """Take over what the articles are today, on one line or on all of them; how many lines were another."""
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested = await load_editable(session, actor, requisition_id)
    lines = [line for line in requested.lines if line_id is None or line.id == line_id]
    changed = await take_offers(session, requested, lines, stockholm_date(now))
    await touch(session, requested.concern_id, requested.id, now)
    return changed


async def take_offers(
    session: AsyncSession, requested: Requested, lines: Sequence[RequestedLine], day: date
) -> int:
    """Write the day's offers on these lines; how many were another. The quantity stays what a person has written."""
    articles = [line.article_id for line in lines if line.article_id]
    offers = await load_offers(session, requested.concern_id, requested.organisation_id, articles, day)
    table, changed = table_of(RequisitionLine), 0
    for line in lines:
        offer = offers.get(line.article_id) if line.article_id else None
        if offer is not None and changes_of(line, offer):
            mine = (table.c.concern_id == requested.concern_id) & (table.c.id == line.id)
            await session.execute(update(table).where(mine).values(**_taken(offer)))
            changed += 1
    return changed


def _taken(offer: Offer) -> dict[str, Any]:
    return {
        "name": offer.name, "unspsc": offer.unspsc, "unit": offer.unit, "price": offer.price,
        "vat_rate": offer.vat_rate, "vat_category": offer.vat_category, "offered": to_plain(offer.offered),
    }  # fmt: skip
