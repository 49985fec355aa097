"""Leveranskvittens (A6.03): whole or part, several times, taken back while it is not invoiced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access import permissions as p
from portal.access.actor import Actor
from portal.attest.actions import record_decision
from portal.audit.log import told_together
from portal.audit.transition import Told, move
from portal.db.bulk import as_json, insert_rows
from portal.jobs.events import emit
from portal.kernel.dates import stockholm_date
from portal.kernel.errors import Conflict, Invalid
from portal.kernel.identifiers import uuid7
from portal.kernel.money import canonical_number
from portal.kernel.plain import canonical_bytes
from portal.kernel.text import Message
from portal.orders.actions.permission import require
from portal.orders.actions.right import require_standing, right_to, subject_of
from portal.orders.change_values import ACCEPTED, REFUSED
from portal.orders.models import PurchaseOrder, Receipt
from portal.orders.queries.changes import changes_of
from portal.orders.queries.deliveries import RECEIVES_ALL, delivered_lines, receipts
from portal.orders.queries.order_detail import find_order, order_lines, responses
from portal.orders.rules.receipts import (
    UNANSWERED,
    back_to,
    check_receipt,
    move_after,
    nothing_left,
    quantity_for_amount,
)
from portal.orders.rules.refusals import RECEIVE
from portal.orders.status import ORDER
from portal.orders.values import DeliveredLine

NOTHING = "Skriv hur mycket som har kommit på minst en rad."
ALL_HERE = "Allt på beställningen är redan kvitterat."
OTHERS = "Någon annan har redan kvitterat på beställningen. Ladda om sidan för att se vad som är kvar."
NOT_YOURS = "Bara beställaren, den som har delegering eller en leveranskvitterare kan kvittera den här."
IN_FUTURE = "Mottagningsdagen kan inte ligga framåt i tiden."
BEFORE_SENT = "Beställningen skickades den %(day)s. Mottagningsdagen kan inte ligga före den."
TAKEN_BACK = "Kvittensen är redan tillbakatagen."

# What came is written and added to its lines in one statement.
_CAME = text(
    "WITH came AS (SELECT * FROM json_to_recordset(CAST(:rows AS json))"
    " AS row(id uuid, order_line_id uuid, quantity numeric, amount numeric)), kept AS ("
    "INSERT INTO receipt_line (concern_id, id, receipt_id, order_line_id, quantity, amount)"
    " SELECT :concern, id, :receipt, order_line_id, quantity, amount FROM came)"
    " UPDATE order_line l SET received_quantity = l.received_quantity + came.quantity FROM came"
    " WHERE l.concern_id = :concern AND l.id = came.order_line_id"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came: quantities per order line in the line's unit, or (B27) amounts in SEK without VAT.

    `seen` is what the page said was received before; None skips the comparison.
    """

    quantities: Mapping[UUID, Decimal]
    amounts: Mapping[UUID, Decimal]
    received_on: date
    note: str | None = None
    seen: Mapping[UUID, Decimal] | None = None
    undoes: UUID | None = None


async def receive_all(
    session: AsyncSession, actor: Actor, order_id: UUID, *, received_on: date, note: str | None, now: datetime
) -> UUID:
    """Kvittera allt: what is left of every line; the receipt's id."""
    order = await find_order(session, actor, order_id, stockholm_date(now), lock=True)
    require_standing(order, RECEIVE)
    lines = await delivered_lines(session, order.concern_id, order_id)
    left = {UUID(line.id): line.ordered - line.received for line in lines if line.ordered > line.received}
    if not left:
        raise Conflict(ALL_HERE)
    return await _receive(session, actor, order, lines, Delivery(left, {}, received_on, note), now=now)


