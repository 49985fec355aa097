"""Coding rows of a basket line: split, taken away, copied to the other lines."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.kernel.errors import NotFound
from portal.orders.actions.coding_rows import change_coding, coding_row
from portal.orders.actions.draft import editable_line, touch
from portal.orders.actions.permission import require
from portal.orders.models import RequisitionCoding
from portal.orders.values import CodingShare

COPIED_FROM = "Kopierad från "


async def split_coding(session: AsyncSession, actor: Actor, line_id: UUID, now: datetime) -> None:
    """One more coding row for the line: the last row gives half of its share."""
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested, line = await editable_line(session, actor, line_id)
    last = line.coding[-1]
    half = (last.share / 2).quantize(Decimal("0.01"))
    await change_coding(
        session, requested.concern_id, last, CodingShare(last.id, last.code, last.share - half)
    )
    row = coding_row(requested.concern_id, line_id, last.code, half, last.source)
    await session.execute(insert(RequisitionCoding), [row])
    await touch(session, requested.concern_id, requested.id, now)


async def remove_coding(
    session: AsyncSession, actor: Actor, line_id: UUID, coding_id: UUID, now: datetime
) -> None:
    """Take a coding row away; its share goes to the first that is left. The only row stays."""
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested, line = await editable_line(session, actor, line_id)
    left = [row for row in line.coding if row.id != coding_id]
    if not left or len(left) == len(line.coding):
        raise NotFound("Konteringsraden finns inte.")
    gone = next(row for row in line.coding if row.id == coding_id)
    mine = (RequisitionCoding.concern_id == requested.concern_id) & (RequisitionCoding.id == coding_id)
    await session.execute(delete(RequisitionCoding).where(mine))
    first = left[0]
    kept = CodingShare(first.id, first.code, first.share + gone.share)
    await change_coding(session, requested.concern_id, first, kept)
    await touch(session, requested.concern_id, requested.id, now)


async def copy_coding(session: AsyncSession, actor: Actor, line_id: UUID, now: datetime) -> int:
    """Give all other lines this line's coding; how many got it."""
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested, line = await editable_line(session, actor, line_id)
    others = [other.id for other in requested.lines if other.id != line_id]
    if not others:
        return 0
    theirs = (RequisitionCoding.concern_id == requested.concern_id) & RequisitionCoding.line_id.in_(others)
    await session.execute(delete(RequisitionCoding).where(theirs))
    source = f"{COPIED_FROM}{line.name}"
    copies = [
        coding_row(requested.concern_id, other, row.code, row.share, source)
        for other in others
        for row in line.coding
    ]
    await session.execute(insert(RequisitionCoding), copies)
    await touch(session, requested.concern_id, requested.id, now)
    return len(others)
