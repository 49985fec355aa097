"""Coding rows of a basket line: split, taken away, copied to the other lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.kernel.errors import NotFound
from portal.kernel.plain import from_plain, to_plain
from portal.orders.actions.coding_rows import change_coding, coding_row
from portal.orders.actions.draft import editable_line, touch, write_columns
from portal.orders.actions.permission import require
from portal.orders.models import RequisitionCoding
from portal.orders.queries.requisitions import load_editable
from portal.orders.values import CodingShare, Requested, RequestedLine

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


async def copy_coding(
    session: AsyncSession, actor: Actor, line_id: UUID, now: datetime, *, account: bool = False
) -> int:
    """Give all other lines this line's coding, each keeping its own konto unless `account`; how many got it.

    What they had is kept until something else is changed, so that it can be undone.
    """
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested, line = await editable_line(session, actor, line_id)
    others = [other for other in requested.lines if other.id != line_id]
    if not others:
        return 0
    await _replace(
        session, requested, [row for other in others for row in _copies(line, other, account=account)]
    )
    before = requested.coding_before if account else None  # konto asked for after the rest: undone together
    kept = before or [{"line": other.id, "row": row} for other in others for row in other.coding]
    values = {"updated_at": now, "coding_before": to_plain(kept)}
    await write_columns(session, requested.concern_id, requested.id, values)
    return len(others)


async def undo_copy(session: AsyncSession, actor: Actor, requisition_id: UUID, now: datetime) -> bool:
    """Put back what the last copying replaced; whether there was anything to put back."""
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested = await load_editable(session, actor, requisition_id)
    if not requested.coding_before:
        return False
    lines = {line.id for line in requested.lines}
    kept = [(UUID(one["line"]), from_plain(CodingShare, one["row"])) for one in requested.coding_before]
    await _replace(session, requested, [(line, row) for line, row in kept if line in lines])
    values = {"updated_at": now, "coding_before": None}
    await write_columns(session, requested.concern_id, requested.id, values)
    return True


def _copies(line: RequestedLine, other: RequestedLine, *, account: bool) -> list[tuple[UUID, CodingShare]]:
    """The line's coding rows for another line: shares and codes, its own konto as long as it has one."""
    own = other.coding[0] if other.coding else None
    copies = []
    for row in line.coding:
        keeps = own is not None and not account
        code = replace(row.code, account=own.code.account) if own is not None and keeps else row.code
        source = own.source if own is not None and keeps else f"{COPIED_FROM}{line.name}"
        copies.append((other.id, CodingShare(row.id, code, row.share, source)))
    return copies


async def _replace(
    session: AsyncSession, requested: Requested, rows: Sequence[tuple[UUID, CodingShare]]
) -> None:
    """These coding rows instead of what their lines have."""
    table = RequisitionCoding
    theirs = (table.concern_id == requested.concern_id) & table.line_id.in_({line for line, _row in rows})
    await session.execute(delete(table).where(theirs))
    values = [coding_row(requested.concern_id, line, row.code, row.share, row.source) for line, row in rows]
    await session.execute(insert(table), values)