async def receive(
    session: AsyncSession, actor: Actor, order_id: UUID, delivery: Delivery, *, now: datetime
) -> UUID:
    """Receipt of a part; the receipt's id.

    Invalid per line (fields quantity-<line>) when it is more than ordered without a note that explains it,
    Conflict when somebody has receipted since the page was shown, Forbidden for who is neither beställare,
    delegate, B10, A44 nor A45, and for amounts without B27.
    """
    order = await find_order(session, actor, order_id, stockholm_date(now), lock=True)
    require_standing(order, RECEIVE)
    lines = await delivered_lines(session, order.concern_id, order_id)
    _require_seen(lines, delivery)
    return await _receive(session, actor, order, lines, delivery, now=now)


async def take_back_receipt(
    session: AsyncSession, actor: Actor, order_id: UUID, receipt_id: UUID, *, note: str | None, now: datetime
) -> UUID:
    """Take an earlier receipt back by one with the same quantities negative; Invalid when it is invoiced."""
    order = await find_order(session, actor, order_id, stockholm_date(now), lock=True)
    require_standing(order, RECEIVE)
    lines = await delivered_lines(session, order.concern_id, order_id)
    made = await receipts(session, order.concern_id, order_id)
    undone = {row.order_line_id: -row.quantity for row in made if row.receipt_id == receipt_id}
    if not undone or any(quantity >= 0 for quantity in undone.values()):
        raise Conflict(TAKEN_BACK)
    if any(row.takes_back_id == receipt_id for row in made):
        raise Conflict(TAKEN_BACK)
    delivery = Delivery(undone, {}, stockholm_date(now), note, undoes=receipt_id)
    return await _receive(session, actor, order, lines, delivery, now=now)


def _require_seen(lines: Sequence[DeliveredLine], delivery: Delivery) -> None:
    if delivery.seen is None:
        return
    if any(delivery.seen.get(UUID(line.id), line.received) != line.received for line in lines):
        raise Conflict(OTHERS)


async def _receive(
    session: AsyncSession,
    actor: Actor,
    order: PurchaseOrder,
    lines: Sequence[DeliveredLine],
    delivery: Delivery,
    *,
    now: datetime,
) -> UUID:
    day = stockholm_date(now)
    behalf, chain = await right_to(
        session, actor, order, day, also=RECEIVES_ALL, what="Kvittera leverans", refused=NOT_YOURS
    )
    quantities = _quantities(actor, lines, delivery)
    _check(lines, quantities, delivery, day)
    _check_day(order, delivery)
    after = [replace(line, received=line.received + quantities.get(line.id, Decimal(0))) for line in lines]
    receipt_id = await _insert(session, actor, order, delivery, quantities=quantities, now=now)
    back = await _back(session, order) if nothing_left(after) else UNANSWERED
    code = move_after(after, undo=delivery.undoes is not None, back=back)
    told = Told(why=delivery.note, data=_told(lines, quantities))
    async with told_together(session):
        await _decide(
            session, actor, order, receipt_id, quantities=quantities, now=now, behalf=behalf, chain=chain
        )
        await move(session, ORDER, subject_of(order), code, actor, at=now, told=told)
    await emit(session, "receipt.made", concern_id=order.concern_id, order_id=order.id)
    return receipt_id


async def _back(session: AsyncSession, order: PurchaseOrder) -> str:
    """Where the order stands when nothing has come: by the supplier's last answer and what the buyer said to it."""
    answers = await responses(session, order.concern_id, order.id)
    if not answers:
        return UNANSWERED
    last = answers[-1]
    decided = [
        row
        for row in await changes_of(session, order.concern_id, order.id)
        if row.kind in (ACCEPTED, REFUSED) and row.created_at >= last.answered_at
    ]
    if not decided:
        return back_to(last.code, None)
    lines = await order_lines(session, order.concern_id, order.id)
    stands = {str(line.id): (line.quantity, line.price) for line in lines}
    applied = all(
        stands[one["line"]] == (Decimal(one["quantity"][1]), Decimal(one["price"][1]))
        for one in decided[-1].lines
    )
    return back_to(last.code, decided[-1].kind, applied=applied)


