"""The supplier's answer to an order (A6.02): confirm, confirm with a change, reject."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.audit.transition import Told, move
from portal.jobs.events import emit
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Invalid
from portal.kernel.identifiers import uuid7
from portal.orders.actions.permission import require
from portal.orders.actions.right import require_standing, subject_of
from portal.orders.models import OrderResponse
from portal.orders.queries.order_detail import find_order
from portal.orders.status import ORDER

MOVES: Mapping[str, str] = {"AP": "confirm", "CA": "confirm_with_change", "RE": "reject"}
"""Peppol T76 code → the order's move."""
_WHY_CHANGED = "Skriv vad som ändras, så att beställaren kan ta ställning."
_WHY_REJECTED = "Skriv varför ni avböjer, så att beställaren kan välja något annat."
_CODE = "Välj om ni bekräftar, bekräftar med ändring eller avböjer."
_PAST = "Leveransdagen har redan passerat. Välj i dag eller senare."


async def answer(
    session: AsyncSession,
    actor: Actor,
    order_id: UUID,
    *,
    code: str,
    promised_on: date | None,
    note: str | None,
    lines: Sequence[Mapping[str, Any]] = (),
    now: datetime,
) -> UUID:
    """Keep the answer and move the order; the id of the answer.

    `code` is AP, CA or RE. `lines` are plain JSON shapes per order line: {"position": 1, "quantity": "8",
    "price": "432.00", "promised_on": "2026-12-01", "note": …}. Invalid when CA says neither what nor when, or RE
    not why;
    NotFound for another supplier's order; Conflict when it is answered already.
    """
    require(actor, p.SUPPLIER, what="Svara på beställningen")
    order = await find_order(session, actor, order_id, stockholm_date(now), lock=True)
    _check(code, promised_on, note, lines, stockholm_date(now))
    require_standing(order, MOVES[code])
    row: dict[str, Any] = {
        "concern_id": order.concern_id, "id": uuid7(), "order_id": order.id, "supplier_id": order.supplier_id,
        "code": code, "promised_on": promised_on, "note": (note or "").strip() or None,
        "lines": [dict(line) for line in lines], "answered_by": actor.user_id, "answered_at": now,
    }  # fmt: skip
    await session.execute(insert(OrderResponse), [row])
    told = Told(why=row["note"], data={"code": code, "promised_on": str(promised_on or "")})
    await move(session, ORDER, subject_of(order), MOVES[code], actor, at=now, told=told)
    await emit(session, "order.answered", concern_id=order.concern_id, order_id=order.id)
    return UUID(str(row["id"]))


def _check(
    code: str, promised_on: date | None, note: str | None, lines: Sequence[Mapping[str, Any]], day: date
) -> None:
    if code not in MOVES:
        raise Invalid(_CODE, fields={"code": _CODE})
    said = bool((note or "").strip())
    if code == "RE" and not said:
        raise Invalid(_WHY_REJECTED, fields={"note": _WHY_REJECTED})
    if code == "CA" and not (said or lines or promised_on):
        raise Invalid(_WHY_CHANGED, fields={"note": _WHY_CHANGED})
    if promised_on is not None and promised_on < day:
        raise Invalid(_PAST, fields={"promised_on": _PAST})
