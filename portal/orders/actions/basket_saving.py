"""The basket's form, kept as it is filled in (A10.04): quantities, coding, delivery, for whom."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Invalid
from portal.orders.actions.coding_rows import coding_values, update_codings
from portal.orders.actions.draft import CHANGED, write_columns
from portal.orders.actions.permission import require
from portal.orders.models import RequisitionLine
from portal.orders.queries.requisitions import addresses, load_editable, load_requested, possible_buyers
from portal.orders.rules.shown import digest
from portal.orders.tables import table_of
from portal.orders.values import CodingShare, Requested, RequestedLine

NO_ADDRESS = "Välj en leveransadress."
NO_BUYER = "Välj en beställare i listan."


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line as its form has it: quantity in the line's unit (None: unreadable, kept), its coding rows and what is
    said of them (A6.20)."""

    id: UUID
    quantity: Decimal | None
    coding: tuple[CodingShare, ...]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """A basket as its form has it. `values` are columns of the requisition."""

    lines: tuple[LineChange, ...]
    values: Mapping[str, Any]


Pairs = Sequence[tuple[RequestedLine, LineChange]]


async def save(
    session: AsyncSession, actor: Actor, requisition_id: UUID, changes: Changes, *, shown: str, now: datetime
) -> Requested:
    """Keep what the form holds, right or wrong: faults are told at the fields and stop the sending only.

    Conflict when the basket is not what the form was made from (`shown`, rules.shown.digest). Forbidden when
    it is ordered for another without B29 or made secret without B45. Invalid for an address or a buyer that
    is not the organisation's.
    """
    require(actor, p.ORDER_AND_INVOICE, what="Beställ")
    requested = await load_editable(session, actor, requisition_id)
    if digest(requested) != shown:
        raise Conflict(CHANGED)
    await _require_choices(session, actor, requested, changes.values, stockholm_date(now))
    values = {name: value for name, value in changes.values.items() if getattr(requested, name) != value}
    pairs = [(line, one) for line in requested.lines for one in changes.lines if one.id == line.id]
    changed = await _change_quantities(session, requested.concern_id, pairs)
    changed |= await _change_codings(session, requested.concern_id, pairs)
    changed |= await _change_comments(session, requested.concern_id, pairs)
    if not (changed or values):
        return requested
    values["coding_before"] = None  # what is written after a copying is not undone with it
    await write_columns(session, requested.concern_id, requisition_id, {**values, "updated_at": now})
    return await load_requested(session, actor, requisition_id)


async def _require_choices(
    session: AsyncSession, actor: Actor, requested: Requested, values: Mapping[str, Any], day: date
) -> None:
    home = (requested.concern_id, requested.organisation_id)
    address = values.get("delivery_address_id")
    if address is not None and address not in {place.id for place in await addresses(session, *home, day)}:
        raise Invalid(NO_ADDRESS, fields={"delivery_address_id": NO_ADDRESS})
    buyer = values.get("buyer_user_id", requested.buyer_user_id)
    if buyer not in (requested.buyer_user_id, actor.user_id):
        require(actor, p.ORDER_FOR_OTHERS, what="Beställ åt annan")
        if buyer not in {row.id for row in await possible_buyers(session, *home, day)}:
            raise Invalid(NO_BUYER, fields={"buyer_user_id": NO_BUYER})
    if values.get("secret", requested.secret) != requested.secret:
        require(actor, p.SEE_SECRET, what="Sekretessmarkera")


async def _change_quantities(session: AsyncSession, concern_id: UUID, pairs: Pairs) -> bool:
    rows = [
        {"line": line.id, "amount": change.quantity}
        for line, change in pairs
        if change.quantity is not None and change.quantity != line.quantity and change.quantity > 0
    ]
    if rows:
        table = table_of(RequisitionLine)
        mine = (table.c.concern_id == concern_id) & (table.c.id == bindparam("line"))
        connection = await session.connection()
        await connection.execute(update(table).where(mine).values(quantity=bindparam("amount")), rows)
    return bool(rows)


async def _change_comments(session: AsyncSession, concern_id: UUID, pairs: Pairs) -> bool:
    rows = [
        {"line": line.id, "words": change.comment} for line, change in pairs if change.comment != line.comment
    ]
    if rows:
        table = table_of(RequisitionLine)
        mine = (table.c.concern_id == concern_id) & (table.c.id == bindparam("line"))
        connection = await session.connection()
        await connection.execute(update(table).where(mine).values(comment=bindparam("words")), rows)
    return bool(rows)


async def _change_codings(session: AsyncSession, concern_id: UUID, pairs: Pairs) -> bool:
    changed = []
    for line, change in pairs:
        before = {row.id: row for row in line.coding}
        changed += [
            coding_values(before[row.id], row)
            for row in change.coding
            if row.id in before and (before[row.id].code, before[row.id].share) != (row.code, row.share)
        ]
    await update_codings(session, concern_id, changed)
    return bool(changed)
