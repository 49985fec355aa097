"""What every change of a sent order does: kept as a row, its lines and sums written, told to whom it concerns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import Actor
from portal.attest.actions import HeldCase, hold, hold_case
from portal.db.bulk import as_json, insert_rows
from portal.jobs.events import emit
from portal.jobs.queue import enqueue
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import uuid7
from portal.kernel.money import format_kr, format_number_sv
from portal.orders.actions.right import require_standing
from portal.orders.change_values import ChangedLine
from portal.orders.models import OrderChange, PurchaseOrder
from portal.orders.queries.call_offs import call_offs_of
from portal.orders.queries.changes import changeable_lines, stored_line
from portal.orders.queries.order_detail import find_order
from portal.orders.rules.call_offs import caps_passed
from portal.orders.rules.split import totals

TELL_JOB = "orders.tell_supplier"
CHANGED = "order.changed"
_LINES = text(
    "UPDATE order_line l SET quantity = v.quantity, price = v.price, net_amount = v.net"
    " FROM json_to_recordset(CAST(:rows AS json)) AS v(id uuid, quantity numeric, price numeric, net numeric)"
    " WHERE l.concern_id = :concern AND l.id = v.id"
)


@dataclass(frozen=True, slots=True)
class Change:
    """An order held for a change: nobody else decides in its case until the transaction ends."""

    order: PurchaseOrder
    case: HeldCase
    lines: tuple[ChangedLine, ...]
    day: date

    def to(self, lines: Sequence[ChangedLine]) -> Change:
        """The same with its lines as they are to be."""
        return replace(self, lines=tuple(lines))

    @property
    def net_before(self) -> Decimal:
        """SEK without VAT, as the lines stand."""
        return sum((line.before.net for line in self.lines), Decimal(0))

    @property
    def net_after(self) -> Decimal:
        """SEK without VAT, as they are to be."""
        return sum((line.after.net for line in self.lines), Decimal(0))


async def hold_order(
    session: AsyncSession, actor: Actor, order_id: UUID, step: str | None, now: datetime
) -> Change:
    """The order locked, its case first: invoices of the same case are decided in that order too. NotFound outside
    sight; Conflict with what has happened when `step` cannot start where the order stands; the caller asks
    where there is none."""
    day = stockholm_date(now)
    seen = await find_order(session, actor, order_id, day)
    case = await hold_case(session, actor, seen.requisition_id or seen.id)
    order = await find_order(session, actor, order_id, day, lock=True)
    if step is not None:
        require_standing(order, step)
    return Change(order, case, await changeable_lines(session, order, day), day)


async def keep(
    session: AsyncSession, actor: Actor, change: Change, kind: str, *, note: str | None, now: datetime
) -> UUID:
    """The change as a row of its own; its id."""
    order, made = change.order, uuid7()
    await insert_rows(session, OrderChange, [{
        "concern_id": order.concern_id, "id": made, "order_id": order.id, "kind": kind,
        "lines": [stored_line(line) for line in change.lines], "net_before": change.net_before,
        "net_after": change.net_after, "note": (note or "").strip() or None, "user_id": actor.user_id,
        "person_id": actor.person_id, "created_at": now,
    }])  # fmt: skip
    return made


async def write_lines(session: AsyncSession, change: Change) -> Mapping[str, Any]:
    """The order's lines become what was decided; the columns of the order that follow with them."""
    order = change.order
    rows = [
        {
            "id": line.id,
            "quantity": line.after.quantity,
            "price": line.after.price,
            "net": line.after.net,
        }
        for line in change.lines
    ]
    await session.execute(_LINES, {"concern": order.concern_id, "rows": as_json(rows)})
    sums = totals([line.wanted for line in change.lines])
    return {"net_amount": sums.net, "tax_amount": sums.tax, "gross_amount": sums.gross}


async def tell(session: AsyncSession, order: PurchaseOrder, change_id: UUID | None) -> None:
    """Invoices of the order are matched again by what it says now; the supplier gets a mail of the change."""
    await emit(session, CHANGED, concern_id=order.concern_id, order_id=order.id)
    if change_id is not None:
        await enqueue(session, TELL_JOB, concern_id=order.concern_id, change_id=change_id)


def told_lines(change: Change) -> dict[str, Any]:
    """What the history says of the lines that change: as ordered, and as they became."""
    changed = [line for line in change.lines if line.changed]
    return {
        "before": [_terms(line, before=True) for line in changed],
        "after": [_terms(line, before=False) for line in changed],
        "net": [str(change.net_before), str(change.net_after)],
    }


def _terms(line: ChangedLine, *, before: bool) -> str:
    terms = line.before if before else line.after
    return f"{format_number_sv(terms.quantity)} {line.name} à {format_kr(terms.price)}"


async def require_room(session: AsyncSession, change: Change) -> None:
    """Invalid when what the order costs more passes a limit of its agreement; held until the transaction ends, so
    that two do not find the same room. Free when it costs no more."""
    order = change.order
    if order.agreement_id is None or change.net_after <= change.net_before:
        return
    await hold(session, [f"agreement:{order.agreement_id}"])
    found = await call_offs_of(session, order.concern_id, {order.agreement_id: change.net_after})
    others = [replace(one, used=one.used - change.net_before) for one in found]
    for reason in caps_passed(others):
        raise Invalid(reason.message, fields={"lines": reason.text}, **reason.params)
