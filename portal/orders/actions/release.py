"""An attested requisition becomes orders: one per supplier and agreement, numbered, coded, sent (A6.02)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from portal.access.actor import system_actor
from portal.access.models import DeliveryAddress, Organisation
from portal.audit.transition import Subject, Told, move
from portal.coding.values import DIMENSIONS
from portal.jobs.queue import enqueue
from portal.kernel.identifiers import uuid7
from portal.orders.models import OrderCoding, OrderLine, PurchaseOrder, Transmission
from portal.orders.queries.sequences import next_numbers
from portal.orders.rules.split import split_by_supplier, totals
from portal.orders.status import DRAFT, ORDER
from portal.orders.values import Requested, RequestedLine, WantedLine
from portal.suppliers.models import Supplier

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
        orders.append(_order(shared, number, own, wanted))
        for position, line in enumerate(own, 1):
            lines.append(_line(requested.concern_id, orders[-1]["id"], position, line))
            codings += _codings(requested.concern_id, lines[-1]["id"], line)
    await session.execute(insert(PurchaseOrder), orders)
    await session.execute(insert(OrderLine), lines)
    await session.execute(insert(OrderCoding), codings)
    await _send_out(session, orders, now)
    return [order["id"] for order in orders]


async def _shared(session: AsyncSession, requested: Requested, now: datetime) -> Mapping[str, Any]:
    """What every order of the requisition says alike: buyer, delivery, notes."""
    address = and_(
        DeliveryAddress.concern_id == requested.concern_id,
        DeliveryAddress.id == requested.delivery_address_id,
    )
    query = select(Organisation.name, Organisation.gln, DeliveryAddress).outerjoin(DeliveryAddress, address)
    home = and_(Organisation.concern_id == requested.concern_id, Organisation.id == requested.organisation_id)
    name, gln, place = (await session.execute(query.where(home))).one()
    return {
        "concern_id": requested.concern_id, "organisation_id": requested.organisation_id,
        "requisition_id": requested.id, "status": DRAFT, "buyer_user_id": requested.buyer_user_id,
        "buyer_person_id": requested.buyer_person_id, "buyer_name": name, "buyer_gln": gln,
        "buyer_reference": None, "delivery_name": place.name if place else name,
        "delivery_gln": place.gln if place else None, "delivery_street": place.street if place else None,
        "delivery_postcode": place.postcode if place else None,
        "delivery_city": place.city if place else None,
        "goods_mark": requested.goods_mark, "wanted_on": requested.wanted_on,
        "note_to_supplier": requested.note_to_supplier, "review_requested": requested.review_requested,
        "secret": requested.secret, "created_at": now, "sent_at": None, "document_sha256": None,
    }  # fmt: skip


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
        "article_id": line.article_id, "item_no": line.item_no, "buyer_item_no": None, "name": line.name,
        "unspsc": line.unspsc, "unit": line.unit, "quantity": line.quantity, "price": line.price,
        "vat_rate": line.vat_rate, "vat_category": line.vat_category, "net_amount": line.net,
        "received_quantity": Decimal(0), "invoiced_quantity": Decimal(0),
    }  # fmt: skip


def _codings(concern_id: UUID, line_id: UUID, line: RequestedLine) -> Rows:
    return [
        {
            "concern_id": concern_id, "id": uuid7(), "order_line_id": line_id, "share": row.share,
            **{name: row.code.get(name) for name in DIMENSIONS},
        }
        for row in line.coding
    ]  # fmt: skip


async def _send_out(session: AsyncSession, orders: Rows, now: datetime) -> None:
    """Released by the system in the attest's own transaction; what is sent has a life of its own."""
    addresses = select(Supplier.id, Supplier.email).where(Supplier.id.in_([o["supplier_id"] for o in orders]))
    mail = {row.id: row.email for row in await session.execute(addresses)}
    await session.execute(
        insert(Transmission),
        [row for order in orders for row in _transmissions(order, mail[order["supplier_id"]], now)],
    )
    for order in orders:
        concern_id, order_id = order["concern_id"], order["id"]
        subject = Subject(
            PurchaseOrder, concern_id, order_id, DRAFT, order["organisation_id"], order["supplier_id"]
        )
        told = Told(data={"number": order["number"], "gross": str(order["gross_amount"])})
        actor = system_actor(concern_id)
        await move(session, ORDER, subject, "release", actor, at=now, told=told, values={"sent_at": now})
        await enqueue(session, SEND_JOB, concern_id=concern_id, order_id=order_id)


def _transmissions(order: Mapping[str, Any], email: str, now: datetime) -> Rows:
    """The order lies in the portal at once; the mail that tells of it is still to be sent."""
    shared = {"concern_id": order["concern_id"], "order_id": order["id"], "error": None, "created_at": now}
    portal = {"id": uuid7(), "channel": "portal", "recipient": email, "state": "sent", "attempts": 1}
    mail = {"id": uuid7(), "channel": "mail", "recipient": email, "state": "waiting", "attempts": 0}
    return [shared | portal | {"sent_at": now}, shared | mail | {"sent_at": None}]
