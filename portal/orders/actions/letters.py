"""Mail about orders: to the supplier of a new order and of what the buyer decides, to the buyer of an answer.

What is secret is named in none of them: whoever reads along learns no more than that there is something.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from portal.catalog.rules.units import unit_name
from portal.integrations.letters import Letter, letter, letter_to_company
from portal.integrations.mail import Mail
from portal.kernel.dates import stockholm_date
from portal.kernel.money import format_kr, format_number_sv
from portal.orders.change_values import Contact
from portal.orders.models import OrderChange, OrderLine, OrderResponse, PurchaseOrder
from portal.orders.queries.readers import readers_for
from portal.suppliers.models import Supplier

SENT, CHANGED, ANSWERED = "order_sent", "order_changed", "order_answered"
_TOLD_TO_BUYER = ("CA", "RE")
# Asked of the database, which answers neither of a secret order nor where the concern hides its buyers.
_CONTACT = text("SELECT name, email FROM order_contact(:order, :day)")


async def contact_of(session: AsyncSession, order_id: UUID, day: date) -> Contact | None:
    """The buyer of an order as its supplier may know it; None when it may not."""
    found = (await session.execute(_CONTACT, {"order": order_id, "day": day})).first()
    return Contact(*found) if found else None


def order_letter(
    order: PurchaseOrder, lines: Sequence[OrderLine], contact: Contact | None, base_url: str
) -> Letter:
    """The mail of a new order: its lines, amount, day and address; of a secret one nothing but the link."""
    place = [order.delivery_name, order.delivery_street]
    place.append(" ".join(part for part in (order.delivery_postcode, order.delivery_city) if part))
    return letter_to_company(
        SENT, base_url=base_url, link=f"/supplier/orders/{order.id}", number=order.number,
        buyer=order.buyer_name, secret=order.secret, lines=[_line(line) for line in lines],
        net=format_kr(order.net_amount), gross=format_kr(order.gross_amount), contact=contact,
        wanted=order.wanted_on.isoformat() if order.wanted_on else None, place=[part for part in place if part],
        mark=order.goods_mark, note=order.note_to_supplier,
    )  # fmt: skip


def _line(line: OrderLine) -> dict[str, str]:
    return {
        "number": line.item_no or "", "name": line.name, "quantity": format_number_sv(line.quantity),
        "unit": unit_name(line.unit), "code": line.unit, "price": format_kr(line.price),
        "net": format_kr(line.net_amount),
    }  # fmt: skip


async def change_letter(
    session: AsyncSession, concern_id: UUID, change_id: UUID, base_url: str, now: datetime
) -> Mail:
    """To the supplier: what the buyer decided of an order that had been sent."""
    query = (
        select(OrderChange, PurchaseOrder, Supplier.email)
        .join(
            PurchaseOrder,
            (PurchaseOrder.concern_id == concern_id) & (PurchaseOrder.id == OrderChange.order_id),
        )
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .where(OrderChange.concern_id == concern_id, OrderChange.id == change_id)
    )
    change, order, email = (await session.execute(query)).one()
    written = letter_to_company(
        CHANGED, base_url=base_url, link=f"/supplier/orders/{order.id}", number=order.number,
        buyer=order.buyer_name, secret=order.secret, kind=change.kind, note=change.note,
        lines=[_changed(one) for one in change.lines if _differs(one)],
    )  # fmt: skip
    return Mail(id=change.id, to=email, subject=written.subject, text=written.text, at=now)


def _differs(one: dict[str, Any]) -> bool:
    return bool(one["quantity"][0] != one["quantity"][1] or one["price"][0] != one["price"][1])


def _changed(one: dict[str, Any]) -> dict[str, str]:
    """Figures as they are kept, with a comma: they are read in both languages."""
    quantity, price = ([value.replace(".", ",") for value in one[name]] for name in ("quantity", "price"))
    return {
        "name": one["name"],
        "from": f"{quantity[0]} à {price[0]} kr",
        "to": f"{quantity[1]} à {price[1]} kr",
    }


async def answer_letters(
    session: AsyncSession, concern_id: UUID, order_id: UUID, base_url: str, now: datetime
) -> Sequence[Mail]:
    """To the buyer and everybody who acts for the buyer, else the administrators: the supplier has changed the order or
    turned it down. None when the last answer is a yes."""
    answers = select(OrderResponse).where(
        OrderResponse.concern_id == concern_id, OrderResponse.order_id == order_id
    )
    latest = answers.order_by(OrderResponse.answered_at.desc(), OrderResponse.id.desc()).limit(1)
    response = (await session.execute(latest)).scalar_one_or_none()
    if response is None or response.code not in _TOLD_TO_BUYER:
        return []
    found = (
        select(PurchaseOrder, Supplier.name)
        .join(Supplier, Supplier.id == PurchaseOrder.supplier_id)
        .where(PurchaseOrder.concern_id == concern_id, PurchaseOrder.id == order_id)
    )
    order, supplier = (await session.execute(found)).one()
    readers = await readers_for(session, order, stockholm_date(now), secret=order.secret)
    return [_answer(order, supplier, response, reader, base_url, now) for reader in readers]


def _answer(
    order: PurchaseOrder, supplier: str, response: OrderResponse, reader: Any, base_url: str, now: datetime
) -> Mail:
    written = letter(
        ANSWERED, reader.locale, base_url=base_url, link=f"/orders/{order.id}", number=order.number,
        supplier=supplier, code=response.code, note=response.note, secret=order.secret,
        promised=response.promised_on.isoformat() if response.promised_on else None,
    )  # fmt: skip
    mail_id = uuid5(response.id, f"answer {reader.id}")
    return Mail(mail_id, reader.email, written.subject, written.text, now)