def _told(lines: Sequence[DeliveredLine], quantities: Mapping[str, Decimal]) -> dict[str, Any]:
    got = [f"{canonical_number(quantities[line.id])} {line.name}" for line in lines if line.id in quantities]
    return {"lines": got}


def _quantities(actor: Actor, lines: Sequence[DeliveredLine], delivery: Delivery) -> dict[str, Decimal]:
    """Quantities per line id, amounts turned into their share of the line (A2.09)."""
    if delivery.amounts:
        require(actor, p.RECEIPT_BY_AMOUNT, what="Kvittera på belopp")
    known = {line.id: line for line in lines}
    found = {str(line): quantity for line, quantity in delivery.quantities.items() if quantity}
    for line_id, amount in delivery.amounts.items():
        line = known.get(str(line_id))
        if line is None or not amount:
            continue
        if line.price <= 0:
            raise Invalid("Raden har inget pris. Kvittera antalet i stället.")
        found[line.id] = quantity_for_amount(line, amount)
    if unknown := found.keys() - known.keys():
        raise Invalid(NOTHING, fields={f"quantity-{line}": NOTHING for line in unknown})
    return found


def _check_day(order: PurchaseOrder, delivery: Delivery) -> None:
    """Nothing has come before it was ordered; what is taken back has the day it came."""
    sent = stockholm_date(order.sent_at) if order.sent_at else None
    if sent and delivery.received_on < sent and delivery.undoes is None:
        told = Message(BEFORE_SENT, day=sent)
        raise Invalid(BEFORE_SENT, fields={"received_on": told}, **told.params)


def _check(
    lines: Sequence[DeliveredLine],
    quantities: Mapping[str, Decimal],
    delivery: Delivery,
    day: date,
) -> None:
    if not quantities:
        raise Invalid(NOTHING, fields={"receipt": NOTHING})
    if delivery.received_on > day:
        raise Invalid(IN_FUTURE, fields={"received_on": IN_FUTURE})
    explained = bool((delivery.note or "").strip())
    if wrong := check_receipt(lines, quantities, explained=explained, undo=delivery.undoes is not None):
        first = next(iter(wrong.values()))
        fields = {f"quantity-{line}": message for line, message in wrong.items()}
        raise Invalid(first.msgid, fields=fields, **first.params)


async def _insert(
    session: AsyncSession,
    actor: Actor,
    order: PurchaseOrder,
    delivery: Delivery,
    *,
    quantities: Mapping[str, Decimal],
    now: datetime,
) -> UUID:
    receipt_id = uuid7()
    await insert_rows(session, Receipt, [{
        "concern_id": order.concern_id, "id": receipt_id, "order_id": order.id, "user_id": actor.user_id,
        "person_id": actor.person_id, "received_on": delivery.received_on,
        "note": (delivery.note or "").strip() or None, "takes_back_id": delivery.undoes, "created_at": now,
    }])  # fmt: skip
    rows = [
        {
            "id": uuid7(), "order_line_id": line, "quantity": quantity,
            "amount": delivery.amounts.get(UUID(line)),
        }
        for line, quantity in quantities.items()
    ]  # fmt: skip
    given = {"concern": order.concern_id, "receipt": receipt_id, "rows": as_json(rows)}
    await session.execute(_CAME, given)
    return receipt_id


async def _decide(
    session: AsyncSession,
    actor: Actor,
    order: PurchaseOrder,
    receipt_id: UUID,
    *,
    quantities: Mapping[str, Decimal],
    now: datetime,
    behalf: UUID | None,
    chain: tuple[UUID, ...],
) -> None:
    shown = canonical_bytes({"order": order.id, "receipt": receipt_id, "quantities": quantities})
    await record_decision(
        session, actor, subject_type="order", subject_id=order.id, organisation_id=order.organisation_id,
        case_id=order.requisition_id or order.id, act="receipt", shown=shown, now=now, on_behalf_of=behalf,
        chain=chain,
    )  # fmt: skip
