"""Invoices written from orders as they are stored: what their supplier would send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from dev.demo_city.ids import CONCERN_ID
from dev.invoices.writer import Account, Buyer, Document, Line, Seller
from portal.db.context import Context
from portal.db.session import Database

_ORDER = text(
    "SELECT o.id, o.number, o.buyer_name, o.buyer_gln, s.name, s.org_number, s.vat_number, s.gln, a.number AS giro"
    " FROM purchase_order o JOIN supplier s ON s.id = o.supplier_id"
    " LEFT JOIN LATERAL (SELECT number FROM supplier_account WHERE concern_id = o.concern_id"
    " AND supplier_id = s.id AND status = 'active' AND factor_id IS NULL ORDER BY kind, valid_from LIMIT 1) a ON true"
    " WHERE o.concern_id = :concern AND o.number = :number"
)
_LINES = text(
    "SELECT position, item_no, buyer_item_no, name, unit, quantity, price, vat_rate, vat_category, unspsc"
    " FROM order_line WHERE concern_id = :concern AND order_id = :order ORDER BY position"
)


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order as the supplier knows it."""

    order: Any
    lines: Sequence[Any]


async def read_order(session: AsyncSession, number: str) -> Ordered:
    """The stored order."""
    order = (await session.execute(_ORDER, {"concern": CONCERN_ID, "number": number})).one()
    lines = (await session.execute(_LINES, {"concern": CONCERN_ID, "order": order.id})).all()
    return Ordered(order, lines)


async def invoice_for(database: Database, number: str, invoice_number: str, day: date) -> Document:
    """The clean invoice for the whole of a stored order, dated `day`, due in 30 days."""
    async with database.session(Context.for_system(CONCERN_ID)) as session:
        return document(await read_order(session, number), invoice_number, day)


def document(ordered: Ordered, invoice_number: str, day: date) -> Document:
    """The same from an order that has been read."""
    order = ordered.order
    return Document(
        invoice_number,
        Seller(order.name, order.org_number, order.vat_number, order.gln),
        Buyer(order.buyer_name, ("0088", order.buyer_gln), order.buyer_gln),
        day,
        tuple(map(_line, ordered.lines)),
        due_date=day + timedelta(30),
        accounts=(Account(order.giro),) if order.giro else (),
        order=order.number,
    )


def _line(row: Any) -> Line:
    return Line(
        quantity=_plain(row.quantity), unit=row.unit, price=_plain(row.price), name=row.name,
        vat_rate=_plain(row.vat_rate), vat_category=row.vat_category, item_no=row.item_no,
        buyer_item_no=row.buyer_item_no, order_line=str(row.position), unspsc=row.unspsc,
    )  # fmt: skip


def _plain(value: Decimal) -> Decimal:
    return Decimal(format(value.normalize(), "f"))
