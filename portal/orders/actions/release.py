"""An attested requisition becomes orders: one per supplier and agreement, numbered, coded, sent (A6.02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import SYSTEM_LOGIN
from portal.audit.log import Event, record
from portal.coding.values import DIMENSIONS
from portal.db.bulk import insert_rows
from portal.jobs.queue import enqueue
from portal.kernel.identifiers import uuid7
from portal.orders.models import OrderCoding, OrderLine, PurchaseOrder, Transmission
from portal.orders.queries.sequences import next_numbers
from portal.orders.rules.split import split_by_supplier, totals
from portal.orders.status import ORDER
from portal.orders.values import Requested, RequestedLine, WantedLine

SEND_JOB = "orders.send"
Rows = list[dict[str, Any]]


async def make_orders(session: AsyncSession, requested: Requested, now: datetime) -> list[UUID]:
    """Insert the orders, release them to their suppliers and enqueue the sending of each; their ids."""
    split = split_by_supplier([line.wanted for line in requested.lines])
    shared = await _shared(session, requested, now)
    numbers = await next_numbers(session, "order", len(split))
    by_id = {str(line.id): line for line in requested.lines}
    orders: Rows = []
    lines: Rows = []
    codings: Rows = []
    for number, wanted in zip(numbers, split, strict=True):
        own = [by_id[line.id] for line in wanted]
        orders.append(_order(shared.columns, number, own, wanted))
        for position, line in enumerate(own, 1):
            lines.append(_line(requested.concern_id, orders[-1]["id"], position, line))
            codings += _codings(requested.concern_id, lines[-1]["id"], line)
    await insert_rows(session, PurchaseOrder, orders)
    await insert_rows(session, OrderLine, lines)
    await insert_rows(session, OrderCoding, codings)
    await _send_out(session, orders, shared.mail, now)
    return [order["id"] for order in orders]


@dataclass(frozen=True, slots=True)
class Shared:
    """What every order of the requisition says alike, and where each supplier reads its mail."""

    columns: Mapping[str, Any]
    mail: Mapping[UUID, str]


# One row per supplier; buyer and delivery are the same on each.
_AROUND = text(
    "SELECT s.id, s.email, o.name AS buyer_name, o.gln AS buyer_gln, coalesce(a.name, o.name) AS delivery_name,"
    " a.gln AS delivery_gln, a.street AS delivery_street, a.postcode AS delivery_postcode,"
    " a.city AS delivery_city FROM supplier s"
    " JOIN organisation o ON o.concern_id = :concern AND o.id = :organisation"
    " LEFT JOIN delivery_address a ON a.concern_id = :concern AND a.id = :address"
    " WHERE s.id = ANY(:suppliers)"
)
_PLACES = (
    "buyer_name", "buyer_gln", "delivery_name", "delivery_gln", "delivery_street", "delivery_postcode",
    "delivery_city",
)  # fmt: skip


async def _shared(session: AsyncSession, requested: Requested, now: datetime) -> Shared:
    given = {
        "concern": requested.concern_id, "organisation": requested.organisation_id,
        "address": requested.delivery_address_id, "suppliers": [line.supplier_id for line in requested.lines],
    }  # fmt: skip
    rows = (await session.execute(_AROUND, given)).all()
    columns = {
        "concern_id": requested.concern_id, "organisation_id": requested.organisation_id,
        "requisition_id": requested.id, "status": ORDER.initial, "sent_at": now,
        "buyer_user_id": requested.buyer_user_id,
        "buyer_person_id": requested.buyer_person_id, **{name: getattr(rows[0], name) for name in _PLACES},
        "goods_mark": requested.goods_mark, "wanted_on": requested.wanted_on,
        "note_to_supplier": requested.note_to_supplier, "review_requested": requested.review_requested,
        "secret": requested.secret, "created_at": now,
    }  # fmt: skip
    return Shared(columns, {row.id: row.email for row in rows})


def _order(
    shared: Mapping[str, Any], number: str, lines: Sequence[RequestedLine], wanted: Sequence[WantedLine]
) -> dict[str, Any]:
    amounts = totals(wanted)
    return {
        **shared, "id": uuid7(), "number": number, "supplier_id": lines[0].supplier_id,
        "agreement_id": lines[0].agreement_id, "net_amount": amounts.net, "tax_amount": amounts.tax,
        "gross_amount": amounts.gross,
    }  # fmt: skip


def _line(concern_id: UUID, order_id: UUID, position: int, line: RequestedLine) -> dict[str, Any]:
    return {
        "concern_id": concern_id, "id": uuid7(), "order_id": order_id, "position": position,
        "article_id": line.article_id, "item_no": line.item_no, "name": line.name, "unspsc": line.unspsc,
        "unit": line.unit, "quantity": line.quantity, "price": line.price, "vat_rate": line.vat_rate,
        "vat_category": line.vat_category, "net_amount": line.net, "received_quantity": Decimal(0),
        "invoiced_quantity": Decimal(0),
    }  # fmt: skip


def _codings(concern_id: UUID, line_id: UUID, line: RequestedLine) -> Rows:
    return [
        {
            "concern_id": concern_id, "id": uuid7(), "order_line_id": line_id, "share": row.share,
            **{name: row.code.get(name) for name in DIMENSIONS},
        }
        for row in line.coding
    ]  # fmt: skip


async def _send_out(session: AsyncSession, orders: Rows, mail: Mapping[UUID, str], now: datetime) -> None:
    """Released by the system in the attest's own transaction; what is sent has a life of its own."""
    await insert_rows(
        session,
        Transmission,
        [row for order in orders for row in _transmissions(order, mail[order["supplier_id"]], now)],
    )
    await record(session, [_released(order, now) for order in orders])
    for order in orders:
        await enqueue(session, SEND_JOB, concern_id=order["concern_id"], order_id=order["id"])


def _released(order: Mapping[str, Any], now: datetime) -> Event:
    return Event(
        "order:status:release", "order", order["id"], now, actor=SYSTEM_LOGIN, concern_id=order["concern_id"],
        organisation_id=order["organisation_id"], supplier_id=order["supplier_id"], to_status=ORDER.initial,
        data={"number": order["number"], "gross": str(order["gross_amount"])},
    )  # fmt: skip


def _transmissions(order: Mapping[str, Any], email: str, now: datetime) -> Rows:
    """The order lies in the portal at once; the mail that tells of it is still to be sent."""
    shared = {"concern_id": order["concern_id"], "order_id": order["id"], "error": None, "created_at": now}
    portal = {"id": uuid7(), "channel": "portal", "recipient": email, "state": "sent", "attempts": 1}
    mail = {"id": uuid7(), "channel": "mail", "recipient": email, "state": "waiting", "attempts": 0}
    return [shared | portal | {"sent_at": now}, shared | mail | {"sent_at": None}]
