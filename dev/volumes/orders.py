"""Many sent orders at once, as rows: what invoices of a flood or a bench are matched against."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from dev.demo_city.catalogues import article_id
from dev.demo_city.ids import CONCERN_ID, demo_id
from dev.demo_city.master_data import organisation_id, supplier_id, user_id
from portal.kernel.money import to_ore
from portal.orders.models import OrderCoding, OrderLine, PurchaseOrder
from portal.orders.status import RECEIVED, SENT

BUYER = "bestallare@gsf"
SUPPLIERS = (
    "Kontorsbolaget AB", "Skolgrossisten AB", "Färskvaror i Exempelstad AB", "Datorhuset AB", "Mattservice AB",
    "Byggtjänst AB", "Tolkförmedlingen AB", "Vårdboendet AB", "Hygienlagret AB", "Nätkompaniet AB",
)  # fmt: skip
VAT = Decimal(25)
HUNDRED = Decimal(100)
BATCH = 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """How many orders, of how many lines, named `prefix`-000001 and on; received in full or not at all."""

    prefix: str
    count: int
    lines: int = 5
    received: bool = True
    suppliers: Sequence[str] = SUPPLIERS[:1]


def order_number(prefix: str, position: int) -> str:
    """The number of the order at `position`, counted from 1."""
    return f"{prefix}-{position:06}"


async def make_orders(session: AsyncSession, wanted: Wanted, now: datetime) -> None:
    """Insert the orders with lines and coding; the session is the system's."""
    orders = [_order(wanted, position, now) for position in range(1, wanted.count + 1)]
    lines = [line for order in orders for line in _lines(wanted, order["id"])]
    for start in range(0, len(orders), BATCH):
        await session.execute(insert(PurchaseOrder), orders[start : start + BATCH])
    for start in range(0, len(lines), BATCH):
        await session.execute(insert(OrderLine), lines[start : start + BATCH])
        await session.execute(
            insert(OrderCoding), [_coding(line["id"]) for line in lines[start : start + BATCH]]
        )


def price_of(position: int) -> Decimal:
    """The price of the line at `position`: different for each, with öre."""
    return Decimal("12.50") + Decimal("7.35") * position


def quantity_of(position: int) -> Decimal:
    """The quantity of the line at `position`."""
    return Decimal(2 + position)


def _order(wanted: Wanted, position: int, now: datetime) -> dict[str, Any]:
    number = order_number(wanted.prefix, position)
    net = sum((to_ore(price_of(i) * quantity_of(i)) for i in range(1, wanted.lines + 1)), Decimal(0))
    tax = to_ore(net * VAT / HUNDRED)
    return {
        "concern_id": CONCERN_ID, "id": demo_id("order", number), "organisation_id": organisation_id("GSF"),
        "requisition_id": None, "number": number, "agreement_id": None,
        "supplier_id": supplier_id(wanted.suppliers[position % len(wanted.suppliers)]),
        "status": RECEIVED if wanted.received else SENT, "buyer_user_id": user_id(BUYER),
        "buyer_person_id": demo_id("person", BUYER), "buyer_name": "Grundskoleförvaltningen",
        "buyer_gln": "7350099900013", "buyer_reference": None, "net_amount": net, "tax_amount": tax,
        "gross_amount": net + tax, "review_requested": False, "secret": False, "created_at": now, "sent_at": now,
    }  # fmt: skip


def _lines(wanted: Wanted, order_id: UUID) -> Iterator[dict[str, Any]]:
    for position in range(1, wanted.lines + 1):
        price, quantity = price_of(position), quantity_of(position)
        yield {
            "concern_id": CONCERN_ID, "id": demo_id("order_line", f"{order_id}/{position}"), "order_id": order_id,
            "position": position, "article_id": article_id("KB-1001"), "item_no": f"V-{position}", "buyer_item_no": None,
            "name": f"Volymartikel {position}", "unspsc": "14111507", "unit": "EA", "quantity": quantity,
            "price": price, "vat_rate": VAT, "vat_category": "S", "net_amount": to_ore(price * quantity),
            "received_quantity": quantity if wanted.received else Decimal(0), "invoiced_quantity": Decimal(0),
        }  # fmt: skip


def _coding(line_id: UUID) -> dict[str, Any]:
    return {
        "concern_id": CONCERN_ID, "id": demo_id("order_coding", str(line_id)), "order_line_id": line_id,
        "account": "6451", "responsibility": "31100", "operation": "440", "project": None, "activity": None,
        "free": None, "share": HUNDRED,
    }  # fmt: skip
